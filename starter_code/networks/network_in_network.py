"""Network in Network: a small perceptron slides over the image in place of a filter, and averages of maps end it.

Its two 1x1 convolutions are what bottlenecks came from. Two networks are made: the one of the paper for small images
(966,986 parameters for ten classes), and the one for ImageNet that its first author published for Caffe (7,595,176),
whose file of 29 MB stands beside 230 MB for AlexNet. The paper itself trains on small images only, and prints no
counts.

Source: Lin et al. 2013, arXiv:1312.4400, figure 2 and section 4.
"""

from torch import nn

from starter_code.networks.layers import AveragedMaps, Block


class MlpConv(nn.Sequential):
    """A convolution and two 1x1 convolutions, each with a bias and a ReLU: a perceptron at each position."""

    def __init__(
        self, in_channels: int, channels: tuple[int, int, int], kernel_size: int, stride: int = 1, padding: int = 0
    ) -> None:
        """Make the layers.

        channels: depth after each of the three convolutions
        kernel_size, stride, padding: of the first; x (N, in_channels, H, W) becomes (N, channels[2], H', W') by it
        """
        first, second, third = channels
        super().__init__(
            nn.Conv2d(in_channels, first, kernel_size, stride, padding),
            nn.ReLU(),
            nn.Conv2d(first, second, 1),
            nn.ReLU(),
            nn.Conv2d(second, third, 1),
            nn.ReLU(),
        )


def network_in_network(num_classes: int = 1000, in_channels: int = 3, block: Block = MlpConv) -> AveragedMaps:
    """Make the network for ImageNet, of four mlpconv layers, for images of 224x224 in colour.

    in_channels: 1 for grey images
    block: block(in_channels, channels, kernel_size, stride, padding)
    """
    return AveragedMaps(
        block(in_channels, (96, 96, 96), 11, 4, 0),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        block(96, (256, 256, 256), 5, 1, 2),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        block(256, (384, 384, 384), 3, 1, 1),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.Dropout(0.5),
        block(384, (1024, 1024, num_classes), 3, 1, 1),
    )


def small_network_in_network(num_classes: int = 10, in_channels: int = 3, block: Block = MlpConv) -> AveragedMaps:
    """Make the network for CIFAR, of three mlpconv layers, for images of 32x32; the arguments are those above."""
    return AveragedMaps(
        block(in_channels, (192, 160, 96), 5, 1, 2),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.Dropout(0.5),
        block(96, (192, 192, 192), 5, 1, 2),
        nn.AvgPool2d(3, 2, ceil_mode=True),
        nn.Dropout(0.5),
        block(192, (192, 192, num_classes), 3, 1, 1),
    )
