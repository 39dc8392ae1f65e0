"""A surface as a landscape seen from the side, with paths on it and a description in words; the notebook on optimizers calls it."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from starter_code.plots.contours import LOSS, MARKS, heights, legend_of_marks
from starter_code.plots.display import show
from starter_code.plots.paths import STYLES
from starter_code.surfaces import Surface

SEEN_FROM = (28, -20)  # degrees: above the ground, and around


def plot_relief(paths: Mapping[str, np.ndarray], surface: Surface, *, title: str) -> None:
    """Draw a surface in three dimensions and paths on it; square, cross and star mark start, saddle point and minimum."""
    figure = plt.figure(figsize=(7.2, 5.2), layout="constrained")
    axes: Any = figure.add_subplot(projection="3d", computed_zorder=False)
    x, y, values = heights(surface, 80)
    axes.plot_surface(x, y, values, cmap=LOSS, edgecolor="#7f93a8", linewidth=0.15, rstride=4, cstride=4, zorder=1)
    lift = 0.01 * float(np.ptp(values))  # paths float a little above the ground, so that no fold of it hides them
    lines, ends = [], []
    for style, (name, path) in zip(STYLES, paths.items(), strict=False):
        inside = path[_inside(path, surface)]
        lines += axes.plot(
            *inside.T,
            surface.value(inside) + lift,
            label=name,
            linewidth=1.8,
            markersize=6,
            markevery=[-1],
            zorder=4,
            **style,
        )
        ends.append(f"{name}: from {_place(path[0])} to {_place(path[-1])}, loss {surface.value(path[-1]):.2g}")
    for name, places in {"start": [surface.start], **surface.marked}.items():
        for place in places:
            point = np.asarray(place, dtype=float)
            axes.plot(*point[:, None], [surface.value(point) + lift], linestyle="", zorder=5, **MARKS[name])
    axes.view_init(*SEEN_FROM)
    axes.set_box_aspect((1.0, 1.1, 0.85), zoom=1.1)
    axes.set(title=title, xlabel="x", ylabel="y", zlabel="loss")
    figure.legend(
        handles=[*lines, *legend_of_marks(surface)], loc="outside lower center", ncols=4, frameon=False, fontsize=9
    )
    show(figure, f"A {surface.name} seen from the side. {title}. {'; '.join(ends)}.")


def _inside(path: np.ndarray, surface: Surface) -> np.ndarray:
    """Which points of a path lie within the limits of a surface."""
    lows, highs = np.array(surface.limits, dtype=float).T
    inside: np.ndarray = np.all((path >= lows) & (path <= highs), axis=1)
    return inside


def _place(point: np.ndarray) -> str:
    """The coordinates of a point in a few digits."""
    return f"({point[0]:.2g}, {point[1]:.2g})"
