"""A term of a tiny course, played by each of the commands: whichever was used, gradebook and pages say the same in the end of each step.

Nobody says --force: what is due follows from what has changed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.authoring.generate import build
from autograder.course.folders import Course
from tests.support.anywhere import Class, ask, formgrader_knows_the_course, server
from tests.support.classroom import ROOT
from tests.support.forking import by_ours, by_stock_commands, nbgrader
from tests.support.mini_course import edit, make_course
from tests.support.nbgrader_class import rows, without_times
from tests.support.term import hand_in, points_moved

PENALTY = """
from nbgrader.plugins import LateSubmissionPlugin


class TenADay(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return 10 * (1 + total_seconds_late // 86400)


c.AssignLatePenalties.plugin_class = TenADay
"""


def by_hand(course: Course, student: str, exercise: str, **values: Any) -> None:
    """What a person enters in Formgrader."""
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        if "manual_comment" in values:
            comment = gradebook.find_comment(f"answer-{exercise}", "tiny", "tiny", student)
            comment.manual_comment = values.pop("manual_comment")
        grade = gradebook.find_grade(exercise, "tiny", "tiny", student)
        for name, value in values.items():
            setattr(grade, name, value)
        grade.needs_manual_grade = False
        gradebook.db.commit()


def due(course: Course, day: int) -> None:
    nbgrader(course, "db", "assignment", "add", "tiny", f"--duedate=2030-01-{day:02} 12:00:00 UTC")


def first_handins(course: Course) -> None:
    due(course, 10)
    hand_in(course, "anna", "right", 9)
    hand_in(course, "ben", "wrong", 9)
    hand_in(course, "cleo", "right", 12)


def resubmitted(course: Course) -> None:
    by_hand(course, "ben", "double", manual_score=12.0)
    hand_in(course, "ben", "right", 10)
    hand_in(course, "cleo", "wrong", 12)  # the same time


def marked(course: Course) -> None:
    shutil.copy(course.gradebook, course.root / "before")
    by_hand(course, "anna", "double", manual_score=45.0, manual_comment="Nearly.")
    by_hand(course, "cleo", "why", manual_score=20.0)
    by_hand(course, "ben", "shift", extra_credit=3.0)


def snapshot_put_back(course: Course) -> None:
    shutil.copy(course.root / "before", course.gradebook)


def student_lost(course: Course) -> None:
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.remove_student("anna")
        submission = gradebook.find_submission_notebook("tiny", "tiny", "cleo")
        gradebook.db.delete(submission.grades[0])
        gradebook.db.commit()


Told = Callable[[dict[str, Any], dict[str, Any]], bool]
STEPS: dict[str, tuple[Callable[[Course], object], Told]] = {
    "first": (first_handins, lambda _, after: after["cleo"][2] == 30 and after["anna"][1:3] == (80, 0)),
    "resubmitted": (resubmitted, lambda _, after: after["ben"][3][0] == ("double", 50, 12, True)),
    "marked": (marked, lambda _, after: (after["cleo"][2], after["anna"][3][0]) == (30, ("double", 50, 45, False))),
    "due later": (lambda course: due(course, 13), lambda _, after: not after["cleo"][2]),
    "due earlier": (lambda course: due(course, 8), lambda _, after: after["anna"][2] == 20),
    "put back": (snapshot_put_back, lambda _, after: after["anna"][3][0] == ("double", 50, None, False)),
    "lost": (student_lost, lambda before, after: before == after),
    "points": (points_moved, lambda _, after: after["cleo"][3][1][:2] == ("shift", 40)),
    "suite": (
        lambda course: edit(
            course, "tests/hidden/tiny/test_double.py", "double(negative), ref", "double([*negative]), ref"
        ),
        lambda before, after: before == after,  # with the same file, no score sinks by itself
    ),
}


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("term") / "course")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    build(course, "tiny")
    with (course.data / "nbgrader_config.py").open("a") as config:
        config.write(PENALTY)
    nbgrader(course, "generate_assignment", "tiny")
    assert course.secret
    return course


def pages(course: Course) -> dict[str, str]:
    return {
        path.parent.parent.name: without_times(path.read_text())
        for path in course.data.glob("feedback/*/tiny/tiny.html")
    }


def by_formgrader(course: Course, address: str) -> None:
    for student in sorted(path.name for path in (course.data / "submitted").iterdir()):
        answer = ask(address, f"formgrader/api/submission/tiny/{student}/autograde", "POST")
        assert answer["success"], answer
    assert ask(address, "formgrader/api/assignment/tiny/generate_feedback", "POST")["success"]


def test_a_term_ends_the_same_by_every_command(start: Course, tmp_path: Path) -> None:
    played = {way: Course(Path(shutil.copytree(start.root, tmp_path / way))) for way in ("ours", "stock", "formgrader")}
    klass = Class(played["formgrader"], tmp_path)
    formgrader_knows_the_course(klass)
    before: dict[str, Any] = {}
    with server(klass) as address:
        for name, (happens, holds) in STEPS.items():
            for course in played.values():
                happens(course)
            by_ours(played["ours"])
            by_stock_commands(played["stock"])
            by_formgrader(played["formgrader"], address)
            ours, *others = [(rows(course), pages(course)) for course in played.values()]
            assert [other[0] for other in others] == [ours[0]] * len(others), name
            assert [other[1] for other in others] == [ours[1]] * len(others), name
            assert holds(before, ours[0]), (name, ours[0])
            before = ours[0]
