"""The forms in which reports leave the grader, each in a file of its own beside this one. A new form is one more file, and a line here.

What the cells of notebooks show stands in `cell_formats`. Two forms are not chosen from a table: the lines that `terminal` prints, and
the files of training runs (`run_files`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from autograder.course.report import Report
from autograder.reporting.as_classroom50 import classroom50_json
from autograder.reporting.as_github import github_annotations, github_summary
from autograder.reporting.as_gradescope import gradescope_json
from autograder.reporting.as_json import reports_json
from autograder.reporting.as_junit import junit_xml
from autograder.reporting.as_prairielearn import prairielearn_json
from autograder.reporting.class_canvas import class_canvas
from autograder.reporting.class_code import ClassCode
from autograder.reporting.class_csv import class_csv
from autograder.reporting.class_export import ClassFile
from autograder.reporting.class_jplag import class_jplag
from autograder.reporting.class_json import class_json
from autograder.reporting.class_moodle import class_moodle
from autograder.reporting.class_template import Filling
from autograder.reporting.class_values import ClassResults


class FileFormat(Protocol):
    """Makes the text of one file of reports. `single`: one submission was asked for, rather than several; `at`: now, in UTC."""

    def __call__(self, reports: Sequence[Report], *, single: bool, at: datetime) -> str:
        """The text."""


@dataclass(frozen=True)
class FileForm:
    """A form of reports. `alone`: it has room for one submission only."""

    make: FileFormat
    alone: bool = False


@dataclass(frozen=True)
class ClassForm:
    """A form of a whole class: how the names of its files end, and whether it fills templates that another system gave out."""

    make: Callable[[ClassResults, Filling], ClassFile]
    ending: str
    fills: bool = False


# What `autograder grade` writes: `--form NAME=FILE`; docs/exports.md says who reads it.
FILES: dict[str, FileForm] = {
    "json": FileForm(reports_json),
    "junit": FileForm(junit_xml),
    "gradescope": FileForm(gradescope_json, alone=True),
    "prairielearn": FileForm(prairielearn_json, alone=True),
    "classroom50": FileForm(classroom50_json, alone=True),
    "github": FileForm(github_annotations),
    "github-summary": FileForm(github_summary),
}
# What `autograder export` writes: `--to NAME`.
CLASSES: dict[str, ClassForm] = {
    "csv": ClassForm(class_csv, ".csv"),
    "json": ClassForm(class_json, ".json"),
    "canvas": ClassForm(class_canvas, "-canvas.csv", fills=True),
    "moodle": ClassForm(class_moodle, "-moodle.csv", fills=True),
}
# What it writes of the code of a class: the texts of files, by their paths in a folder.
CODE: dict[str, Callable[[ClassCode], dict[str, str]]] = {"jplag": class_jplag}
