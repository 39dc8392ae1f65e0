"""DenseNet: inside a dense block, each layer reads the maps of all layers before it, and adds a few of its own.

A layer that adds k maps (k is the growth rate) after i others reads k0 + i k of them. Between blocks a transition
halves height and width; in the form BC it halves the number of maps too, and each layer has a bottleneck: a 1x1
convolution to 4 k maps before its 3x3. DenseNet-121 has 7,978,856 parameters. For small images and k = 12, DenseNet-BC
with 100 layers has 769,162 (0.8M in the paper), and the first form with 40 layers has 1,019,722 (1.0M).

The dropout of 0.2 that the paper uses where images are not augmented is left out.

Source: Huang et al. 2016, arXiv:1608.06993, tables 1 and 2.
"""

import torch
from torch import nn

from starter_code.networks.layers import Block, bn_relu_conv, convolution
from starter_code.residual_networks import ResidualNetwork

# Layers in each of the four dense blocks, with growth rate 32 (table 1).
LAYOUTS: dict[int, tuple[int, ...]] = {121: (6, 12, 24, 16), 169: (6, 12, 32, 32), 201: (6, 12, 48, 32)}


class DenseLayer(nn.Module):
    """One layer of a dense block: what comes in, and `growth` new maps behind it.

    h   = conv 1x1(relu(BN(x)))           to 4 growth maps; left out without a bottleneck
    new = conv 3x3(relu(BN(h)))           to growth maps
    out = [x, new]
    """

    def __init__(self, in_channels: int, growth: int, *, bottleneck: bool = True) -> None:
        """Make the layers."""
        super().__init__()
        inside = 4 * growth if bottleneck else in_channels
        reduce = bn_relu_conv(in_channels, inside, 1) if bottleneck else nn.Identity()
        self.branch = nn.Sequential(reduce, bn_relu_conv(inside, growth, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) -> (N, in_channels + growth, H, W)."""
        return torch.cat([x, self.branch(x)], dim=1)


def densenet(
    depth: int = 121, num_classes: int = 1000, in_channels: int = 3, block: Block = DenseLayer
) -> ResidualNetwork:
    """Make the DenseNet-BC of this depth for images of 224x224 in colour.

    depth: 121, 169 or 201
    in_channels: 1 for grey images
    block: block(in_channels, growth), which gives `growth` channels more than it takes

    Raises ValueError for another depth.
    """
    if depth not in LAYOUTS:
        raise ValueError(f"there is no DenseNet-{depth} here; the depths are {', '.join(map(str, LAYOUTS))}")
    stem = [convolution(in_channels, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    return _network(stem, 64, LAYOUTS[depth], 32, block, num_classes, halve=True)


def small_densenet(
    depth: int = 100,
    growth: int = 12,
    num_classes: int = 10,
    in_channels: int = 3,
    block: Block = DenseLayer,
    *,
    bottleneck: bool = True,
) -> ResidualNetwork:
    """Make a DenseNet of three dense blocks for images of 32x32 in colour.

    depth: 6n + 4 with bottlenecks, such as 40 or 100; 3n + 4 without
    growth: maps that each layer adds
    in_channels: 1 for grey images
    block: block(in_channels, growth, bottleneck=...), which gives `growth` channels more than it takes
    bottleneck: the form BC: bottlenecks, transitions that halve the number of maps, and 2 growth maps at the start;
        the first form has neither, and 16 maps at the start

    Raises ValueError for another depth.
    """
    count, rest = divmod(depth - 4, 6 if bottleneck else 3)
    if rest or count < 1:
        raise ValueError(f"a depth of {6 if bottleneck else 3}n + 4 is needed, such as 40 or 100, and not {depth}")
    start = 2 * growth if bottleneck else 16

    def layer(comes_in: int, adds: int) -> nn.Module:
        return block(comes_in, adds, bottleneck=bottleneck)

    stem: list[nn.Module] = [convolution(in_channels, start, 3)]
    return _network(stem, start, (count,) * 3, growth, layer, num_classes, halve=bottleneck)


def _network(
    stem: list[nn.Module],
    depth: int,
    counts: tuple[int, ...],
    growth: int,
    block: Block,
    num_classes: int,
    *,
    halve: bool,
) -> ResidualNetwork:
    """Dense blocks with transitions between them; at the end BN, ReLU, averages, and a linear layer `fc`."""
    layers: list[nn.Module] = []
    for place, count in enumerate(counts):
        if place:
            leaves = depth // 2 if halve else depth
            layers += [bn_relu_conv(depth, leaves, 1), nn.AvgPool2d(2)]
            depth = leaves
        for _ in range(count):
            layers.append(block(depth, growth))
            depth += growth
    layers += [nn.BatchNorm2d(depth), nn.ReLU()]
    return ResidualNetwork(nn.Sequential(*stem), nn.Sequential(*layers), depth, num_classes)
