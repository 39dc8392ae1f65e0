"""The numbers that lecture L14 and the papers give about what came after ResNet, from the reference and the networks themselves."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch

from solutions.inception_ops.reference import conv_macs, conv_params
from solutions.modern_architectures import reference
from starter_code.networks.accuracy import MEASURED
from starter_code.networks.counting import count_without_computing
from starter_code.networks.squeezenet import LAYOUT, FireModule
from starter_code.networks.summary import parts_of
from starter_code.networks.zoo import NETWORKS
from tests.support.notebook_text import ASSIGNMENTS, answers

KNOWN = {network.name: network for network in MEASURED}
PAIRS = ((1, 64), (2, 40), (4, 24), (8, 14), (32, 4))  # cardinality and width of equal cost, in the paper's table 2


def size(network: torch.nn.Module) -> int:
    return sum(numbers.numel() for numbers in network.parameters())


def test_a_bottleneck_has_69632_weights_a_seventeenth_of_two_wide_convolutions() -> None:
    learned, direct = reference.bottleneck_params(256, 64), 2 * conv_params(256, 256, 3, bias=False)
    assert (learned, direct) == (16_384 + 36_864 + 16_384, 1_179_648) == (69_632, 1_179_648)
    assert direct / learned == pytest.approx(16.9, abs=0.05)


def test_twice_as_wide_is_four_times_the_weights_and_twice_as_deep_is_two_times() -> None:
    assert [reference.wide_block_params(16, k) for k in (1, 2, 10)] == [4_608, 4 * 4_608, 100 * 4_608]


def test_the_block_of_32_paths_costs_512_weights_more_than_the_bottleneck() -> None:
    assert reference.resnext_block_params(256, 4, 32) == 70_144 == reference.bottleneck_params(256, 64) + 512
    counts = [reference.resnext_block_params(256, width, cardinality) for cardinality, width in PAIRS]
    assert counts == [69_632, 69_760, 69_888, 71_456, 70_144]
    assert max(counts) / min(counts) < 1.03
    assert (NETWORKS["ResNeXt-50 32x4d"].params, NETWORKS["ResNet-50"].params) == (25_028_904, 25_557_032)


def test_squeezenet_is_its_fire_modules_and_has_48_8_times_fewer_parameters_than_alexnet() -> None:
    depth, fires = 96, []
    for row in LAYOUT:
        if row is not None:
            fires.append(reference.fire_params(depth, *row))
            assert fires[-1] == size(FireModule(depth, *row))
            depth = row[1] + row[2]
    assert fires[0] == reference.fire_params(96, 16, 64, 64) == 11_920
    whole = conv_params(3, 96, 7) + sum(fires) + conv_params(depth, 1000, 1)
    assert whole == NETWORKS["SqueezeNet 1.0"].params == 1_248_424
    assert NETWORKS["AlexNet"].params / whole == pytest.approx(48.8, abs=0.05)
    assert 8 * 0.5e6 / whole == pytest.approx(3.2, abs=0.05)  # bits for each number of "less than 0.5 MB"


def test_squeezenet_needs_more_work_and_more_activations_than_alexnet() -> None:
    alexnet, squeezenet = KNOWN["AlexNet"], KNOWN["SqueezeNet 1.0"]
    assert squeezenet.macs / alexnet.macs == pytest.approx(1.13, abs=0.005)
    assert squeezenet.activations / alexnet.activations == pytest.approx(6.6, abs=0.05)


def test_three_fire_modules_make_maps_of_54_pixels_and_four_more_run_before_they_fall_to_13() -> None:
    squeezenet = NETWORKS["SqueezeNet 1.0"]
    with torch.device("meta"):
        parts = parts_of(squeezenet.build(None), squeezenet.image_shape)
    heights = [shape[1] for kind, shape, *_ in parts if "FireModule" in kind]
    assert heights == 3 * [54] + 4 * [27] + [13]


def test_the_blocks_of_densenet_121_end_with_256_512_1024_and_1024_maps() -> None:
    maps, ends = 64, []
    for layers in (6, 12, 24, 16):
        ends.append(reference.dense_block_channels(maps, 32, layers))
        maps = ends[-1] // 2
    assert ends == [256, 512, 1024, 1024]
    assert reference.dense_block_channels(256, 32, 23) == 992
    assert conv_params(992, 32, 3, bias=False) == 285_696
    assert conv_params(992, 128, 1, bias=False) + conv_params(128, 32, 3, bias=False) == 163_840


def test_54_blocks_are_40_and_a_quarter_in_a_training_step() -> None:
    blocks = reference.expected_depth(54, 0.5)
    assert blocks == pytest.approx(40.25) == pytest.approx((3 * 54 - 1) / 4)
    assert blocks / 54 == pytest.approx(0.745, abs=0.0005)


def test_inference_is_the_mean_of_training_for_one_block_and_not_for_a_chain_of_curved_ones() -> None:
    """Over all coins, exactly: each block of a chain survives with one half."""

    def mean(x: float, blocks: int) -> float:
        return 0.5 * (mean(x, blocks - 1) + mean(x + np.tanh(3 * x), blocks - 1)) if blocks else x

    def inference(x: float, blocks: int) -> float:
        return inference(x + 0.5 * np.tanh(3 * x), blocks - 1) if blocks else x

    assert mean(0.3, 1) == pytest.approx(inference(0.3, 1)) == pytest.approx(0.66, abs=0.005)
    assert (mean(0.3, 4), inference(0.3, 4)) == pytest.approx((2.03, 2.14), abs=0.01)


def test_fractal_networks_are_named_after_their_longest_path() -> None:
    depths = [5 * reference.fractal_depth(columns) for columns in range(1, 7)]
    assert depths == [5, 10, 20, 40, 80, 160]
    assert {f"FractalNet-{depth}, small" for depth in (20, 40, 160)} <= set(NETWORKS)


def test_an_ensemble_never_has_a_larger_loss_than_its_members_on_average() -> None:
    members = np.random.default_rng(0).dirichlet(np.full(5, 0.3), size=(7, 200)) + 1e-9
    together = -np.log(reference.ensemble_predict(list(members)))
    assert (together <= -np.log(members).mean(axis=0) + 1e-12).all()


def test_alexnets_memory_is_in_the_parameters_of_its_fully_connected_layers() -> None:
    alexnet = KNOWN["AlexNet"]
    assert min(MEASURED, key=lambda network: network.activations) is alexnet
    assert 4 * alexnet.params / 1e6 == pytest.approx(243.9, abs=0.05)
    assert alexnet.activation_megabytes == pytest.approx(2.6, abs=0.05)
    full = sum(conv_params(depth, made, 1) for depth, made in ((9216, 4096), (4096, 4096), (4096, 1000)))
    assert full / alexnet.params == pytest.approx(0.96, abs=0.005)


def test_vgg_has_most_operations_and_parameters_and_not_most_activations() -> None:
    def most(name: str) -> str:
        return max(MEASURED, key=lambda network: float(getattr(network, name))).name

    assert (most("macs"), most("params"), most("activations")) == ("VGG-19", "VGG-19", "Inception-ResNet-v2")
    assert max(MEASURED, key=lambda network: network.params + network.activations).name == "VGG-19"
    assert KNOWN["ResNet-152"].activations > KNOWN["VGG-19"].activations
    assert KNOWN["VGG-19"].macs / KNOWN["AlexNet"].macs == pytest.approx(27, abs=0.5)


def test_googlenet_is_efficient_among_its_neighbours() -> None:
    googlenet, resnet, vgg = KNOWN["GoogLeNet"], KNOWN["ResNet-18"], KNOWN["VGG-16"]
    assert (resnet.macs / googlenet.macs, resnet.params / googlenet.params) == pytest.approx((1.15, 1.67), abs=0.01)
    assert (vgg.macs / googlenet.macs, vgg.params / googlenet.params) == pytest.approx((9.8, 19.8), abs=0.1)
    assert vgg.top1 - googlenet.top1 == pytest.approx(2.9, abs=0.05)


def test_50_wide_layers_beat_152_by_78_images_with_more_parameters_for_the_same_work() -> None:
    wide, deep = KNOWN["Wide ResNet-50-2"], KNOWN["ResNet-152"]
    assert wide.top1 - deep.top1 == pytest.approx(0.156)
    assert round(500 * (wide.top1 - deep.top1)) == 78  # of 50,000 images
    assert wide.params > deep.params
    assert wide.macs / deep.macs == pytest.approx(0.99, abs=0.005)
    usual = KNOWN["ResNet-50"]
    assert (wide.params / usual.params, wide.macs / usual.macs) == pytest.approx((2.7, 2.8), abs=0.05)


def test_from_18_to_152_layers_work_grows_sixfold_and_accuracy_by_under_nine_points() -> None:
    first, middle, last = (KNOWN[f"ResNet-{depth}"] for depth in (18, 50, 152))
    assert last.macs / first.macs == pytest.approx(6.3, abs=0.05)
    assert last.top1 - first.top1 == pytest.approx(8.6, abs=0.05)
    assert (middle.top1 - first.top1) / (last.top1 - first.top1) > 0.7


def test_three_ways_to_spend_the_same_weights() -> None:
    row = 16 * conv_macs((32, 32), 32, 32, 3)
    assert row == conv_macs((32, 32), 128, 128, 3) == conv_macs((32, 32), 512, 512, 3, 16) == 150_994_944


@pytest.mark.parametrize("name", ["SqueezeNet 1.0", "DenseNet-121", "VGG-16", "ResNeXt-50 32x4d"])
def test_networks_that_need_no_block_of_the_students_are_counted_with_their_formulas(name: str) -> None:
    published = NETWORKS[name]
    cost = count_without_computing(lambda: published.build(None), published.image_shape, conv_macs, conv_params)  # type: ignore[arg-type]
    assert (cost.params, cost.macs) == (published.params, KNOWN[name].macs)


def test_a_mean_of_what_survives_is_the_mean_of_all_if_all_are_dropped_alike() -> None:
    """Over all coins, exactly: three branches, each there with one half, and at least one of them."""
    branches = [np.full((1, 1, 1, 1), value) for value in (1.0, 5.0, -2.0)]
    coins = [coin for coin in product([True, False], repeat=3) if any(coin)]
    mean = np.mean([reference.fractal_join(branches, list(coin)).item() for coin in coins])
    assert mean == pytest.approx(reference.fractal_join(branches, [True] * 3).item())
    assert "the mean of all branches is what the mean of the surviving ones comes to" in answers("modern_architectures")


def test_a_separable_convolution_of_256_maps_has_8_7_times_fewer_weights() -> None:
    full, in_two = conv_params(256, 256, 3, bias=False), conv_params(256, 256, 3, 256, bias=False)
    assert full / (in_two + conv_params(256, 256, 1, bias=False)) == pytest.approx(8.7, abs=0.05)
    text = (ASSIGNMENTS / "modern_architectures/modern_architectures.md").read_text(encoding="utf-8")
    assert "With 256 maps that is 8.7 times less." in text
