"""The cost of networks in one picture: accuracy over work, parameters as area, and the memory of activations beside it.

After Canziani et al. 2016, arXiv:1605.07678, figures 1 and 2. A notebook calls `plot_cost_map`; the picture of the
documents is written by `python -m starter_code.plots.cost_map docs/cost_of_networks.svg`.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from starter_code.networks.accuracy import BOTH, BRANCHES, CHAIN, DENSE, MEASURED, SUMS, Measured
from starter_code.operations import readable
from starter_code.plots.display import show

# Colours that differ for colour-blind eyes too, and in lightness; every bubble has its name beside it.
COLOURS = {CHAIN: "#8c8c8c", BRANCHES: "#e69f00", SUMS: "#0072b2", BOTH: "#cc79a7", DENSE: "#009e73"}
POINTS_PER_MILLION = 9.0  # area of a bubble, in square points, for a million parameters
# Where a name stands beside its bubble, in points from the middle: to the right and up. A name on the left ends there.
PLACES = {
    "AlexNet": (0, -20),
    "VGG-16": (-10, -27),
    "VGG-19": (12, 22),
    "Network in Network": (7, 5),
    "SqueezeNet 1.0": (7, -1),
    "GoogLeNet": (-7, 4),
    "ResNet-18": (7, -9),
    "ResNet-34": (9, -7),
    "ResNet-50": (9, -10),
    "ResNet-101": (9, -12),
    "ResNet-152": (14, -8),
    "Wide ResNet-50-2": (-15, 7),
    "ResNeXt-50 32x4d": (-11, 2),
    "Inception-ResNet-v2": (-14, 6),
    "DenseNet-121": (-8, 5),
}
MIDDLE = {"AlexNet", "VGG-16"}


def plot_cost_map(networks: Sequence[Measured] = MEASURED) -> None:
    """Draw the picture and show it; its alt text says all numbers."""
    show(cost_map(networks), describe(networks))


def cost_map(networks: Sequence[Measured] = MEASURED) -> Figure:
    """Draw the picture: two panels, about 900 pixels wide in a notebook."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.2, 5.0), width_ratios=(2.1, 1), layout="constrained")
    _draw_bubbles(left, networks)
    _draw_memory(right, networks)
    dots = [
        Line2D([], [], marker="o", linestyle="", markersize=7, color=colour, label=kind)
        for kind, colour in COLOURS.items()
        if any(network.kind == kind for network in networks)
    ]
    figure.legend(handles=dots, loc="outside lower center", ncols=3, frameon=False, fontsize=8.5)
    return figure


def describe(networks: Sequence[Measured]) -> str:
    """Say in words where each network stands, for readers who cannot see it."""
    told = [
        f"{network.name}: {network.top1:.1f} %, {readable(network.macs)} MACs, {readable(network.params)} parameters, "
        f"{network.activation_megabytes:.0f} MB"
        for network in sorted(networks, key=lambda network: -network.top1)
    ]
    return (
        "Two panels. Left: top-1 accuracy on ImageNet over multiply-accumulates for one image (logarithmic), with "
        f"parameters as area. Right: memory of the activations for one image. {'; '.join(told)}."
    )


def write_svg(path: Path) -> None:
    """Write the picture as a file that is the same whenever it is drawn."""
    with plt.rc_context({"svg.hashsalt": "cost of networks"}):
        figure = cost_map()
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None, "Title": "Cost of networks"})
        plt.close(figure)


def _draw_bubbles(axes: Axes, networks: Sequence[Measured]) -> None:
    for network in sorted(networks, key=lambda network: -network.params):  # small ones in front
        where = (network.macs / 1e9, network.top1)
        area = POINTS_PER_MILLION * network.params / 1e6
        axes.scatter(*where, s=area, color=COLOURS[network.kind], alpha=0.8, edgecolor="#222222", linewidth=0.6)
        across, up = PLACES.get(network.name, (8, 4))
        side = "center" if network.name in MIDDLE else "right" if across < 0 else "left"
        axes.annotate(network.name, where, (across, up), textcoords="offset points", ha=side, va="center", fontsize=8.5)
    axes.set(xscale="log", xlim=(0.45, 40), ylim=(53.5, 82.5), title="Accuracy, work and parameters (area)")
    axes.set(xlabel="GMACs for one image", ylabel="top-1 accuracy on ImageNet, one crop (%)")
    axes.set_xticks([0.5, 1, 2, 5, 10, 20], labels=["0.5", "1", "2", "5", "10", "20"])
    axes.set_xticks([], minor=True)
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.annotate("parameters (area)", (9.3, 60.9), ha="center", va="center", fontsize=8.5)
    for millions, place in ((5, 4.9), (50, 8.6), (150, 19.0)):
        axes.scatter(place, 58, s=POINTS_PER_MILLION * millions, facecolor="none", edgecolor="#222222", linewidth=0.8)
        axes.annotate(f"{millions}M", (place, 54.9), ha="center", va="center", fontsize=8.5)


def _draw_memory(axes: Axes, networks: Sequence[Measured]) -> None:
    ordered = sorted(networks, key=lambda network: network.top1)
    names = [network.name for network in ordered]
    amounts = [network.activation_megabytes for network in ordered]
    axes.barh(names, amounts, color=[COLOURS[network.kind] for network in ordered], edgecolor="#222222", linewidth=0.6)
    for name, amount in zip(names, amounts, strict=True):
        axes.annotate(f"{amount:.1f}", (amount, name), (3, 0), textcoords="offset points", va="center", fontsize=8.5)
    axes.set(title="Memory of activations", xlabel="MB for one image, float32", xlim=(0, 1.25 * max(amounts)))
    axes.tick_params(axis="y", labelsize=8.5)
    axes.grid(visible=True, axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


if __name__ == "__main__":
    write_svg(Path(sys.argv[1]))
