"""SqueezeNet 1.0: the accuracy of AlexNet with fifty times fewer parameters.

Three rules: 1x1 filters in place of 3x3, fewer maps for those 3x3 filters that stay, and poolings late, so that maps
stay large. Its 1,248,424 parameters take 4.8 MB in float32; compressed, the paper gets below 0.5 MB.

Source: Iandola et al. 2016, arXiv:1602.07360, figure 1 and table 1, which prints 224x224 for the image but has the
map sizes of 227x227. From the second pooling on, the maps are 27x27 and 13x13 for both.
"""

import torch
from torch import nn

from starter_code.networks.layers import AveragedMaps, Block

# Depths of squeeze, 1x1 expand and 3x3 expand in each fire module; a None is a 3x3 max pooling of stride 2 (table 1).
LAYOUT: tuple[tuple[int, int, int] | None, ...] = (
    None,
    (16, 64, 64),
    (16, 64, 64),
    (32, 128, 128),
    None,
    (32, 128, 128),
    (48, 192, 192),
    (48, 192, 192),
    (64, 256, 256),
    None,
    (64, 256, 256),
)


class FireModule(nn.Module):
    """A squeeze layer, and two expand layers on what it leaves, stacked along the channels.

        s   = relu(1x1 convolution of x)                      to `squeeze` channels
        out = relu([1x1 convolution of s, 3x3 convolution of s])     to expand1 + expand3 channels

    Every convolution has a bias; the 3x3 has padding 1.
    """

    def __init__(self, in_channels: int, squeeze: int, expand1: int, expand3: int) -> None:
        """Make the layers; the four numbers are depths."""
        super().__init__()
        self.squeeze = nn.Conv2d(in_channels, squeeze, 1)
        self.expand1 = nn.Conv2d(squeeze, expand1, 1)
        self.expand3 = nn.Conv2d(squeeze, expand3, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, in_channels, H, W) -> (N, expand1 + expand3, H, W)."""
        thin = torch.relu(self.squeeze(x))
        return torch.relu(torch.cat([self.expand1(thin), self.expand3(thin)], dim=1))


def squeezenet(num_classes: int = 1000, in_channels: int = 3, block: Block = FireModule) -> AveragedMaps:
    """Make SqueezeNet 1.0 for images of 224x224 in colour.

    in_channels: 1 for grey images
    block: block(in_channels, squeeze, expand1, expand3)
    """
    layers: list[nn.Module] = [nn.Conv2d(in_channels, 96, 7, 2), nn.ReLU()]
    depth = 96
    for row in LAYOUT:
        if row is None:
            layers.append(nn.MaxPool2d(3, 2, ceil_mode=True))
        else:
            layers.append(block(depth, *row))
            depth = row[1] + row[2]
    return AveragedMaps(*layers, nn.Dropout(0.5), nn.Conv2d(depth, num_classes, 1), nn.ReLU())
