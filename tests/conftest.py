"""Courses and workers that tests of the engine share. Each is made once: nothing here may be changed by a test."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Tests run beside one another: threads of one that wait for those of another would cost all of them far more than they gain.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

# What a shell starts in the background ignores Ctrl-C, and so would every command that a test starts, and interrupts.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

from autograder.course.folders import Course
from autograder.sandbox.launcher import Launcher, launch
from autograder.suite.misconceptions import forget_other_courses
from tests.support import skipped
from tests.support.mini_course import edit, make_course
from tests.support.units import LONGEST, SLOW, unit_of

# What the `make` or pytest that runs these tests was told is not for the ones that tests start.
for _name in ("MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "MAKELEVEL", "PYTEST_ADDOPTS"):
    os.environ.pop(_name, None)

ROOT = Path(__file__).resolve().parent.parent
LIMITS = "limits: {call_seconds: 2, wall_seconds: 20, cpu_seconds: 10, memory_mb: 256, reply_mb: 4}"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course of two tiny assignments with tight limits."""
    course = make_course(tmp_path_factory.mktemp("tiny"))
    edit(course, "assignments/tiny/tiny.md", "minutes: 5\n", f"minutes: 5\n  {LIMITS}\n")
    return course


@pytest.fixture(scope="session")
def real(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A copy of this repository's course, so that grading it leaves nothing behind in the checkout."""
    root = tmp_path_factory.mktemp("real")
    for name in ("assignments", "solutions", "starter_code", "tests/hidden"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    course = Course(root)
    course.make_data()
    (course.data / "secret").write_bytes(bytes(range(32)))  # inputs and seeds that are the same each time
    return course


@pytest.fixture(autouse=True)
def _imports_of_this_course() -> None:
    """What a test imports of `solutions` and `starter_code` is this repository's, though one before it has graded another course.

    Such a one leaves modules behind, and where nbgrader has read a course's configuration, that course stands first on the path.
    """
    forget_other_courses(Course(ROOT))
    if sys.path[0] != str(ROOT):
        sys.path.insert(0, str(ROOT))


@pytest.fixture(scope="session")
def launcher(tiny: Course) -> Iterator[Launcher]:
    """Starts confined workers that may read the starter code of the tiny course."""
    with launch(
        "landlock", path=tiny.root, preload=("numpy", "starter_code"), readable=(tiny.starter_code,)
    ) as launcher:
        yield launcher


def pytest_addoption(parser: pytest.Parser) -> None:
    skipped.add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    skipped.note(config)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that the processes that tests are spread over end together; the rest stays in its order."""
    for item in items:
        if f"{item.path.name}::{item.name}".startswith(SLOW):
            item.add_marker("slow")
    places = {unit: place for place, unit in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(unit_of(item.nodeid), len(places)))
    skipped.select(config, items)


def pytest_collection_finish() -> None:
    """What is here now stays: neither this process nor one that is forked from it needs to look through it for garbage."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hands out units to the processes."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415  (tests of one process do without it)

    class Units(LoadScopeScheduling):  # type: ignore[misc,no-any-unimported]
        def _split_scope(self, nodeid: str) -> str:
            return unit_of(nodeid)

    config.option.loadscopereorder = False  # the order of the collection is the one of `LONGEST`
    return Units(config, log)
