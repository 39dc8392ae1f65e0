"""Steps with momentum, taken apart into arrows, with a description in words; the notebook on optimizers calls it."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from starter_code.look_ahead import BallStep
from starter_code.plots.contours import MARKS, draw_contours, label_outside, legend_of_marks
from starter_code.plots.display import show
from starter_code.surfaces import Surface

# Dash and width tell the arrows apart, in grey too.
KEPT: dict[str, Any] = {"color": "#111111", "linestyle": (0, (4, 2)), "linewidth": 1.5}
DOWNHILL: dict[str, Any] = {"color": "#b5332e", "linestyle": "-", "linewidth": 1.7}
STEP: dict[str, Any] = {"color": "#2f6fb0", "linestyle": "-", "linewidth": 3.0}
ASKED: dict[str, Any] = {"marker": "o", "markersize": 11, "color": "#ffd34d", "markeredgecolor": "#111111"}
NAMES = {"kept velocity βv": KEPT, "gradient step, -η∇L": DOWNHILL, "the step that is taken": STEP}


def plot_ball_steps(balls: Mapping[str, BallStep], surface: Surface, *, title: str) -> None:
    """Draw each step in a panel of its own: the kept velocity, the gradient step at its tip, and the sum of both."""
    figure, panels = plt.subplots(
        1, len(balls), figsize=(7.6, 4.0), layout="constrained", sharex=True, sharey=True, squeeze=False
    )
    for axes, (name, ball) in zip(panels.flat, balls.items(), strict=True):
        draw_contours(axes, surface)
        _arrow(axes, ball.here, ball.there, STEP)
        _arrow(axes, ball.here, ball.here + ball.kept, KEPT)
        _arrow(axes, ball.here + ball.kept, ball.there, DOWNHILL)
        axes.plot(*ball.asked, zorder=5, **ASKED)
        axes.plot(*ball.here, zorder=6, **MARKS["start"])
        axes.set_title(name, fontsize=10)
        axes.set_aspect("equal")
    handles = [Line2D([], [], label=name, **look) for name, look in NAMES.items()]
    handles.append(Line2D([], [], linestyle="", label="where the gradient is taken", **ASKED))
    handles += legend_of_marks(surface)
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    figure.suptitle(title)
    label_outside(panels)
    show(figure, f"Arrows on {len(balls)} maps of a {surface.name}. {title}. {describe_ball_steps(balls)}")


def describe_ball_steps(balls: Mapping[str, BallStep]) -> str:
    """Say in words where each arrow leads, for readers who cannot see it."""
    told = [
        f"{name}: from {_told(ball.here)} the kept velocity leads to {_told(ball.here + ball.kept)}; the gradient is "
        f"taken at {_told(ball.asked)} and moves the end of the step to {_told(ball.there)}"
        for name, ball in balls.items()
    ]
    return "; ".join(told) + "."


def _told(point: np.ndarray) -> str:
    return f"({point[0]:.2f}, {point[1]:.2f})"


def _arrow(axes: Axes, tail: np.ndarray, tip: np.ndarray, look: Mapping[str, Any]) -> None:
    """An arrow from tail to tip; its tip is the place, and nothing is left out at either end."""
    axes.annotate(
        "",
        (tip[0], tip[1]),
        (tail[0], tail[1]),
        arrowprops={"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "mutation_scale": 13, **look},
        zorder=4,
    )
