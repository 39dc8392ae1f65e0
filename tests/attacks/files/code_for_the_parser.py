"""Stops the batch: code that is nested, chained and repeated until a parser's stack or memory is gone."""

from tests.support.handins import code, released, save, with_cells

CHAINS = [
    "-" * 9,
    "x.a",
    "f()",
    "(",
    "[",
    "lambda:",
    "not ",
    "await ",
    "a if b else ",
    "1+",
    "1**",
    "a=",
    "x[0]",
    "f'{",
    "~",
    "*",
    "@a\n",
]
CHAINS += [";", ",", "/", "?", "!", "%", "; ", "x;"]  # IPython's own signs: it takes one at a time off a line
CHAINS += ["if x: ", "elif x:\n pass\n", "a:=", "1<", "{1:", "f(a=", "yield ", "try:\n", "class A:\n"]


def hand_in(folder, course):
    cells = [code(chain * (12_000 // len(chain)) + end) for chain in CHAINS for end in ("", "1")]
    return save(folder / "tiny.ipynb", with_cells(released(course, "tiny"), *cells))
