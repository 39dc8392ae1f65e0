"""What all exports of a class have in common: whose grade is given away, and how an export went."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.reporting.class_rows import state_of
from autograder.reporting.class_values import ClassResults, Member


@dataclass(frozen=True)
class ClassFile:
    """The text of a file, and how many of its rows were filled.

    unmatched: rows of the template that are about nobody in the gradebook
    skipped: rows without a grade, since there is none yet or since the row must stay as it is
    missing: students with a grade whom the template does not have
    """

    text: str
    filled: int
    unmatched: int = 0
    skipped: int = 0
    missing: tuple[str, ...] = ()


def export_state(member: Member) -> str:
    """What became of a student, in words; "graded" only where there is a grade to give away."""
    if member.excused:
        return "excused"
    state = state_of(member)
    if member.grades.final is None:
        return "waits for a person" if state in {"graded", "cannot be graded"} else state
    return state if state == "cannot be graded" else "graded"


def grade_of(member: Member) -> float | None:
    """The points that leave the gradebook: none of who is excused, and none of what is not graded to its end."""
    return None if member.excused else member.grades.final


def with_grade(results: ClassResults) -> list[str]:
    """The students who have a grade to give away."""
    return [member.student for member in results.members if grade_of(member) is not None]


def without_template(text: str, results: ClassResults) -> ClassFile:
    """A file with a row for each student of the gradebook."""
    filled = len(with_grade(results))
    return ClassFile(text, filled, skipped=len(results.members) - filled)
