"""The code of a class as JPlag and Dolos read it: a folder for each student, base code beside them, and a list for Dolos. See `formats`.

Each student has one file, as has the base code: Dolos compares files, and takes one file of what is to be ignored.
"""

from __future__ import annotations

from autograder.reporting.class_code import ClassCode
from autograder.reporting.spreadsheet import csv_text, harmless

STUDENTS, BASE = "submissions", "base-code"
COLUMNS = ("filename", "full_name")  # as Dolos calls them


def class_jplag(code: ClassCode) -> dict[str, str]:
    """The texts of all files, by their paths in the folder."""
    name = f"{code.assignment}.py"
    files = {student: f"{STUDENTS}/{student}/{name}" for student in code.code}
    listed = csv_text([COLUMNS, *((path, harmless(student)) for student, path in files.items())])
    written = {files[student]: text for student, text in code.code.items()}
    return {f"{BASE}/{name}": code.released, "info.csv": listed, **written}
