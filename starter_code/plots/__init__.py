"""Plots that stay readable in grey and carry a description in words; nothing here computes what is plotted."""

from starter_code.plots.curves import plot_curves

__all__ = ["plot_curves"]  # which notebooks import from here that were released before version 0.2
