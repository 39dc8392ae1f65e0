"""The pytest plugin of hidden suites: fixtures `student` and `rng`, markers, option `--submission`.

A suite lies in tests/hidden/<assignment>/, one file test_<exercise>.py per exercise. With plain pytest, one submission (default: the
reference) is asked by all tests; the grader (`grader`) runs the same collected tests once per submission.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from autograder.sandbox.launcher import Launcher
from autograder.submission import submitted
from autograder.suite.free import Free, FreePlaces
from autograder.suite.student import Answers, Respondent, Student, start_launcher

EXAM = pytest.StashKey["Exam"]()


class Exam:
    """Whom the tests ask at the moment, and the seed of the inputs."""

    def __init__(self, respondent: Respondent, seed: str, *, noting: bool = False) -> None:
        """Tests ask `respondent`; their inputs are drawn from `seed`. `noting` keeps what they ask."""
        self.respondent = respondent
        self.seed = seed
        self.noting = noting
        self.earned: set[str] = set()  # functions of exercises that have earned all their points so far
        self.student = Student(respondent)

    def with_seed(self, seed: str) -> Exam:
        """The same exam, with inputs that are drawn from `seed`."""
        if seed == self.seed:
            return self
        other = Exam(self.respondent, seed, noting=self.noting)
        other.earned = self.earned
        return other

    def next_test(self, free: FreePlaces) -> Student:
        """A fresh face for the next test, with an empty transcript."""
        self.student = Student(self.respondent, free, noting=self.noting, earned=frozenset(self.earned))
        return self.student


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare `--submission`."""
    group = parser.getgroup("autograder")
    group.addoption("--submission", type=Path, help="ask this notebook or .py file (default: the reference solution)")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers."""
    config.addinivalue_line("markers", "points(n): what this hidden test is worth")
    config.addinivalue_line("markers", "redundant(reason): no known wrong answer needs this hidden test; why it stays")
    config.addinivalue_line(
        "markers", "sweeping: this hidden test asks of everything at once; others are measured without it"
    )
    config.addinivalue_line(
        "markers",
        "free(function, returned=, passed=): where its contract leaves things to students; see docs/suites.md",
    )


def exercise_of(path: Path) -> str:
    """The exercise that a suite file tests, by its name."""
    return path.stem.removeprefix("test_")


def points_of(item: pytest.Item) -> float:
    """What a hidden test is worth; 0 without the marker."""
    marker = item.get_closest_marker("points")
    return float(marker.args[0]) if marker else 0.0


def redundant(item: pytest.Item) -> str | None:
    """Why a hidden test stays that other tests make superfluous; None for a test that has work of its own."""
    marker = item.get_closest_marker("redundant")
    return None if marker is None else " ".join(map(str, marker.args))


def sweeping(item: pytest.Item) -> bool:
    """Whether a hidden test asks of everything at once, so that it catches what others are there for as well."""
    return item.get_closest_marker("sweeping") is not None


@cache
def free_places_of(item: pytest.Item) -> FreePlaces:
    """Which functions that a hidden test asks leave something to students, and where."""
    return {marker.args[0]: Free(**marker.kwargs) for marker in item.iter_markers("free")}


def title_of(item: pytest.Item) -> str:
    """The first line of the test's docstring: what a student reads."""
    doc = getattr(getattr(item, "obj", None), "__doc__", None) or item.name
    return str(doc).strip().splitlines()[0].strip()


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Student:
    """The submission that is graded: `student.f(x)` calls its function f in a confined process."""
    exam = request.config.stash.get(EXAM, None)
    if exam is None:
        exam = request.getfixturevalue("_single_exam")
    return exam.next_test(free_places_of(request.node))


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers that are the same on a regrade and different for every student, exercise and test."""
    exam = request.config.stash.get(EXAM, None)
    return numbers_of(request.node, exam.seed if exam else "reference")


def numbers_of(item: pytest.Item, seed: str) -> np.random.Generator:
    """What the fixture `rng` is for one test and one seed."""
    name = f"{seed}/{item.path.parent.name}/{item.path.stem}/{item.name}"
    return np.random.default_rng(list(hashlib.sha256(name.encode()).digest()))


@cache
def plain_arguments(item: pytest.Item) -> tuple[str, ...] | None:
    """Which of `student` and `rng` a test takes, if it is a function of nothing else and can be called without pytest's help."""
    if not isinstance(item, pytest.Function) or item.cls is not None or hasattr(item, "callspec"):
        return None
    arguments = tuple(inspect.signature(item.obj).parameters)
    others = set(item.fixturenames) - {"student", "rng", "request"}  # pytest counts what these two need
    return None if others or not set(arguments) <= {"student", "rng"} else arguments


@pytest.fixture(scope="session")
def _launchers() -> Iterator[dict[str, Launcher]]:
    """Forkservers of plain pytest runs, one per assignment."""
    launchers: dict[str, Launcher] = {}
    yield launchers
    for launcher in launchers.values():
        launcher.close()


@pytest.fixture(scope="module")
def _single_exam(request: pytest.FixtureRequest, _launchers: dict[str, Launcher]) -> Iterator[Exam]:
    """The one submission of a plain pytest run."""
    folder = request.path.parent
    course = Course.find(folder)
    assignment = course.assignment(folder.name)
    if assignment.name not in _launchers:
        _launchers[assignment.name] = start_launcher(course, assignment, "auto")
    program = _program(course, assignment, request.config.getoption("--submission"))
    answers = Answers(program, _launchers[assignment.name], assignment.limits)
    yield Exam(answers, "reference")
    answers.close()


def _program(course: Course, assignment: Assignment, submission: Path | None) -> tuple[submitted.ProgramCell, ...]:
    if submission is None:
        source = (course.solution(assignment.name) / "reference.py").read_text(encoding="utf-8")
        return submitted.answer_program(assignment, source)
    try:
        return submitted.read(submission, assignment).program
    except submitted.Ungradable as reason:
        raise pytest.UsageError(str(reason)) from None
