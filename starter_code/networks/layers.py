"""What several families are assembled from: convolutions with BN and ReLU in either order, stages, averages of maps."""

from collections.abc import Callable, Sequence

import torch
from torch import nn

from starter_code.initialisation import initialise

Block = Callable[..., nn.Module]
KernelSize = int | tuple[int, int]


def convolution(
    in_channels: int, out_channels: int, kernel_size: KernelSize, stride: int = 1, *, groups: int = 1, pad: bool = True
) -> nn.Conv2d:
    """A convolution without a bias, for BN beside it; with `pad`, it keeps the size but for its stride."""
    height, width = kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    padding = (height // 2, width // 2) if pad else (0, 0)
    return nn.Conv2d(in_channels, out_channels, (height, width), stride, padding, groups=groups, bias=False)


def conv_bn_relu(
    in_channels: int, out_channels: int, kernel_size: KernelSize, stride: int = 1, *, groups: int = 1, pad: bool = True
) -> nn.Sequential:
    """Convolution, BN, ReLU; the arguments are those of `convolution`."""
    first = convolution(in_channels, out_channels, kernel_size, stride, groups=groups, pad=pad)
    return nn.Sequential(first, nn.BatchNorm2d(out_channels), nn.ReLU())


def bn_relu_conv(in_channels: int, out_channels: int, kernel_size: KernelSize, stride: int = 1) -> nn.Sequential:
    """BN, ReLU, convolution: the order of pre-activation; the arguments are those of `convolution`."""
    last = convolution(in_channels, out_channels, kernel_size, stride)
    return nn.Sequential(nn.BatchNorm2d(in_channels), nn.ReLU(), last)


def in_stages(
    block: Block, comes_in: int, counts: Sequence[int], widths: Sequence[int], wider: int = 1
) -> list[nn.Module]:
    """Blocks one after the other; the first block of each stage but the first has stride 2.

    block: block(in_channels, channels, stride), whose output is `wider` times as deep as `channels`
    comes_in: depth of what the first block takes
    counts, widths: number of blocks in each stage, and their `channels`
    """
    blocks: list[nn.Module] = []
    for stage, (count, channels) in enumerate(zip(counts, widths, strict=True)):
        for place in range(count):
            blocks.append(block(comes_in, channels, 2 if stage and not place else 1))
            comes_in = wider * channels
    return blocks


class AveragedMaps(nn.Module):
    """A trunk that ends with one map for each class: the average over a map is the logit of its class.

    There is no fully connected layer. Source: Lin et al. 2013, arXiv:1312.4400, section 3.2.
    """

    def __init__(self, *trunk: nn.Module) -> None:
        """Put the layers together and draw the weights."""
        super().__init__()
        self.trunk = nn.Sequential(*trunk)
        initialise(self)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) -> (N, classes) logits."""
        maps: torch.Tensor = self.trunk(images)
        return maps.mean(dim=(2, 3))
