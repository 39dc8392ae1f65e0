"""`plots.paths`, under the name that notebooks import which were released before version 0.2."""

from starter_code.plots.paths import animate_paths, plot_descents, plot_paths

__all__ = ["animate_paths", "plot_descents", "plot_paths"]
