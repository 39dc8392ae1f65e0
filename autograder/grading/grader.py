"""Grades submissions: asks the hidden suite of an assignment, in workers of a proven launcher, and makes a report of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from autograder.course.report import ExerciseResult, Report
from autograder.grading.asking import Asking
from autograder.grading.keys import drawn_from, seed_of, suite_hash
from autograder.grading.patterns import defaulting, defaults
from autograder.grading.stage import Stage
from autograder.sandbox.bounded import bounded_memory
from autograder.sandbox.launcher import Launcher
from autograder.sandbox.selftest import Isolation
from autograder.submission import submitted
from autograder.submission.reading import Reader
from autograder.suite.answers import Answers
from autograder.suite.collected import CollectedTest, collect
from autograder.suite.misconceptions import misconceptions, variant
from autograder.suite.student import Draw
from autograder.suite.workers import start_launcher

# What this process may take while it grades, above what it has before: many times of what is ever needed.
GRADING_MB = 2048
TRAINING_MB = 16_384  # steps of networks are computed again here
MAX_NOTES = 8
MAX_REASON = 300
STALLED = "a process neither answered nor computed; grading it again asks it again"


@dataclass(frozen=True)
class Suite:
    """A collected suite, and what holds of it as long as this process lives."""

    assignment: Assignment
    tests: tuple[CollectedTest, ...]
    sha256: str
    stage: Stage | None
    missing: tuple[float, str]  # points of the stage that nobody can earn here, and why

    @property
    def max_score(self) -> float:
        """Points that can be had here: without the later stage, those of the exercises."""
        if self.stage is not None:
            return self.assignment.max_score - self.missing[0]
        return sum(exercise.points for exercise in self.assignment.exercises)


class Grader:
    """Grades files of one course. Use as a context manager; forkservers stay warm, and suites collected, until it closes."""

    def __init__(self, course: Course, isolation: Isolation = "auto", stage: Stage | None = None) -> None:
        """Grade with the hidden suites of `course`, and then with `stage` where an assignment has one."""
        self.course = course
        self.isolation = isolation
        self.stage = stage
        self.launchers: dict[str, Launcher] = {}
        self._suites: dict[str, Suite] = {}

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
        self._suites.clear()
        if self.stage is not None:
            self.stage.close()

    def suite(self, name: str) -> Suite:
        """The suite of an assignment, collected once; raises GraderError where it cannot be used, or nothing be confined."""
        if name not in self._suites:
            assignment = self.course.assignment(name)
            stage = self.stage if assignment.training else None
            if stage is not None:
                stage.prepare(assignment)
            if name not in self.launchers:
                self.launchers[name] = start_launcher(self.course, assignment, self.isolation)
            tests = collect(self.course, assignment)
            missing = (0.0, "") if stage is None else stage.missing(assignment)
            self._suites[name] = Suite(assignment, tests, suite_hash(self.course, name), stage, missing)
        return self._suites[name]

    def grade(self, name: str, path: Path, student: str | None = None) -> Report:
        """The report of one file. Where a process stalled, it is asked again."""
        return self.grade_all(name, [(path, student)])[0]

    def grade_all(
        self,
        name: str,
        files: Sequence[tuple[Path, str | None]],
        on_report: Callable[[Report], None] = lambda _: None,
    ) -> list[Report]:
        """The reports of files of one assignment, each with its student; see `grade_each`."""
        return self.grade_each([(name, path, student) for path, student in files], on_report)

    def grade_each(
        self, asked: Sequence[tuple[str, Path, str | None]], on_report: Callable[[Report], None]
    ) -> list[Report]:
        """The reports of files, each with its assignment and its student. Who stalled is asked again in the end.

        on_report: sees each report as soon as it is there
        """
        reports = []
        for one in asked:
            reports.append(self.grade_once(*one))
            on_report(reports[-1])
        return [self.grade_once(*one) if report.stalled else report for one, report in zip(asked, reports, strict=True)]

    def grade_once(self, name: str, path: Path, student: str | None = None, seed: str | None = None) -> Report:
        """The report of one file, whatever stalled. `seed` is given where it was made elsewhere, for a machine without the secret.

        What goes wrong in the grader itself with this one does not touch the others.
        """
        suite, begin = self.suite(name), time.monotonic()
        seed = seed or seed_of(self.course, name, student)
        report = Report(
            assignment=name,
            submission=submitted.shown(path),
            student=student,
            submission_sha256="",
            suite_sha256=suite.sha256,
            seed=seed,
            isolation=self.launchers[name].name,
            status="grader-error",
            reason=None,
            score=0,
            max_score=suite.max_score,
            seconds=0.0,
            exercises=(),
        )
        with bounded_memory(GRADING_MB if suite.stage is None else TRAINING_MB):
            try:
                report = self._graded(suite, path, report)
            except submitted.Ungradable as fault:
                report = replace(report, status="ungradable", reason=str(fault))
            except Exception as fault:  # noqa: BLE001  (whatever it is, it is reported)
                report = replace(report, reason=f"the grader failed: {type(fault).__name__}: {fault}"[:MAX_REASON])
            sha256 = report.submission_sha256 or submitted.digest(path, suite.assignment)
        return replace(report, submission_sha256=sha256, seconds=time.monotonic() - begin)

    def _graded(self, suite: Suite, path: Path, report: Report) -> Report:
        """The report of one file, after what is there of it already."""
        assignment, launcher = suite.assignment, self.launchers[suite.assignment.name]
        submission = submitted.read(path, assignment, Reader(launcher), whole=False)
        asking = Asking(self.course, assignment, suite.tests)
        with closing(Answers(submission.program, launcher, assignment.limits)) as answers:
            exercises = asking.results(Draw(answers, drawn_from(report.seed, submission.sha256)))
        report, stalled = replace(report, submission_sha256=submission.sha256), answers.stalled
        if suite.stage is not None:
            trained = suite.stage(assignment, submission.program, report.seed, exercises, launcher)
            exercises, stalled = (*exercises, trained.result), stalled or trained.stalled
            report = replace(report, training=trained.shown)
        score = min(sum(exercise.points for exercise in exercises), suite.max_score)
        report = replace(report, exercises=exercises, score=score)
        if failed := _failed(exercises, asking.faults):
            return replace(report, reason=failed, training=())
        also = [suite.missing[1], STALLED if stalled else ""]
        notes = [*filter(None, also), *submission.notes, *answers.notes]
        if len(notes) > MAX_NOTES:
            notes[MAX_NOTES:] = [f"and {len(notes) - MAX_NOTES} more of this kind"]
        return replace(report, status="graded", reason="; ".join(notes) or None, stalled=stalled)


def _failed(exercises: Sequence[ExerciseResult], faults: dict[str, str]) -> str:
    """In which tests the grader itself failed; empty where it did in none."""
    errors = [test.name for exercise in exercises for test in exercise.tests if test.status == "grader-error"]
    told = [f"{name} ({faults[name]})" if name in faults else name for name in errors]
    return f"the grader failed in {', '.join(told)}" if told else ""


def forget(course: Course) -> None:
    """Let what this process has imported of the course be imported again, since it has changed."""
    folders = (course.root / "solutions", course.starter_code, course.root / "tests" / "hidden")
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if path and any(Path(path).is_relative_to(folder) for folder in folders):
            del sys.modules[name]
    for known in (misconceptions, variant, defaults, defaulting):
        known.cache_clear()
