"""Stops the batch: a dotted name so long that reading the code, before it runs anywhere, takes hours."""

from tests.support.handins import filled, save, solved


def hand_in(folder, course):
    wrong = filled(
        solved(course, "tiny"),
        double="import a" + ".a" * 100_000 + "\n# " + "x.a" * 100_000 + "\nimport b" + " . \\\n b" * 50_000,
        shift="1",
    )
    return save(folder / "tiny.ipynb", wrong)
