"""Gains points: cells that claim the identities of others: a check as answer, an answer as setup, twice, and none at all."""

from tests.support.handins import code, filled, save, solved, with_cells


def hand_in(folder, course):
    wrong = filled(solved(course, "tiny"), double="def double(x):\n    return x", shift="1")
    stolen = [
        code("double = abs", id=name, metadata={"nbgrader": {"grade_id": name}}) for name in ("double", "setup", "why")
    ]
    stolen += [
        {"cell_type": "markdown", "id": "answer-double", "metadata": {}, "source": "def double(x): return 2 * x"}
    ]
    stolen += [{"cell_type": "raw", "id": "answer-shift", "metadata": {}, "source": "def shift(x, by): return x + by"}]
    return save(folder / "tiny.ipynb", with_cells(wrong, *stolen))
