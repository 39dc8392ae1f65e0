"""FractalNet: deep and shallow paths side by side, without residuals; paths are dropped at random in training.

A block with C columns is defined from one with fewer (equation 1 of the paper):

    f_1(x) = conv(x)                       3x3 convolution, BN, ReLU
    f_C(x) = join(conv(x), f_(C-1)(f_(C-1)(x)))

so that column c, counted from 0 for the shallowest, has 2^c convolutions, and joins that follow one another are one
join: the mean over all columns that end there. Five blocks with a 2x2 max pooling behind each make a network of
5 x 2^(C-1) layers.

Counts: with 16, 32, 64, 128 and 128 maps and 100 classes, the paper's table of ultra-deep networks prints 0.3, 0.8,
2.1, 4.8, 10.2 and 21.1 million for C = 1 to 6, and all six are met. For its network with C = 3 and 64, 128, 256, 512
and 512 maps its table 1 prints 38.6M; by the paper's own rule these widths come to 33.7M for 10 classes.

The paper's dropout (0 to 0.4, from block to block) is left out.

Source: Larsson et al. 2016, arXiv:1605.07648, figure 1, section 3 (drop-path) and table 1.
"""

import itertools
from collections.abc import Callable, Sequence

import torch
from torch import nn

from starter_code.initialisation import initialise
from starter_code.networks.layers import Block, conv_bn_relu

Join = Callable[[list[torch.Tensor], float], torch.Tensor]


def drop_path_join(paths: list[torch.Tensor], drop: float = 0.0) -> torch.Tensor:
    """The mean over the paths that are kept: each is dropped with probability `drop`, but one always stays.

    paths: tensors of one shape
    """
    kept = [path for path in paths if float(torch.rand(())) >= drop] if drop else paths
    if not kept:
        kept = [paths[int(torch.randint(len(paths), ()))]]
    return torch.stack(kept).mean(dim=0)


class FractalBlock(nn.Module):
    """One block of C columns, from `in_channels` maps to `out_channels`."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        columns: int,
        layer: Block = conv_bn_relu,
        join: Join = drop_path_join,
    ) -> None:
        """Make the layers.

        layer: layer(in_channels, out_channels, kernel_size)
        join: join(paths, drop), where drop is 0 in evaluation
        """
        super().__init__()
        self.join = join
        self.shallow = layer(in_channels, out_channels, 3)
        self.deep = nn.ModuleList()
        if columns > 1:
            first, second = ((place, out_channels, columns - 1, layer, join) for place in (in_channels, out_channels))
            self.deep.extend([FractalBlock(*first), FractalBlock(*second)])

    def forward(self, x: torch.Tensor, drop: float = 0.0, column: int | None = None) -> torch.Tensor:
        """Run all columns, or one.

        x: (N, in_channels, H, W)
        drop: probability with which a join drops a path (local drop-path)
        column: the only one to be run, 0 for the shallowest (global drop-path)
        returns (N, out_channels, H, W)
        """
        return self.join(self.paths(x, drop), drop) if column is None else self.one(x, column)

    def paths(self, x: torch.Tensor, drop: float) -> list[torch.Tensor]:
        """What each column ends with, the shallowest first."""
        ends: list[torch.Tensor] = [self.shallow(x)]
        if self.deep:
            first, second = self.deep
            assert isinstance(second, FractalBlock)  # noqa: S101  (torch does not say what a ModuleList holds)
            ends += second.paths(first(x, drop), drop)
        return ends

    def one(self, x: torch.Tensor, column: int) -> torch.Tensor:
        """The convolutions of one column, one after the other."""
        if column == 0:
            shallow: torch.Tensor = self.shallow(x)
            return shallow
        first, second = self.deep
        result: torch.Tensor = second(first(x, column=column - 1), column=column - 1)
        return result


class FractalNet(nn.Module):
    """Blocks with a pooling behind each, and a linear layer `fc`."""

    def __init__(
        self,
        blocks: Sequence[nn.Module],
        depth: int,
        columns: int,
        num_classes: int,
        drop: float,
        one_column: float,
    ) -> None:
        """Put the blocks together and draw the weights; `depth` is that of the last maps."""
        super().__init__()
        self.blocks, self.pool = nn.ModuleList(blocks), nn.MaxPool2d(2)
        self.fc = nn.Linear(depth, num_classes)
        self.columns, self.drop, self.one_column = columns, drop, one_column
        initialise(self)

    def forward(self, images: torch.Tensor, column: int | None = None) -> torch.Tensor:
        """(N, C, H, W) -> (N, num_classes) logits; in evaluation of the whole network, or of one column of it.

        In training, a step takes one column through the whole network with probability `one_column` (global
        drop-path), and drops single paths in each join otherwise (local drop-path).
        """
        if self.training and column is None and float(torch.rand(())) < self.one_column:
            column = int(torch.randint(self.columns, ()))
        drop = self.drop if self.training else 0.0
        for block in self.blocks:
            images = self.pool(block(images, drop, column))
        logits: torch.Tensor = self.fc(images.mean(dim=(2, 3)))
        return logits


def fractalnet(
    columns: int = 3,
    widths: Sequence[int] = (64, 128, 256, 512, 512),
    num_classes: int = 10,
    in_channels: int = 3,
    block: Block = FractalBlock,
    *,
    drop: float = 0.15,
    one_column: float = 0.5,
) -> FractalNet:
    """Make FractalNet for images of 32x32 in colour.

    columns: C; the deepest path has len(widths) x 2^(C-1) convolutions, 20 for C = 3
    widths: depth of the maps in each block; each block halves height and width
    in_channels: 1 for grey images
    block: block(in_channels, out_channels, columns), which is run as block(x, drop, column)
    drop: probability with which a path is dropped in a join, 0.15 in the paper
    one_column: share of steps that train a single column, a half in the paper
    """
    depths = [in_channels, *widths]
    blocks = [block(comes_in, leaves, columns) for comes_in, leaves in itertools.pairwise(depths)]
    return FractalNet(blocks, depths[-1], columns, num_classes, drop, one_column)
