"""Measurements of the engine, side by side in one run; what they printed stands in RESULTS.md."""
