"""Inception-ResNet-v2: Inception modules whose result is scaled and added to what came in.

    out = relu(x + scale up([branch_1(x), branch_2(x), ...]))        up: 1x1 convolution to the depth of x

Built here is the network that its authors published with their weights, and that Keras and others took over. It has
55,843,464 parameters for 1000 classes. Other counts of the same network:

- 55,813,192 in Keras, whose BN learns no scale: 30,272 maps with BN have one number less each; and 55,873,736 there
  where the 60,544 running means and variances are counted too;
- 1,537 more for each class more: the published weights have 1001 classes, one of them for the background;
- an auxiliary head, in training only, is left out.

All of these are the "55.8M" or "55.9M" that one reads. The paper's figures differ from what was published: they have
5, 10 and 5 modules instead of 10, 20 and 10, other numbers of maps, and the stem of Inception-v4; the paper prints no
count.

The dropout of 0.2 before the last layer is left out.

Source: Szegedy et al. 2016, arXiv:1602.07261, section 3.2 and figures 10 to 19; scales: section 3.3.
"""

from collections.abc import Sequence

import torch
from torch import nn

from starter_code.networks.layers import Block, KernelSize, conv_bn_relu
from starter_code.residual_networks import ResidualNetwork

Branch = Sequence[tuple[int, KernelSize]]  # depth and kernel of each convolution, one after the other

STEM: tuple[tuple[int, int, int, bool] | None, ...] = (  # depth, kernel, stride, padded; a None is a 3x3 max pooling
    (32, 3, 2, False),
    (32, 3, 1, False),
    (64, 3, 1, True),
    None,
    (80, 1, 1, False),
    (192, 3, 1, False),
    None,
)
FIRST: tuple[Branch, ...] = (((96, 1),), ((48, 1), (64, 5)), ((64, 1), (96, 3), (96, 3)))  # and a pooling to 64
A: tuple[Branch, ...] = (((32, 1),), ((32, 1), (32, 3)), ((32, 1), (48, 3), (64, 3)))
B: tuple[Branch, ...] = (((192, 1),), ((128, 1), (160, (1, 7)), (192, (7, 1))))
C: tuple[Branch, ...] = (((192, 1),), ((192, 1), (224, (1, 3)), (256, (3, 1))))
REDUCE_A: tuple[Branch, ...] = (((384, 3),), ((256, 1), (256, 3), (384, 3)))
REDUCE_B: tuple[Branch, ...] = (((256, 1), (384, 3)), ((256, 1), (288, 3)), ((256, 1), (288, 3), (320, 3)))


class Stacked(nn.Module):
    """Branches side by side, their results stacked along the channels."""

    def __init__(self, branches: Sequence[nn.Module]) -> None:
        """Take the branches, which give maps of one size."""
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) -> (N, sum of the branches' depths, H', W')."""
        return torch.cat([branch(x) for branch in self.branches], dim=1)


class InceptionResidual(nn.Module):
    """A module that keeps the shape: x plus its branches, stacked, brought to the depth of x and scaled."""

    def __init__(self, in_channels: int, branches: Sequence[Branch], scale: float, *, relu: bool = True) -> None:
        """Make the layers.

        branches: the convolutions of each branch, with BN and ReLU and without biases
        scale: factor of the residual; without it, training of such wide networks breaks down
        relu: whether a ReLU follows the sum
        """
        super().__init__()
        self.stacked = Stacked([branch_of(in_channels, branch) for branch in branches])
        self.up = nn.Conv2d(sum(branch[-1][0] for branch in branches), in_channels, 1)
        self.scale, self.relu = scale, relu

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) -> the same shape."""
        total: torch.Tensor = x + self.scale * self.up(self.stacked(x))
        return torch.relu(total) if self.relu else total


def inception_resnet(
    num_classes: int = 1000,
    in_channels: int = 3,
    block: Block = InceptionResidual,
    counts: tuple[int, int, int] = (10, 20, 10),
) -> ResidualNetwork:
    """Make Inception-ResNet-v2 for images of 299x299 in colour, from 75x75 on.

    in_channels: 1 for grey images
    block: block(in_channels, branches, scale, relu=...), which keeps the shape
    counts: number of modules A, B and C
    """
    a, b, c = counts
    stages = [
        Stacked([*(branch_of(192, branch) for branch in FIRST), _pooled(192, 64)]),
        *(block(320, A, 0.17) for _ in range(a)),
        Stacked([*(branch_of(320, branch, reduce=True) for branch in REDUCE_A), nn.MaxPool2d(3, 2)]),
        *(block(1088, B, 0.10) for _ in range(b)),
        Stacked([*(branch_of(1088, branch, reduce=True) for branch in REDUCE_B), nn.MaxPool2d(3, 2)]),
        *(block(2080, C, 0.20) for _ in range(c - 1)),
        block(2080, C, 1.0, relu=False),
        conv_bn_relu(2080, 1536, 1),
    ]
    return ResidualNetwork(_stem(in_channels), nn.Sequential(*stages), 1536, num_classes)


def branch_of(in_channels: int, branch: Branch, *, reduce: bool = False) -> nn.Sequential:
    """The convolutions of a branch; with `reduce`, the last one halves the maps: stride 2, no padding."""
    layers = nn.Sequential()
    for place, (channels, kernel_size) in enumerate(branch, 1):
        halves = reduce and place == len(branch)
        layers.append(conv_bn_relu(in_channels, channels, kernel_size, 2 if halves else 1, pad=not halves))
        in_channels = channels
    return layers


def _pooled(in_channels: int, channels: int) -> nn.Sequential:
    average = nn.AvgPool2d(3, 1, 1, count_include_pad=False)
    return nn.Sequential(average, conv_bn_relu(in_channels, channels, 1))


def _stem(depth: int) -> nn.Sequential:
    """The first layers, 299x299 -> 35x35."""
    layers = nn.Sequential()
    for row in STEM:
        if row is None:
            layers.append(nn.MaxPool2d(3, 2))
        else:
            channels, kernel_size, stride, pad = row
            layers.append(conv_bn_relu(depth, channels, kernel_size, stride, pad=pad))
            depth = channels
    return layers
