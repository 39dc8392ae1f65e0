"""Breaks out: a name that reads as an option of the command and as a path out of the folder."""


def hand_in(folder, course):
    path = folder / "--isolation=none ..%2f..%2f$(touch harm);`touch harm`.ipynb"
    path.write_text("{")
    return path
