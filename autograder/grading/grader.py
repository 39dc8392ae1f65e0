"""Grades submissions: collects the hidden suite of an assignment and lets a batch sit it, in workers of a proven launcher."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from autograder.course import Assignment, Course, GraderError
from autograder.grading.report import Report
from autograder.grading.sitting import Job, Sitting, Stage
from autograder.grading.student import start_launcher
from autograder.isolation import Isolation, Launcher


class Grader:
    """Grades files of one course. Use as a context manager; forkservers stay warm until it closes."""

    def __init__(self, course: Course, isolation: Isolation = "auto", stage: Stage | None = None) -> None:
        """Grade with the hidden suites of `course`, and then with `stage` where an assignment has one."""
        self.course = course
        self.isolation = isolation
        self.stage = stage
        self.launchers: dict[str, Launcher] = {}

    def __enter__(self) -> Grader:
        """This grader."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all forkservers and workers."""
        self.close()

    def close(self) -> None:
        """End all forkservers and workers."""
        for launcher in self.launchers.values():
            launcher.close()
        self.launchers.clear()
        if self.stage is not None:
            self.stage.close()

    def grade(self, assignment: str, path: Path, student: str | None = None) -> Report:
        """The report of one file."""
        return self.grade_all(assignment, [Job(path, student)])[0]

    def grade_all(
        self, name: str, jobs: Iterable[Job], on_report: Callable[[Report], None] = lambda _: None
    ) -> list[Report]:
        """One report per job, in their order; `on_report` sees each as soon as it is there."""
        reports: list[Report] = []

        def keep(report: Report) -> None:
            reports.append(report)
            on_report(report)

        self.sit(name, list(jobs), keep)
        return reports

    def sit(self, name: str, jobs: Iterable[Job], on_report: Callable[[Report], None]) -> None:
        """Collect the hidden suite once, and grade with it what `jobs` yields, for as long as it yields any."""
        assignment = self.course.assignment(name)
        arguments = suite_arguments(self.course, name)
        stage = self.stage if assignment.training else None
        if stage is not None:
            stage.prepare(assignment)
        sitting = Sitting(self.course, assignment, self._launcher(assignment), jobs, on_report, stage)
        status = pytest.main([*arguments, "-s"], plugins=[sitting])
        if not sitting.ended:
            raise GraderError(
                sitting.trouble or f"the hidden suite of {name} cannot be collected (pytest: {status!r})."
            )

    def _launcher(self, assignment: Assignment) -> Launcher:
        if assignment.name not in self.launchers:
            self.launchers[assignment.name] = start_launcher(self.course, assignment, self.isolation)
        return self.launchers[assignment.name]


def suite_arguments(course: Course, name: str) -> list[str]:
    """What pytest is told, to collect the hidden suite of an assignment and nothing else of the course."""
    folder = course.suite(name)
    if not folder.is_dir():
        raise GraderError(f"{name} has no hidden suite: {folder.relative_to(course.root)} is missing.")
    return [
        str(folder),
        f"--rootdir={course.root}",
        *("-c", os.devnull, "-p", "autograder.grading.plugin", "-p", "no:terminal", "-p", "no:cacheprovider"),
        *("-p", "no:unraisableexception", "-p", "no:threadexception"),  # half a second of garbage collection each
        *("--import-mode=importlib", "-o", f"pythonpath={course.root}", f"--confcutdir={folder}"),
    ]
