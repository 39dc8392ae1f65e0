"""`plots.bars`, under the name that notebooks import which were released before version 0.2."""

from starter_code.plots.bars import plot_bars

__all__ = ["plot_bars"]
