"""Pre-activation ResNet: BN and ReLU stand before each convolution, and nothing changes the sums between blocks.

In a ResNet of 2015 a ReLU follows each sum; here nothing does, and x_L = x_l + F_l + ... + F_(L-1). Where the shortcut
is a projection, it reads what the first BN and ReLU of the block give. A last BN and ReLU follow the last block.

With 164 layers, the network for small images has 1,703,258 parameters (1.7M in the paper). The paper's network for
ImageNet has 200 layers; those with fewer have as many blocks as the ResNets of 2015, and 18 layers take 11,687,848
parameters, 1,664 fewer than there: projections have no BN of their own.

Source: He et al. 2016, arXiv:1603.05027, figure 1b, tables 4 and 5.
"""

from collections.abc import Sequence

import torch
from torch import nn

from starter_code.networks.layers import Block, bn_relu_conv, convolution, in_stages
from starter_code.residual_networks import LAYOUTS, ResidualNetwork


class PreactivationBlock(nn.Module):
    """Two 3x3 convolutions, each behind its BN and ReLU, and a shortcut.

        a   = relu(BN(x))
        out = x + conv(relu(BN(conv(a))))                          where in_channels is out_channels and stride 1
        out = 1x1 convolution of a + conv(relu(BN(conv(a))))       elsewhere; the first 3x3 and the 1x1 have the stride

    No convolution has a bias.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        """Make the layers; the arguments are those of a residual block."""
        super().__init__()
        self.before = nn.Sequential(nn.BatchNorm2d(in_channels), nn.ReLU())
        self.branch = self.make_branch(in_channels, out_channels, stride)
        leaves = self.wider * out_channels
        same = stride == 1 and in_channels == leaves
        self.projection = None if same else convolution(in_channels, leaves, 1, stride)

    wider = 1  # a block's output is so many times as deep as `out_channels`

    def make_branch(self, in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
        """What follows the first BN and ReLU."""
        return nn.Sequential(
            convolution(in_channels, out_channels, 3, stride), *bn_relu_conv(out_channels, out_channels, 3)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride), of any sign."""
        active = self.before(x)
        kept: torch.Tensor = x if self.projection is None else self.projection(active)
        total: torch.Tensor = kept + self.branch(active)
        return total


class PreactivationBottleneck(PreactivationBlock):
    """The same with three convolutions, 1x1, 3x3 (with the stride) and 1x1; its output is 4 x `out_channels` deep."""

    wider = 4

    def make_branch(self, in_channels: int, out_channels: int, stride: int) -> nn.Sequential:
        """What follows the first BN and ReLU."""
        return nn.Sequential(
            convolution(in_channels, out_channels, 1),
            bn_relu_conv(out_channels, out_channels, 3, stride),
            bn_relu_conv(out_channels, self.wider * out_channels, 1),
        )


def preactivation_resnet(
    depth: int, num_classes: int = 1000, in_channels: int = 3, block: Block | None = None
) -> ResidualNetwork:
    """Make the pre-activation ResNet of this depth for images of 224x224 in colour.

    depth: 18 or 34, of blocks, or 50, 101, 152 or 200, of bottlenecks
    in_channels: 1 for grey images
    block: block(in_channels, channels, stride); a bottleneck gives 4 times `channels`. Default: one of the two above

    Raises ValueError for another depth.
    """
    layouts = {**LAYOUTS, 200: ((3, 24, 36, 3), 4)}
    if depth not in layouts:
        raise ValueError(f"there is no ResNet-{depth} in the papers; the depths are {', '.join(map(str, layouts))}")
    counts, wider = layouts[depth]
    stem = [convolution(in_channels, 64, 7, 2), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    block = block or (PreactivationBottleneck if wider > 1 else PreactivationBlock)
    return preactivated(stem, block, 64, counts, (64, 128, 256, 512), num_classes, wider=wider)


def small_preactivation_resnet(
    depth: int,
    num_classes: int = 10,
    in_channels: int = 3,
    block: Block | None = None,
    width: int = 16,
    *,
    bottleneck: bool = True,
) -> ResidualNetwork:
    """Make a pre-activation ResNet for small images, of three stages.

    depth: 9n + 2 with bottlenecks, such as 164 or 1001; 6n + 2 without, such as 20, 56 or 110
    in_channels: 1 for grey images, 3 for colour
    block: block(in_channels, channels, stride); a bottleneck gives 4 times `channels`. Default: one of the two above
    width: `channels` in the first stage; it doubles twice

    Raises ValueError for another depth.
    """
    layers, wider = (9, 4) if bottleneck else (6, 1)
    count, rest = divmod(depth - 2, layers)
    if rest or count < 1:
        raise ValueError(f"a depth of {layers}n + 2 is needed, and not {depth}")
    block = block or (PreactivationBottleneck if bottleneck else PreactivationBlock)
    stem: list[nn.Module] = [convolution(in_channels, 16, 3)]
    return preactivated(stem, block, 16, [count] * 3, (width, 2 * width, 4 * width), num_classes, wider=wider)


def preactivated(
    stem: list[nn.Module],
    block: Block,
    depth: int,
    counts: Sequence[int],
    widths: Sequence[int],
    num_classes: int,
    *,
    wider: int = 1,
) -> ResidualNetwork:
    """Put stem and stages together, with BN and ReLU behind the last block; `depth` is that of the stem's maps."""
    last = wider * widths[-1]
    blocks = in_stages(block, depth, counts, widths, wider)
    stages = nn.Sequential(*blocks, nn.BatchNorm2d(last), nn.ReLU())
    return ResidualNetwork(nn.Sequential(*stem), stages, last, num_classes)
