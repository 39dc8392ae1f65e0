"""Entries of many students in nbgrader's gradebook, all of them in one transaction. Used when a whole class is graded."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import OperationalError
from traitlets.config import Config

from autograder.course.assignment import GraderError
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.gradebook.conversion import Failures
from autograder.gradebook.plain_files import keep_plain_files
from autograder.gradebook.scores import OneTransaction, RecordScores

SNAPSHOTS = 10  # of the gradebook that are kept


def snapshot(course: Course, at_least_apart: timedelta = timedelta(0)) -> None:
    """Copy the gradebook as it is now to `course/snapshots`; older copies than the last few are removed. Raises GraderError.

    at_least_apart: where the last copy is younger, there is no other, so that many small changes do not push out all older copies
    """
    if not course.gradebook.exists():
        raise GraderError(f"There is no gradebook at {course.gradebook}; run `nbgrader generate_assignment` first.")
    folder = course.data / "snapshots"
    folder.mkdir(exist_ok=True)
    if at_least_apart and any(_age(old) < at_least_apart for old in folder.glob("gradebook-*.db")):
        return
    copy = folder / f"gradebook-{datetime.now().astimezone():%Y%m%d-%H%M%S-%f}.db"
    try:
        with closing(sqlite3.connect(course.gradebook)) as now, closing(sqlite3.connect(copy)) as then:
            now.backup(then)
    except sqlite3.Error as fault:
        copy.unlink(missing_ok=True)
        raise GraderError(f"{course.gradebook} cannot be copied: {fault}. Nothing was recorded.") from fault
    for old in sorted(folder.glob("gradebook-*.db"))[:-SNAPSHOTS]:
        old.unlink()


def _age(file: Path) -> timedelta:
    return datetime.now(UTC) - datetime.fromtimestamp(file.stat().st_mtime, UTC)


class Entries:
    """The gradebook of one course, with the settings of its nbgrader_config.py. Every method raises GraderError."""

    def __init__(self, course: Course, config: Config) -> None:
        """Write to the gradebook that `config` names."""
        self._course = course
        self._config = config
        self._coursedir = CourseDirectory(config=config)

    def enrol(self, assignment: str, students: Sequence[str]) -> Failures:
        """Make sure that the gradebook knows these students and their submissions, with the times."""

        def enrol_one(student: str, gradebook: Gradebook) -> None:
            folder = self._course.submitted(student, assignment)
            keep_plain_files(folder, self._course.release(assignment))
            time = self._coursedir.get_existing_timestamp(str(folder))
            gradebook.update_or_create_student(student)
            gradebook.update_or_create_submission(assignment, student, **({"timestamp": time} if time else {}))

        return self._together(students, enrol_one)

    def save(self, assignment: str, reports: Mapping[str, Report], same: Collection[str] = ()) -> Failures:
        """Put the scores of each student's report into the gradebook, and those of the written answers that were autograded.

        same: students of whose very file the gradebook has a report already, so that whoever has marked it need not look again
        """
        late: set[str] = set()

        def save_one(student: str, gradebook: Gradebook) -> None:
            notebook, resources = self._autograded(assignment, student)
            resources |= {"autograder": reports[student], "autograder_same_file": student in same}
            RecordScores(config=self._config).record(notebook, resources, gradebook)
            submission = gradebook.find_submission(assignment, student)
            if submission.total_seconds_late > 0 or submission.late_submission_penalty:  # now, or when recorded before
                late.add(student)

        failures = self._together(list(reports), save_one)
        for student in late:
            try:
                AssignLatePenalties(config=self._config).preprocess(*self._autograded(assignment, student))
            except Exception as fault:  # noqa: BLE001  (the course's own plugin; one student must not end the class)
                failures[student] = _sentence(student, fault)
        return failures

    def _together(self, students: Sequence[str], work: Callable[[str, Gradebook], None]) -> Failures:
        """Work for all in one transaction; if that is not possible, in one for each student, to see whose fault it is."""
        try:
            with OneTransaction(self._coursedir.db_url) as gradebook:
                for student in students:
                    work(student, gradebook)
        except OperationalError as fault:  # nobody's fault: the disk is full, or another program keeps writing
            raise GraderError(
                f"{self._course.gradebook} cannot be written: {fault.orig}. Run the same command again to go on."
            ) from fault
        except Exception as fault:  # noqa: BLE001  (one student's files must not end the class)
            if len(students) == 1:
                return {students[0]: _sentence(students[0], fault)}
            return {name: why for student in students for name, why in self._together([student], work).items()}
        return {}

    def _autograded(self, assignment: str, student: str) -> tuple[Any, dict[str, Any]]:
        path = self._course.data / "autograded" / student / assignment / f"{assignment}.ipynb"
        known = {"student": student, "assignment": assignment, "notebook": assignment}
        notebook = nbformat.v4.reads(path.read_text(encoding="utf-8"))
        return notebook, {"nbgrader": {**known, "db_url": self._coursedir.db_url}}


def _sentence(student: str, fault: Exception) -> str:
    return f"nbgrader could not record {student}: {type(fault).__name__}: {fault}"
