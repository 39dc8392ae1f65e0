"""Gains points: marks its answers as manually graded, as tasks, as free of tests, and as already graded."""

from tests.support.handins import filled, save, solved


def hand_in(folder, course):
    notebook = filled(solved(course, "tiny"), double="def double(x):\n    return x", shift="1")
    for cell in notebook["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] |= {"grade": True, "solution": True, "task": True, "locked": False}
            cell["metadata"] |= {"tags": ["skip", "nograde"], "deletable": False}
    return save(folder / "tiny.ipynb", notebook)
