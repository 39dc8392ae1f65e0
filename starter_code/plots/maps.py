"""Small maps side by side, in shades of grey, with a description in words; the notebooks call them."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np

from starter_code.plots.display import show


def plot_maps(maps: Mapping[str, np.ndarray], *, title: str, columns: int = 5, shared: bool = True) -> None:
    """Draw named maps `{name: (H, W) array}` in a grid and show it; the darker, the larger.

    shared: one scale for all maps, with a bar that explains it; otherwise each has its own, from its smallest to its
        largest entry, and only the pattern can be compared.
    """
    rows = -(-len(maps) // columns)
    columns = min(columns, len(maps))
    figure, grid = plt.subplots(
        rows, columns, figsize=(1.9 * columns + 0.6, 2.2 * rows + 0.4), layout="constrained", squeeze=False
    )
    low, high = min(np.min(m) for m in maps.values()), max(np.max(m) for m in maps.values())
    for axes in grid.flat:
        axes.set_axis_off()
    for axes, (name, values) in zip(grid.flat, maps.items(), strict=False):
        limits = (low, high) if shared else (np.min(values), np.max(values))
        image = axes.imshow(values, cmap="Greys", vmin=limits[0], vmax=limits[1])
        axes.set_title(name, fontsize=10)
        axes.set_axis_on()
        axes.set(xticks=[], yticks=[])
    if shared:
        figure.colorbar(image, ax=grid, shrink=0.8, fraction=0.05)
    figure.suptitle(title, fontsize=12)
    show(figure, f"{len(maps)} maps in shades of grey. {title}. {describe_maps(maps)}")


def describe_maps(maps: Mapping[str, np.ndarray]) -> str:
    """Say in words how large each map gets and in how many pixels it is not zero, for readers who cannot see it."""
    told = [
        f"{name}: up to {np.max(m):.2g}, not zero in {np.count_nonzero(m)} of {m.size} pixels"
        for name, m in maps.items()
    ]
    return "; ".join(told) + "."
