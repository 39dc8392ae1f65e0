"""Harms who reads the feedback: an answer in a thousand cells that only together are Python, with a title as long as all their numbers."""

from tests.support.handins import filled, save, solved


def hand_in(folder, course):
    wrong = filled(solved(course, "tiny"), double="double = (", shift="1")
    place = next(n for n, cell in enumerate(wrong["cells"]) if cell["id"] == "answer-double")
    parts = ["1 / 0,"] * 1000 + [")"]
    wrong["cells"][place + 1 : place + 1] = [wrong["cells"][place] | {"source": part} for part in parts]
    return save(folder / "tiny.ipynb", wrong)
