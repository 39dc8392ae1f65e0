"""A course whose assignment is released into an exchange, and students who hand in there, for tests of `autograder watch`."""

from __future__ import annotations

import json
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.utils import notebook_hash

from autograder.authoring.generate import build
from autograder.course.folders import Course
from tests.support.mini_course import make_course
from tests.support.nbgrader_class import ROOT, nbgrader, solved

WRONG = "def double(x):\n    return 3 * x"


def make_course_to_release(root: Path) -> Course:
    """The course before anything is built, with students whose folders do not belong to users of their names."""
    course = make_course(root)
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("c.ExchangeCollect.check_owner = False\n")
    return course


def make_watched(root: Path) -> Course:
    """The course, whose assignment is released."""
    course = make_course_to_release(root)
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny")
    nbgrader(course, "release_assignment", "tiny")
    return course


def exchange(course: Course) -> Path:
    return course.data / "exchange" / "trainable_networks"


def submit(course: Course, student: str, content: dict[str, Any] | None = None, **answers: str) -> str:
    """Hand in as `nbgrader submit` does; the secret by which the answer is found."""
    now, secret = datetime.now(UTC), secrets.token_hex(64)
    folder = exchange(course) / "inbound" / f"{student}+tiny+{now:%Y-%m-%d %H:%M:%S.%f} UTC+{secrets.token_urlsafe(9)}"
    folder.mkdir()
    notebook = solved(course, **answers) if content is None else content
    (folder / "tiny.ipynb").write_text(json.dumps(notebook))
    (folder / "timestamp.txt").write_text(f"{now:%Y-%m-%d %H:%M:%S.%f} UTC")
    (folder / "submission_secret.txt").write_text(secret)
    folder.chmod(0o777)
    return secret


def answer(course: Course, secret: str) -> str:
    """The page that came back; empty where none did."""
    path = exchange(course) / "feedback" / f"{notebook_hash(secret=secret, notebook_id='tiny')}.html"
    return path.read_text(encoding="utf-8") if path.exists() else ""
