"""A student whom nbgrader grades, wherever it is started."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from autograder.authoring.generate import build
from autograder.course.folders import Course
from tests.support.anywhere import PLANTED, Class
from tests.support.mini_course import make_course
from tests.support.nbgrader_class import ANSWERS, ROOT, hand_in, nbgrader, solved


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("anywhere") / "checkout")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny")
    assert course.secret
    return course


@pytest.fixture
def klass(checkout: Course, tmp_path: Path) -> Class:
    course = Course(Path(shutil.copytree(checkout.root, tmp_path / "checkout")))
    marker = tmp_path / "marker"
    planted = ANSWERS["answer-double"] + PLANTED.format(marker=str(marker), secret=str(course.data / "secret"))
    hand_in(course, "eve", solved(course, answer_double=planted))
    assert str(marker) in (course.submitted("eve", "tiny") / "tiny.ipynb").read_text()
    return Class(course, marker)
