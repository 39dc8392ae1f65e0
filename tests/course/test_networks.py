"""The published networks: each has its number of parameters, costs what is documented, and learns in all its layers."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import nn

from solutions.inception_ops.reference import conv_macs, conv_params, googlenet_census
from solutions.train_networks.reference import AuxiliaryHead, BottleneckBlock, InceptionModule, ResidualBlock
from starter_code.googlenet import googlenet, small_googlenet
from starter_code.googlenet_table import ALEXNET, GOOGLENET
from starter_code.networks import densenet, fractalnet, inception_resnet, preactivation, vgg
from starter_code.networks.accuracy import MEASURED, Measured
from starter_code.networks.alexnet import ONE_COLUMN, alexnet
from starter_code.networks.counting import Cost, count, count_without_computing
from starter_code.networks.lenet import READS, lenet5
from starter_code.networks.network_in_network import MlpConv, network_in_network, small_network_in_network
from starter_code.networks.resnext import GroupedBottleneck, resnext50
from starter_code.networks.squeezenet import FireModule, squeezenet
from starter_code.networks.stochastic_depth import StochasticDepth, stochastic_depth_resnet, survival
from starter_code.networks.wide_resnet import WideBlock, wide_resnet, wide_resnet50
from starter_code.networks.zfnet import ZFNET, zfnet
from starter_code.networks.zoo import NETWORKS, Blocks
from starter_code.residual_networks import small_resnet

BLOCKS = Blocks(ResidualBlock, BottleneckBlock, InceptionModule, AuxiliaryHead)
GIGA_MACS = {  # as documented by torchvision (there called GFLOPS), and by timm for the last
    "AlexNet, one column": "0.71",
    "VGG-16": "15.47",
    "VGG-19": "19.63",
    "ResNet-18": "1.81",
    "ResNet-34": "3.66",
    "ResNet-50": "4.09",
    "ResNet-101": "7.80",
    "ResNet-152": "11.51",
    "Wide ResNet-50-2": "11.40",
    "ResNeXt-50 32x4d": "4.23",
    "DenseNet-121": "2.83",
    "SqueezeNet 1.0": "0.82",
    "Inception-ResNet-v2": "13.2",
}
MILLION_ACTIVATIONS = {
    "ResNet-50": "11.1",
    "ResNet-152": "22.6",
    "VGG-16": "13.6",
    "Inception-ResNet-v2": "25.1",
}  # timm
# Where a step is not taken with the network as published on small images: fully connected layers on large maps,
# layers that are left out at random, and a network too deep to be run here.
STEPS: dict[str, tuple[Callable[[], nn.Module], int]] = {
    "LeNet-5": (lenet5, 32),
    "AlexNet": (partial(alexnet, image_size=67), 67),
    "AlexNet, one column": (partial(alexnet, image_size=63, one_column=True), 63),
    "ZFNet": (partial(zfnet, image_size=64), 64),
    "VGG-16": (partial(vgg.vgg, 16, image_size=32), 32),
    "VGG-19": (partial(vgg.vgg, 19, image_size=32), 32),
    "Inception-ResNet-v2": (partial(inception_resnet.inception_resnet, counts=(2, 2, 2)), 107),
    "ResNet-1202, small": (partial(small_resnet, 56, ResidualBlock, in_channels=3), 16),
    "Stochastic depth 110, small": (partial(stochastic_depth_resnet, ResidualBlock, 32, 1.0), 16),
    **{
        f"FractalNet-{layers}, small": (
            partial(fractalnet.fractalnet, columns, (16, 32, 64, 128, 128), 100, **whole),
            64,
        )
        for layers, columns in ((20, 3), (40, 4), (160, 6))
        for whole in [{"drop": 0.0, "one_column": 0.0}]
    },
}


@functools.cache
def cost(name: str) -> Cost:
    published = NETWORKS[name]
    if published.image_shape[1:] == (32, 32):  # it costs less to compute these than to trace them
        return count(published.build(BLOCKS), published.image_shape, conv_macs, conv_params)
    return count_without_computing(lambda: published.build(BLOCKS), published.image_shape, conv_macs, conv_params)


def counted(make: Callable[[], nn.Module]) -> int:
    with torch.device("meta"):
        return sum(numbers.numel() for numbers in make().parameters())


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_has_its_published_number_of_parameters(name: str) -> None:
    published = NETWORKS[name]
    assert cost(name).params == published.params
    if published.printed:
        digits = len(re.sub(r"^\d+\.?|M$", "", published.printed))
        assert f"{published.params / 1e6:.{digits}f}M" == published.printed
    assert published.family
    assert published.source
    assert published.counted_by


def test_other_published_numbers_are_met() -> None:
    assert counted(partial(lenet5, original=False)) == 61_706
    assert counted(partial(preactivation.preactivation_resnet, 200)) == 64_666_280
    assert counted(partial(preactivation.small_preactivation_resnet, 110, bottleneck=False)) == 1_730_522
    assert counted(partial(wide_resnet, 40, 8)) == 35_748_314
    assert counted(partial(densenet.small_densenet, 190, 40)) == 25_624_430
    millions = {depth: counted(partial(vgg.vgg, depth)) / 1e6 for depth in vgg.COUNTS}
    assert [round(millions[depth]) for depth in (11, 13, 16, 19)] == [133, 133, 138, 144]  # table 2 of the paper
    ultra = [counted(partial(fractalnet.fractalnet, c, (16, 32, 64, 128, 128), 100)) for c in range(1, 7)]
    assert [f"{params / 1e6:.1f}" for params in ultra] == ["0.3", "0.8", "2.1", "4.8", "10.2", "21.1"]
    assert f"{counted(fractalnet.fractalnet) / 1e6:.1f}" == "33.7"


def test_the_counts_of_inception_resnet_in_keras_differ_by_what_bn_has() -> None:
    with torch.device("meta"):
        network = NETWORKS["Inception-ResNet-v2"].build(BLOCKS)
    maps = sum(part.num_features for part in network.modules() if isinstance(part, nn.BatchNorm2d))
    learned = NETWORKS["Inception-ResNet-v2"].params - maps
    assert (maps, learned, learned + 2 * maps) == (30_272, 55_813_192, 55_873_736)


def test_lenet_has_the_connections_of_its_paper() -> None:
    c1, c5, f6 = 156 * 28 * 28, 48_120, 10_164  # a connection is a weight or bias that one number of the output reads
    s2, s4 = 5 * 6 * 14 * 14, 5 * 16 * 5 * 5
    c3 = 100 * (25 * sum(map(len, READS)) + len(READS))
    assert c1 + s2 + c3 + s4 + c5 + f6 + 84 * 10 == 340_908
    macs = {layer.name: layer.macs for layer in cost("LeNet-5").layers}
    assert sum(macs.values()) == 340_908 - s2 - s4 - 840 - 6 * 28 * 28 - 16 * 100 - 120 - 84


@pytest.mark.parametrize("name", GIGA_MACS)
def test_macs_are_those_that_others_document(name: str) -> None:
    digits = len(GIGA_MACS[name].partition(".")[2])
    assert f"{cost(name).macs / 1e9:.{digits}f}" == GIGA_MACS[name]


@pytest.mark.parametrize("name", MILLION_ACTIVATIONS)
def test_activations_are_those_that_others_document(name: str) -> None:
    assert f"{cost(name).activations / 1e6:.1f}" == MILLION_ACTIVATIONS[name]
    assert cost(name).activation_bytes == 4 * cost(name).activations


@pytest.mark.parametrize("network", MEASURED, ids=lambda network: network.name)
def test_the_costs_in_the_picture_are_those_that_are_counted(network: Measured) -> None:
    counts = cost(network.name)
    assert (network.params, network.macs, network.activations) == (counts.params, counts.macs, counts.activations)
    assert network.activation_megabytes == pytest.approx(counts.activation_bytes / 1e6)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("GoogLeNet", GOOGLENET),
        ("AlexNet", ALEXNET),
        ("AlexNet, one column", ONE_COLUMN),
        ("ZFNet", ZFNET),
        ("VGG-16", vgg.vgg_table(16)),
        ("VGG-19", vgg.vgg_table(19)),
    ],
)
def test_counting_while_running_agrees_with_counting_from_the_table(name: str, table: list[dict]) -> None:
    census = googlenet_census(table)
    assert (cost(name).params, cost(name).macs) == (census["params"], census["macs"])
    assert len(cost(name).layers) == census["conv_and_fc_layers"]
    assert sum(layer.params for layer in cost(name).layers) == census["params"]
    depths = {row["out_size"]: row["out_channels"] for row in table if row["kind"] in {"conv", "inception"}}
    shapes = {layer.out_shape for layer in cost(name).layers if len(layer.out_shape) == 3}
    assert {shape[1:] for shape in shapes} == set(depths)


def test_heads_have_parameters_and_no_macs() -> None:
    with_heads, without = cost("GoogLeNet with heads"), cost("GoogLeNet")
    assert (with_heads.macs, with_heads.activations) == (without.macs, without.activations)
    assert with_heads.params > without.params


def test_counting_leaves_a_network_as_it_was_and_costs_nothing_on_the_meta_device() -> None:
    network = small_googlenet(InceptionModule, AuxiliaryHead, dropout=False).train()
    before = {name: numbers.clone() for name, numbers in network.state_dict().items()}
    modes = [part.training for part in network.modules()]
    assert True in modes
    assert False in modes
    here = count(network, (1, 8, 8), conv_macs, conv_params)
    assert [part.training for part in network.modules()] == modes
    assert not any(part._forward_hooks for part in network.modules())
    assert all(torch.equal(numbers, before[name]) for name, numbers in network.state_dict().items())
    make = partial(small_googlenet, InceptionModule, AuxiliaryHead)
    assert count_without_computing(make, (1, 8, 8), conv_macs, conv_params) == here


def test_a_network_that_fails_is_left_without_hooks() -> None:
    network = alexnet(image_size=67)
    with pytest.raises(RuntimeError):
        count(network, (3, 200, 200), conv_macs, conv_params)
    assert network.training
    assert not any(part._forward_hooks for part in network.modules())


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_takes_a_step_that_changes_all_that_is_learned(name: str) -> None:
    published = NETWORKS[name]
    make, size = STEPS.get(name, (lambda: published.build(BLOCKS), 64 if published.image_shape[1] > 32 else 16))
    torch.manual_seed(5)
    network = make().train()
    out = network(torch.randn(2, published.image_shape[0], size, size))
    logits, aside = out if isinstance(out, tuple) else (out, [])
    assert logits.shape[0] == 2
    labels = torch.tensor([0, 1])
    loss = sum(nn.functional.cross_entropy(some, labels) for some in (logits, *aside))
    loss.backward()
    before = [numbers.detach().clone() for numbers in network.parameters()]
    torch.optim.SGD(network.parameters(), lr=1.0).step()
    still = [
        path
        for (path, numbers), old in zip(network.named_parameters(), before, strict=True)
        if torch.equal(numbers, old)
    ]
    assert still == []
    assert all(torch.isfinite(numbers).all() for numbers in network.parameters())


def noted(block: Callable[..., nn.Module], calls: list[tuple]) -> Callable[..., nn.Module]:
    def make(*sizes: object, **more: object) -> nn.Module:
        calls.append(sizes)
        return block(*sizes, **more)

    return make


@pytest.mark.parametrize(
    ("assembly", "block", "blocks"),
    [
        (network_in_network, MlpConv, 4),
        (small_network_in_network, MlpConv, 3),
        (squeezenet, FireModule, 8),
        (densenet.densenet, densenet.DenseLayer, 58),
        (densenet.small_densenet, densenet.DenseLayer, 48),
        (partial(preactivation.preactivation_resnet, 34), preactivation.PreactivationBlock, 16),
        (partial(preactivation.preactivation_resnet, 50), preactivation.PreactivationBottleneck, 16),
        (partial(preactivation.small_preactivation_resnet, 164), preactivation.PreactivationBottleneck, 54),
        (wide_resnet, WideBlock, 12),
        (wide_resnet50, partial(GroupedBottleneck, groups=1), 16),
        (resnext50, GroupedBottleneck, 16),
        (inception_resnet.inception_resnet, inception_resnet.InceptionResidual, 40),
        (fractalnet.fractalnet, fractalnet.FractalBlock, 5),
    ],
)
def test_an_assembly_takes_another_block(assembly: Callable, block: Callable[..., nn.Module], blocks: int) -> None:
    calls: list[tuple] = []
    assert counted(partial(assembly, block=noted(block, calls))) == counted(assembly)
    assert len(calls) == blocks


@pytest.mark.parametrize(
    "make",
    [
        partial(vgg.vgg, 17),
        partial(densenet.densenet, 120),
        partial(densenet.small_densenet, 41),
        partial(preactivation.preactivation_resnet, 51),
        partial(preactivation.small_preactivation_resnet, 163),
        partial(wide_resnet, 27),
    ],
)
def test_a_depth_that_there_is_not_is_refused_with_those_that_there_are(make: Callable[[], nn.Module]) -> None:
    with pytest.raises(ValueError, match=r"depths are \d+|n \+ \d"):
        make()


@pytest.mark.parametrize(
    ("make", "least"), [(alexnet, 67), (partial(alexnet, one_column=True), 63), (zfnet, 53), (partial(vgg.vgg, 11), 32)]
)
def test_images_that_are_too_small_are_refused(make: Callable[..., nn.Module], least: int) -> None:
    with torch.device("meta"):
        assert make(image_size=least)(torch.zeros(1, 3, least, least)).shape == (1, 1000)
        with pytest.raises(ValueError, match=f"{least - 1}x{least - 1} have no pixel left"):
            make(image_size=least - 1)


def test_grouped_convolution_is_the_sum_of_its_paths() -> None:
    torch.manual_seed(1)
    block = GroupedBottleneck(24, 8, groups=4, widen=2).double().eval()
    x = torch.randn(2, 24, 5, 5, dtype=torch.double)
    thin = block.reduce(x)
    (grouped, norm, _), (expand, scale) = block.paths, block.expand
    total = torch.zeros(2, 32, 5, 5, dtype=torch.double)
    for part in torch.arange(16).split(4):
        path = nn.functional.conv2d(thin[:, part], grouped.weight[part], padding=1)
        path = path / torch.sqrt(norm.running_var[part] + norm.eps)[:, None, None]  # BN as it begins
        total += nn.functional.conv2d(torch.relu(path), expand.weight[:, part])
    torch.testing.assert_close(block(x), torch.relu(scale(total) + block.shortcut(x)))


def test_a_wide_block_drops_units_between_its_convolutions_in_training_only() -> None:
    block, x = WideBlock(4, 4, dropout=0.5), torch.randn(2, 4, 6, 6)
    assert [type(layer).__name__ for layer in block.branch] == ["Conv2d", "BatchNorm2d", "ReLU", "Dropout", "Conv2d"]
    assert not torch.equal(block(x), block(x))
    block.eval()
    assert torch.equal(block(x), block(x))


class Doubled(nn.Module):
    """A block of which it is easy to say what it gives."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 2 * x


def test_a_block_with_stochastic_depth_is_there_or_not_in_training_and_in_the_mean_in_evaluation() -> None:
    torch.manual_seed(2)
    block, x = StochasticDepth(Doubled(), 0.7), torch.rand(1, 3)
    seen = [block(x) for _ in range(1000)]
    there = sum(torch.equal(out, 2 * x) for out in seen)
    assert there + sum(torch.equal(out, x) for out in seen) == len(seen)
    assert 650 < there < 750
    block.eval()
    torch.testing.assert_close(block(x), 0.7 * 2 * x + 0.3 * x)
    torch.testing.assert_close(block(x), x + 0.7 * x, msg="without a ReLU behind the sum, the rule of the paper")


def test_stochastic_depth_wraps_what_has_an_identity_with_a_survival_that_falls_linearly() -> None:
    with torch.device("meta"):
        network = stochastic_depth_resnet(ResidualBlock)
    blocks = list(network.stages)
    assert [place for place, block in enumerate(blocks, 1) if not isinstance(block, StochasticDepth)] == [19, 37]
    kept = {place: block.survival for place, block in enumerate(blocks, 1) if isinstance(block, StochasticDepth)}
    assert kept == {place: pytest.approx(1 - place / 54 * 0.5) for place in kept}
    assert (survival(54, 54, 0.5), survival(27, 54, 0.5)) == (0.5, 0.75)


def test_a_residual_block_that_is_left_out_passes_on_what_came_in_and_learns_nothing() -> None:
    torch.manual_seed(3)
    block = StochasticDepth(ResidualBlock(4, 4), 0.0)
    x = torch.rand(2, 4, 5, 5)
    assert torch.equal(block(x), x)
    assert all(numbers.grad is None for numbers in block.parameters())
    network = stochastic_depth_resnet(ResidualBlock, 20)
    images = torch.randn(2, 3, 16, 16)
    assert not torch.equal(network(images), network(images))
    network.eval()
    assert torch.equal(network(images), network(images))


def test_a_join_keeps_at_least_one_path_and_drops_each_with_the_same_probability() -> None:
    torch.manual_seed(4)
    paths = list(torch.eye(3))  # a join of them shows which are in it
    kept = torch.stack([fractalnet.drop_path_join(paths, 0.6) > 0 for _ in range(3000)])
    assert kept.any(dim=1).all()
    alone = 0.6**3 / 3  # all are dropped, and this one comes back
    torch.testing.assert_close(kept.float().mean(dim=0), torch.full((3,), 0.4 + alone), atol=0.04, rtol=0.0)
    torch.testing.assert_close(fractalnet.drop_path_join(paths), torch.full((3,), 1 / 3))
    only = [fractalnet.drop_path_join(paths, 1.0) for _ in range(20)]
    assert all(out.max() == out.sum() == 1 for out in only)


def test_column_c_of_a_fractal_has_two_to_the_c_convolutions() -> None:
    torch.manual_seed(6)
    block = fractalnet.FractalBlock(2, 3, 4).eval()
    x = torch.randn(1, 2, 4, 4)
    run: list[nn.Module] = []
    for part in block.modules():
        if isinstance(part, nn.Conv2d):
            part.register_forward_hook(lambda layer, *_: run.append(layer))
    ends = [block(x, column=column) for column in range(4)]
    assert len(run) == 1 + 2 + 4 + 8 == len(set(run))
    run.clear()
    together = block(x)
    assert len(run) == 15
    torch.testing.assert_close(block.paths(x, 0.0)[0], ends[0])
    torch.testing.assert_close(together, torch.stack(block.paths(x, 0.0)).mean(dim=0))
    assert len(block.paths(x, 0.0)) == 4


def test_drop_path_is_for_training_and_evaluation_uses_all_paths() -> None:
    torch.manual_seed(7)
    make = partial(fractalnet.fractalnet, 3, (4, 4, 4, 4, 4))
    images = torch.randn(4, 3, 32, 32)
    columns = make(one_column=1.0, drop=0.0)
    columns(images).sum().backward()
    learning = [
        part for part in columns.blocks.modules() if isinstance(part, nn.Conv2d) and part.weight.grad is not None
    ]
    assert len(learning) in {5 * 1, 5 * 2, 5 * 4}, "one column through the whole network, of 35 convolutions"
    local = make(one_column=0.0, drop=0.5)
    assert not torch.equal(local(images), local(images))
    local.eval()
    assert torch.equal(local(images), local(images))
    assert not torch.equal(local(images), local(images, column=0))
    run: list[str] = []
    for part in local.modules():
        if isinstance(part, nn.Conv2d):
            part.register_forward_hook(lambda *_: run.append(""))
    local(images)
    assert len(run) == 5 * 7


def test_googlenet_is_the_one_that_was_there_before() -> None:
    with torch.device("meta"):
        assert str(NETWORKS["GoogLeNet"].build(BLOCKS)) == str(googlenet(InceptionModule))
