"""Losses on planes through the weights of networks, side by side, with a description in words; notebooks call it."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.contour import QuadContourSet

from starter_code.plots.contours import LABELS, LINES, LOSS
from starter_code.plots.display import show

LEVELS = (
    0.5,
    1,
    1.5,
    2,
    2.5,
    3,
    5,
    8,
)  # of losses of a classifier; that of guessing is the logarithm of the number of classes


def plot_loss_planes(planes: Mapping[str, np.ndarray], steps: np.ndarray, *, title: str) -> None:
    """Draw each plane `{name: (P, P)}` over the steps (P,) along its two directions; a dot marks the weights themselves."""
    figure, panels = plt.subplots(
        1, len(planes), figsize=(3.7 * len(planes) + 0.6, 3.9), layout="constrained", sharey=True, squeeze=False
    )
    for axes, (name, losses) in zip(panels.flat, planes.items(), strict=True):
        filled = _draw(axes, losses, steps)
        axes.set(title=name, xlabel="steps along one random direction")
        axes.set_aspect("equal")
    panels.flat[0].set_ylabel("steps along another")
    figure.colorbar(filled, ax=panels, shrink=0.85, label="loss")
    figure.suptitle(title)
    show(figure, f"{len(planes)} maps of losses. {title}. {describe_planes(planes)}")


def describe_planes(planes: Mapping[str, np.ndarray]) -> str:
    """Say in words how deep and how wide each map's hollow is, for readers who cannot see it."""
    told = []
    for name, losses in planes.items():
        middle, inside = losses[len(losses) // 2, losses.shape[1] // 2], float(np.mean(losses < 2))  # noqa: PLR2004
        told.append(
            f"{name}: {middle:.2f} at the weights, {losses.max():.2g} at the highest place, below 2 in {inside:.0%} of the map"
        )
    return "; ".join(told) + "."


def _draw(axes: Axes, losses: np.ndarray, steps: np.ndarray) -> QuadContourSet:
    """Fill the map and draw lines of equal loss with their numbers."""
    filled = axes.contourf(
        steps, steps, losses, levels=[0, *LEVELS], colors=LOSS(np.linspace(0, 1, len(LEVELS) + 1)), extend="max"
    )
    lines = axes.contour(steps, steps, losses, levels=list(LEVELS), colors=LINES, linewidths=0.7)
    axes.clabel(lines, fontsize=8, colors=LABELS, fmt="%g", inline_spacing=2)
    axes.plot(0, 0, marker="o", markersize=7, color="#111111")
    return filled
