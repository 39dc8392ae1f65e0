"""Harms who reads the feedback: markup in the name of a file that cannot be graded, so that the reason repeats it."""


def hand_in(folder, course):
    path = folder / "<img src=x onerror=alert(1)>[red]{{7*7}}.ipynb"
    path.write_text("{")
    return path
