"""Stops the batch: dozens of cells, each of which ends its process, so that all that stand above it run once more."""

from tests.support.handins import code, filled, save, solved, with_cells


def hand_in(folder, course):
    wrong = filled(solved(course, "tiny"), double="def double(x):\n    return x", shift="1")
    return save(folder / "tiny.ipynb", with_cells(wrong, *[code(f"import os\nos._exit({n % 7})") for n in range(60)]))
