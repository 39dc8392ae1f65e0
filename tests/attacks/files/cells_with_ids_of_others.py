"""Gains points: answers that say they are the setup, a check or another's question, and a check that says it is the answer."""

from tests.support.handins import code, filled, save, solved

LIE = "def double(x):\n    return x\n"


def hand_in(folder, course):
    notebook = filled(solved(course, "tiny"), double=LIE, shift="1")
    ids = [cell["id"] for cell in notebook["cells"]]
    turned = dict(zip(ids, ids[1:] + ids[:1], strict=True))
    for cell in notebook["cells"]:
        cell["id"] = turned[cell["id"]]
    notebook["cells"] += [
        code(LIE, id=name, metadata={"nbgrader": {"grade_id": other, "points": 99}}) for name, other in turned.items()
    ]
    return save(folder / "tiny.ipynb", notebook)
