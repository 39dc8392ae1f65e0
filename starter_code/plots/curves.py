"""Line plots that stay readable in grey and carry a description in words; the notebooks call them."""

import itertools
from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import MaxNLocator

from starter_code.plots.display import show

# Dash and marker tell the curves apart, in grey too; the colour is only a help.
STYLES: list[dict[str, Any]] = [
    {"color": "#111111", "linestyle": "-", "marker": "o"},
    {"color": "#b5332e", "linestyle": "--", "marker": "s"},
    {"color": "#2f6fb0", "linestyle": ":", "marker": "^"},
    {"color": "#7a7a7a", "linestyle": "-.", "marker": "D"},
    {"color": "#3f8f4f", "linestyle": (0, (8, 2)), "marker": "v"},
    {"color": "#a0762b", "linestyle": (0, (1, 3)), "marker": "P"},
    {"color": "#1a9a9a", "linestyle": (0, (5, 1, 1, 1)), "marker": "X"},
]
Curve = tuple[np.ndarray, np.ndarray]


def plot_curves(curves: Mapping[str, Curve], *, title: str, x_label: str, y_label: str, log_y: bool = False) -> None:
    """Draw named curves `{name: (x, y)}` as one figure and show it; its alt text says where each begins and ends."""
    figure, axes = plt.subplots(figsize=(7.2, 4.2), layout="constrained")
    for style, (name, (x, y)) in zip(itertools.cycle(STYLES), curves.items(), strict=False):
        gap = max(1, len(x) // 12)  # a dozen markers per curve, however long it is
        axes.plot(x, y, label=name, markevery=gap, markersize=5, linewidth=1.6, **style)
    if all(np.all(np.mod(x, 1) == 0) for x, _ in curves.values()):  # steps, layers: there is none in between
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True, steps=[1, 2, 5, 10]))
    if log_y:
        axes.set_yscale("log")
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    figure.legend(loc="outside lower center", ncols=min(len(curves), 2), frameon=False)
    scale = " (logarithmic)" if log_y else ""
    show(figure, f"Line plot. {title}. Across: {x_label}. Up: {y_label}{scale}. {describe(curves)}")


def describe(curves: Mapping[str, Curve]) -> str:
    """Say in words where each curve begins and ends, for readers who cannot see it."""
    ends = [f"{name}: from {y[0]:.2g} at {x[0]:g} to {y[-1]:.2g} at {x[-1]:g}" for name, (x, y) in curves.items()]
    return "; ".join(ends) + "."
