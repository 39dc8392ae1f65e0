"""What an experiment measured: a point for each seed and the mean, one row for each way; notebooks call `plot_experiment`."""

import textwrap
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from starter_code.experiments.results import Result, percent
from starter_code.plots.display import show

SEED, MEAN = "#2f6fb0", "#111111"
WIDE = 86  # signs in a line of the sentence below the picture


def plot_experiment(result: Result) -> None:
    """Draw the picture and show it; its alt text says all means."""
    show(draw(result), describe(result))


def draw(result: Result) -> Figure:
    """Draw each seed as a point, and the mean as a bar across, with its number at the right edge."""
    said = textwrap.wrap(result.outcome, WIDE)
    figure, axes = plt.subplots(figsize=(7.2, 1.5 + 0.32 * len(result.rows) + 0.17 * len(said)), layout="constrained")
    for place, row in enumerate(result.rows):
        shares = [100 * share for share in row.shares]
        axes.plot(shares, [place] * len(shares), "o", color=SEED, alpha=0.6, markersize=6, label="a seed")
        axes.plot(100 * row.mean, place, "|", color=MEAN, markersize=15, markeredgewidth=2, label="the mean")
        axes.annotate(
            percent(row).strip(),
            (1.01, place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=9,
            annotation_clip=False,
        )
    axes.set_yticks(range(len(result.rows)), labels=[row.name for row in result.rows])
    axes.set(
        title=result.title,
        xlabel=f"% of {result.measure} (on the right: mean ± standard deviation)",
        ylim=(len(result.rows) - 0.5, -0.5),
    )
    axes.set_xlim(left=-0.03 * axes.get_xlim()[1])  # room for a point at 0
    axes.grid(visible=True, axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    marks, names = axes.get_legend_handles_labels()
    axes.legend(marks[:2], names[:2], frameon=False, fontsize=8.5, loc="best")
    figure.supxlabel("\n".join(said), fontsize=9)
    return figure


def describe(result: Result) -> str:
    """Say in words what each row came to, for readers who cannot see it."""
    told = [f"{row.name}: {percent(row).strip()}" for row in result.rows]
    return f"Points in rows. {result.title}: share of {result.measure}. {'; '.join(told)}. {result.outcome}"


def write_svg(result: Result, path: Path) -> None:
    """Write the picture as a file that is the same whenever it is drawn."""
    with plt.rc_context({"svg.hashsalt": result.title}):
        figure = draw(result)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None, "Title": result.title})
        plt.close(figure)
