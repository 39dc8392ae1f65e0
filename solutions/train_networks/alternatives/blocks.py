"""Right residual blocks written in other ways: other names, other nesting, another order of layers."""

import torch
from torch import nn

from autograder.suite.misconceptions import Alternative


def convolution(depth_in: int, depth_out: int, size: int, step: int = 1) -> nn.Sequential:
    """A convolution that keeps the size, and its BN."""
    return nn.Sequential(
        nn.Conv2d(depth_in, depth_out, size, step, size // 2, bias=False), nn.BatchNorm2d(num_features=depth_out)
    )


class NestedBlock(nn.Module):
    """One Sequential for the branch, one for the shortcut, which comes first."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        """Make the shortcut, then the branch."""
        super().__init__()
        print("a block of", out_channels)  # noqa: T201  (printing must not cost points)
        fits = stride == 1 and in_channels == out_channels
        self.skip = nn.Sequential() if fits else convolution(in_channels, out_channels, 1, stride)
        middle = nn.ReLU(inplace=True)
        first, second = convolution(in_channels, out_channels, 3, stride), convolution(out_channels, out_channels, 3)
        self.body = nn.Sequential(first, middle, second)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Add in place."""
        answer: torch.Tensor = self.skip(image) + self.body(image)
        return answer.relu_()


class BackwardsBlock(nn.Module):
    """The second convolution is made first; layers stand in a list; no layer where there is no projection."""

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        """Make the layers from the last to the first."""
        super().__init__()
        self.project: nn.Module | None = None
        if (in_channels, stride) != (out_channels, 1):
            self.project = nn.Conv2d(in_channels, out_channels, (1, 1), (stride, stride), bias=False)
            self.fit = nn.BatchNorm2d(out_channels)
        self.norms = nn.ModuleList([nn.BatchNorm2d(out_channels), nn.BatchNorm2d(out_channels)])
        self.convs = nn.ModuleList(
            [
                nn.Conv2d(out_channels, out_channels, kernel_size=3, padding="same", bias=False),
                nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1, bias=False),
            ]
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Clamp for a ReLU."""
        y = self.norms[0](self.convs[1](x)).clamp(min=0)
        y = self.norms[1](self.convs[0](y))
        y += x if self.project is None else self.fit(self.project(x))
        result: torch.Tensor = nn.functional.relu(y)
        return result


class NestedBottleneck(nn.Module):
    """Three pieces in a Sequential; the shortcut is made last."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        """Make the pieces."""
        super().__init__()
        self.pieces = nn.Sequential(
            *[convolution(in_channels, channels, 1), nn.ReLU(), convolution(channels, channels, 3, stride)],
            *[nn.ReLU(), convolution(channels, channels * 4, 1)],
        )
        self.fits = in_channels == channels * 4 and stride == 1
        if not self.fits:
            self.project = convolution(in_channels, channels * 4, 1, stride)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The larger of the sum and zero."""
        total = self.pieces(x) + (x if self.fits else self.project(x))
        return torch.maximum(total, torch.zeros_like(total))


class BackwardsBottleneck(nn.Module):
    """Layers in a dict, from the last to the first."""

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        """Make the layers."""
        super().__init__()
        parts = {"c": convolution(channels, 4 * channels, 1), "b": convolution(channels, channels, 3, stride)}
        parts["a"] = convolution(in_channels, channels, 1)
        if stride > 1 or 4 * channels != in_channels:
            parts["s"] = convolution(in_channels, 4 * channels, 1, stride)
        self.parts = nn.ModuleDict(parts)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Walk through the dict."""
        y = x
        for name in "ab":
            y = self.parts[name](y).relu()
        y = self.parts["c"](y)
        result: torch.Tensor = (y + (self.parts["s"](x) if "s" in self.parts else x)).relu()
        return result


ALTERNATIVES = [
    Alternative("residual_block", "nested; shortcut first", {"ResidualBlock": NestedBlock}),
    Alternative("residual_block", "made backwards, in lists", {"ResidualBlock": BackwardsBlock}),
    Alternative("bottleneck_block", "nested; shortcut last", {"BottleneckBlock": NestedBottleneck}),
    Alternative("bottleneck_block", "made backwards, in a dict", {"BottleneckBlock": BackwardsBottleneck}),
]
