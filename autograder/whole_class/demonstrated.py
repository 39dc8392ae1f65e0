"""Which cells of a submission a written answer speaks of, and the program that runs them in full. Nothing is run here.

These are the cells with code in the section that asks the question, above it: the demonstrations of the course, and what the student
has added. In grading, demonstrations run only as far as an answer needs them; here those of such sections run as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.assignment import Assignment
from autograder.course.sections import headings
from autograder.submission.submitted import ProgramCell, Submission, read

if TYPE_CHECKING:
    from autograder.submission.reading import Reader


@dataclass(frozen=True)
class Demonstrated:
    """The program of a submission, and for each question the titles of the cells that it speaks of."""

    sha256: str
    program: tuple[ProgramCell, ...]
    titles: dict[str, tuple[str, ...]]


def demonstrated(path: Path, assignment: Assignment, by: Reader) -> Demonstrated:
    """Read the file at `path` for what its questions speak of; raises Ungradable."""
    ids = {question: cells_shown(assignment, question) for question in assignment.questions}
    shown = {cell for several in ids.values() for cell in several}
    # A cell with code whose role is `text` is one that students may change and that runs as a whole, like cells of their own.
    cells = tuple(
        replace(cell, role="text") if cell_id in shown else cell
        for cell, cell_id in zip(assignment.cells, assignment.ids, strict=True)
    )
    submission = read(path, replace(assignment, cells=cells), by)
    titles = {question: _titles(submission, question, several) for question, several in ids.items()}
    return Demonstrated(submission.sha256, submission.program, titles)


def cells_shown(assignment: Assignment, question: str) -> tuple[str, ...]:
    """The ids of the demonstrations in the section of a question, above it."""
    named = list(zip(assignment.cells, assignment.ids, strict=True))
    place = next(n for n, (cell, _) in enumerate(named) if (cell.role, cell.name) == ("question", question))
    above = takewhile(lambda one: not (one[0].role == "text" and headings(one[0].source)), reversed(named[:place]))
    return tuple(cell_id for cell, cell_id in above if cell.role == "demo")[::-1]


def _titles(submission: Submission, question: str, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Cells with code from the first demonstration to the question, or to the last demonstration where that stands below it."""
    places = [cell.parts[0].number for cell in submission.cells if cell.id in ids]
    asked = [cell.parts[0].number for cell in submission.cells if (cell.role, cell.name) == ("question", question)]
    return tuple(
        cell.title
        for cell in submission.cells
        if places
        and cell.kind == "code"
        and (cell.id in ids or not cell.role)
        and min(places) <= cell.parts[0].number <= max(places + asked)
    )
