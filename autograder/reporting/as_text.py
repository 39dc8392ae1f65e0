"""The result of an exercise as plain text: the output of its grade cell, wherever no HTML is shown."""

from __future__ import annotations

from autograder.course.assignment import TRAINING
from autograder.course.report import STATES, Report
from autograder.reporting.exercise import board_lines, message_of, points_of, reason_for, result_of
from autograder.reporting.pictures import described


def exercise_text(report: Report, exercise: str, max_points: float, pseudonym: str = "") -> str:
    """The result of one exercise, line by line. `pseudonym`: of the student, on the board."""
    result = result_of(report, exercise)
    if result is None:
        return f"{exercise}: {reason_for(report, exercise)}"
    lines = [f"{exercise}: {points_of(report, result, max_points)}"]
    for test in result.tests:
        lines.append(f"{STATES[test.status]!s:<24} {test.points:g}/{test.max_points:g}  {test.title}")
        lines += [f"    {line}" for line in message_of(test).splitlines()]
    if exercise == TRAINING:
        lines += [*map(described, report.training), *board_lines(report.training, pseudonym)]
    if result.misconception:
        finding = result.misconception
        lines += [f"{finding.label}: {finding.title}", f"    {finding.hint}"]
    return "\n".join(lines)
