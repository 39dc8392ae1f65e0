"""Right Inception modules and auxiliary heads written in other ways."""

import torch
from torch import nn

from autograder.suite.misconceptions import Alternative


class BranchList(nn.Module):
    """Four Sequentials in a list, made from the last to the first."""

    def __init__(
        self,
        in_channels: int,
        c1: int,
        c3_reduce: int,
        c3: int,
        c5_reduce: int,
        c5: int,
        pool_proj: int,
    ) -> None:
        """Make the branches."""
        super().__init__()
        pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(in_channels, pool_proj, 1), nn.ReLU())
        five = nn.Sequential(
            *[nn.Conv2d(in_channels, c5_reduce, 1), nn.ReLU(inplace=True)],
            *[nn.Conv2d(c5_reduce, c5, 5, padding="same"), nn.ReLU(inplace=True)],
        )
        three = nn.Sequential(
            *[nn.Conv2d(in_channels, c3_reduce, 1), nn.ReLU(inplace=True)],
            *[nn.Conv2d(c3_reduce, c3, 3, padding="same"), nn.ReLU(inplace=True)],
        )
        one = nn.Sequential(nn.Conv2d(in_channels, c1, 1), nn.ReLU())
        self.branches = nn.ModuleList([pool, five, three, one])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Stack in reverse."""
        return torch.cat([branch(x) for branch in reversed(self.branches)], 1)


class FilledOutput(nn.Module):
    """Writes each branch into its place of the output; pools by hand."""

    def __init__(
        self,
        in_channels: int,
        c1: int,
        c3_reduce: int,
        c3: int,
        c5_reduce: int,
        c5: int,
        pool_proj: int,
    ) -> None:
        """Make one layer per depth."""
        super().__init__()
        self.firsts = nn.ModuleList([nn.Conv2d(in_channels, c, 1) for c in (c1, c3_reduce, c5_reduce, pool_proj)])
        self.seconds = nn.ModuleDict(
            {"5": nn.Conv2d(c5_reduce, c5, 5, 1, 2), "3": nn.Conv2d(c3_reduce, c3, (3, 3), 1, (1, 1))}
        )
        self.depths = (c1, c3, c5, pool_proj)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Fill the output place by place."""
        one, three, five = (layer(x).clamp(min=0) for layer in list(self.firsts)[:3])
        windows = nn.functional.pad(x, (1, 1, 1, 1), value=float("-inf")).unfold(2, 3, 1).unfold(3, 3, 1)
        pooled = self.firsts[3](windows.amax(dim=(4, 5)))
        out = x.new_empty(x.shape[0], sum(self.depths), *x.shape[2:])
        place = 0
        parts = (one, self.seconds["3"](three), self.seconds["5"](five), pooled)
        for depth, part in zip(self.depths, parts, strict=True):
            out[:, place : place + depth] = part.relu()
            place += depth
        return out


class HeadInOnePiece(nn.Module):
    """One Sequential; the linear layers are made first."""

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        hidden: int = 128,
        width: int = 1024,
    ) -> None:
        """Make the piece."""
        super().__init__()
        last, first = nn.Linear(width, num_classes), nn.Linear(4 * 4 * hidden, width)
        self.all = nn.Sequential(
            *[nn.AdaptiveAvgPool2d((4, 4)), nn.Conv2d(in_channels, hidden, (1, 1)), nn.ReLU(), nn.Flatten()],
            *[first, nn.ReLU(inplace=True), nn.Dropout(p=0.7), last],
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the piece."""
        logits: torch.Tensor = self.all(x)
        return logits


class HeadThatConvolvesFirst(nn.Module):
    """A 1x1 convolution and an average can change places; dropout as a function."""

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        hidden: int = 128,
        width: int = 1024,
    ) -> None:
        """Make the layers."""
        super().__init__()
        self.a = nn.Conv2d(in_channels, hidden, 1)
        self.b = nn.Linear(hidden * 16, width)
        self.c = nn.Linear(width, num_classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Pool after the convolution."""
        pooled = nn.functional.adaptive_avg_pool2d(self.a(x), (4, 4)).relu()
        units = self.b(pooled.reshape(len(x), -1)).relu()
        logits: torch.Tensor = self.c(nn.functional.dropout(units, 0.7, training=self.training))
        return logits


class HeadWithItsOwnMask(nn.Module):
    """Draws the mask of the dropout itself."""

    def __init__(
        self,
        in_channels: int,
        num_classes: int,
        hidden: int = 128,
        width: int = 1024,
    ) -> None:
        """Make the layers."""
        super().__init__()
        self.layers = nn.ModuleList(
            [nn.Linear(width, num_classes), nn.Linear(16 * hidden, width), nn.Conv2d(in_channels, hidden, 1)]
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Keep three units in ten, and make them larger."""
        pooled = nn.functional.adaptive_avg_pool2d(x, 4)
        units = self.layers[1](self.layers[2](pooled).relu().view(x.shape[0], -1)).relu()
        if self.training:
            units = units * (torch.rand_like(units) < 0.3) / 0.3  # noqa: PLR2004
        logits: torch.Tensor = self.layers[0](units)
        return logits


ALTERNATIVES = [
    Alternative("inception_module", "a list of branches, reversed", {"InceptionModule": BranchList}),
    Alternative("inception_module", "an output filled place by place", {"InceptionModule": FilledOutput}),
    Alternative("auxiliary_head", "in one piece", {"AuxiliaryHead": HeadInOnePiece}),
    Alternative("auxiliary_head", "convolution before pooling", {"AuxiliaryHead": HeadThatConvolvesFirst}),
    Alternative("auxiliary_head", "a mask of its own", {"AuxiliaryHead": HeadWithItsOwnMask}),
]
