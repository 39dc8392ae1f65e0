"""The pytest plugin of hidden suites, for their authors: fixtures `student` and `rng`, markers, option `--submission`.

`pytest tests/hidden/NAME --submission FILE` asks one submission (default: the reference), with all that pytest offers. The grader
only collects with this plugin (`collected`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from autograder.sandbox.launcher import Launcher
from autograder.submission import submitted
from autograder.suite.answers import Answers
from autograder.suite.collected import free_places_of, numbers_of
from autograder.suite.student import Draw, Student
from autograder.suite.workers import start_launcher

SEED = "reference"  # of the inputs, for authors


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


@pytest.fixture
def student(request: pytest.FixtureRequest) -> Student:
    """The submission that is graded: `student.f(x)` calls its function f in a confined process."""
    draw: Draw = request.getfixturevalue(
        "_single_draw"
    )  # not a parameter: a collected test has no fixtures but the two
    return draw.student(free_places_of(request.node))


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers that are the same in each run and different for every exercise and test."""
    return numbers_of(request.node.path, request.node.name, SEED)


@pytest.fixture(scope="session")
def _launchers() -> Iterator[dict[str, Launcher]]:
    """Forkservers of plain pytest runs, one per assignment."""
    launchers: dict[str, Launcher] = {}
    yield launchers
    for launcher in launchers.values():
        launcher.close()


@pytest.fixture(scope="module")
def _single_draw(request: pytest.FixtureRequest, _launchers: dict[str, Launcher]) -> Iterator[Draw]:
    """The one submission of a plain pytest run."""
    folder = request.path.parent
    course = Course.find(folder)
    assignment = course.assignment(folder.name)
    if assignment.name not in _launchers:
        _launchers[assignment.name] = start_launcher(course, assignment, "auto")
    program = _program(course, assignment, request.config.getoption("--submission"))
    answers = Answers(program, _launchers[assignment.name], assignment.limits)
    yield Draw(answers, SEED)
    answers.close()


def _program(course: Course, assignment: Assignment, submission: Path | None) -> tuple[submitted.ProgramCell, ...]:
    if submission is None:
        source = (course.solution(assignment.name) / "reference.py").read_text(encoding="utf-8")
        return submitted.answer_program(assignment, source)
    try:
        return submitted.read(submission, assignment).program
    except submitted.Ungradable as reason:
        raise pytest.UsageError(str(reason)) from None
