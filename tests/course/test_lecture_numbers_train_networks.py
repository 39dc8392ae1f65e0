"""Full networks of the reference's blocks have the published numbers of parameters, and do what the starter code says of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.adam import adam

from solutions.train_networks import reference
from starter_code.data import load_digits
from starter_code.googlenet import googlenet, small_googlenet
from starter_code.loss_plane import loss_plane
from starter_code.module_probes import run_module
from starter_code.networks.summary import parts_of
from starter_code.residual_networks import PlainBlock, resnet, small_resnet
from starter_code.training_probes import without_ready_made_optimizers
from tests.support.notebook_text import answers

BLOCKS = {18: reference.ResidualBlock, 50: reference.BottleneckBlock}
PUBLISHED = {18: 11_689_512, 34: 21_797_672, 50: 25_557_032, 101: 44_549_160, 152: 60_192_808}
WITHOUT_HEADS, WITH_HEADS = 6_998_552, 13_378_280


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.mark.parametrize(("depth", "published"), PUBLISHED.items())
def test_each_resnet_has_the_published_number_of_parameters(depth: int, published: int) -> None:
    with torch.device("meta"):  # shapes without numbers
        assert count(resnet(depth, BLOCKS[18 if depth < 50 else 50])) == published


def test_googlenet_has_the_published_number_of_parameters_with_its_heads_and_without() -> None:
    with torch.device("meta"):
        assert count(googlenet(reference.InceptionModule)) == WITHOUT_HEADS
        whole = googlenet(reference.InceptionModule, reference.AuxiliaryHead)
        assert (count(whole), len(whole.heads)) == (WITH_HEADS, 2)
        assert [count(head) for head in whole.heads.values()] == [3_188_840, 3_190_888]


@pytest.mark.parametrize("depth", [18, 50])
def test_a_resnet_halves_its_maps_five_times(depth: int) -> None:
    with torch.device("meta"):
        network = resnet(depth, BLOCKS[depth])
        images = torch.empty(2, 3, 224, 224)
        assert network.stages(network.stem(images)).shape[2:] == (7, 7)
        assert network(images).shape == (2, 1000)


def test_googlenet_branches_off_its_heads_at_14_by_14_and_ends_at_7_by_7() -> None:
    with torch.device("meta"):
        network = googlenet(reference.InceptionModule, reference.AuxiliaryHead)
        maps, shapes = torch.empty(1, 3, 224, 224), {}
        for place, layer in enumerate(network.trunk):
            maps = layer(maps)
            shapes[str(place)] = tuple(maps.shape[1:])
        assert [shapes[place] for place in network.heads] == [(512, 14, 14), (528, 14, 14)]
        assert shapes[str(len(network.trunk) - 1)] == (1024, 7, 7)


@pytest.mark.parametrize("make", [googlenet, small_googlenet])
def test_heads_speak_in_training_mode_only(make: Callable[..., nn.Module]) -> None:
    with torch.device("meta"):
        images = torch.empty(2, 1, 8, 8) if make is small_googlenet else torch.empty(2, 3, 224, 224)
        network = make(reference.InceptionModule, reference.AuxiliaryHead, num_classes=7)
        logits, heads = network.train()(images)
        assert [tuple(each.shape) for each in (logits, *heads)] == [(2, 7)] * 3
        assert network.eval()(images).shape == (2, 7)
        assert make(reference.InceptionModule, num_classes=7).train()(images).shape == (2, 7)


@pytest.mark.parametrize(("depth", "layers"), [(8, 7), (20, 19), (56, 55)])
def test_a_small_resnet_has_6n_and_2_layers_with_shortcuts_or_without(depth: int, layers: int) -> None:
    with torch.device("meta"):
        plain = small_resnet(depth, PlainBlock)
        assert sum(isinstance(layer, nn.Conv2d) for layer in plain.modules()) == layers  # and one linear layer
        residual = small_resnet(depth, reference.ResidualBlock)
        projections = [
            layer for layer in residual.modules() if isinstance(layer, nn.Conv2d) and layer.kernel_size == (1, 1)
        ]
        assert len(projections) == 2
        assert count(residual) - count(plain) == 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64


@pytest.mark.parametrize("depth", [7, 10, 2])
def test_a_depth_that_is_not_6n_and_2_is_refused(depth: int) -> None:
    with pytest.raises(ValueError, match="6n \\+ 2"):
        small_resnet(depth, PlainBlock)
    with pytest.raises(ValueError, match="there is no ResNet"):
        resnet(depth, PlainBlock)


def test_the_reference_block_is_what_functions_of_torch_give() -> None:
    """The hidden suite compares with the reference; this compares the reference with the formula, layer by layer."""
    torch.manual_seed(0)
    block = reference.ResidualBlock(3, 5, 2).double()
    x = torch.randn(4, 3, 7, 6, dtype=torch.float64)
    convolutions = [layer.weight for layer in block.modules() if isinstance(layer, nn.Conv2d)]

    def normalised(maps: torch.Tensor) -> torch.Tensor:
        mean, variance = maps.mean(dim=(0, 2, 3), keepdim=True), maps.var(dim=(0, 2, 3), keepdim=True, unbiased=False)
        return (maps - mean) / (variance + 1e-5).sqrt()

    hidden = normalised(nn.functional.conv2d(x, convolutions[0], stride=2, padding=1)).clamp(min=0)
    branch = normalised(nn.functional.conv2d(hidden, convolutions[1], padding=1))
    shortcut = normalised(nn.functional.conv2d(x, convolutions[2], stride=2))
    torch.testing.assert_close(block(x), (branch + shortcut).clamp(min=0))


def test_a_ready_made_optimizer_of_torch_works_again_after_a_probe_has_switched_it_off() -> None:
    weight = torch.ones(2, requires_grad=True)
    weight.grad = torch.ones(2)
    with without_ready_made_optimizers() as asked:
        torch.optim.Adam([weight]).step()
        state = ([torch.zeros(2)], [torch.zeros(2)], [], [torch.tensor(0.0)])
        options = {"amsgrad": False, "beta1": 0.9, "beta2": 0.9, "lr": 0.1, "weight_decay": 0.0, "eps": 1e-8}
        adam([weight.detach()], [weight.grad], *state, maximize=False, **options)
        assert weight.tolist() == [1, 1]
    assert asked == ["step", "step"]
    torch.optim.SGD([weight], lr=1.0).step()
    assert weight.tolist() == [0, 0]
    assert torch.get_default_dtype() == torch.float32


def test_a_probe_fills_layers_by_kind_and_shape_and_never_by_name() -> None:
    class Swapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.last = nn.Conv2d(2, 1, 1, bias=False)
            self.first = nn.Sequential(nn.Conv2d(1, 2, 1))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(self.first(x))

    ones = [("convolution", torch.ones(1, 2, 1, 1).numpy()), ("convolution", 2 * torch.ones(2, 1, 1, 1).numpy())]
    x = torch.ones(1, 1, 1, 1, dtype=torch.float64).numpy()
    got = run_module(Swapped, (), ones, [(True, x)], upstream=x)
    assert got["outputs"][0].tolist() == [[[[4.0]]]]
    assert [name for name, _ in got["gradients"]] == [
        "convolution (1, 2, 1, 1)",
        "convolution (2, 1, 1, 1)",
        "convolution bias (2,)",
    ]


def test_a_bottleneck_of_256_channels_has_a_seventeenth_of_the_weights_of_two_wide_convolutions() -> None:
    weights = [
        layer.weight.numel() for layer in reference.BottleneckBlock(256, 64).modules() if isinstance(layer, nn.Conv2d)
    ]
    assert weights == [16_384, 36_864, 16_384]
    assert sum(weights) == 69_632
    assert 2 * 256 * 256 * 9 == 2 * 589_824 == 1_179_648
    assert round(1_179_648 / sum(weights)) == 17


def test_biases_on_all_convolutions_of_resnet_18_would_be_4800_parameters_too_much() -> None:
    with torch.device("meta"):
        network = resnet(18, reference.ResidualBlock)
    channels = [layer.out_channels for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    assert sum(channels) == 11_694_312 - PUBLISHED[18] == 4_800
    assert sum(layer.kernel_size == (1, 1) for layer in network.modules() if isinstance(layer, nn.Conv2d)) == 3


def test_the_two_heads_are_nearly_half_of_googlenet_and_most_of_each_is_one_layer() -> None:
    assert round(100 * (WITH_HEADS - WITHOUT_HEADS) / WITH_HEADS) == 48
    with torch.device("meta"):
        head = reference.AuxiliaryHead(512, 1000)
    largest = max(parameter.numel() for parameter in head.parameters())
    assert largest == 2048 * 1024 > 0.65 * count(head)


def test_as_many_biases_as_parameters_are_too_much() -> None:
    with torch.device("meta"):
        network = resnet(18, reference.ResidualBlock)
    made = {name: part.out_channels for name, part in network.named_modules() if isinstance(part, nn.Conv2d)}
    stem = sum(channels for name, channels in made.items() if name.startswith("stem"))
    projections = sum(channels for name, channels in made.items() if "shortcut" in name)
    blocks = sum(made.values()) - stem - projections
    assert (len(made), stem, blocks, projections) == (20, 64, 3840, 896)
    assert 11_694_312 - PUBLISHED[18] == sum(made.values()) == 4800
    assert all(said in answers("train_networks") for said in ("4,800", "the 20 convolutions", "3,840", "896"))


@pytest.mark.parametrize("between", [False, True])
def test_a_relu_behind_dropout_keeps_the_mean_unless_a_linear_layer_stands_between(between: bool) -> None:
    """Over all masks of eight units, exactly, with the share of 0.7 that is dropped."""
    generator = torch.Generator().manual_seed(0)
    units, layer = torch.randn(8, generator=generator), torch.randn(8, 8, generator=generator)
    out = torch.randn(8, generator=generator)
    masks = torch.tensor(list(product([0.0, 1.0], repeat=8)))
    chances = (0.3**masks * 0.7 ** (1 - masks)).prod(dim=1)

    def behind(x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x @ layer if between else x)

    mean = (chances[:, None] * behind(units * masks / 0.3)).sum(dim=0)
    assert torch.allclose(mean, behind(units), atol=1e-5) != between
    assert bool((mean >= behind(units) - 1e-5).all())
    assert bool((mean @ out - behind(units) @ out).abs() > 1e-3) == between


def test_a_stage_has_four_times_the_parameters_of_the_one_before_for_the_same_work() -> None:
    with torch.device("meta"):
        parts = parts_of(resnet(18, reference.ResidualBlock), (3, 224, 224))
    second = [parts[place] for place in (5, 7, 9, 11)]  # of each stage the second block, which keeps the shape
    assert [name for name, *_ in second] == [f"stages.{place} (ResidualBlock)" for place in (1, 3, 5, 7)]
    assert [shape for _, shape, _, _ in second] == [(64, 56, 56), (128, 28, 28), (256, 14, 14), (512, 7, 7)]
    assert {macs for *_, macs in second} == {231_211_008}
    params = [count for _, _, count, _ in second]
    assert [later / earlier for earlier, later in pairwise(params)] == pytest.approx([4, 4, 4], rel=0.01)
    assert all(parts[place - 1][3] < second[0][3] for place in (7, 9, 11))


@pytest.mark.parametrize("text", ["trunks.svg", "train_networks.md"])
def test_the_trunks_are_as_drawn(text: str) -> None:
    told = (Path(__file__).parents[2] / "assignments/train_networks" / text).read_text(encoding="utf-8")
    shapes: list[tuple[int, ...]] = []
    network = small_resnet(44, PlainBlock, width=8).eval()
    for block in network.stages:
        block.register_forward_hook(lambda _, __, maps: shapes.append(tuple(maps.shape[1:])))
    network(torch.zeros(1, 1, 8, 8))
    assert shapes == [(8, 8, 8)] * 7 + [(16, 4, 4)] * 7 + [(32, 2, 2)] * 7
    if text == "trunks.svg":
        assert all(
            f"{maps} maps of {side} \N{MULTIPLICATION SIGN} {side}" in told for maps, side, _ in dict.fromkeys(shapes)
        )
        assert "n = 1 for 8, n = 7 for 44" in told
    else:
        assert count(network) > 165_000
        assert count(small_resnet(44, reference.ResidualBlock, width=8)) > 165_000
        assert "Each network has more than 165,000 directions" in told


def test_around_the_trained_weights_lies_a_funnel_with_shortcuts_and_a_plain_without() -> None:
    digits = load_digits()
    images = torch.tensor(digits.train_x, dtype=torch.float32).reshape(-1, 1, 8, 8)
    labels, planes = torch.tensor(digits.train_y), {}
    for name, block in {"plain": PlainBlock, "residual": reference.ResidualBlock}.items():
        torch.manual_seed(0)
        model = small_resnet(44, block, width=8)
        optimizer = reference.Momentum(model.parameters(), lr=1.0)
        shuffle = torch.Generator().manual_seed(0)
        for _ in range(4):
            for rows in torch.randperm(len(images), generator=shuffle).split(64):
                reference.train_step(model, images[rows], labels[rows], optimizer)
        planes[name] = loss_plane(model, images[:64], labels[:64], np.linspace(-1, 1, 5), seed=0)
    assert planes["residual"][2, 2] < planes["plain"][2, 2] < np.log(10)
    for line in (planes["residual"][2], planes["residual"][:, 2]):  # downhill to the middle, from either side
        assert line[0] > line[1] > line[2] < line[3] < line[4]
        assert min(line[0], line[4]) > 3 * line[2]
    far = np.concatenate([planes["plain"][[0, -1]].ravel(), planes["plain"][1:-1, [0, -1]].ravel()])
    assert 2 < np.median(far) < 4
