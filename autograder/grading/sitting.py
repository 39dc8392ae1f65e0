"""One batch at the same hidden suite: a pytest plugin that runs every collected test once per submission. Used by `grader`."""

from __future__ import annotations

import gc
import hashlib
import hmac
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

import pytest
from _pytest.runner import runtestprotocol

from autograder import submissions
from autograder.course import Assignment, Course
from autograder.grading.comparing import Mismatch
from autograder.grading.diagnosis import Repeating, Transcript, diagnose, without_state
from autograder.grading.misconceptions import Misconception, misconceptions, variant
from autograder.grading.plugin import (
    EXAM,
    Exam,
    exercise_of,
    numbers_of,
    own_state,
    plain_arguments,
    points_of,
    title_of,
)
from autograder.grading.report import ExerciseResult, Finding, Report, State, TestResult, TrainingRecord, summarise
from autograder.grading.student import Answers, Respondent, StudentFault
from autograder.isolation import Launcher

MAX_NOTES = 8
MAX_REASON = 300
PATIENCE = 2  # after so many tests of an exercise that ran out of time, its others are not run
OUT_OF_TIME: set[State] = {"timed-out", "out-of-cpu"}

MESSAGES = {
    "timed-out": "not run, because two tests of this exercise ran out of time",
    "grader-error": "the grader failed in this test; your instructor has been told",
}


@dataclass(frozen=True)
class Job:
    """One file to grade, and of whom. `seed` is given where it was made elsewhere, for a machine that does not have the secret."""

    path: Path
    student: str | None = None
    seed: str | None = None


def suite_hash(course: Course, assignment: str) -> str:
    """Hash of all that decides a grade besides the submission: suite, solutions, notebook text."""
    return files_hash(
        course.root, course.suite(assignment), course.solution(assignment), course.root / "assignments" / assignment
    )


def files_hash(root: Path, *folders: Path) -> str:
    """Hash of the source files in `folders`, and of where they are below `root`."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(p for p in folder.rglob("*") if p.suffix in {".py", ".md", ".json"}):
            digest.update(f"{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def seed_of(course: Course, assignment: str, student: str | None) -> str:
    """The seed of a student's hidden inputs. It tells nothing about the secret that it is made from."""
    return hmac.new(
        course.secret, f"{assignment}\0{student or ''}".encode("utf-8", "surrogateescape"), hashlib.sha256
    ).hexdigest()[:16]


class Stage(Protocol):
    """What comes after the hidden tests of a submission, if its assignment has it."""

    def prepare(self, assignment: Assignment) -> None:
        """Raise GraderError where it cannot be done here."""

    def close(self) -> None:
        """End what it has started."""

    def __call__(
        self,
        assignment: Assignment,
        program: tuple[submissions.ProgramCell, ...],
        seed: str,
        exercises: Sequence[ExerciseResult],
        launcher: Launcher,
    ) -> tuple[ExerciseResult, tuple[TrainingRecord, ...]]:
        """Its result, as of one more exercise, and what to show of it."""


@dataclass
class Outcome:
    """How one run of one test ended."""

    status: State
    message: str
    seconds: float
    transcript: Transcript


@dataclass
class Sitting:
    """A pytest plugin: submissions sit the same collected suite, one after the other, as long as `jobs` yields any."""

    course: Course
    assignment: Assignment
    launcher: Launcher
    jobs: Iterable[Job]
    on_report: Callable[[Report], None]
    stage: Stage | None = None
    trouble: str = ""
    ended: bool = False
    _ended: Outcome | None = None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember why the suite cannot be collected."""
        if report.failed and not self.trouble:
            last = str(report.longrepr).strip().splitlines()[-1]
            self.trouble = f"the hidden suite of {self.assignment.name} cannot be collected: {report.nodeid}: {last}"

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In place of pytest's own loop: every test, for every submission."""
        _leave_imports_alone()
        self.trouble = self.trouble or self._wrong_points(session.items)
        if not self.trouble:
            for job in self.jobs:
                self.on_report(self._examine_safely(session, job))
            self.ended = True
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Note how a test ended, from the exception itself; pytest's own report would write a page about it that nobody reads."""
        if call.excinfo is not None:
            exam: Exam = item.config.stash[EXAM]
            status, message = _verdict(call.excinfo.value)
            self._ended = Outcome(status, message, call.duration, exam.student.transcript)
        outcome: Literal["passed", "failed"] = "passed" if call.excinfo is None else "failed"
        return pytest.TestReport(item.nodeid, item.location, {}, outcome, None, call.when)  # type: ignore[arg-type]

    def _wrong_points(self, items: list[pytest.Item]) -> str:
        """A sentence when the suite's points differ from the notebook's."""
        declared = {exercise.name: exercise.points for exercise in self.assignment.exercises}
        tested = dict.fromkeys(declared, 0.0)
        for item in items:
            name = exercise_of(item.path)
            if name not in declared:
                return f"{item.path.name} tests '{name}', which is no exercise of {self.assignment.name}."
            tested[name] += points_of(item)
        for name, points in declared.items():
            if abs(points - tested[name]) > 1e-9:  # noqa: PLR2004  (halves and thirds of points)
                return f"the tests of {name} are worth {tested[name]:g} points, the notebook says {points:g}."
        return ""

    def _examine_safely(self, session: pytest.Session, job: Job) -> Report:
        """The report of one submission; what goes wrong in the grader itself with this one does not touch the others."""
        begin = time.monotonic()
        try:
            return self._examine(session, job)
        except Exception as fault:  # noqa: BLE001  (whatever it is, it is reported)
            reason = f"the grader failed: {type(fault).__name__}: {fault}"[:MAX_REASON]
            return self._report(job, submissions.digest(job.path, self.assignment), "grader-error", reason, (), begin)

    def _examine(self, session: pytest.Session, job: Job) -> Report:
        """The report of one submission."""
        begin = time.monotonic()
        try:
            submission = submissions.read(job.path, self.assignment)
        except submissions.Ungradable as fault:
            return self._report(job, submissions.digest(job.path, self.assignment), "ungradable", str(fault), (), begin)
        seed = self._seed(job)
        answers = Answers(submission.program, self.launcher, self.assignment.limits)
        try:
            exercises = self._exercises(session, Exam(answers, seed))
        finally:
            answers.close()
        shown: tuple[TrainingRecord, ...] = ()
        if self.stage is not None:
            trained, shown = self.stage(self.assignment, submission.program, seed, exercises, self.launcher)
            exercises = (*exercises, trained)
        errors = [test.name for exercise in exercises for test in exercise.tests if test.status == "grader-error"]
        if errors:
            reason = f"the grader failed in {', '.join(errors)}"
            return self._report(job, submission.sha256, "grader-error", reason, exercises, begin)
        notes = [*submission.notes, *answers.failures.values()]
        if len(notes) > MAX_NOTES:
            notes[MAX_NOTES:] = [f"and {len(notes) - MAX_NOTES} more of this kind"]
        report = self._report(job, submission.sha256, "graded", "; ".join(notes) or None, exercises, begin)
        return replace(report, training=shown)

    @cached_property
    def _max_score(self) -> float:
        """Points that can be had here: without the later stage, those of the exercises."""
        if self.stage is not None:
            return self.assignment.max_score
        return sum(exercise.points for exercise in self.assignment.exercises)

    @cached_property
    def _suite(self) -> str:
        """Hash of the suite as it was when it was collected."""
        return suite_hash(self.course, self.assignment.name)

    def _seed(self, job: Job) -> str:
        return job.seed or seed_of(self.course, self.assignment.name, job.student)

    def _exercises(self, session: pytest.Session, exam: Exam) -> tuple[ExerciseResult, ...]:
        results = []
        for exercise in self.assignment.exercises:
            items = [item for item in session.items if exercise_of(item.path) == exercise.name]
            outcomes: list[Outcome] = []
            for item in items:
                late = sum(outcome.status in OUT_OF_TIME for outcome in outcomes)
                patience = Outcome("timed-out", MESSAGES["timed-out"], 0.0, [])
                outcomes.append(self._run(item, exam) if late < PATIENCE else patience)
            tests = tuple(map(_test_result, items, outcomes))
            points = min(exercise.points, sum(test.max_points for test in tests))
            results.append(summarise(exercise.name, points, tests, self._finding(items, outcomes, exam.seed)))
        return tuple(results)

    def _run(self, item: pytest.Item, exam: Exam, attempts: int = 2) -> Outcome:
        """Run one test; what looks like the grader's own fault is tried twice."""
        begin = time.monotonic()
        arguments = plain_arguments(item)
        outcome = self._through_pytest(item, exam) if arguments is None else _called(item, arguments, exam)
        outcome.seconds = time.monotonic() - begin
        if own_state(item):
            outcome.transcript = [(function, without_state(said)) for function, said in outcome.transcript]
        if outcome.status == "grader-error" and attempts > 1:
            return self._run(item, exam, attempts - 1)
        return outcome

    def _through_pytest(self, item: pytest.Item, exam: Exam) -> Outcome:
        """Run a test that needs more of pytest: other fixtures, parameters, a class."""
        item.config.stash[EXAM] = exam
        self._ended = None
        item._initrequest()  # type: ignore[attr-defined]  # noqa: SLF001  (fresh fixtures, as for any rerun of an item)
        runtestprotocol(item, nextitem=None, log=False)
        return self._ended or Outcome("passed", "", 0.0, [])  # what was said in a passed test is of no use

    def _finding(self, items: list[pytest.Item], outcomes: list[Outcome], seed: str) -> Finding | None:
        """The misconception behind a failed exercise; nothing is run when all passed, or when nothing was answered."""
        states = {outcome.status for outcome in outcomes}
        if not states & {"failed", "crashed"} or not states & {"failed", "passed"}:
            return None
        exercise = exercise_of(items[0].path)
        known = misconceptions(self.course.solution(self.assignment.name))
        candidates = [m for m in known if m.exercise == exercise]

        passed = [outcome.status == "passed" for outcome in outcomes]

        def rerun(candidate: Misconception, test: int) -> tuple[bool, Transcript]:
            return self._rerun(candidate, items[test], seed, None if passed[test] else outcomes[test].transcript)

        return diagnose(candidates, passed, [outcome.transcript for outcome in outcomes], rerun)

    def _rerun(
        self, candidate: Misconception, item: pytest.Item, seed: str, said: Transcript | None
    ) -> tuple[bool, Transcript]:
        """Whether a misconception passes one test, and what it says there; no further than it repeats `said`, if that is given."""
        reference = self.course.solution(self.assignment.name) / "reference.py"
        respondent: Respondent = variant(reference, tuple(candidate.changes))
        if said is not None:
            respondent = Repeating(respondent, said, own_state=own_state(item))
        outcome = self._run(item, Exam(respondent, seed), attempts=1)
        return outcome.status == "passed", outcome.transcript

    def _report(  # noqa: PLR0913, PLR0917  (what varies between reports)
        self,
        job: Job,
        sha256: str,
        status: Literal["graded", "ungradable", "grader-error"],
        reason: str | None,
        exercises: tuple[ExerciseResult, ...],
        begin: float,
    ) -> Report:
        name = self.assignment.name
        return Report(
            assignment=name,
            submission=submissions.shown(job.path),
            student=job.student,
            submission_sha256=sha256,
            suite_sha256=self._suite,
            seed=self._seed(job),
            isolation=self.launcher.name,
            status=status,
            reason=reason,
            score=min(sum(exercise.points for exercise in exercises), self._max_score),
            max_score=self._max_score,
            seconds=time.monotonic() - begin,
            exercises=exercises,
        )


@cache
def _leave_imports_alone() -> None:
    """What imports have made so far stays to the end, and garbage collection, which would take 150 ms each time, leaves it alone."""
    gc.freeze()


def _called(item: Any, arguments: tuple[str, ...], exam: Exam) -> Outcome:
    """Run a test by calling it: some 0.4 ms less than through pytest, for each of the dozens that a submission sits."""
    known = {"student": exam.next_test(), "rng": numbers_of(item, exam.seed)}
    try:
        with warnings.catch_warnings(action="ignore"):
            item.obj(**{name: known[name] for name in arguments})
    except (KeyboardInterrupt, pytest.exit.Exception):
        raise
    except BaseException as error:  # noqa: BLE001  (whatever it is, it is an outcome; pytest's own derive from this)
        return Outcome(*_verdict(error), 0.0, exam.student.transcript)
    return Outcome("passed", "", 0.0, [])


def _verdict(error: BaseException) -> tuple[State, str]:
    """State and message of a test that ended with `error`."""
    if isinstance(error, Mismatch):
        return "failed", str(error)
    if isinstance(error, StudentFault):
        return error.state, str(error)
    if isinstance(error, pytest.skip.Exception):
        return "skipped", str(error.msg)
    return "grader-error", MESSAGES["grader-error"]


def _test_result(item: pytest.Item, outcome: Outcome) -> TestResult:
    points = points_of(item)
    return TestResult(
        name=item.name,
        title=title_of(item),
        points=points if outcome.status == "passed" else 0.0,
        max_points=points,
        status=outcome.status,
        message=outcome.message,
        seconds=outcome.seconds,
    )
