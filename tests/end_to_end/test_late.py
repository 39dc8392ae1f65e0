"""The course's rule for late submissions, and extensions: whichever command grades, the gradebook and the page say the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.authoring.generate import build
from autograder.course.folders import Course
from tests.support.classroom import run
from tests.support.mini_course import make_course
from tests.support.nbgrader_class import ROOT, hand_in, nbgrader, rows, solved

# When each handed in, after a due date on the first of June at noon.
HANDED_IN = {
    "in-time": "2030-06-01 11:59:59",
    "an-hour": "2030-06-01 13:00:00",
    "two-days": "2030-06-03 12:00:00",
    "at-most": "2030-06-05 06:00:00",
    "too-late": "2030-06-07 12:00:00",
    "extended": "2030-06-03 12:00:00",
    "half-extended": "2030-06-03 12:00:00",
}
RULE = """
[late]
percent = 10
at_most = 25
days = 4

[extensions.tiny]
extended = 3
half-extended = 1.5
"""
LOST = {
    "in-time": 0,
    "an-hour": 8,
    "two-days": 16,
    "at-most": 20,
    "too-late": 80,
    "extended": 0,
    "half-extended": 8,
}


def penalties(course: Course) -> dict[str, float]:
    return {student: row[2] for student, row in rows(course).items()}


def page(course: Course, student: str) -> str:
    return (course.data / "feedback" / student / "tiny" / "tiny.html").read_text()


def graded_by_stock_commands(course: Course) -> None:
    nbgrader(course, "autograde", "tiny")
    nbgrader(course, "generate_feedback", "tiny")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Course]:
    """The same class twice, graded under the rule: by the command for whole classes, and by nbgrader's commands."""
    course = make_course(tmp_path_factory.mktemp("whole"))
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny")
    for student, time in HANDED_IN.items():
        hand_in(course, student, solved(course))
        (course.submitted(student, "tiny") / "timestamp.txt").write_text(f"{time}.000000 UTC")
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.update_or_create_assignment("tiny", duedate="2030-06-01 12:00:00.000000 UTC")
    (course.data / "settings.toml").write_text(RULE)
    assert course.secret  # is made now, and copied
    stock = Course(Path(shutil.copytree(course.root, tmp_path_factory.mktemp("stock") / "course")))
    run(course)
    graded_by_stock_commands(stock)
    return course, stock


def test_either_command_takes_what_the_rule_says(both: tuple[Course, Course]) -> None:
    assert [penalties(course) for course in both] == [LOST, LOST]
    assert [row[1] for row in rows(both[0]).values()] == [80.0] * len(HANDED_IN)  # the work itself is worth the same


def test_the_page_says_why(both: tuple[Course, Course]) -> None:
    for course in both:
        assert "2030-06-01 12:00 UTC: 2 days begun, 10 % each</p>" in page(course, "two-days")
        assert "4 days begun, 10 % each, at most 25 %" in page(course, "at-most")
        assert "later than 4 days after the due date nothing counts" in page(course, "too-late")
        assert "after the due date, 2030-06-03 00:00 UTC: 1 day begun" in page(course, "half-extended")
        assert "after the due date" not in page(course, "extended") + page(course, "in-time")


def test_another_rule_counts_with_the_next_run_of_either_command(both: tuple[Course, Course]) -> None:
    other = RULE.replace("percent = 10", "percent = 5").replace("extended = 3", "extended = 0")
    expected = LOST | {"an-hour": 4, "two-days": 8, "at-most": 16, "extended": 8, "half-extended": 4}
    for course, graded in zip(both, (run, graded_by_stock_commands), strict=True):
        (course.data / "settings.toml").write_text(other)
        graded(course)
        assert penalties(course) == expected
        assert "2 days begun, 5 % each" in page(course, "two-days")


def test_a_rule_that_cannot_be_read_grades_nobody_in_either_command(both: tuple[Course, Course]) -> None:
    course = both[1]
    (course.data / "settings.toml").write_text("[late]\npercent = 1000\n")
    before = rows(course)
    assert "percent is a number from 0 to 100" in nbgrader(course, "autograde", "tiny", "--force", code=1)
    assert rows(course) == before


def test_an_extension_without_a_due_date_is_none_in_either_command(both: tuple[Course, Course]) -> None:
    for course, graded in zip(both, (run, graded_by_stock_commands), strict=True):
        with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
            gradebook.find_assignment("tiny").duedate = None
            for submission in gradebook.assignment_submissions("tiny"):
                submission.extension = None
            gradebook.db.commit()
        (course.data / "settings.toml").write_text(RULE)
        graded(course)
        assert penalties(course) == dict.fromkeys(LOST, 0)
