"""What `autograder pictures` does: runs the demonstrations that written answers speak of, for the submissions that wait for a mark."""

from __future__ import annotations

import os
from contextlib import closing
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from autograder.cli.console import BROKEN, err, out
from autograder.cli.progress import Progress
from autograder.course.assignment import Assignment, CourseError, GraderError
from autograder.course.folders import Course
from autograder.gradebook.class_reading import waiting_cells
from autograder.gradebook.settings import settings
from autograder.reporting.terminal import plain
from autograder.sandbox.selftest import Isolation
from autograder.submission.submitted import digest, submitted_file
from autograder.whole_class.cell_outputs import key_of
from autograder.whole_class.demonstrated import cells_shown
from autograder.whole_class.demonstrations import Wanted, show
from autograder.whole_class.dispatch import Failure, dispatch
from autograder.whole_class.pools import LocalPool
from autograder.whole_class.store import Store


def show_and_tell(name: str, isolation: Isolation, jobs: int | None, *, everybody: bool) -> int:
    """Run what is not kept yet, and tell how it went; the exit code."""
    course = Course.find()
    assignment = course.assignment(name)
    if not any(cells_shown(assignment, question) for question in assignment.questions):
        raise CourseError(f"{name} has no question with a cell to run above it in its section.")
    students = _students(course, assignment, everybody=everybody)
    with Store(course.store) as store:
        wanted = {student: _wanted(course, assignment, student, isolation) for student in students}
        new = [one for one in wanted.values() if store.shown(key_of(one.sha256, assignment)) is None]
        failures = _run(assignment, new, store, jobs or len(os.sched_getaffinity(0)))
    out.print(f"{len(students)} submissions: {len(new) - len(failures)} run now, {len(students) - len(new)} before.")
    for student, why in failures.items():
        err.print(f"[red]✗[/] {plain(student)}: {plain(why)}")
    return BROKEN if failures else 0


def _students(course: Course, assignment: Assignment, *, everybody: bool) -> list[str]:
    """Those who have handed in, or of them those of whom a written answer waits for a mark, in alphabetical order."""
    folders = sorted((course.data / "submitted").glob(f"*/{assignment.name}"))
    handed_in = [folder.parent.name for folder in folders if folder.is_dir()]
    if everybody:
        return handed_in
    if not course.gradebook.exists():
        raise GraderError(f"Nothing of {assignment.name} is graded yet, so no answer waits for a mark.")
    with Gradebook(CourseDirectory(config=settings(course)).db_url) as gradebook:
        waiting = waiting_cells(gradebook, assignment.name)
    return [student for student in handed_in if waiting.get(student, set()) & set(assignment.questions)]


def _wanted(course: Course, assignment: Assignment, student: str, isolation: Isolation) -> Wanted:
    path = submitted_file(course.submitted(student, assignment.name) / assignment.notebook_name, assignment).path
    return Wanted(str(course.root), assignment.name, student, str(path), digest(path, assignment), isolation)


def _run(assignment: Assignment, new: list[Wanted], store: Store, jobs: int) -> dict[str, str]:
    """Run what is wanted and keep it; for each student with whom that was not possible, why."""
    failures: dict[str, str] = {}
    done = 0

    def keep(one: Wanted, value: dict[str, Any]) -> None:
        store.keep_shown(key_of(one.sha256, assignment), value)
        told()

    def fail(one: Wanted, why: Failure) -> None:
        if not done and isinstance(why.fault, GraderError | CourseError):
            raise why.fault  # it is this machine's, and would be the same for all
        failures[one.student] = str(why)
        told()

    def told() -> None:
        nonlocal done
        done += 1
        progress.count("running demonstrations", done, len(new))

    with Progress() as progress, closing(LocalPool(min(jobs, max(len(new), 1)))) as pool:
        dispatch(new, show, pool, keep, fail)
    return failures
