"""Reads what became of an assignment in a class: reports from the store, marks and times from the gradebook, pages from their folders.

`autograder report` makes a page of it, `autograder export` a file. Nothing is written, and nothing of what students handed in is read.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from nbgrader.api import (
    Assignment,
    BaseCell,
    Grade,
    Gradebook,
    MissingEntry,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.coursedir import CourseDirectory

from autograder.course.assignment import TRAINING, CourseError
from autograder.course.folders import Course
from autograder.course.policy import policy_of
from autograder.course.regrade import Regrade
from autograder.course.report import Report
from autograder.gradebook.settings import settings
from autograder.gradebook.standing import SubmissionRows, submission_rows
from autograder.reporting.class_values import ClassResults, Grades, Member
from autograder.whole_class.store import Store

Watch = Callable[[int, int], None]  # how many reports are read, of how many


def read_class(course: Course, name: str, page: Path, watch: Watch) -> ClassResults:
    """What is known of a class, for a page at the path `page`; raises CourseError where nothing is graded yet."""
    assignment = course.assignment(name)
    reports, regrades = _reports(course, name, watch)
    with Gradebook(CourseDirectory(config=settings(course)).db_url) as gradebook:
        try:
            due = gradebook.find_assignment(name).duedate
        except MissingEntry:
            raise _nothing(name) from None
        rows, waiting = submission_rows(gradebook, name), waiting_cells(gradebook, name)
        enrolled = {student.id: (student.last_name or "", student.first_name or "") for student in gradebook.students}
    excused = policy_of(course).excused.get(name, ())
    handed_in = {folder.parent.name for folder in (course.data / "submitted").glob(f"*/{name}") if folder.is_dir()}
    members = tuple(
        Member(
            student,
            student in handed_in or student in reports,
            reports.get(student),
            _grades(rows.get(student), tuple(sorted(waiting.get(student, ())))),
            _link(course, name, student, page),
            *enrolled.get(student, ("", "")),
            excused=student in excused,
        )
        for student in sorted(enrolled.keys() | handed_in | reports.keys())
    )
    trained = ((TRAINING, assignment.training.points),) if assignment.training else ()
    return ClassResults(
        assignment=name,
        title=assignment.title,
        items=(*((each.name, each.points) for each in assignment.exercises), *trained),
        questions=tuple(assignment.questions.items()),
        most=assignment.max_score + sum(assignment.questions.values()),
        due=due,
        members=members,
        regrades=regrades,
    )


def _reports(course: Course, name: str, watch: Watch) -> tuple[dict[str, Report], tuple[Regrade, ...]]:
    """The reports that stand in the gradebook, by student, and the regrades of what they are of."""
    if not (course.store.exists() and course.gradebook.exists()):  # a store is made where it is opened
        raise _nothing(name)
    found = {}
    with Store(course.store) as store:
        keys = store.made(name, "report")
        for number, (student, key) in enumerate(sorted(keys.items()), start=1):
            report = store.get(key)
            if report is not None:
                found[student] = report
            watch(number, len(keys))
        regrades = store.regrades(name)
    if not found:
        raise _nothing(name)
    files = {(student, report.submission_sha256) for student, report in found.items()}
    return found, tuple(each for each in regrades if (each.student, each.submission) in files)


def _nothing(name: str) -> CourseError:
    return CourseError(
        f"Nothing of {name} is graded yet, so there is nothing to report. `autograder grade-class {name}` grades what was collected."
    )


def waiting_cells(gradebook: Gradebook, name: str) -> dict[str, set[str]]:
    """For each student, the exercises and questions that a person is asked to look at."""
    query = gradebook.db.query(SubmittedAssignment.student_id, BaseCell.name).select_from(Grade)
    for step in (Grade.cell, Grade.notebook, SubmittedNotebook.assignment, SubmittedAssignment.assignment):
        query = query.join(step)
    waiting = defaultdict(set)
    for student, cell in query.filter(Assignment.name == name, Grade.needs_manual_grade):
        waiting[student].add(cell)
    return waiting


def _grades(row: SubmissionRows | None, waiting: tuple[str, ...]) -> Grades:
    if row is None:
        return Grades()
    by_hand = tuple(cell for cell, _, _, manual, _ in row.grades if manual is not None)
    points = tuple((cell, _points(auto, manual, extra)) for cell, _, auto, manual, extra in row.grades)
    return Grades(row.score, row.penalty or 0.0, by_hand, waiting, row.seconds_late, points)


def _points(auto: float | None, by_hand: float | None, extra: float | None) -> float | None:
    """What nbgrader counts, but for what nobody has graded yet, which it counts as 0."""
    given = auto if by_hand is None else by_hand
    return None if given is None else given + (extra or 0.0)


def _link(course: Course, name: str, student: str, page: Path) -> str:
    """The address of a student's feedback page, as seen from the folder of `page`; empty where there is none."""
    target = course.data / "feedback" / student / name / f"{name}.html"
    if not target.is_file():
        return ""
    path = os.path.relpath(target, page.absolute().parent)
    return quote(path.encode("utf-8", "surrogateescape"))
