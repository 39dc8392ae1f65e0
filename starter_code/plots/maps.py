"""Small maps side by side, in grey or, with signs, in blue and red, and a description in words; the notebooks call them."""

from collections.abc import Iterable, Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from starter_code.plots.display import show

# Two colours that differ for colour-blind eyes too. The middle is white, so that what is near zero looks like nothing.
SIGNED = LinearSegmentedColormap.from_list(
    "signed", ["#123a66", "#2f6fb0", "#a9c8e6", "#ffffff", "#eab3a9", "#b5332e", "#6b1512"]
)
SHARE = 99  # percentile of the sizes at which the colours of signed maps end: one stray pixel does not fade all others


def plot_maps(maps: Mapping[str, np.ndarray], *, title: str, columns: int = 5, shared: bool = True) -> None:
    """Draw named maps `{name: (H, W) array}` in a grid and show it; (H, W, 3) is a picture in colour, shown as it is.

    Maps without negative entries are grey: the darker, the larger. As soon as one entry is negative, red is above zero,
    blue below, and white is zero; the few entries beyond the ends of that scale have the colour of its end.

    shared: one scale for all maps, with a bar that explains it; otherwise each has its own, and only the pattern can be
        compared.
    """
    rows = -(-len(maps) // columns)
    columns = min(columns, len(maps))
    tall = max(m.shape[0] / m.shape[1] for m in maps.values())
    size = (1.9 * columns + 0.6, (1.9 * tall + 0.3) * rows + 0.4)
    figure, grid = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    signed = any(np.min(m) < 0 for m in maps.values())
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, (name, values) in zip(grid.flat, maps.items(), strict=False):
        low, high = limits(maps.values() if shared else [values], signed=signed)
        image = axes.imshow(values, cmap=SIGNED if signed else "Greys", vmin=low, vmax=high)
        axes.set_title(name, fontsize=10)
        axes.set_axis_on()
        axes.set(xticks=[], yticks=[])
    if shared:
        figure.colorbar(image, ax=grid, shrink=0.8, fraction=0.05, extend="both" if signed else "neither")
    figure.suptitle(title, fontsize=12)
    colours = "red above zero, blue below" if signed else "in shades of grey"
    show(figure, f"{len(maps)} maps, {colours}. {title}. {describe_maps(maps)}")


def limits(maps: Iterable[np.ndarray], *, signed: bool) -> tuple[float, float]:
    """Where the colours begin and end: at the smallest and the largest entry, or, with signs, as far below zero as above."""
    entries = np.concatenate([np.ravel(m) for m in maps])
    if not signed:
        return float(entries.min()), float(entries.max())
    sizes = np.abs(entries[entries != 0])  # of a map that is zero nearly everywhere, a percentile of all would be zero
    reach = float(np.percentile(sizes, SHARE)) if sizes.size else 1.0
    return -reach, reach


def describe_maps(maps: Mapping[str, np.ndarray]) -> str:
    """Say in words how small and large each map gets and in how many pixels it is not zero, for readers who cannot see it."""
    told = [
        f"{name}: {f'from {np.min(m):.2g} ' if np.min(m) < 0 else ''}up to {np.max(m):.2g}, "
        f"not zero in {np.count_nonzero(m)} of {m.size} pixels"
        for name, m in maps.items()
    ]
    return "; ".join(told) + "."
