"""Harms who reads the report: terminal escapes, line breaks and directions of text in the name of a file."""


def hand_in(folder, course):
    path = folder / "tiny\n80 points\x1b[2J\x1b]0;owned\x07\r\u202egpj.ipynb"
    path.write_text("{")
    return path
