"""The forms in which reports leave the grader, each in a file of its own beside this one. A new form is one more file, and a line here.

Two are not chosen from a table: the lines that `terminal` prints, and the files of training runs (`run_files`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from autograder.course.report import Report
from autograder.reporting.as_html import exercise_html
from autograder.reporting.as_json import reports_json
from autograder.reporting.as_text import exercise_text


class FileFormat(Protocol):
    """Makes the text of one file of reports. `single`: one submission was asked for, rather than several."""

    def __call__(self, reports: Sequence[Report], *, single: bool) -> str:
        """The text."""


# What a command writes into a file, by the name of its option: `--json FILE`.
FILES: dict[str, FileFormat] = {"json": reports_json}
# What is shown in the grade cell of an exercise, by media type: of a report, the exercise, its points, and the name on the board.
CELLS: dict[str, Callable[[Report, str, float, str], str]] = {"text/html": exercise_html, "text/plain": exercise_text}
