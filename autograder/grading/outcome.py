"""How one run of one hidden test ends, and what it comes to in its exercise."""

from __future__ import annotations

import traceback
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from autograder.course.report import State, TestResult
from autograder.grading.transcripts import Transcript
from autograder.submission import submitted
from autograder.suite.collected import CollectedTest
from autograder.suite.comparing import Compared, Mismatch, gathering
from autograder.suite.constant import Answered, constant
from autograder.suite.errors import StudentFault
from autograder.suite.student import Call, Draw

MAX_FAULT = 200
OUT_OF_TIME: set[State] = {"timed-out", "out-of-cpu"}
MESSAGES = {
    "timed-out": "not run, because two tests of this exercise ran out of time",
    "constant": "what comes back does not depend on what is passed in",
    "grader-error": "the grader failed in this test; your instructor has been told",
    "unfair": "the reference does not pass this test either",
}


@dataclass(frozen=True)
class Outcome:
    """How one run of one test ended."""

    status: State
    message: str
    seconds: float = 0.0
    transcript: Transcript = ()
    compared: Sequence[Compared] = ()
    calls: Sequence[Call] = ()
    answered: Sequence[Answered] = ()
    fault: str = ""  # of the grader's own, for the instructor alone


def outcome_of(test: CollectedTest, draw: Draw, root: Path) -> Outcome:
    """Run a test once. `root`: from where files are named to the instructor."""
    student = draw.student(test.free)
    status: State = "passed"
    message, fault = "", ""
    with gathering(to_the_end=draw.keeping) as gathered, warnings.catch_warnings(action="ignore"):
        try:
            test.ask(draw, student)
        except (KeyboardInterrupt, pytest.exit.Exception):
            raise
        except BaseException as error:  # noqa: BLE001  (whatever it is, it is an outcome; pytest's own derive from this)
            status, message = _verdict(error)
            fault = _fault(error, test, root) if status == "grader-error" else ""
    if gathered.mismatches and status not in OUT_OF_TIME:  # the test went on, and how it ended says less
        status, message, fault = "failed", str(gathered.mismatches[0]), ""
    return Outcome(
        status,
        message,
        transcript=student.transcript,
        compared=gathered.compared,
        calls=student.calls,
        answered=student.glances.kept,
        fault=fault,
    )


def without_constants(outcomes: list[Outcome]) -> list[Outcome]:
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


def result_of(test: CollectedTest, outcome: Outcome) -> TestResult:
    """What a report says of a test that ended like this."""
    return TestResult(
        name=test.name,
        title=test.title,
        points=test.points if outcome.status == "passed" else 0.0,
        max_points=test.points,
        status=outcome.status,
        message=outcome.message,
        seconds=outcome.seconds,
    )


def _verdict(error: BaseException) -> tuple[State, str]:
    """State and message of a test that ended with `error`."""
    if isinstance(error, Mismatch):
        return "failed", str(error)
    if isinstance(error, StudentFault):
        return error.state, str(error)
    if isinstance(error, pytest.skip.Exception):
        return "skipped", str(error.msg)
    return "grader-error", MESSAGES["grader-error"]


def _fault(error: BaseException, test: CollectedTest, root: Path) -> str:
    """What the grader itself failed with, and where in the suite: for the instructor."""
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    inside = [(path, line) for path, line in frames if path.is_relative_to(test.path.parent)] or frames[-1:]
    where = [f"{path.relative_to(root) if path.is_relative_to(root) else path}:{line}" for path, line in inside[-1:]]
    text = submitted.printable(" ".join(str(error).split()))[:MAX_FAULT]
    return ", ".join([f"{type(error).__name__}: {text}" if text else type(error).__name__, *where])
