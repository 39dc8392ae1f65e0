"""Files that `autograder grade` names, each graded in one of several processes. Nothing of them is stored or recorded.

They are no tasks of the class: of a file nobody needs to know what its report follows from, since nobody asks for it again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograder.course.assignment import GraderError
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.course.settings import Data
from autograder.grading.grader import Grader
from autograder.sandbox.selftest import Isolation
from autograder.training import Device
from autograder.training.stage import TrainingOptions, TrainingStage
from autograder.whole_class.dispatch import Failure, dispatch
from autograder.whole_class.pools import LocalPool


@dataclass(frozen=True)
class File:
    """A file, whose it is, and how it is graded. `device`: where it is trained; None for not at all."""

    course: str  # the folder of the checkout
    assignment: str
    path: str
    student: str | None
    isolation: Isolation
    device: Device | None = None
    data: Data | None = None


def grade_in_processes(files: list[File], processes: int, on_report: Callable[[Report], None]) -> list[Report]:
    """The report of each file, in their order; `on_report` sees each as soon as it is there. Raises the first fault that there is.

    Where a process stalled, the file is graded again in the end, when nothing else runs.
    """
    reports: dict[File, Report] = {}

    def keep(file: File, value: dict[str, Any]) -> None:
        again = file in reports
        reports[file] = Report.from_json(value)
        if not again:
            on_report(reports[file])

    def fail(file: File, why: Failure) -> None:
        raise why.fault or GraderError(f"{file.path}: {why}.")

    with closing(LocalPool(processes)) as pool:
        dispatch(files, _grade, pool, keep, fail)
        stalled = [file for file, report in reports.items() if report.stalled]
        dispatch(stalled, _grade, pool, keep, fail, alone=True)
    return [reports[file] for file in files]


def _grade(file: File) -> dict[str, Any]:
    """The report of a file, as JSON's data types. What a suite prints goes to standard error, as in the first process."""
    with redirect_stdout(sys.stderr):
        grader = _grader(file.course, file.isolation, file.device, file.data)
        return grader.grade_once(file.assignment, Path(file.path), file.student).as_json()


@cache
def _grader(course: str, isolation: Isolation, device: Device | None, data: Data | None) -> Grader:
    """One warm grader in this process."""
    stage = None if device is None else TrainingStage(Course(Path(course)), TrainingOptions(device, data=data))
    return Grader(Course(Path(course)), isolation, stage)
