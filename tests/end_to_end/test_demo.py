"""The demo, run once on a copy of this checkout with two assignments, and what must be true of the course that it leaves behind."""

import json
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.authoring.leaks import find_leaks
from autograder.course.folders import Course

ROOT = Path(__file__).resolve().parents[2]
MADE = shutil.ignore_patterns(".*", "build", "__pycache__", "*.egg-info")


def not_copied(folder: str, names: list[str]) -> set[str]:
    """What a copy of the checkout does without: what is about real people, and what is made, which changes while tests run."""
    return MADE(folder, names) | ({"course"} if Path(folder) == ROOT else set())


NAME = "skip_connections"
TRAINED = "train_networks"
TAKEN = (NAME, TRAINED)
STUDENTS = ["ada", "ben", "chen", "dora", "emil", "fatou", "goran", "hana", "ivan", "jana", "kofi", "lena"]


def run(course, *command):
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=course.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The copy in which the demo has run, and what it printed."""
    root = tmp_path_factory.mktemp("clone") / "a course"
    shutil.copytree(ROOT, root, ignore=not_copied)
    course = Course(root)
    course.data.mkdir()
    (course.data / "secret").write_bytes(bytes(range(32)))  # seeds of training that are the same each time
    return course, run(course, "demo", *TAKEN)


@pytest.fixture(scope="module")
def course(played):
    return played[0]


@pytest.fixture(scope="module")
def scores(course):
    """Each student's automatic score in the gradebook, by exercise."""
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        return {
            student: {
                grade.name: grade.auto_score
                for notebook in gradebook.find_submission(NAME, student).notebooks
                for grade in notebook.grades
                if grade.name != "degradation"
            }
            for student in STUDENTS
        }


@pytest.fixture(scope="module")
def reports(course):
    """What `autograder grade` says of the same submitted files."""
    files = [str(course.submitted(student, NAME) / f"{NAME}.ipynb") for student in STUDENTS]
    reports = json.loads(run(course, "autograder", "grade", "--json", "-", *files))
    return {report["student"]: report for report in reports}


def page(course, student):
    """The feedback page of a student, as text without tags and marks of code."""
    html = (course.data / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    html = re.sub(r"</?code>", "", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_what_was_handed_in_is_trained(course):
    """The training stage of the last assignment: points in the gradebook, pictures on the page."""
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        points = {
            student: next(
                grade.auto_score
                for notebook in gradebook.find_submission(TRAINED, student).notebooks
                for grade in notebook.grades
                if grade.name == "training"
            )
            for student in STUDENTS[::6]
        }
    assert points == {"ada": 27, "goran": 0}
    html = (course.data / "feedback" / "ada" / TRAINED / f"{TRAINED}.html").read_text(encoding="utf-8")
    assert html.count("The loss goes from") >= 4
    assert html.count("data:image/png;base64,") >= 4


def test_prints_a_row_for_each_student_and_where_to_look(played):
    course, printed = played
    for student in STUDENTS:
        assert re.search(rf"│ {student} ", printed)
    assert str(course.gradebook) in printed
    assert str(course.data / "feedback") in printed


def test_without_a_terminal_each_step_is_a_line_and_nothing_is_cut(played):
    _, printed = played
    for name, count in ((NAME, 12), (TRAINED, 2)):
        steps = ["released", f"{count} handed in", "collected", "graded", "feedback released"]
        lines = re.findall(rf"^{name}: (.*) \(\d+ s\)$", printed, re.MULTILINE)
        assert [line for line in lines if "grading: " not in line and "recording: " not in line] == steps
    assert "train_networks: grading: 2 of 2" in printed
    assert "…" not in printed


def test_ends_with_the_points_of_everybody_in_every_assignment(played):
    course, printed = played
    overview = printed[printed.rindex("Points") :]
    most = " +│ ".join(f"{course.assignment(name).max_score:g}" for name in TAKEN)
    for who in ("ada", "of"):
        assert re.search(rf"│ {who} +│ {most} +│", overview)


def test_stock_autograde_and_autograder_grade_give_the_same_scores(scores, reports):
    for student in STUDENTS:
        assert scores[student] == {e["name"]: e["points"] for e in reports[student]["exercises"]}, student


def test_scores_are_what_the_class_has_earned(scores):
    total = {student: sum(points.values()) for student, points in scores.items()}
    assert total["ada"] == total["ivan"] == 90
    assert total["goran"] == total["lena"] == 0
    assert total["fatou"] == 60
    assert total["hana"] == total["kofi"] == 60
    assert total["jana"] == 75
    for student in ("ben", "chen", "dora", "emil"):
        assert 0 < total[student] < 90


def test_partial_credit_lands_in_the_gradebook(scores):
    assert 0 < scores["ben"]["residual_backward"] < 30


def test_each_misconception_of_the_class_is_named(reports):
    for student in ("ben", "chen", "dora", "emil"):
        found = [e["misconception"]["id"] for e in reports[student]["exercises"] if e["misconception"]]
        assert len(found) == 1, student
    for student in set(STUDENTS) - {"ben", "chen", "dora", "emil"}:
        assert not any(e["misconception"] for e in reports[student]["exercises"]), student


def test_states_say_what_happened(reports):
    states = {student: {e["name"]: e["status"] for e in reports[student]["exercises"]} for student in STUDENTS}
    assert set(states["goran"].values()) == {"not-attempted"}
    assert states["hana"]["residual_backward"] == "crashed"
    assert states["jana"]["residual_forward"] == "timed-out"
    assert states["kofi"]["residual_backward"] == "crashed"
    assert states["kofi"]["gradient_norms"] == "passed"


def test_feedback_shows_title_points_and_message_of_each_hidden_test(course, reports):
    shown = page(course, "ben")
    for exercise in reports["ben"]["exercises"]:
        for test in exercise["tests"]:
            assert " ".join(test["title"].replace("`", "").split()) in shown
            assert f"{test['points']:g} of {test['max_points']:g}" in shown
            assert " ".join(test["message"].split()) in shown
    assert reports["ben"]["exercises"][1]["misconception"]["title"] in shown


def test_nothing_that_students_receive_holds_a_solution_or_a_hidden_test(course):
    assert find_leaks(course, course.release(NAME)) == []
    assert find_leaks(course, course.data / "exchange" / "trainable_networks" / "outbound") == []


def test_an_assignment_that_is_not_there_is_one_line_and_nothing_is_cleared(course):
    done = subprocess.run(
        [sys.executable, "-m", "demo", "nowhere"], cwd=course.root, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "There is no assignment 'nowhere'" in done.stderr
    assert course.gradebook.exists()


def test_refuses_to_mix_with_a_course_that_is_not_its_own(tmp_path):
    other = tmp_path / "other"
    shutil.copytree(ROOT, other, ignore=not_copied)
    (other / "course").mkdir()
    (other / "course" / "gradebook.db").write_text("somebody's work")
    done = subprocess.run([sys.executable, "-m", "demo"], cwd=other, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "holds a course already" in done.stderr
    assert (other / "course" / "gradebook.db").read_text() == "somebody's work"
