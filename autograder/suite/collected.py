"""The tests of a hidden suite as values: pytest collects them once and ends, and after that a test is called as any function is.

A suite lies in tests/hidden/<assignment>/, one file test_<exercise>.py per exercise. What is used of pytest beyond its documentation
(`callspec`, where the parameters of `parametrize` are) is used here alone.
"""

from __future__ import annotations

import gc
import hashlib
import inspect
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.course.assignment import Assignment, GraderError
from autograder.course.folders import Course
from autograder.sandbox.one_core import compute_on_one_core
from autograder.suite.free import Free, FreePlaces
from autograder.suite.misconceptions import forget_other_courses
from autograder.suite.student import Draw

GIVEN = ("student", "rng")  # what a hidden test may take, besides what `parametrize` passes
NEVER = ("skip", "skipif", "xfail", "usefixtures")  # marks that pytest obeys only where it runs the tests itself


@dataclass(frozen=True, eq=False)
class CollectedTest:
    """One hidden test.

    redundant: why it stays although others make it superfluous; None for a test that has work of its own
    sweeping: whether it asks of everything at once, so that it catches what others are there for as well
    free: which functions that it asks leave something to students, and where
    """

    id: str
    path: Path
    name: str
    title: str
    points: float
    redundant: str | None
    sweeping: bool
    free: FreePlaces
    function: Callable[[], Callable[..., object]]  # made anew for each run, as pytest does with the object of a class
    takes: tuple[str, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def exercise(self) -> str:
        """The exercise that it belongs to."""
        return exercise_of(self.path)

    def ask(self, draw: Draw, student: object) -> None:
        """Run it with a face of the respondent; it ends, or raises what a hidden test raises."""
        given = {
            "student": student,
            "rng": numbers_of(self.path, self.name, draw.seed) if "rng" in self.takes else None,
        }
        self.function()(**{name: given[name] for name in self.takes}, **self.parameters)


def exercise_of(path: Path) -> str:
    """The exercise that a suite file tests, by its name."""
    return path.stem.removeprefix("test_")


def numbers_of(path: Path, name: str, seed: str) -> np.random.Generator:
    """Random numbers of one test and one seed: the same on a regrade, different for every student, exercise and test."""
    told = f"{seed}/{path.parent.name}/{path.stem}/{name}"
    return np.random.default_rng(list(hashlib.sha256(told.encode()).digest()))


def free_places_of(item: pytest.Item) -> FreePlaces:
    """Which functions that a hidden test asks leave something to students, and where."""
    return {marker.args[0]: Free(**marker.kwargs) for marker in item.iter_markers("free")}


def collect(course: Course, assignment: Assignment) -> tuple[CollectedTest, ...]:
    """The hidden tests of an assignment, in their order; raises GraderError where the suite cannot be used.

    The plugins that happen to be installed, and the user's own options for pytest, are for the user's own tests.
    """
    folder = course.suite(assignment.name)
    if not folder.is_dir():
        raise GraderError(f"{assignment.name} has no hidden suite: {folder.relative_to(course.root)} is missing.")
    forget_other_courses(course)
    compute_on_one_core()  # as workers do: the suite computes what it compares with
    arguments = [
        str(folder),
        f"--rootdir={course.root}",
        *("--collect-only", "-c", os.devnull, "--disable-plugin-autoload", "-p", "autograder.suite.plugin", "-s"),
        *("-p", "no:terminal", "-p", "no:cacheprovider"),
        *("-p", "no:unraisableexception", "-p", "no:threadexception"),  # half a second of garbage collection each
        *("--import-mode=importlib", "-o", f"pythonpath={course.root}", f"--confcutdir={folder}"),
    ]
    collector = _Collector(assignment.name)
    users = {key: os.environ.pop(key) for key in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS") if key in os.environ}
    try:
        status = pytest.main(arguments, plugins=[collector])
    finally:
        os.environ.update(users)
    if collector.interrupted:  # Ctrl-C, of which pytest makes an exit code
        raise KeyboardInterrupt
    if collector.trouble or status not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
        raise GraderError(
            collector.trouble or f"the hidden suite of {assignment.name} cannot be collected (pytest: {status!r})."
        )
    _check_points(assignment, collector.tests)
    _leave_imports_alone()
    return collector.tests


class _Collector:
    """A pytest plugin that keeps what was collected, or why it cannot be used."""

    def __init__(self, assignment: str) -> None:
        self.assignment = assignment
        self.tests: tuple[CollectedTest, ...] = ()
        self.trouble = ""
        self.interrupted = False

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Remember Ctrl-C. `pytest.exit` in a suite comes here as well, and is a suite that cannot be used."""
        self.interrupted = excinfo.type is KeyboardInterrupt

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember why the suite cannot be collected."""
        if report.failed and not self.trouble:
            last = str(report.longrepr).strip().splitlines()[-1]
            self.trouble = f"the hidden suite of {self.assignment} cannot be collected: {report.nodeid}: {last}"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep the tests."""
        try:
            self.tests = tuple(map(_collected, session.items))
        except GraderError as fault:
            self.trouble = self.trouble or str(fault)


def _collected(item: pytest.Item) -> CollectedTest:
    """One test as a value; raises GraderError for one that only pytest itself could run."""
    where = f"{item.path.name}: {item.name}"
    if not isinstance(item, pytest.Function) or inspect.iscoroutinefunction(item.obj):
        raise GraderError(f"{where} is no plain function.")
    marks = [mark for mark in NEVER if item.get_closest_marker(mark)]
    if marks:
        raise GraderError(f"{where} is marked {marks[0]}, and every hidden test counts.")
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    takes = tuple(name for name in inspect.signature(item.obj).parameters if name not in parameters)
    others = sorted({*takes, *item.fixturenames} - {*GIVEN, *parameters, "request"} | {*takes} & {"request"})
    if others:
        allowed = "a hidden test takes `student`, `rng` and what `parametrize` passes"
        raise GraderError(f"{where} uses the fixture {others[0]}; {allowed}.")
    redundant = item.get_closest_marker("redundant")
    points = item.get_closest_marker("points")
    return CollectedTest(
        id=item.nodeid,
        path=item.path,
        name=item.name,
        title=str(item.obj.__doc__ or item.name).strip().splitlines()[0].strip(),
        points=float(points.args[0]) if points else 0.0,
        redundant=None if redundant is None else " ".join(map(str, redundant.args)),
        sweeping=item.get_closest_marker("sweeping") is not None,
        free=free_places_of(item),
        function=_function_of(item),
        takes=takes,
        parameters=parameters,
    )


def _function_of(item: pytest.Function) -> Callable[[], Callable[..., object]]:
    """What makes the function of a test: itself, or the method of a fresh object of its class."""
    made, name, function = item.cls, item.originalname, item.obj
    if made is None:
        return lambda: function
    return lambda: getattr(made(), name)


def _check_points(assignment: Assignment, tests: tuple[CollectedTest, ...]) -> None:
    """Raise GraderError where the points of the suite differ from the notebook's."""
    declared = {exercise.name: exercise.points for exercise in assignment.exercises}
    tested = dict.fromkeys(declared, 0.0)
    for test in tests:
        if test.exercise not in declared:
            raise GraderError(f"{test.path.name} tests '{test.exercise}', which is no exercise of {assignment.name}.")
        tested[test.exercise] += test.points
    for name, points in declared.items():
        if abs(points - tested[name]) > 1e-9:  # noqa: PLR2004  (halves and thirds of points)
            raise GraderError(f"the tests of {name} are worth {tested[name]:g} points, the notebook says {points:g}.")


@cache
def _leave_imports_alone() -> None:
    """What imports have made so far stays to the end, and garbage collection, which would take 150 ms each time, leaves it alone."""
    gc.freeze()
