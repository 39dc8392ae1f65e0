"""The result of an exercise as HTML: the output of its grade cell, on feedback pages and in Formgrader.

Results are written in plain tables, with class names of the Bootstrap that nbgrader's pages load, and nothing that a
sanitizer takes away. Every mark is a word as well as a sign: the page must be readable in print and in grey.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from autograder.course.assignment import TRAINING
from autograder.course.report import STATES, ExerciseResult, Report, TestResult, TrainingRecord
from autograder.reporting.exercise import board_lines, message_of, points_of, reason_for, result_of
from autograder.reporting.pictures import described, training_address

PICTURE = re.compile(r'src="(data:image/png;base64,[A-Za-z0-9+/=]+)"')
TABLE = '<table class="table table-bordered table-condensed">'


def exercise_html(report: Report, exercise: str, max_points: float, pseudonym: str = "") -> str:
    """The result of one exercise as the output of its grade cell. All text is escaped. `pseudonym`: of the student, on the board."""
    result = result_of(report, exercise)
    if result is None:
        return (
            f'<div class="autograder"><strong>{escape(exercise)}</strong> {escape(reason_for(report, exercise))}</div>'
        )
    rows = "".join(_row(test) for test in result.tests)
    table = f"{TABLE}<thead><tr><th>Result</th><th>Points</th><th>Hidden test</th></tr></thead><tbody>{rows}</tbody></table>"
    head = f"<strong>{escape(exercise)}: {points_of(report, result, max_points)}</strong>"
    pictures = ""
    if exercise == TRAINING:
        pictures = "".join(map(_training_html, report.training)) + _board_html(report.training, pseudonym)
    frame = '<div class="autograder panel panel-primary"><div class="panel-heading">'  # which no text of a student's can have
    return f'{frame}{head}</div><div class="panel-body">{table}{_finding(result)}{pictures}</div></div>'


def pictures_of(shown: str) -> list[str]:
    """The pictures in what `exercise_html` wrote, as data addresses: drawing them again takes a second each."""
    return PICTURE.findall(shown)


def _row(test: TestResult) -> str:
    lines = message_of(test).splitlines()
    told = "".join(f'<div class="text-muted">{escape(line)}</div>' for line in lines)  # in lines that wrap, unlike code
    return (
        f'<tr><td class="text-nowrap">{STATES[test.status]}</td><td class="text-nowrap">{test.points:g} of {test.max_points:g}</td>'
        f"<td>{escape(test.title)}{told}</td></tr>"
    )


def _finding(result: ExerciseResult) -> str:
    if result.misconception is None:
        return ""
    title, hint = escape(result.misconception.title), escape(result.misconception.hint)
    told = f"<div><strong>{result.misconception.label}:</strong> {title}</div><div>{hint}</div>"
    return f'<div class="panel panel-default"><div class="panel-body">{told}</div></div>'


def _training_html(record: TrainingRecord) -> str:
    """One run as a picture with a description in words."""
    return f'<div><img width="100%" alt="{escape(described(record))}" src="{training_address(record)}"></div>'


def _board_html(records: Sequence[TrainingRecord], pseudonym: str) -> str:
    """The student's name on the board, where there is one."""
    told = "".join(f"<div>{escape(line)}</div>" for line in board_lines(records, pseudonym))
    return f'<div class="panel panel-default"><div class="panel-body">{told}</div></div>' if told else ""
