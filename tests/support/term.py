"""What happens in a term of a tiny course."""

from __future__ import annotations

from autograder.authoring.generate import build
from autograder.course.folders import Course
from tests.support.classroom import ANSWERS
from tests.support.forking import nbgrader
from tests.support.handins import filled, save, solved
from tests.support.mini_course import edit

SHIFT = "def shift(x, by=1.0):\n    return x + by\ndef unshift(x, by=1.0):\n    return x - by"


def hand_in(course: Course, student: str, answer: str, day: int) -> None:
    folder = course.submitted(student, "tiny")
    folder.mkdir(parents=True, exist_ok=True)
    save(folder / "tiny.ipynb", filled(solved(course, "tiny"), double=ANSWERS[answer], shift=SHIFT))
    (folder / "timestamp.txt").write_text(f"2030-01-{day:02} 12:00:00.000000 UTC")


def released(course: Course) -> None:
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny", "--force")


def points_moved(course: Course, *, release: bool = True) -> None:
    edit(course, "assignments/tiny/tiny.md", ":points: 50", ":points: 40")
    edit(course, "assignments/tiny/tiny.md", ":points: 30", ":points: 40")
    edit(course, "tests/hidden/tiny/test_double.py", "points(20)", "points(10)")
    edit(course, "tests/hidden/tiny/test_shift.py", "points(30)", "points(40)")
    if release:
        released(course)
