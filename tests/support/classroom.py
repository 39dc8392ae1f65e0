"""A class of eight who have handed in a tiny assignment, and the command that grades all of them. Used by tests of whole classes."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder.authoring.generate import build
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.whole_class.store import Store
from autograder.whole_class.tasks import tasks
from tests.support import commands
from tests.support.handins import filled, save, solved
from tests.support.mini_course import make_course
from tests.support.nbgrader_class import nbgrader

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = {
    "right": "def double(x):\n    return 2 * x",
    "wrong": "def double(x):\n    return 3 * x",
    "crashes": "def double(x):\n    raise ValueError",
    "ends": "def double(x):\n    import os\n    os._exit(0)",
}
STUDENTS = [f"{answer}-{number}" for answer in ANSWERS for number in (1, 2)]
SHIFT = "def shift(x, by=1.0):\n    return x + by\ndef unshift(x, by=1.0):\n    return x - by"
GRADE = (sys.executable, "-m", "autograder", "grade-class", "tiny", "--jobs", "2")
PATIENCE = 400  # seconds for one command, on a machine that others use too


def make_classroom(root: Path) -> Course:
    """A course below `root` in which eight students have handed in the first assignment: a copy of one that is made once."""
    return Course(Path(shutil.copytree(_classroom().root, root)))


@cache
def _classroom() -> Course:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    course = make_course(folder / "course")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny")
    for student in STUDENTS:
        hand_in(course, student, ANSWERS[student.split("-")[0]])
    return course


def hand_in(course: Course, student: str, answer: str) -> None:
    folder = course.submitted(student, "tiny")
    folder.mkdir(parents=True, exist_ok=True)
    save(folder / "tiny.ipynb", filled(solved(course, "tiny"), double=answer, shift=SHIFT))


def command(course: Course, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen([*GRADE, *more], cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(course: Course, *more: str, code: int = 0) -> tuple[str, str]:
    done = commands.run([*GRADE, *more], cwd=course.root, timeout=PATIENCE)
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def reports(course: Course) -> dict[str, Report]:
    """What the store has for what lies there now, without what differs from run to run."""
    with Store(course.store) as stored:
        found = {task.student: stored.get(task.key) for task in tasks(course, course.assignment("tiny"), "auto")}
    return {student: timeless(report) for student, report in found.items() if report is not None}


def timeless(report: Report) -> Any:
    value = report.as_json()
    for exercise in [value, *value["exercises"], *(test for one in value["exercises"] for test in one["tests"])]:
        exercise["seconds"] = 0
    return value


def scores(course: Course) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        return {submission.student.id: submission.score for submission in gradebook.assignment_submissions("tiny")}


def stored(course: Course, table: str = "report") -> int:
    try:
        with sqlite3.connect(f"file:{course.store}?mode=ro", uri=True) as database:
            return int(database.execute(f"select count(*) from {table}").fetchone()[0])  # noqa: S608
    except sqlite3.Error:
        return 0
