"""A surface seen from above: filled, with labelled lines of equal loss and its marked places; all maps of surfaces draw it."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D

from starter_code.surfaces import Surface

LOSS = LinearSegmentedColormap.from_list("loss", ["#fbfcfe", "#dbe6f2", "#a9c3de"])  # pale: paths are drawn on it
LINES, LABELS = "#7f93a8", "#3d4d5e"
ACROSS, UP = "x, the first weight", "y, the second weight"
# How the places of a surface are marked, and the start of a path. The shape tells them apart.
MARKS: dict[str, dict[str, Any]] = {
    "start": {"marker": "s", "color": "#111111", "markersize": 6},
    "saddle point": {"marker": "X", "color": "#ffffff", "markeredgecolor": "#111111", "markersize": 8},
    "minimum": {"marker": "*", "color": "#ffd34d", "markeredgecolor": "#111111", "markersize": 11},
}


def heights(surface: Surface, points: int = 160) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A grid of so many points each way over the limits of a surface, and the loss there: x, y and loss, all (points, points)."""
    (left, right), (bottom, top) = surface.limits
    x, y = np.meshgrid(np.linspace(left, right, points), np.linspace(bottom, top, points))
    return x, y, surface.value(np.stack([x, y], axis=-1))


def draw_contours(axes: Axes, surface: Surface, *, label_size: float = 7) -> None:
    """Fill the map, draw lines of equal loss with their numbers, and mark minimum and saddle point.

    A surface that names no levels gets some that lie closer together near its lowest place, without numbers.
    """
    x, y, values = heights(surface)
    low, high = float(values.min()), float(values.max())
    (left, right), (bottom, top) = surface.limits
    axes.set(xlim=(left, right), ylim=(bottom, top))
    levels = sorted(surface.levels) or list(low + (high - low) * np.linspace(0.05, 1, 10) ** 2)
    inside = [level for level in levels if low < level < high]
    axes.contourf(x, y, values, levels=[low, *inside, high], colors=LOSS(np.linspace(0, 1, len(inside) + 1)))
    lines = axes.contour(x, y, values, levels=inside, colors=LINES, linestyles="solid", linewidths=0.7)
    if surface.levels:
        axes.clabel(lines, fontsize=label_size, colors=LABELS, fmt="%g", inline_spacing=2)
    for name, places in surface.marked.items():
        for place in places:
            axes.plot(*place, linestyle="", zorder=3, **MARKS[name])


def label_outside(panels: np.ndarray) -> None:
    """Name the axes of a grid of maps: below its last row, and on the left."""
    for axes in panels[-1]:
        axes.set_xlabel(ACROSS, fontsize=9)
    for axes in panels[:, 0]:
        axes.set_ylabel(UP, fontsize=9)


def legend_of_marks(surface: Surface) -> list[Line2D]:
    """Entries of a legend for the start of a path and for the places that are marked on a surface."""
    return [Line2D([], [], linestyle="", label=name, **MARKS[name]) for name in ("start", *surface.marked)]
