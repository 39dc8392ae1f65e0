"""The table of a network's parts adds up to the whole, names shapes as they are, and leaves the network as it was."""

from __future__ import annotations

import pytest
import torch

from solutions.inception_ops.reference import conv_macs, conv_params
from solutions.train_networks.reference import AuxiliaryHead, BottleneckBlock, InceptionModule, ResidualBlock
from starter_code.googlenet import googlenet, small_googlenet
from starter_code.networks.counting import count_without_computing
from starter_code.networks.summary import parts_of, summary
from starter_code.networks.zoo import NETWORKS, Blocks
from starter_code.summary import print_summary

BLOCKS = Blocks(ResidualBlock, BottleneckBlock, InceptionModule, AuxiliaryHead)


@pytest.mark.parametrize("name", ["AlexNet", "GoogLeNet", "ResNeXt-50 32x4d", "ResNet-50", "SqueezeNet 1.0"])
@pytest.mark.parametrize("level", [1, 2, 3])
def test_parts_add_up_to_what_counting_with_formulas_gives(name: str, level: int) -> None:
    published = NETWORKS[name]
    with torch.device("meta"):
        parts = parts_of(published.build(BLOCKS), published.image_shape, level)
    cost = count_without_computing(lambda: published.build(BLOCKS), published.image_shape, conv_macs, conv_params)
    assert (sum(part[2] for part in parts), sum(part[3] for part in parts)) == (cost.params, cost.macs)


def test_a_module_is_one_line_or_is_opened() -> None:
    with torch.device("meta"):
        network = small_googlenet(InceptionModule)
        closed, opened = (parts_of(network, (1, 8, 8), level) for level in (2, 3))
    assert closed[1][:2] == ("trunk.1 (InceptionModule)", (32, 8, 8))
    inside = [part for part in opened if part[0].startswith("trunk.1.")]
    assert [shape for _, shape, _, _ in inside if shape[0] in {8, 12, 6}]
    assert sum(part[3] for part in inside) == closed[1][3]


def test_heads_do_not_run_in_evaluation_and_are_not_listed() -> None:
    with torch.device("meta"):
        network = googlenet(InceptionModule, AuxiliaryHead)
        parts = parts_of(network, (3, 224, 224))
    assert sum(part[2] for part in parts) == 6_998_552
    assert not any("head" in part[0] for part in parts)


def test_the_network_is_left_as_it_was() -> None:
    network = small_googlenet(InceptionModule, AuxiliaryHead).train()
    network.heads.eval()
    parts_of(network, (1, 8, 8))
    assert (network.training, network.heads.training) == (True, False)
    assert not any(part._forward_hooks for part in network.modules())


def test_the_table_is_as_wide_as_its_longest_cells_and_ends_with_the_sums(capsys: pytest.CaptureFixture[str]) -> None:
    print_summary([("a", (3, 28, 28), 1200, 7_000_000), ("a longer name", (10,), 5, 50)])
    lines = capsys.readouterr().out.splitlines()
    assert len({len(line) for line in lines}) == 1
    assert [line.split() for line in lines[1:]] == [
        ["a", "3", "x", "28", "x", "28", "1,200", "7,000,000"],
        ["a", "longer", "name", "10", "5", "50"],
        ["all", "1,205", "7,000,050"],
    ]


def test_what_is_printed_is_what_was_counted(capsys: pytest.CaptureFixture[str]) -> None:
    with torch.device("meta"):
        summary(small_googlenet(InceptionModule), (1, 8, 8))
    assert capsys.readouterr().out.splitlines()[-1].split() == ["all", "19,274", "404,736"]
