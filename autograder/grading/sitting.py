"""One batch at the same hidden suite: a pytest plugin that runs every collected test once per submission. Used by `grader`."""

from __future__ import annotations

import gc
import hashlib
import hmac
import itertools
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

import pytest
from _pytest.runner import runtestprotocol

from autograder.course.assignment import Assignment, CourseError, Exercise
from autograder.course.folders import Course
from autograder.course.report import ExerciseResult, Finding, Report, State, TestResult, TrainingRecord, summarise
from autograder.grading.diagnosis import Repeating, Transcript, explaining
from autograder.grading.imports import imported
from autograder.grading.patterns import AsIfDefault, defaults, failed_of, in_numbers, in_places, pattern
from autograder.grading.which_calls import Asked, in_calls, in_results
from autograder.sandbox.bounded import bounded_memory
from autograder.sandbox.launcher import Launcher
from autograder.submission import submitted
from autograder.submission.reading import Reader
from autograder.submission.source import python
from autograder.suite.comparing import Compared, Mismatch, gathering
from autograder.suite.constant import Answered, constant
from autograder.suite.misconceptions import Misconception, misconception_files, misconceptions, variant
from autograder.suite.plugin import (
    EXAM,
    Exam,
    exercise_of,
    free_places_of,
    numbers_of,
    plain_arguments,
    points_of,
    title_of,
)
from autograder.suite.student import Answers, Call, Respondent, StudentFault

MAX_NOTES = 8
MAX_REASON = 300
MAX_FAULT = 200
EXPLAINING_MB = 512  # of the grader's memory
REDRAWS = 3  # of a test's numbers, where the reference does not pass it
FRESH_DRAWS = 2  # in which an explanation must hold, until one is left
PATIENCE = 2  # after so many tests of an exercise that ran out of time, its others are not run
OUT_OF_TIME: set[State] = {"timed-out", "out-of-cpu"}

MESSAGES = {
    "timed-out": "not run, because two tests of this exercise ran out of time",
    "stalled": "a process neither answered nor computed; grading it again asks it again",
    "constant": "what comes back does not depend on what is passed in",
    "grader-error": "the grader failed in this test; your instructor has been told",
    "unfair": "the reference does not pass this test either",
}


Mistake = Misconception | AsIfDefault


@dataclass(frozen=True)
class Job:
    """One file to grade, and of whom. `seed` is given where it was made elsewhere, for a machine that does not have the secret."""

    path: Path
    student: str | None = None
    seed: str | None = None


def suite_hash(course: Course, assignment: str) -> str:
    """Hash of all that decides a grade besides the submission and what is imported: suite, answers, what the text says of grading."""
    suite, solution = course.suite(assignment), course.solution(assignment)
    answers = [solution / "reference.py", *misconception_files(solution), *solution.rglob("*.json")]
    files = [path for path in suite.rglob("*") if path.suffix != ".md" and "__pycache__" not in path.parts]
    return files_hash(course.root, [*files, *answers], course.assignment(assignment).graded_by)


def imports_of(course: Course, assignment: str) -> set[Path]:
    """The files of the course that suite, answers and code cells of an assignment import, without suite and answers."""
    solution = course.solution(assignment)
    files = [*course.suite(assignment).rglob("*.py"), solution / "reference.py", *misconception_files(solution)]
    cells = [python(cell.source) for cell in course.assignment(assignment).cells if cell.kind == "code"]
    found = imported(
        course.root,
        [*files, *course.starter_code.glob("__init__.py")],
        ("starter_code", "solutions", "tests/hidden"),
        cells,
    )
    return found - set(files)


def files_hash(root: Path, files: Iterable[Path], more: str = "") -> str:
    """Hash of the contents of `files`, of where they are below `root`, and of `more`."""
    digest = hashlib.sha256(more.encode())
    for path in sorted(path for path in files if path.is_file()):
        digest.update(f"\0{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def seed_of(course: Course, assignment: str, student: str | None) -> str:
    """The seed of a student's hidden inputs. It tells nothing about the secret that it is made from."""
    return hmac.new(
        course.secret, f"{assignment}\0{student or ''}".encode("utf-8", "surrogateescape"), hashlib.sha256
    ).hexdigest()[:16]


def drawn_from(seed: str, sha256: str) -> str:
    """What the hidden inputs of one submission follow from: a student's seed, and what was handed in.

    What a student learns of them is of no use in another submission; the same file gets the same inputs again.
    """
    return hmac.new(seed.encode(), sha256.encode(), hashlib.sha256).hexdigest()[:16]


@dataclass(frozen=True)
class StageResult:
    """What came of a stage, as of one more exercise, what to show of it, and whether a process stalled (`Report.stalled`)."""

    result: ExerciseResult
    shown: tuple[TrainingRecord, ...] = ()
    stalled: bool = False


class Stage(Protocol):
    """What comes after the hidden tests of a submission, if its assignment has it."""

    def prepare(self, assignment: Assignment) -> None:
        """Raise GraderError where it cannot be done here."""

    def missing(self, assignment: Assignment) -> tuple[float, str]:
        """Points that cannot be earned in it here, and why; 0 and an empty sentence where all can."""

    def close(self) -> None:
        """End what it has started."""

    def __call__(
        self,
        assignment: Assignment,
        program: tuple[submitted.ProgramCell, ...],
        seed: str,
        exercises: Sequence[ExerciseResult],
        launcher: Launcher,
    ) -> StageResult:
        """What came of it."""


@dataclass
class Outcome:
    """How one run of one test ended."""

    status: State
    message: str
    seconds: float
    transcript: Transcript
    compared: Sequence[Compared] = ()
    calls: Sequence[Call] = ()
    answered: Sequence[Answered] = ()
    fault: str = ""  # of the grader's own, for the instructor alone


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
    # Of the submission that sits now: test -> what the grader failed with, and test and seed -> the seed that the reference passes with.
    _faults: dict[str, str] = field(default_factory=dict)
    _fair_seeds: dict[tuple[str, str], str | None] = field(default_factory=dict)

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
            fault = _fault(call.excinfo.value, item)
            self._ended = Outcome(status, message, call.duration, exam.student.transcript, fault=fault)
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
            return self._report(job, submitted.digest(job.path, self.assignment), "grader-error", reason, (), begin)

    def _examine(self, session: pytest.Session, job: Job) -> Report:
        """The report of one submission."""
        begin = time.monotonic()
        try:
            submission = submitted.read(job.path, self.assignment, Reader(self.launcher), whole=False)
        except submitted.Ungradable as fault:
            return self._report(job, submitted.digest(job.path, self.assignment), "ungradable", str(fault), (), begin)
        seed = self._seed(job)
        self._faults.clear()
        self._fair_seeds.clear()
        answers = Answers(submission.program, self.launcher, self.assignment.limits)
        try:
            exercises = self._exercises(session, Exam(answers, drawn_from(seed, submission.sha256)))
        finally:
            answers.close()
        shown: tuple[TrainingRecord, ...] = ()
        stalled = answers.stalled
        if self.stage is not None:
            trained = self.stage(self.assignment, submission.program, seed, exercises, self.launcher)
            exercises, shown, stalled = (*exercises, trained.result), trained.shown, stalled or trained.stalled
        errors = [test.name for exercise in exercises for test in exercise.tests if test.status == "grader-error"]
        if errors:
            told = [f"{name} ({self._faults[name]})" if name in self._faults else name for name in errors]
            reason = f"the grader failed in {', '.join(told)}"
            return self._report(job, submission.sha256, "grader-error", reason, exercises, begin)
        also = [self._missing[1], MESSAGES["stalled"] if stalled else ""]
        notes = [*filter(None, also), *submission.notes, *answers.notes]
        if len(notes) > MAX_NOTES:
            notes[MAX_NOTES:] = [f"and {len(notes) - MAX_NOTES} more of this kind"]
        report = self._report(job, submission.sha256, "graded", "; ".join(notes) or None, exercises, begin)
        return replace(report, training=shown, stalled=stalled)

    @cached_property
    def _max_score(self) -> float:
        """Points that can be had here: without the later stage, those of the exercises."""
        if self.stage is not None:
            return self.assignment.max_score - self._missing[0]
        return sum(exercise.points for exercise in self.assignment.exercises)

    @cached_property
    def _missing(self) -> tuple[float, str]:
        """Points of the later stage that nobody can earn here, and why."""
        return (0.0, "") if self.stage is None else self.stage.missing(self.assignment)

    @cached_property
    def _suite(self) -> str:
        """Hash of the suite as it was when it was collected."""
        return suite_hash(self.course, self.assignment.name)

    @property
    def _reference(self) -> Path:
        return self.course.solution(self.assignment.name) / "reference.py"

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
            outcomes = _without_constants(outcomes)
            self._faults |= {
                item.name: outcome.fault for item, outcome in zip(items, outcomes, strict=True) if outcome.fault
            }
            tests = tuple(map(_test_result, items, outcomes))
            points = min(exercise.points, sum(test.max_points for test in tests))
            if all(outcome.status == "passed" for outcome in outcomes):
                exam.earned.update(exercise.functions)
            results.append(summarise(exercise.name, points, tests, self._explained(exercise, items, outcomes, exam)))
        return tuple(results)

    def _run(self, item: pytest.Item, exam: Exam, attempts: int = 2) -> Outcome:
        """Run one test; one that is not passed counts with numbers that the reference passes it with."""
        drawn = self._fair_seeds.get((item.nodeid, exam.seed)) or exam.seed
        outcome = self._run_with(item, exam.with_seed(drawn), attempts)
        if outcome.status not in {"failed", "crashed"}:
            return outcome
        fair = self._fair_seed(item, exam.seed)
        if fair is None:
            return replace(outcome, status="grader-error", message=MESSAGES["grader-error"], fault=MESSAGES["unfair"])
        return outcome if fair == drawn else self._run_with(item, exam.with_seed(fair), attempts)

    def _fair_seed(self, item: pytest.Item, seed: str) -> str | None:
        """The first of some seeds with which the reference passes a test, `seed` before all; None where it never does.

        Random numbers may be such that no answer passes, once in many hundred students. That is nobody's mistake.
        """
        if (item.nodeid, seed) not in self._fair_seeds:
            right = variant(self._reference, ())
            seeds = (seed, *(f"{seed}/fair/{number + 1}" for number in range(REDRAWS)))
            passed = (each for each in seeds if self._run_with(item, Exam(right, each), 1).status == "passed")
            self._fair_seeds[item.nodeid, seed] = next(passed, None)
        return self._fair_seeds[item.nodeid, seed]

    def _run_with(self, item: pytest.Item, exam: Exam, attempts: int) -> Outcome:
        """Run one test with the seed of `exam`; what looks like the grader's own fault is tried twice."""
        begin = time.monotonic()
        arguments = plain_arguments(item)
        with gathering() as gathered:
            outcome = self._through_pytest(item, exam) if arguments is None else _called(item, arguments, exam)
        if gathered.mismatches and outcome.status not in OUT_OF_TIME:  # the test went on, and how it ended says less
            outcome = Outcome("failed", str(gathered.mismatches[0]), 0.0, exam.student.transcript)
        outcome.compared, outcome.calls = gathered.compared, exam.student.calls
        outcome.answered = exam.student.answered
        outcome.seconds = time.monotonic() - begin
        if outcome.status == "grader-error" and attempts > 1:
            return self._run_with(item, exam, attempts - 1)
        return outcome

    def _through_pytest(self, item: pytest.Item, exam: Exam) -> Outcome:
        """Run a test that needs more of pytest: other fixtures, parameters, a class."""
        item.config.stash[EXAM] = exam
        self._ended = None
        item._initrequest()  # type: ignore[attr-defined]  # noqa: SLF001  (fresh fixtures, as for any rerun of an item)
        runtestprotocol(item, nextitem=None, log=False)
        return self._ended or Outcome("passed", "", 0.0, exam.student.transcript)

    def _explained(
        self, exercise: Exercise, items: list[pytest.Item], outcomes: list[Outcome], exam: Exam
    ) -> Finding | None:
        """What is behind a failed exercise. An explanation is a courtesy: whatever goes wrong with it, the grade stands."""
        try:
            with bounded_memory(EXPLAINING_MB):
                return self._finding(exercise, items, outcomes, exam)
        except CourseError:  # of a misconception that does not fit the reference: whoever owns the course must know
            raise
        except Exception:  # noqa: BLE001  (of whatever a student returned; tests call what is below without this)
            return None

    def _finding(
        self, exercise: Exercise, items: list[pytest.Item], outcomes: list[Outcome], exam: Exam
    ) -> Finding | None:
        """What is behind a failed exercise; nothing is run when all passed, or when nothing was answered.

        Who explains it must do so in fresh draws, too: with two that do, and a pattern that one draw shows, the next one tells.
        """
        if not _answered(outcomes):
            return None
        known: list[Mistake] = [m for m in misconceptions(self._reference.parent) if m.exercise == exercise.name]
        known += defaults(self._reference, exercise.functions)
        drawn = [(exam.seed, outcomes)]
        for number in range(FRESH_DRAWS + 1):
            seed, said = drawn[-1]
            known = self._explaining(known, items, said, seed)
            if number == FRESH_DRAWS or (number and len(known) <= 1):
                break
            fresh = f"{exam.seed}/{number + 1}"
            again = Exam(exam.respondent, fresh, noting=True)
            drawn.append((fresh, [self._run(item, again, attempts=1) for item in items]))
            if not _answered(drawn[-1][1]):
                return None
        named = [mistake for mistake in known if isinstance(mistake, Misconception)] or known
        if len(named) == 1:
            return named[0].finding
        return self._pattern(exercise, items, [said for _, said in drawn], exam.respondent)

    def _pattern(
        self, exercise: Exercise, items: list[pytest.Item], drawn: list[list[Outcome]], respondent: Respondent
    ) -> Finding | None:
        """What all that is off has in common, in every draw."""
        tests = [outcome.compared for said in drawn for outcome in said]
        asked = [
            Asked(call, answer, free_places_of(item).get(call.function))
            for said in drawn
            for item, outcome in zip(items, said, strict=True)
            for call, (_, answer) in zip(
                outcome.calls, outcome.transcript, strict=False
            )  # the first draw noted no calls
            if call.function in exercise.functions
        ]
        right = variant(self._reference, ())
        told = itertools.chain(
            in_numbers(failed_of(tests)),
            in_calls(asked, right, respondent),
            in_places(tests),
            in_results(asked, right),
        )
        return next(map(pattern, told), None)

    def _explaining(
        self, known: list[Mistake], items: list[pytest.Item], outcomes: list[Outcome], seed: str
    ) -> list[Mistake]:
        """Those of the mistakes that say what the student said."""
        passed = [outcome.status == "passed" for outcome in outcomes]

        def rerun(mistake: Mistake, test: int) -> tuple[bool, Transcript]:
            return self._rerun(mistake, items[test], seed, None if passed[test] else outcomes[test].transcript)

        return explaining(known, passed, [outcome.transcript for outcome in outcomes], rerun)

    def _rerun(
        self, mistake: Mistake, item: pytest.Item, seed: str, said: Transcript | None
    ) -> tuple[bool, Transcript]:
        """Whether a mistake passes one test, and what it says there; no further than it repeats `said`, if that is given."""
        respondent: Respondent = mistake.respondent(self._reference)
        if said is not None:
            respondent = Repeating(respondent, said, free_places_of(item))
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
            submission=submitted.shown(job.path),
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
    known = {"student": exam.next_test(free_places_of(item)), "rng": numbers_of(item, exam.seed)}
    try:
        with warnings.catch_warnings(action="ignore"):
            item.obj(**{name: known[name] for name in arguments})
    except (KeyboardInterrupt, pytest.exit.Exception):
        raise
    except BaseException as error:  # noqa: BLE001  (whatever it is, it is an outcome; pytest's own derive from this)
        return Outcome(*_verdict(error), 0.0, exam.student.transcript, fault=_fault(error, item))
    return Outcome("passed", "", 0.0, exam.student.transcript)


def _without_constants(outcomes: list[Outcome]) -> list[Outcome]:
    """The outcomes of an exercise, in which no test was passed with answers that say the same to every question."""
    if all(outcome.status == "passed" for outcome in outcomes):
        return outcomes
    found = constant(each for outcome in outcomes for each in outcome.answered)

    def without_work(outcome: Outcome) -> bool:
        functions = {each.function for each in outcome.answered}
        return outcome.status == "passed" and bool(functions) and functions <= found

    return [
        replace(outcome, status="failed", message=MESSAGES["constant"]) if without_work(outcome) else outcome
        for outcome in outcomes
    ]


def _answered(outcomes: Sequence[Outcome]) -> bool:
    """Whether something is wrong that can be explained: answers that are not right, and no silence."""
    states = {outcome.status for outcome in outcomes}
    return bool(states & {"failed", "crashed"} and states & {"failed", "passed"})


def _verdict(error: BaseException) -> tuple[State, str]:
    """State and message of a test that ended with `error`."""
    if isinstance(error, Mismatch):
        return "failed", str(error)
    if isinstance(error, StudentFault):
        return error.state, str(error)
    if isinstance(error, pytest.skip.Exception):
        return "skipped", str(error.msg)
    return "grader-error", MESSAGES["grader-error"]


def _fault(error: BaseException, item: pytest.Item) -> str:
    """What the grader itself failed with, and where in the suite: for the instructor. Empty for what a student did."""
    if _verdict(error)[0] != "grader-error":
        return ""
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    inside = [(path, line) for path, line in frames if path.is_relative_to(item.path.parent)] or frames[-1:]
    root = item.config.rootpath
    where = [f"{path.relative_to(root) if path.is_relative_to(root) else path}:{line}" for path, line in inside[-1:]]
    text = submitted.printable(" ".join(str(error).split()))[:MAX_FAULT]
    return ", ".join([f"{type(error).__name__}: {text}" if text else type(error).__name__, *where])


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
