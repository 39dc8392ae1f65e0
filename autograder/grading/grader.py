"""Grades submissions: collects the hidden suite of an assignment and lets a batch sit it, in workers of a proven launcher."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from autograder.course.assignment import Assignment, GraderError
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.grading.patterns import defaulting, defaults
from autograder.grading.sitting import Job, Sitting, Stage
from autograder.sandbox.bounded import bounded_memory
from autograder.sandbox.launcher import Launcher
from autograder.sandbox.selftest import Isolation
from autograder.suite.misconceptions import forget_other_courses, misconceptions, variant
from autograder.suite.student import start_launcher

# What this process may take while it grades, above what it has before: many times of what is ever needed.
GRADING_MB = 2048
TRAINING_MB = 16_384  # steps of networks are computed again here


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
        """One report per job, in their order; `on_report` sees each as soon as it is there. Where a process stalled, it is asked again."""
        jobs = list(jobs)
        reports: list[Report] = []

        def keep(report: Report) -> None:
            reports.append(report)
            on_report(report)

        self.sit(name, jobs, keep)
        if stalled := [place for place, report in enumerate(reports) if report.stalled]:
            again: list[Report] = []
            self.sit(name, [jobs[place] for place in stalled], again.append)
            for place, report in zip(stalled, again, strict=True):
                reports[place] = report
        return reports

    def sit(self, name: str, jobs: Iterable[Job], on_report: Callable[[Report], None]) -> None:
        """Collect the hidden suite once, and grade with it what `jobs` yields, for as long as it yields any."""
        assignment = self.course.assignment(name)
        stage = self.stage if assignment.training else None
        if stage is not None:
            stage.prepare(assignment)
        sitting = Sitting(self.course, assignment, self._launcher(assignment), jobs, on_report, stage)
        with bounded_memory(TRAINING_MB if stage is not None else GRADING_MB):
            status = collect(self.course, name, sitting)
        if not sitting.ended:
            raise GraderError(
                sitting.trouble or f"the hidden suite of {name} cannot be collected (pytest: {status!r})."
            )

    def _launcher(self, assignment: Assignment) -> Launcher:
        if assignment.name not in self.launchers:
            self.launchers[assignment.name] = start_launcher(self.course, assignment, self.isolation)
        return self.launchers[assignment.name]


def forget(course: Course) -> None:
    """Let what this process has imported of the course be imported again, since it has changed."""
    folders = (course.root / "solutions", course.starter_code, course.root / "tests" / "hidden")
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if path and any(Path(path).is_relative_to(folder) for folder in folders):
            del sys.modules[name]
    for known in (misconceptions, variant, defaults, defaulting):
        known.cache_clear()


def collect(course: Course, name: str, plugin: object) -> int:
    """Let pytest collect the hidden suite of an assignment and nothing else of the course, for `plugin` to work with.

    The plugins that happen to be installed, and the user's own options for pytest, are for the user's own tests.
    """
    folder = course.suite(name)
    if not folder.is_dir():
        raise GraderError(f"{name} has no hidden suite: {folder.relative_to(course.root)} is missing.")
    forget_other_courses(course)
    arguments = [
        str(folder),
        f"--rootdir={course.root}",
        *("-c", os.devnull, "--disable-plugin-autoload", "-p", "autograder.suite.plugin", "-s"),
        *("-p", "no:terminal", "-p", "no:cacheprovider"),
        *("-p", "no:unraisableexception", "-p", "no:threadexception"),  # half a second of garbage collection each
        *("--import-mode=importlib", "-o", f"pythonpath={course.root}", f"--confcutdir={folder}"),
    ]
    users = {key: os.environ.pop(key) for key in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if key in os.environ}
    try:
        return pytest.main(arguments, plugins=[plugin])
    finally:
        os.environ.update(users)
