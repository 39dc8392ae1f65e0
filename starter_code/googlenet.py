"""GoogLeNet, assembled from modules and heads that students write. Notebooks call these, and so does what trains networks.

A network is made from a table like that of the paper (`googlenet_table`). In training mode a network with heads gives a pair,
(logits, list of the heads' logits); in evaluation mode, and without heads, it gives logits. Its last layer is `fc`.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from starter_code.googlenet_table import BRANCHES, GOOGLENET, Row, conv, flat, head, image, inception, pool
from starter_code.initialisation import initialise

# The same idea for images of 8x8: four modules, two heads.
SMALL: list[Row] = [
    image(8, 1),
    conv("conv1", 3, 1, 8, 24),
    #                      1x1 3x3r 3x3 5x5r 5x5 pool
    inception("a", 8, 32, 8, 8, 12, 4, 6, 6),
    head("head at a", 4, 32, 16, 64, 10),
    pool("max_pool", "pool1", 3, 2, 4, 32),
    inception("b", 4, 48, 12, 12, 20, 4, 8, 8),
    inception("c", 4, 48, 12, 12, 20, 4, 8, 8),
    head("head at c", 4, 48, 16, 64, 10),
    inception("d", 4, 64, 16, 16, 28, 4, 10, 10),
    pool("avg_pool", "average pool", 4, 1, 1, 64),
    flat("dropout", "dropout", 64, rate=0.4),
    flat("fc", "linear", 10),
]


class GoogLeNet(nn.Module):
    """The network of a table. `trunk` holds everything up to the last map, `heads` the auxiliary ones, `fc` is the last layer."""

    def __init__(
        self,
        table: list[Row],
        module: Callable[..., nn.Module],
        side: Callable[..., nn.Module] | None,
        *,
        dropout: bool = True,
        size: int | None = None,
    ) -> None:
        """Make the layers and draw their weights.

        module: module(in_channels, c1, c3_reduce, c3, c5_reduce, c5, pool_proj)
        side: side(in_channels, num_classes, hidden, width), or None for a network without heads
        dropout: without it, nothing is dropped in training either, and the heads stay in evaluation mode
        size: height and width to which images are enlarged, by repeating pixels
        """
        super().__init__()
        self.drops = dropout
        self.size = size
        last = {row["kind"]: row for row in table}  # of each kind
        classes = last["fc"]["out_channels"]
        self.trunk, self.heads = (
            nn.ModuleList(),
            nn.ModuleDict(),
        )  # heads: by the place in the trunk behind which they branch off
        depth = table[0]["out_channels"]
        for row in table[1:]:
            kind = row["kind"]
            if kind == "head" and side is not None:
                widths = {
                    layer["kind"]: layer["out_channels"] for layer in reversed(row["layers"])
                }  # the first of each kind
                self.heads[str(len(self.trunk) - 1)] = side(depth, classes, widths["conv"], widths["fc"])
            elif kind in {"conv", "max_pool", "inception"}:
                self.trunk.append(_layer(row, depth, module))
                depth = row["out_channels"]
        self.dropout = nn.Dropout(last["dropout"]["rate"] if dropout else 0.0)
        self.fc = nn.Linear(depth, classes)
        initialise(self)

    def train(self, mode: bool = True) -> "GoogLeNet":
        """Set the mode; without dropout, the heads stay in evaluation mode."""
        super().train(mode)
        if not self.drops:
            self.heads.eval()
        return self

    def forward(self, images: torch.Tensor) -> Any:
        """(N, C, H, W) -> (N, classes) logits, or in training mode a pair of them and the list of the heads' logits."""
        maps, aside = images if self.size is None else nn.functional.interpolate(images, self.size), []
        for place, layer in enumerate(self.trunk):
            maps = layer(maps)
            if self.training and str(place) in self.heads:
                aside.append(self.heads[str(place)](maps))
        result = self.fc(self.dropout(maps.mean(dim=(2, 3))))
        return (result, aside) if aside else result


def googlenet(
    module: Callable[..., nn.Module],
    side: Callable[..., nn.Module] | None = None,
    num_classes: int = 1000,
    in_channels: int = 3,
    *,
    size: int | None = None,
    dropout: bool = True,
) -> GoogLeNet:
    """Make the GoogLeNet of the paper, for images of 224x224 in colour.

    module: the class of its nine Inception modules
    side: the class of its two auxiliary heads; without one, there are none
    in_channels: 1 for grey images
    size: height and width to which images are enlarged, by repeating pixels; default: they stay as they are
    dropout: without it, nothing is dropped in training either

    The paper's local response normalisation has no parameters and is left out.
    """
    return GoogLeNet(_for_images(GOOGLENET, num_classes, in_channels), module, side, dropout=dropout, size=size)


def small_googlenet(
    module: Callable[..., nn.Module],
    side: Callable[..., nn.Module] | None = None,
    num_classes: int = 10,
    in_channels: int = 1,
    *,
    dropout: bool = True,
) -> GoogLeNet:
    """Make a GoogLeNet of four modules and two heads for small images; the other arguments are those of `googlenet`.

    in_channels: 1 for grey images, 3 for colour
    dropout: without it, nothing is dropped in training either
    """
    return GoogLeNet(_for_images(SMALL, num_classes, in_channels), module, side, dropout=dropout)


def _for_images(table: list[Row], num_classes: int, in_channels: int) -> list[Row]:
    """Copy a table for other images: their channels, and their classes in the last layer."""
    first, *rest = [row if row["kind"] != "fc" else {**row, "out_channels": num_classes} for row in table]
    return [{**first, "out_channels": in_channels}, *rest]


def _layer(row: Row, depth: int, module: Callable[..., nn.Module]) -> nn.Module:
    """One row of the trunk, on maps of this depth."""
    kind = row["kind"]
    if kind == "inception":
        return module(depth, *(row["branches"][name] for name in BRANCHES))
    size, stride = row["kernel_size"], row["stride"]
    if kind == "max_pool":
        return nn.MaxPool2d(size, stride, ceil_mode=True)
    return nn.Sequential(nn.Conv2d(depth, row["out_channels"], size, stride, size // 2), nn.ReLU(inplace=True))
