"""The stage after the hidden tests: what was handed in is trained, and what it has learned is measured.

What is trained stands in `training.py` of a hidden suite (`contract`); this package keeps the budget, asks for what can be checked,
scores predictions, and turns them into points by bands that the reference has set.
"""

from autograder.training.bands import Band, band_of, measure, missing_bands
from autograder.training.contract import Device, Held, Phase, Run, runs_of
from autograder.training.device import Wanted, device_for, device_here
from autograder.training.stage import TrainingStage

__all__ = [
    "Band",
    "Device",
    "Held",
    "Phase",
    "Run",
    "TrainingStage",
    "Wanted",
    "band_of",
    "device_for",
    "device_here",
    "measure",
    "missing_bands",
    "runs_of",
]
