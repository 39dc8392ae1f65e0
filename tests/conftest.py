"""Courses and workers that tests of the engine share. Each is made once: nothing here may be changed by a test."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# Tests run beside one another: threads of one that wait for those of another would cost all of them far more than they gain.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

from autograder.course.folders import Course
from autograder.sandbox.launcher import Launcher, launch
from autograder.suite.misconceptions import forget_other_courses
from tests.support.mini_course import edit, make_course

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
    return Course(root)


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first: each goes to one worker, and the others should not wait for it in the end."""
    items.sort(key=lambda item: item.path.name not in {"test_suite_quality.py", "test_demo.py"})
