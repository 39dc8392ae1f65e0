"""Stops the batch: names whose letters carry so many accents that Python, bringing them into their order, takes an hour."""

from tests.support.handins import code, released, save, with_cells

LETTERS = ["a" + "\u0301\u0323" * 45_000, "a" + "\u0f73" * 90_000, "\u0f75" * 90_000]


def hand_in(folder, course):
    cells = [code(form.format(letter)) for letter in LETTERS for form in ("{} = 1", "def {}(): pass", "# {}\ny = 1")]
    return save(folder / "tiny.ipynb", with_cells(released(course, "tiny"), *cells))
