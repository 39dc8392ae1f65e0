"""Grading again after the suite, the points or the notebook have changed: it is said whose score changes, and none sinks by itself.

Each command decides alike: `nbgrader autograde` ends with the same gradebook as `grade-class`, for the same choice.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from autograder.authoring.generate import build
from autograder.cli import app as cli
from autograder.cli import grade_class
from autograder.course.folders import Course
from autograder.course.regrade import LONGEST_REASON
from autograder.gradebook import standing
from autograder.whole_class.store import Store
from tests.support.classroom import ROOT, scores
from tests.support.feedback_pages import page_at, words
from tests.support.forking import HerePool, by_ours, by_stock_commands, forked, nbgrader
from tests.support.mini_course import edit, make_course
from tests.support.nbgrader_class import rows, without_times
from tests.support.term import hand_in, released

SUITE = "tests/hidden/tiny/test_double.py"
NEGATIVE = "Negative numbers are doubled."
LOWER = ("double(negative), ref", "double([*negative]), ref")  # a list, which no student doubles
ALLOWED = "\nc.GradeSubmission.allow_lower = True\nc.GradeSubmission.reason = 'A list <b>too</b>.'\n"


@pytest.fixture(scope="module", autouse=True)
def _here() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(grade_class, "LocalPool", HerePool)
        yield


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Three have handed in, and are graded: two with all points, one whose double is wrong."""
    course = make_course(tmp_path_factory.mktemp("regrading") / "course")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny")
    for student, answer in (("anna", "right"), ("ben", "wrong"), ("cleo", "right")):
        hand_in(course, student, answer, 9)
        (course.submitted(student, "tiny") / "submission_secret.txt").write_text(f"secret of {student}")
    by_ours(course)
    return course


@pytest.fixture
def course(graded: Course, tmp_path: Path) -> Course:
    return Course(Path(shutil.copytree(graded.root, tmp_path / "course")))


def grade(course: Course, *more: str, code: int = 0) -> str:
    return forked(course, cli.main, "grade-class", "tiny", "--jobs", "1", *more, code=code)


def suite_changes(course: Course) -> None:
    """A test that nobody passes any more."""
    edit(course, SUITE, *LOWER)


def tolerance_changes(course: Course) -> None:
    """What ben says is good enough in one test of two."""
    edit(course, SUITE, "reference.double(positive), rtol=1e-12", "reference.double(positive), rtol=1.0")


def made(course: Course) -> tuple[dict[str, Any], dict[str, str]]:
    """The gradebook and the pages."""
    pages = sorted(course.data.glob("feedback/*/tiny/tiny.html"))
    return rows(course), {path.parent.parent.name: without_times(path.read_text()) for path in pages}


def of_anna(course: Course) -> tuple[Any, str]:
    """What she has of it: the files of others may be told something else of what they got wrong before."""
    gradebook, pages = made(course)
    return gradebook["anna"], pages["anna"]


def regraded(page: BeautifulSoup) -> list[str]:
    return [words(note) for note in page.select("main > p.comment")]


# --- never lower -----------------------------------------------------------------------------------------------------------


def test_a_score_does_not_sink_with_the_same_file_unless_that_is_allowed(course: Course) -> None:
    before = of_anna(course)
    suite_changes(course)
    told = grade(course)
    assert "Scores that have changed: 0; higher 0, lower 0." in told
    assert "2 scores that would sink stay: anna (80, not 50), cleo (80, not 50); --allow-lower lets them sink." in told
    assert of_anna(course) == before
    told = grade(course)
    assert "0 put into the gradebook" in told
    assert "another report" not in told
    assert "2 scores that would sink stay" in told
    assert of_anna(course) == before
    told = grade(course, "--allow-lower")
    assert f"anna: 80 → 50 points\n    double: 30 → 0  {NEGATIVE}\n" in told
    assert "ben" not in told
    assert scores(course) == {"anna": 50, "ben": 30, "cleo": 50}
    told = grade(course)
    assert "→" not in told
    assert "another report" not in told


def test_what_is_handed_in_anew_counts_even_if_it_is_worth_less(course: Course) -> None:
    suite_changes(course)
    hand_in(course, "anna", "wrong", 10)
    hand_in(course, "cleo", "right", 10)  # the same file once more, at another time
    told = grade(course)
    assert "1 score that would sink stays: cleo (80, not 50)" in told
    assert scores(course) == {"anna": 30, "ben": 30, "cleo": 80}
    assert regraded(page_at(course, "anna")) == []


def test_points_that_move_lower_nobody_either(course: Course) -> None:
    """Whoever has the exercise that is worth less, and not the other one."""
    hand_in(course, "ben", "right", 9)
    path = course.submitted("ben", "tiny") / "tiny.ipynb"
    path.write_text(path.read_text().replace("return x - by", "return x + by"))
    grade(course)
    assert scores(course)["ben"] == 50
    for old, new in ((":points: 50", ":points: 40"), (":points: 30", ":points: 40")):
        edit(course, "assignments/tiny/tiny.md", old, new)
    edit(course, SUITE, "points(20)", "points(10)")
    edit(course, "tests/hidden/tiny/test_shift.py", "points(30)", "points(40)")
    released(course)
    told = grade(course)
    assert "since these have changed: the points and the hidden tests." in told
    assert "1 score that would sink stays: ben (50, not 40)" in told
    assert scores(course) == {"anna": 80, "ben": 50, "cleo": 80}
    assert words(page_at(course, "ben").select_one(".score")) == "50 of 100 points so far"
    grade(course, "--allow-lower")
    assert scores(course)["ben"] == 40


def test_marks_by_hand_stay_and_are_told(course: Course) -> None:
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        grade_of = gradebook.find_grade("double", "tiny", "tiny", "anna")
        grade_of.manual_score, grade_of.needs_manual_grade = 45.0, False
        gradebook.db.commit()
    suite_changes(course)
    grade(course)
    assert rows(course)["anna"][3][0] == ("double", 50, 45, False)
    told = grade(course, "--allow-lower")
    assert f"    double: 30 → 0  {NEGATIVE}; marked by hand, which stays\n" in told
    assert rows(course)["anna"][3][0] == ("double", 20, 45, True)
    assert scores(course)["anna"] == 75


@pytest.mark.parametrize("way", [by_ours, by_stock_commands])
def test_a_written_answer_that_is_marked_does_not_wait_again_for_the_same_file(
    course: Course, way: Callable[[Course], str]
) -> None:
    def why() -> tuple[float | None, bool]:
        with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
            grade_of = gradebook.find_grade("why", "tiny", "tiny", "ben")
            return grade_of.manual_score, grade_of.needs_manual_grade

    assert why() == (None, True)
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        grade_of = gradebook.find_grade("why", "tiny", "tiny", "ben")
        grade_of.manual_score, grade_of.needs_manual_grade = 12.0, False
        gradebook.db.commit()
    tolerance_changes(course)
    way(course)
    assert scores(course)["ben"] > 30 + 12  # he was graded again
    assert why() == (12.0, False)
    hand_in(course, "ben", "right", 10)
    way(course)
    assert why() == (12.0, True)


def test_where_the_grader_fails_this_time_the_score_stands(course: Course) -> None:
    before = of_anna(course)
    edit(course, SUITE, "    negative = -rng", "    {}['a secret']\n    negative = -rng")
    told = grade(course, code=3)
    assert "2 scores that would sink stay: anna (80, the grader failed), cleo" in told
    assert of_anna(course) == before


# --- it is said beforehand ---------------------------------------------------------------------------------------------------


def test_a_trial_says_what_would_change_and_changes_nothing(course: Course) -> None:
    before = made(course)
    tolerance_changes(course)
    suite_changes(course)
    hand_in(course, "dora", "right", 9)
    told = grade(course, "--dry-run")
    assert told.startswith("dora\n") or "\ndora\n" in told
    assert f"anna: stays at 80 points (50 now)\n    double: 30 → 0  {NEGATIVE}\n" in told
    assert "ben: 30 → 50 points\n    double: 0 → 20  Positive numbers are doubled.\n" in told
    assert "1 of 4 submissions would be graded; 3 were graded again, and nothing was recorded." in told
    assert "Scores that would change: 1; higher 1, lower 0." in told
    assert "since these have changed: the hidden tests. Scores" in told
    assert made(course) == before
    lower = grade(course, "--dry-run", "--allow-lower")
    assert "anna: 80 → 50 points\n" in lower
    assert made(course) == before
    assert "1 graded now, 3 before" in grade(course)


def test_where_points_wait_for_their_release_a_trial_says_so(course: Course) -> None:
    edit(course, "assignments/tiny/tiny.md", ":points: 50", ":points: 40")
    edit(course, SUITE, "points(20)", "points(10)")
    told = grade(course, "--dry-run")
    assert "anna: stays at 80 points (70 now)" in told
    assert "note: double of tiny is worth 40 points in the assignment's text and 50 points in the gradebook" in told


def test_released_feedback_that_is_out_of_date_is_told_until_it_is_released_again(course: Course) -> None:
    (course.data / "exchange").mkdir(mode=0o777)
    nbgrader(course, "release_feedback", "tiny")
    assert "out of date" not in grade(course)
    tolerance_changes(course)
    told = grade(course, "--dry-run")
    assert "ben: 30 → 50 points, released feedback out of date" in told
    assert "Released feedback of 1 student would be out of date: ben." in told
    told = grade(course)
    assert "Released feedback of 1 student is out of date; `nbgrader release_feedback tiny` renews it: ben." in told
    nbgrader(course, "release_feedback", "tiny")
    assert "out of date" not in grade(course)


def test_all_changes_go_into_a_file(course: Course) -> None:
    tolerance_changes(course)
    suite_changes(course)
    grade(course, "--dry-run", "--changes", "changes.csv")
    with (course.root / "changes.csv").open(newline="") as file:
        lines = [
            (row["student"], row["before"], row["after"], row["counts"], row["test"]) for row in csv.DictReader(file)
        ]
    assert lines == [
        ("anna", "80.0", "50.0", "80.0", NEGATIVE),
        ("ben", "30.0", "50.0", "50.0", "Positive numbers are doubled."),
        ("cleo", "80.0", "50.0", "80.0", NEGATIVE),
    ]
    assert (course.root / "changes.csv").stat().st_mode & 0o777 == 0o600


# --- it is kept and shown ----------------------------------------------------------------------------------------------------


def test_the_reason_stands_on_the_page_of_whoever_it_concerns_and_on_that_of_the_class(course: Course) -> None:
    tolerance_changes(course)
    grade(course, "--reason", "The test was <b>wrong</b>;  sorry.")
    with Store(course.store) as store:
        (kept,) = store.regrades("tiny")
    day = f"{kept.at:%-d %B %Y}"
    assert (kept.student, kept.before, kept.after, kept.parts) == ("ben", 30, 50, ("tests",))
    (note,) = regraded(page_at(course, "ben"))
    assert note == (
        f"This was graded again on {day}, since these had changed: the hidden tests. The hidden tests gave 30 points before, and 50 from "
        "then on. Reason: The test was <b>wrong</b>; sorry."
    )
    assert regraded(page_at(course, "anna")) == []
    forked(course, cli.main, "report", "tiny")
    text = (course.data / "reports" / "tiny.html").read_text()
    assert "<b>wrong" not in text
    shown = words(BeautifulSoup(text, "html.parser").select_one("#regraded + ul"))
    assert shown == (
        f"On {day}, since these had changed: the hidden tests. Reason: The test was <b>wrong</b>; sorry. Scores higher: 1, lower: 0."
        " 1 student ben : 30 → 50"
    )
    forked(course, cli.main, "report", "tiny", "--anonymous")
    text = (course.data / "reports" / "tiny-anonymous.html").read_text()
    assert "Scores higher: 1, lower: 0." in text
    assert "sorry" not in text


def test_a_second_regrade_stands_below_the_first_and_a_new_file_has_none(course: Course) -> None:
    tolerance_changes(course)
    grade(course, "--reason", "first")
    edit(course, SUITE, "rtol=1.0", "rtol=1e-12")
    edit(course, SUITE, "reference.double(negative), rtol=1e-12", "reference.double(negative), rtol=1.0")
    grade(course, "--reason", "second")
    notes = regraded(page_at(course, "ben"))
    assert [note.rpartition(" ")[2] for note in notes] == ["first", "second"]
    assert "gave 50 points before, and 60 from then on" in notes[1]
    hand_in(course, "ben", "crashes", 10)
    grade(course)
    assert regraded(page_at(course, "ben")) == []


def test_a_reason_that_cannot_be_shown_is_refused_by_either_command(course: Course) -> None:
    suite_changes(course)
    before, reason = made(course), "x" * (LONGEST_REASON + 1)
    assert "A reason has at most 300 characters, not 301." in grade(course, "--reason", reason, code=2)
    with (course.data / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.GradeSubmission.reason = {reason!r}\n")
    assert "A reason has at most 300 characters, not 301." in nbgrader(course, "autograde", "tiny", code=1)
    assert made(course) == before


# --- whichever command -------------------------------------------------------------------------------------------------------


def test_nbgraders_commands_and_ours_end_the_same_for_the_same_choice(course: Course, tmp_path: Path) -> None:
    stock = Course(Path(shutil.copytree(course.root, tmp_path / "stock")))
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.find_grade("double", "tiny", "tiny", "cleo").manual_score = 45.0
        gradebook.db.commit()
    shutil.copy(course.gradebook, stock.gradebook)
    ways: tuple[tuple[Course, Callable[[Course], str]], ...] = ((course, by_ours), (stock, by_stock_commands))
    for happens in (suite_changes, lambda _: None, allowed):
        for each, way in ways:
            happens(each)
            way(each)
        assert made(course) == made(stock)
    assert scores(course) == {"anna": 50, "ben": 30, "cleo": 75}
    assert "Reason: A list <b>too</b>." in regraded(page_at(stock, "anna"))[0]


def test_nbgrader_names_whose_score_stands_and_what_would_let_it_sink(course: Course) -> None:
    suite_changes(course)
    sentence = "anna: the score of before stands, 80 points of the hidden tests; those of the same file are 50 now."
    for _ in range(2):
        told = nbgrader(course, "autograde", "tiny")
        assert told.count(sentence) == 1
        assert "c.GradeSubmission.allow_lower = True in nbgrader_config.py" in told
        assert scores(course) == {"anna": 80, "ben": 30, "cleo": 80}
    nbgrader(course, "autograde", "tiny", "--GradeSubmission.allow_lower=True")
    assert scores(course) == {"anna": 50, "ben": 30, "cleo": 50}


def allowed(course: Course) -> None:
    with (course.data / "nbgrader_config.py").open("a") as config:
        config.write(ALLOWED)


# --- whatever ends a run -----------------------------------------------------------------------------------------------------


def test_a_run_that_ends_between_gradebook_and_store_goes_on_and_keeps_each_regrade_once(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    tolerance_changes(course)
    remember = Store.remember

    def killed(store: Store, assignment: str, what: Any, *more: Any) -> None:
        if what == "report":
            os._exit(9)
        remember(store, assignment, what, *more)

    monkeypatch.setattr(standing.Store, "remember", killed)
    grade(course, "--reason", "why", code=9)
    assert scores(course)["ben"] == 50
    monkeypatch.undo()
    assert "ben: 30 → 50 points" in grade(course, "--reason", "why")
    grade(course)
    with Store(course.store) as store:
        assert [(each.student, each.reason) for each in store.regrades("tiny")] == [("ben", "why")]
    assert len(regraded(page_at(course, "ben"))) == 1


def test_a_store_of_an_earlier_version_still_says_that_the_suite_has_changed(course: Course) -> None:
    with Store(course.store) as store:
        store._database.execute("drop table origin")
        store._database.execute("drop table regrade")
    tolerance_changes(course)
    told = grade(course)
    assert "since these have changed: the hidden tests or the assignment's text." in told
    assert scores(course)["ben"] == 50
