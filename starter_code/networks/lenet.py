"""LeNet-5, the first convolutional network that read amounts on cheques, as its paper has it and as it is built today.

The paper's has exactly 60,000 trained parameters:

    C1   5x5 convolution to 6 maps                        156
    S2   sums of 2x2 times a coefficient, plus a bias      12
    C3   5x5 convolutions to 16 maps, of some maps each 1,516
    S4   as S2                                             32
    C5   5x5 convolution to 120 maps of one pixel      48,120
    F6   fully connected, 84 units                     10,164

It is followed by one unit for each class that measures a distance and has no trained parameter. Today C3 reads all
maps, S2 and S4 are max pooling without parameters, and the end is a fully connected layer: 61,706 parameters.

Source: LeCun et al. 1998, Gradient-based learning applied to document recognition, section II-B and table I.
"""

import random

import torch
from torch import nn

from starter_code.initialisation import initialise

# Table I: the maps of S2 that each map of C3 reads.
READS = (
    *((0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5)),
    *((0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5)),
    *((0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5)),
    (0, 1, 2, 3, 4, 5),
)


class Squashing(nn.Module):
    """f(a) = 1.7159 tanh(2 a / 3), the paper's activation: f(1) = 1 and f(-1) = -1."""

    def forward(self, a: torch.Tensor) -> torch.Tensor:
        """Any shape -> the same shape."""
        return 1.7159 * torch.tanh(2 * a / 3)


class Subsampling(nn.Module):
    """The sum of each 2x2 patch, times a coefficient of its map, plus a bias of its map; both are trained."""

    def __init__(self, channels: int) -> None:
        """Begin with the average of the patch."""
        super().__init__()
        self.coefficient = nn.Parameter(torch.full((channels, 1, 1), 0.25))
        self.bias = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) -> (N, C, H / 2, W / 2)."""
        return self.coefficient * 4 * nn.functional.avg_pool2d(x, 2) + self.bias


class PartialConvolution(nn.Module):
    """Maps that read some of the maps before them: a convolution for each."""

    def __init__(self, reads: tuple[tuple[int, ...], ...], kernel_size: int) -> None:
        """Take the maps that each map reads."""
        super().__init__()
        self.reads = reads
        self.maps = nn.ModuleList(nn.Conv2d(len(some), 1, kernel_size) for some in reads)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W) -> (N, maps, H - kernel_size + 1, W - kernel_size + 1)."""
        return torch.cat([one(x[:, some]) for one, some in zip(self.maps, self.reads, strict=True)], dim=1)


class Distances(nn.Module):
    """Logits that are minus the squared distance to a fixed code of +1 and -1 for each class.

    The paper draws its codes as little pictures of the characters, and says that they might be drawn at random as
    well, which is what is done here. They are the same in every network.
    """

    def __init__(self, units: int, num_classes: int) -> None:
        """Draw the codes."""
        super().__init__()
        draw = random.Random(1998)  # noqa: S311  nothing here is secret
        codes = [[draw.choice((-1.0, 1.0)) for _ in range(units)] for _ in range(num_classes)]
        self.codes: torch.Tensor
        self.register_buffer("codes", torch.tensor(codes))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, units) -> (N, num_classes)."""
        return -(x[:, None] - self.codes).square().sum(dim=2)


def lenet5(num_classes: int = 10, in_channels: int = 1, *, original: bool = True) -> nn.Sequential:
    """Make LeNet-5 for images of 32x32: those of MNIST with two rows and columns of zeros on each side.

    in_channels: 3 for images in colour
    original: the network of the paper; otherwise that of today
    """
    if original:
        trunk: list[nn.Module] = [nn.Conv2d(in_channels, 6, 5), Squashing(), Subsampling(6), Squashing()]
        trunk += [PartialConvolution(READS, 5), Squashing(), Subsampling(16), Squashing()]
        trunk += [nn.Conv2d(16, 120, 5), Squashing(), nn.Flatten(), nn.Linear(120, 84), Squashing()]
        network = nn.Sequential(*trunk, Distances(84, num_classes))
    else:
        trunk = [nn.Conv2d(in_channels, 6, 5), nn.ReLU(), nn.MaxPool2d(2)]
        trunk += [nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2)]
        trunk += [nn.Conv2d(16, 120, 5), nn.ReLU(), nn.Flatten(), nn.Linear(120, 84), nn.ReLU()]
        network = nn.Sequential(*trunk, nn.Linear(84, num_classes))
    initialise(network)
    return network
