"""Stops the batch: code over which the parser goes back and forth: brackets, lambdas, strings and comprehensions in one another."""

from tests.support.handins import code, filled, save, solved, with_cells

DEEP = 90
WORST = [
    "(" * DEEP + "a=" + ")" * DEEP,
    "{0:" * DEEP + "0" + "}" * (DEEP - 1),
    "with " + "(" * DEEP + "a" + ")" * (DEEP - 1) + " as b: 0",
    "lambda a=(" * DEEP + "0" + ")" * DEEP,
    "[x for x in " * DEEP + "y" + "]" * DEEP,
    "@a\n" * 20_000 + "def f(): 0",
    "if a: 0\n" + "elif b: 0\n" * 9_000,
    "a" + "[b" * DEEP + "]" * (DEEP - 1) + "=",
    "x = " + "-" * 40_000 + "1",
    "f'{" * 4 + "0",
    "x = '" + "\\N{DIGIT ONE}" * 7_000 + "'",
    "def f():\n" + "".join(f"{' ' * n}def f():\n" for n in range(1, 95)) + " " * 95 + "nonlocal x",
    "match a:\n case " + "[" * DEEP + "b" + "]" * (DEEP - 1) + ": 0",
    "a = b = " * 12_000 + "0",
    "global " + ", ".join(f"n{n}" for n in range(12_000)),
]


def hand_in(folder, course):
    wrong = filled(solved(course, "tiny"), double="def double(x):\n    return x", shift="1")
    return save(folder / "tiny.ipynb", with_cells(wrong, *map(code, WORST)))
