"""Full residual networks, assembled from a block that students write. Notebooks call these, and so does what trains networks.

`resnet` makes the five networks of the paper for ImageNet, `small_resnet` those for small images. Both have the last layer `fc`,
take images (N, C, H, W) and give logits (N, num_classes). With `PlainBlock` for a block, the same network has no shortcuts.
"""

from collections.abc import Callable, Sequence

import torch
from torch import nn

from starter_code.initialisation import initialise

Block = Callable[[int, int, int], nn.Module]  # depth that comes in, depth inside, stride

# Blocks in each of the four stages, and how many times deeper a block's output is than its inside (arXiv:1512.03385, table 1).
LAYOUTS: dict[int, tuple[tuple[int, ...], int]] = {
    18: ((2, 2, 2, 2), 1),
    34: ((3, 4, 6, 3), 1),
    50: ((3, 4, 6, 3), 4),
    101: ((3, 4, 23, 3), 4),
    152: ((3, 8, 36, 3), 4),
}


class PlainBlock(nn.Module):
    """Two 3x3 convolutions with BN and ReLU, one after the other: a residual block that has lost its shortcut."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        """Make the layers."""
        super().__init__()
        first, second = _layer(in_channels, out_channels, 3, stride), _layer(out_channels, out_channels, 3, 1)
        self.layers = nn.Sequential(*first, *second)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) -> (N, out_channels, H / stride, W / stride)."""
        result: torch.Tensor = self.layers(x)
        return result


class ResidualNetwork(nn.Module):
    """A stem, stages of blocks, an average over each map, and a linear layer `fc`."""

    def __init__(self, stem: nn.Module, stages: nn.Module, depth: int, num_classes: int) -> None:
        """Put the parts together and draw the weights; `depth` is that of the last maps."""
        super().__init__()
        self.stem, self.stages = stem, stages
        self.fc = nn.Linear(depth, num_classes)
        initialise(self)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) -> (N, num_classes) logits."""
        maps: torch.Tensor = self.stages(self.stem(images))
        logits: torch.Tensor = self.fc(maps.mean(dim=(2, 3)))
        return logits


def resnet(
    depth: int, block: Block, num_classes: int = 1000, in_channels: int = 3, *, small_images: bool = False
) -> ResidualNetwork:
    """Make the ResNet of this depth for images of 224x224 in colour.

    depth: 18 or 34, of residual blocks, or 50, 101 or 152, of bottlenecks
    block: block(in_channels, channels, stride); bottlenecks give 4 times `channels`
    in_channels: 1 for grey images
    small_images: for images of some 32x32, a stem that keeps their size: one 3x3 convolution, and no pooling

    Raises ValueError for another depth.
    """
    if depth not in LAYOUTS:
        message = f"there is no ResNet-{depth} in the paper; its depths are {', '.join(map(str, LAYOUTS))}"
        raise ValueError(message)
    counts, wider = LAYOUTS[depth]
    stem = _layer(in_channels, 64, 3, 1) if small_images else _layer(in_channels, 64, 7, 2)
    if not small_images:
        stem.append(nn.MaxPool2d(3, stride=2, padding=1))
    widths = [64, 128, 256, 512]
    return ResidualNetwork(nn.Sequential(*stem), _stages(block, 64, counts, widths, wider), 512 * wider, num_classes)


def small_resnet(
    depth: int, block: Block, num_classes: int = 10, in_channels: int = 1, width: int = 16
) -> ResidualNetwork:
    """Make a ResNet for small images, as the paper does for CIFAR-10: three stages of blocks with two layers each.

    depth: 6n + 2 for n blocks in each stage: 8, 14, 20, 32, 56 ...
    block: block(in_channels, channels, stride), which gives `channels`
    width: depth of the maps in the first stage; it doubles twice

    Raises ValueError for a depth that is not 6n + 2.
    """
    count, rest = divmod(depth - 2, 6)
    if rest or count < 1:
        message = f"a depth of 6n + 2 is needed, such as 8, 14 or 20, and not {depth}"
        raise ValueError(message)
    widths = [width, 2 * width, 4 * width]
    stem = nn.Sequential(*_layer(in_channels, width, 3, 1))
    return ResidualNetwork(stem, _stages(block, width, [count] * 3, widths, 1), 4 * width, num_classes)


def _layer(in_channels: int, out_channels: int, size: int, stride: int) -> list[nn.Module]:
    """A convolution that keeps the size but for its stride, BN and ReLU."""
    convolution = nn.Conv2d(in_channels, out_channels, size, stride, size // 2, bias=False)
    return [convolution, nn.BatchNorm2d(out_channels), nn.ReLU(inplace=True)]


def _stages(block: Block, comes_in: int, counts: Sequence[int], widths: Sequence[int], wider: int) -> nn.Sequential:
    """Blocks one after the other; the first block of each stage but the first has stride 2."""
    blocks = []
    for stage, (count, inside) in enumerate(zip(counts, widths, strict=True)):
        for place in range(count):
            blocks.append(block(comes_in, inside, 2 if stage > 0 and place == 0 else 1))
            comes_in = wider * inside
    return nn.Sequential(*blocks)
