"""The forms in which the result of an exercise stands in its grade cell. Pages follow from these, and from no other form (`formats`)."""

from __future__ import annotations

from collections.abc import Callable

from autograder.course.report import Report
from autograder.reporting.as_html import exercise_html
from autograder.reporting.as_text import exercise_text

# By media type: of a report, the exercise, its points, and the name on the board.
CELLS: dict[str, Callable[[Report, str, float, str], str]] = {"text/html": exercise_html, "text/plain": exercise_text}
