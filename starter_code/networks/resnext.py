"""ResNeXt: the branch of a bottleneck is a sum of many thin paths of one shape, written as a grouped convolution.

ResNeXt-50 32x4d has 32 paths that are 4 maps thin in the first stage (cardinality 32), and 25,028,904 parameters
(25.0M in the paper) where ResNet-50 has 25,557,032.

Source: Xie et al. 2016, arXiv:1611.05431, table 1 and figure 3c.
"""

import torch
from torch import nn

from starter_code.networks.layers import Block, conv_bn_relu, convolution
from starter_code.residual_networks import ResidualNetwork, resnet


class GroupedBottleneck(nn.Module):
    """A bottleneck whose 3x3 convolution is `widen` times as wide as usual and cut into groups.

        h   = relu(BN(1x1 convolution of x))               in_channels -> widen channels
        h   = relu(BN(3x3 convolution of h, in groups))    widen channels -> widen channels; the stride is here
        out = relu(BN(1x1 convolution of h) + shortcut)    widen channels -> 4 channels

    The shortcut is x, or BN(1x1 convolution of x) where the shapes differ. Each group of the 3x3 with its part of the
    last 1x1 is one path of figure 3a; the last 1x1 adds them.
    """

    def __init__(self, in_channels: int, channels: int, stride: int = 1, *, groups: int = 32, widen: int = 2) -> None:
        """Make the layers.

        channels: as in a bottleneck; what goes out is 4 times as deep
        groups: number of paths (cardinality); it divides widen channels
        """
        super().__init__()
        inside, leaves = widen * channels, 4 * channels
        self.reduce = conv_bn_relu(in_channels, inside, 1)
        self.paths = conv_bn_relu(inside, inside, 3, stride, groups=groups)
        self.expand = nn.Sequential(convolution(inside, leaves, 1), nn.BatchNorm2d(leaves))
        self.shortcut = nn.Sequential()
        if stride > 1 or in_channels != leaves:
            self.shortcut.extend([convolution(in_channels, leaves, 1, stride), nn.BatchNorm2d(leaves)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) -> (N, 4 channels, H / stride, W / stride), none of it negative."""
        return torch.relu(self.expand(self.paths(self.reduce(x))) + self.shortcut(x))


def resnext50(num_classes: int = 1000, in_channels: int = 3, block: Block = GroupedBottleneck) -> ResidualNetwork:
    """Make ResNeXt-50 32x4d for images of 224x224 in colour.

    in_channels: 1 for grey images
    block: block(in_channels, channels, stride), whose output is 4 times as deep as `channels`
    """
    return resnet(50, block, num_classes, in_channels)
