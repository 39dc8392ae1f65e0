"""Pictures of paths on a surface, still and moving, with a description in words; the notebook on optimizers calls them."""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from starter_code.plots.contours import ACROSS, MARKS, UP, draw_contours, label_outside, legend_of_marks
from starter_code.plots.display import publish, show
from starter_code.surfaces import Surface

# Colour, dash and marker tell the rules apart; the first two are enough in print, the last two in grey.
STYLES: list[dict[str, Any]] = [
    {"color": "#111111", "linestyle": "-", "marker": "o"},
    {"color": "#b5332e", "linestyle": "--", "marker": "s"},
    {"color": "#2f6fb0", "linestyle": "-", "marker": "^"},
    {"color": "#8a5fb0", "linestyle": "-.", "marker": "D"},
    {"color": "#3f8f4f", "linestyle": "-", "marker": "v"},
    {"color": "#c77f1a", "linestyle": "--", "marker": "P"},
    {"color": "#1a9a9a", "linestyle": "-", "marker": "X"},
]
FRAMES = 50  # of a moving picture, at most
MILLISECONDS = 160  # that a frame stays
ROUNDS = 3  # that a moving picture plays before it rests
COLOURS = 128  # of a moving picture: enough for lines on shades, and it keeps notebooks small
STRIPE = 20  # pixels; how much a rule's colour weighs when these are chosen
Paths = Mapping[str, np.ndarray]


def plot_descents(value: Callable, paths: Paths, *, title: str, limits: tuple[float, float]) -> None:
    """Draw paths of one weight, each in a panel of its own, as points on the curve of the loss."""
    figure, panels = plt.subplots(1, len(paths), figsize=(9.6, 3.0), layout="constrained", sharey=True)
    grid = np.linspace(*limits, 200)
    top = float(np.max(value(grid)))
    for axes, (name, path) in zip(np.atleast_1d(panels), paths.items(), strict=True):
        w = np.ravel(path)
        axes.plot(grid, value(grid), color="#999999", linewidth=1.2)
        axes.plot(w, value(w), color="#b5332e", marker="o", markersize=4, linewidth=0.9)
        axes.plot(w[:1], value(w[:1]), color="#111111", marker="s", markersize=7)
        axes.set(title=name, xlabel="w", xlim=limits, ylim=(-0.05 * top, 1.05 * top))
    np.atleast_1d(panels)[0].set_ylabel("loss")
    figure.suptitle(title)
    ends = [f"{name}: from w = {np.ravel(path)[0]:.3g} to {np.ravel(path)[-1]:.3g}" for name, path in paths.items()]
    show(figure, f"{len(paths)} plots. {title}. The path starts at the square. {'; '.join(ends)}.")


def plot_paths(paths: Paths, surface: Surface, *, title: str) -> None:
    """Draw paths on a surface, each in a panel of its own; a square marks the start, the marker of the rule the end."""
    show(draw_paths(paths, surface, title=title), tell_paths(paths, surface, title))


def tell_paths(paths: Paths, surface: Surface, title: str) -> str:
    """What a picture of paths shows, for readers who cannot see it."""
    return f"{len(paths)} maps of a {surface.name}. {title}. {describe_paths(paths, surface)}"


def draw_paths(
    paths: Paths, surface: Surface, *, title: str, columns: int = 4, styles: Sequence[dict[str, Any]] = STYLES
) -> Figure:
    """Draw what `plot_paths` shows, in so many columns; each path has the style in the same place.

    What follows a colon in a name stands in a second line.
    """
    columns = min(len(paths), columns)
    rows = -(-len(paths) // columns)
    size = (2.6 * columns + 0.4, 2.2 * rows + 0.95)
    figure, panels = plt.subplots(
        rows, columns, figsize=size, layout="constrained", sharex=True, sharey=True, squeeze=False
    )
    for place in range(len(paths), rows * columns):
        panels.flat[place].set_visible(False)
        panels.flat[place - columns].tick_params(labelbottom=True)
        panels.flat[place - columns].set_xlabel(ACROSS, fontsize=9)
    for axes, style, (name, path) in zip(panels.flat, styles, paths.items(), strict=False):
        draw_contours(axes, surface)
        axes.plot(*path.T, color=style["color"], marker=".", markersize=3, linewidth=1.0)
        axes.plot(*path[0], **MARKS["start"])
        axes.plot(*path[-1], color=style["color"], marker=style["marker"], markersize=8, markeredgecolor="white")
        axes.set_title(name.replace(": ", "\n"), fontsize=10)
    figure.legend(handles=legend_of_marks(surface), loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    figure.suptitle(title)
    label_outside(panels)
    return figure


def describe_paths(paths: Paths, surface: Surface) -> str:
    """Say in words where each path leads, for readers who cannot see it."""
    ends = [
        f"{name}: after {len(path) - 1} steps at ({path[-1][0]:.2g}, {path[-1][1]:.2g}), loss {surface.value(path[-1]):.2g}"
        for name, path in paths.items()
    ]
    first = next(iter(paths.values()))[0]
    return f"All start at ({first[0]:g}, {first[1]:g}). " + "; ".join(ends) + "."


def animate_paths(paths: Paths, surface: Surface, *, title: str) -> None:
    """Show paths on one surface as a moving picture, which plays three times and then rests.

    The picture is a PNG with frames: it moves wherever pictures are shown, without scripts, a player or a network. At the
    start each frame is one step; later, when little happens, frames take several.
    """
    alt = f"Moving map of a {surface.name}. {title}. {describe_paths(paths, surface)}"
    frames = _frames(paths, surface, title)
    png = io.BytesIO()
    frames[0].save(
        png,
        format="PNG",
        save_all=True,
        append_images=frames[1:],
        duration=[MILLISECONDS] * (len(frames) - 1) + [12 * MILLISECONDS],
        loop=ROUNDS,
        optimize=True,
    )
    if not publish(png.getvalue(), alt):
        print(alt)


def _frames(paths: Paths, surface: Surface, title: str) -> list[Image.Image]:
    """The pictures of a moving one. What does not move is drawn once."""
    figure = Figure(figsize=(7.2, 5.2), dpi=80, layout="constrained")
    axes = figure.subplots()
    draw_contours(axes, surface)
    lines = [
        (
            axes.plot([], [], linewidth=1.4, label=name, markevery=[-1], markersize=8, animated=True, **style)[0],
            path,
        )
        for style, (name, path) in zip(STYLES, paths.items(), strict=False)
    ]
    counter = axes.text(0.02, 0.96, "", transform=axes.transAxes, va="top", fontsize=12, animated=True)
    axes.set(title=title, xlabel=ACROSS, ylabel=UP)
    axes.plot(*next(iter(paths.values()))[0], **MARKS["start"])
    handles = [*(line for line, _ in lines), *legend_of_marks(surface)]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    background = canvas.copy_from_bbox(figure.bbox)
    last = max(len(path) for path in paths.values()) - 1
    pictures = []
    for step in np.unique((last * np.linspace(0, 1, FRAMES) ** 1.5).round().astype(int)):  # slower at the start
        canvas.restore_region(background)
        for line, path in lines:
            line.set_data(*path[: step + 1].T)
            axes.draw_artist(line)
        counter.set_text(f"step {step}")
        axes.draw_artist(counter)
        pictures.append(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"))
    palette = _with_stripes(pictures[-1]).quantize(COLOURS)  # the last one has all colours
    return [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]


def _with_stripes(picture: Image.Image) -> Image.Image:
    """The picture above a stripe in the colour of each rule: lines are thin, and their colours would not be chosen."""
    wide = Image.new("RGB", (picture.width, picture.height + STRIPE * len(STYLES)))
    wide.paste(picture)
    for place, style in enumerate(STYLES):
        top = picture.height + STRIPE * place
        wide.paste(style["color"], (0, top, picture.width, top + STRIPE))
    return wide
