"""The board of an assignment, `autograder board`: who reached a target after how many steps, on one page without scripts.

It shows pseudonyms and numbers that the grader has made, and no text of a student's. What counts was handed in by the due date, so
that nothing which comes later moves anybody up or down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from autograder.course.assignment import CourseError, GraderError
from autograder.course.folders import Course
from autograder.course.report import Report, TrainingRecord
from autograder.course.settings import FILE, settings_of
from autograder.gradebook.pseudonyms import pseudonyms_of
from autograder.gradebook.settings import settings
from autograder.reporting.page_template import page_template
from autograder.training import Run
from autograder.training.contract import runs_of
from autograder.training.sessions import BETWEEN_LOOKS
from autograder.whole_class.store import Store

TEMPLATE = "board.html"


@dataclass(frozen=True)
class Line:
    """One student. Students who needed equally many steps have the same rank."""

    rank: int
    name: str
    steps: int


@dataclass(frozen=True)
class BoardTable:
    """One run; its lines are ordered by rank, and by name within a rank."""

    title: str
    target: float
    what: str
    length: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Board:
    """All runs of an assignment that have a target. `frozen`: the due date in UTC, where there is one."""

    title: str
    frozen: datetime | None
    tables: tuple[BoardTable, ...]


def write_board(course: Course, name: str, path: Path | None) -> Path:
    """Write the page of an assignment's board; raises CourseError where there can be none, and says what would change that."""
    if not settings_of(course).board:
        raise CourseError(
            f"the board is off. To switch it on, write `[training]` and, in the next line, `board = true` into {course.data / FILE}."
        )
    page = page_of(board_of(course, name))
    path = path or course.data / "board" / f"{name}.html"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page, encoding="utf-8")
    except OSError as fault:
        raise CourseError(f"{path} cannot be written: {fault.strerror}.") from fault
    return path


def board_of(course: Course, name: str) -> Board:
    """The board that follows from the reports that stand in the gradebook."""
    assignment = course.assignment(name)
    runs = [run for run in runs_of(course, assignment, settings_of(course).data).values() if run.target is not None]
    if not runs:
        raise CourseError(f"no run of {name} has a target, so there is nothing to show on a board.")
    frozen, in_time = _in_time(course, name)
    names = pseudonyms_of(course, name)
    with Store(course.store) as store:
        stored = {student: store.get(key) for student, key in store.made(name, "report").items() if student in in_time}
    reports = {names[student]: report for student, report in stored.items() if report and student in names}
    return Board(assignment.title, frozen, tuple(_table(run, reports) for run in runs))


def page_of(board: Board) -> str:
    """The page."""
    return page_template(Path(__file__).with_name(TEMPLATE)).render(board=board, together=BETWEEN_LOOKS)


def ranked(steps: Mapping[str, int]) -> tuple[Line, ...]:
    """One line for each name: the fewest steps first."""
    ordered = sorted(steps.items(), key=lambda line: (line[1], line[0]))
    numbers = [count for _, count in ordered]
    return tuple(Line(1 + numbers.index(count), name, count) for name, count in ordered)


def _table(run: Run, reports: Mapping[str, Report]) -> BoardTable:
    found = {name: _of(run, report.training) for name, report in reports.items()}
    steps = {name: record.reached for name, record in found.items() if record and record.reached is not None}
    return BoardTable(run.title, run.target or 0.0, run.held().what, run.length, ranked(steps))


def _of(run: Run, records: Iterable[TrainingRecord]) -> TrainingRecord | None:
    """What a report has of a run."""
    return next((record for record in records if record.title == run.title), None)


def _in_time(course: Course, name: str) -> tuple[datetime | None, set[str]]:
    """The due date of the class, and who handed in by then. Extensions do not count: who came later could be recognised."""
    if not course.gradebook.exists():
        raise GraderError(f"There is no gradebook at {course.gradebook}; run `nbgrader generate_assignment` first.")
    with Gradebook(CourseDirectory(config=settings(course)).db_url) as gradebook:
        try:
            due: datetime | None = gradebook.find_assignment(name).duedate
        except MissingEntry:
            raise GraderError(
                f"The gradebook does not know {name}; run `nbgrader generate_assignment` first."
            ) from None
        times = {each.student_id: each.timestamp for each in gradebook.assignment_submissions(name)}
    return due, {student for student, time in times.items() if due is None or (time is not None and time <= due)}
