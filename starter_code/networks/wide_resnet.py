"""Wide ResNet: k times as many maps in each block, and fewer blocks.

WRN-28-10, for small images, has pre-activation blocks whose stages are 160, 320 and 640 deep. Its 36,479,194
parameters are what the paper prints as 36.5M: no convolution has a bias, projections have no BN, and the last BN has
640 maps. WRN-50-2, for ImageNet, is ResNet-50 with twice the maps in the 3x3 convolution of each bottleneck:
68,883,240 (68.9M).

Source: Zagoruyko and Komodakis 2016, arXiv:1605.07146, table 1.
"""

from functools import partial

from torch import nn

from starter_code.networks.layers import Block, convolution
from starter_code.networks.preactivation import PreactivationBlock, preactivated
from starter_code.networks.resnext import GroupedBottleneck
from starter_code.residual_networks import ResidualNetwork, resnet


class WideBlock(PreactivationBlock):
    """A pre-activation block that may drop units between its two convolutions (section 2.4 of the paper)."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1, dropout: float = 0.0) -> None:
        """Make the layers.

        out_channels: depth of what goes out, k already in it
        dropout: probability with which a unit is dropped; the paper takes 0.3, or none
        """
        super().__init__(in_channels, out_channels, stride)
        self.branch.insert(3, nn.Dropout(dropout))  # behind the second BN and ReLU


def wide_resnet(
    depth: int = 28, k: int = 10, num_classes: int = 10, in_channels: int = 3, block: Block = WideBlock
) -> ResidualNetwork:
    """Make the Wide ResNet WRN-depth-k for images of 32x32 in colour.

    depth: 6n + 4 for n blocks in each of three stages: 10, 16, 22, 28, 40 ...
    k: how many times deeper the maps are than 16, 32 and 64
    in_channels: 1 for grey images
    block: block(in_channels, channels, stride), which gives `channels`

    Raises ValueError for another depth.
    """
    count, rest = divmod(depth - 4, 6)
    if rest or count < 1:
        raise ValueError(f"a depth of 6n + 4 is needed, such as 16, 28 or 40, and not {depth}")
    stem: list[nn.Module] = [convolution(in_channels, 16, 3)]
    return preactivated(stem, block, 16, [count] * 3, (16 * k, 32 * k, 64 * k), num_classes)


def wide_resnet50(
    num_classes: int = 1000,
    in_channels: int = 3,
    block: Block = partial(GroupedBottleneck, groups=1, widen=2),  # noqa: B008  (it makes nothing yet)
) -> ResidualNetwork:
    """Make WRN-50-2 for images of 224x224 in colour.

    in_channels: 1 for grey images
    block: block(in_channels, channels, stride), whose output is 4 times as deep as `channels`
    """
    return resnet(50, block, num_classes, in_channels)
