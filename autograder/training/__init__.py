"""The stage after the hidden tests: what was handed in is trained, and what it has learned is measured.

What is trained is said by `training.py` of a hidden suite, in terms of the names below (`contract`). The stage keeps the budget, takes
every step again, scores predictions, and turns them into points by bands that the reference has set.
"""

from autograder.course.devices import Device
from autograder.training.contract import Held, Phase, Run

__all__ = ["Device", "Held", "Phase", "Run"]
