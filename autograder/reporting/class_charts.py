"""Charts of a class page, as SVG to be put into it: they take their colours from the page's style, in a dark theme and in a light one."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.reporting.class_statistics import FAIR, Spread
from autograder.reporting.class_summary import ItemStatistics
from autograder.reporting.class_words import percent, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INCHES = (7.0, 3.2)
# Of the figure; a layout that measures all text takes as long as all else.
MARGINS = {"left": 0.09, "right": 0.98, "bottom": 0.16, "top": 0.97}
BINS = 10  # of a histogram
# Variables of the page's style, and the colours that stand for them while matplotlib draws.
COLOURS = {"ink": "#010101", "muted": "#020202", "line": "#030303", "accent": "#040404", "warn": "#050505"}
STYLE: dict[Any, Any] = {  # of matplotlib
    **dict.fromkeys(("text.color", "axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor"), COLOURS["ink"]),
    **dict.fromkeys(("axes.edgecolor", "xtick.color", "ytick.color", "grid.color"), COLOURS["line"]),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "font.size": 10,
    "svg.fonttype": "none",  # text stays text: it can be searched, and read aloud
}


def histogram(percents: Sequence[float], found: Spread) -> str:
    """How many students have which share of the points, in steps of a tenth, with the median and the middle half."""
    counts, edges = np.histogram(np.clip(percents, 0, 100), bins=BINS, range=(0, 100))

    def draw(axes: Axes) -> None:
        axes.axvspan(found.lower, found.upper, color=COLOURS["accent"], alpha=0.15, lw=0)
        bars = axes.bar(edges[:-1] + 0.5, counts, width=100 / BINS - 1, align="edge", color=COLOURS["accent"])
        axes.bar_label(bars, labels=[str(each) if each else "" for each in counts], fontsize=9)
        axes.axvline(found.median, color=COLOURS["warn"], lw=2)
        axes.set(xlim=(0, 100), ylim=(0, max(1, counts.max()) * 1.12), xticks=edges)
        axes.set_xlabel("points of the hidden tests, in percent")
        axes.set_ylabel("students")
        axes.locator_params(axis="y", integer=True)

    told = "; ".join(
        f"{low:.0f} to {high:.0f} %: {each}" for low, high, each in zip(edges, edges[1:], counts, strict=False) if each
    )
    words = f"Number of students by percent of the points. {told}. The line is the median, {found.median:.0f} %."
    return _svg("points", words, draw)


def item_map(tests: Sequence[tuple[ItemStatistics, str]]) -> str:
    """Each hidden test by how easy it is and how well it tells students apart; those with a label are shown by it."""
    shown = [(test, label) for test, label in tests if test.discrimination and test.difficulty is not None]

    def draw(axes: Axes) -> None:
        axes.axhspan(-1, 0, color=COLOURS["warn"], alpha=0.12, lw=0)
        axes.axhline(FAIR, color=COLOURS["line"], lw=1, ls="--")
        for test, label in shown:
            if test.discrimination is None or test.difficulty is None:
                continue
            place = (100 * test.difficulty, test.discrimination.value)
            colour = COLOURS["warn" if label else "accent"]
            axes.plot(*place, "^" if label else "o", color=colour, ms=8 if label else 5, alpha=0.8, clip_on=False)
            axes.annotate(label, place, xytext=(6, 4), textcoords="offset points")
        least = min(test.discrimination.value for test, _ in shown if test.discrimination)
        axes.set(xlim=(0, 100), ylim=(min(-0.1, least - 0.1), 1))
        axes.set_xlabel("easier: mean share of the points, in percent \N{RIGHTWARDS ARROW}")
        axes.set_ylabel("discrimination")

    if not shown:
        return ""
    told = "; ".join(
        f"{label}: {percent(test.difficulty)} of the points, discrimination {signed(test.discrimination.value)}"
        for test, label in shown
        if label and test.discrimination and test.difficulty is not None
    )
    words = f"{len(shown)} hidden tests by mean share of the points and by discrimination. "
    return _svg("tests", words + (f"Marked are {told}." if told else "None of them is marked."), draw)


def _svg(name: str, words: str, draw: Callable[[Axes], None]) -> str:
    """A chart with its description. `name`: no other chart of the page has it, so that nothing in one refers to another."""
    from matplotlib import rc_context  # noqa: PLC0415  (slow to import)
    from matplotlib.figure import Figure  # noqa: PLC0415

    file = io.StringIO()
    with rc_context({**STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=INCHES)
        figure.patch.set_alpha(0)
        axes = figure.subplots(gridspec_kw=MARGINS)
        axes.patch.set_alpha(0)
        draw(axes)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    drawn = file.getvalue()
    for variable, colour in COLOURS.items():
        drawn = drawn.replace(colour, f"var(--{variable})")
    size = re.search(r'viewBox="[^"]*"', drawn)
    inside = re.sub(
        r"<metadata>.*?</metadata>", "", drawn[drawn.index(">", drawn.index("<svg")) + 1 :], flags=re.DOTALL
    )
    inside = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", inside)
    inside = re.sub(r'( id="|url\(#|href="#)', rf"\1{name}-", inside)
    return f'<svg role="img" aria-label="{escape(words)}" {size[0] if size else ""}>{inside}'
