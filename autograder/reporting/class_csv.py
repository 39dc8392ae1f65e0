"""A class as CSV, for spreadsheets and scripts: one row a student, one column an exercise. See `formats`."""

from __future__ import annotations

from typing import Any

from autograder.reporting.class_export import ClassFile, export_state, grade_of, without_template
from autograder.reporting.class_template import Filling
from autograder.reporting.class_values import ClassResults, Member
from autograder.reporting.spreadsheet import csv_text, harmless, two_decimals

WHO = ("student_id", "last_name", "first_name", "status")
WHAT = ("raw_score", "late_submission_penalty", "score", "max_score")  # as `nbgrader export` calls them


def class_csv(results: ClassResults, _: Filling) -> ClassFile:
    """The whole class. Where something is not graded yet, the cell is empty, and so is the score."""
    cells = tuple(name for name, _ in (*results.items, *results.questions))
    rows = [_row(member, cells, results.most) for member in results.members]
    return without_template(csv_text([(*WHO, *cells, *WHAT), *rows]), results)


def _row(member: Member, cells: tuple[str, ...], most: float) -> list[Any]:
    points, grade = dict(member.grades.points), grade_of(member)
    raw, penalty = (None, None) if grade is None else (member.grades.score, member.grades.penalty)
    who = (member.student, member.last_name, member.first_name, export_state(member))
    numbers = (*(points.get(cell) for cell in cells), raw, penalty, grade, most)
    return [*map(harmless, who), *map(two_decimals, numbers)]
