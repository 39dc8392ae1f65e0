"""What a report says of one exercise, in the words that all forms of it share. Used by `as_html`, `as_text` and the gradebook."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.course.assignment import TRAINING
from autograder.course.report import ExerciseResult, Report, TestResult, TrainingRecord
from autograder.submission.submitted import printable

LONGEST_MESSAGE = 2000
NOT_THE_STUDENTS_FAULT = (
    "Not graded yet: the grader itself failed, which is not your fault. Your instructor will grade this again."
)


def reason_for(report: Report | None, exercise: str) -> str:
    """Why an exercise has no result; empty when it has one."""
    result = result_of(report, exercise)
    if report is None:
        return "0 points: this submission was not graded."
    if report.status == "ungradable":
        return f"0 points: the submission cannot be graded. {report.reason or ''}".strip()
    if report.status == "grader-error" and (result is None or result.status == "grader-error"):
        return NOT_THE_STUDENTS_FAULT
    return "0 points: the hidden suite has no test for this exercise." if result is None else ""


def result_of(report: Report | None, exercise: str) -> ExerciseResult | None:
    """The result of one exercise, if the report has it. A submission that cannot be graded has none."""
    if report is None or report.status == "ungradable":
        return None
    return next((result for result in report.exercises if result.name == exercise), None)


def is_in_part(report: Report | None, exercise: str, max_points: float) -> bool:
    """Whether a part of the training stage's points could not be earned where this was graded: a person must see to these."""
    result = result_of(report, exercise)
    return exercise == TRAINING and result is not None and result.max_points < max_points


def points_of(report: Report, result: ExerciseResult, max_points: float) -> str:
    """How many points an exercise has earned, or that a person must see to them."""
    if (report.status == "grader-error" and result.status == "grader-error") or result.max_points == 0:
        return "not graded yet"
    if is_in_part(report, result.name, max_points):
        return f"{result.points:g} of {result.max_points:g} points; {max_points - result.max_points:g} more are not graded yet"
    return f"{result.points:g} of {max_points:g} points"


def message_of(test: TestResult) -> str:
    """The message of a test."""
    rest = "\n(The rest of this message is left out.)" if len(test.message) > LONGEST_MESSAGE else ""
    return test.message[:LONGEST_MESSAGE] + rest


def told(text: str) -> str:
    """Text of any origin, for people elsewhere: its lines, without control characters and what is no text."""
    return "\n".join(map(printable, text.splitlines()))


def board_lines(records: Sequence[TrainingRecord], pseudonym: str) -> list[str]:
    """Under which name a student stands on the board, and with what; nothing where there is no name."""
    if not pseudonym:
        return []
    reached = [
        f"{record.title}: target reached after {record.reached} steps."
        for record in records
        if record.reached is not None
    ]
    return [f"On the board your name is {pseudonym}, provided that you handed in by the due date.", *reached]
