"""`plots.maps`, under the name that notebooks import which were released before version 0.2."""

from starter_code.plots.maps import plot_maps

__all__ = ["plot_maps"]
