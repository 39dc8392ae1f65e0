"""Plots that stay readable in grey and carry a description in words; nothing here computes what is plotted."""
