"""Gains points: raises the points of its cells in the notebook's metadata."""

from tests.support.handins import filled, save, solved


def hand_in(folder, course):
    notebook = filled(solved(course, "tiny"), double="def double(x):\n    return x", shift="1")
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] |= {"points": 1e9, "max_points": 1e9, "score": 50, "auto_score": 50}
    notebook["metadata"]["autograder"] = {"report": {"status": "graded", "score": 80.0}}
    return save(folder / "tiny.ipynb", notebook)
