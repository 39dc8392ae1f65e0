"""What the students of a class wrote, as plain values. `class_jplag`, and whatever else compares code, make files of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.course.assignment import Assignment
from autograder.submission.submitted import Submission, setup_program


@dataclass(frozen=True)
class ClassCode:
    """The code of one assignment.

    released: the same of the notebook as students got it
    code: of each student by id, in alphabetical order
    """

    assignment: str
    released: str
    code: Mapping[str, str]


def graded_code(submission: Submission, assignment: Assignment) -> str:
    """The cells as they are graded, in their order: without what the course gave out of demonstrations and checks, and without output.

    Of the released notebook, this is what all students began with.
    """
    cells = [cell for cell in submission.program[len(setup_program(assignment)) :] if cell.whole]
    return "\n".join(f"# {cell.exercise or cell.title}\n{cell.source}\n" for cell in cells)
