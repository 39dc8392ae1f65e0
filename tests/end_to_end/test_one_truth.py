"""Whichever command grades: points that differ are refused, what the grader itself failed with is told to the instructor alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.authoring.generate import build
from autograder.course.folders import Course
from autograder.gradebook import feedback_page, standing
from tests.support.classroom import ROOT, scores
from tests.support.feedback_pages import overview, page_at, words
from tests.support.forking import by_ours, by_stock_commands, nbgrader
from tests.support.mini_course import edit, make_course
from tests.support.nbgrader_class import rows
from tests.support.term import hand_in, points_moved

BY_OURS = pytest.param(by_ours, id="ours")
BY_STOCK = pytest.param(by_stock_commands, id="stock")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("truth") / "course")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny")
    hand_in(course, "anna", "right", 9)
    assert course.secret
    return course


@pytest.fixture
def course(made: Course, tmp_path: Path) -> Course:
    return Course(Path(shutil.copytree(made.root, tmp_path / "course")))


def test_points_that_differ_are_refused_by_either_command_and_the_one_that_is_named_mends_it(course: Course) -> None:
    by_ours(course)
    points_moved(course, release=False)
    sentence = (
        "double of tiny is worth 40 points in the assignment's text and 50 points in the gradebook; "
        "run `autograder build tiny` and then `nbgrader generate_assignment tiny --force`."
    )
    before = rows(course)
    assert by_ours(course, code=3) == f"autograder: {sentence}\n"
    assert f"Nothing was graded: {sentence}" in nbgrader(course, "autograde", "tiny", code=1)
    assert rows(course) == before
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny", "--force")
    by_stock_commands(course)
    assert scores(course) == {"anna": 80}
    assert rows(course)["anna"][3][:2] == [("double", 40, None, False), ("shift", 40, None, False)]
    assert points(course) == "40 of 40"


def page(course: Course) -> str:
    return (course.data / "feedback" / "anna" / "tiny" / "tiny.html").read_text()


def points(course: Course) -> str:
    """Those of the first exercise on the page."""
    return overview(page_at(course, "anna"))["double"].removeprefix("✓ passed ")


@pytest.mark.parametrize("way", [BY_OURS, BY_STOCK])
def test_what_the_grader_failed_with_is_told_to_the_instructor_and_not_to_the_student(
    course: Course, way: Callable[..., str]
) -> None:
    suite = "tests/hidden/tiny/test_double.py"
    edit(course, suite, "    negative = -rng", "    {}['a secret']\n    negative = -rng")
    line = (course.root / suite).read_text().splitlines().index("    {}['a secret']") + 1
    told = way(course, 3) if way is by_ours else way(course)
    fault = f"KeyError: 'a secret', {suite}:{line}"
    assert f"anna: the grader failed in test_negative_numbers ({fault})" in " ".join(told.split())
    graded = (course.data / "autograded" / "anna" / "tiny" / "tiny.ipynb").read_text()
    assert fault in graded
    assert "For the instructor" in graded
    assert "a secret" not in page(course)
    assert "For the instructor" not in page(course)
    assert "the grader failed in this test; your instructor has been told" in page(course)
    assert rows(course)["anna"][3][0] == ("double", None, None, True)
    edit(course, suite, "    {}['a secret']\n", "")
    way(course)
    assert rows(course)["anna"][3][0] == ("double", 50, None, False)
    assert points(course) == "50 of 50"


def broken(course: Course) -> None:
    """What a run leaves behind that is killed in the middle of it."""
    graded = course.data / "autograded" / "anna" / "tiny" / "tiny.ipynb"
    graded.chmod(0o644)
    graded.write_text(graded.read_text().replace("double: 50 of 50 points", "nothing"))


def page_cut(course: Course) -> None:
    path = course.data / "feedback" / "anna" / "tiny" / "tiny.html"
    path.write_text(path.read_text()[:1000])


def page_gone(course: Course) -> None:
    (course.data / "feedback" / "anna" / "tiny" / "tiny.html").unlink()


@pytest.mark.parametrize("way", [BY_OURS, BY_STOCK])
def test_what_is_gone_or_half_written_is_made_again_and_what_is_not_is_left_alone(
    course: Course, way: Callable[..., str]
) -> None:
    way(course)
    for happens in (broken, page_cut, page_gone):
        happens(course)
        way(course)
        assert points(course) == "50 of 50", happens.__name__
    times = [path.stat().st_mtime_ns for path in course.data.glob("*/anna/tiny/tiny.*")]
    way(course)
    assert [path.stat().st_mtime_ns for path in course.data.glob("*/anna/tiny/tiny.*")] == times


@pytest.mark.parametrize("way", [BY_OURS, BY_STOCK])
def test_what_a_person_enters_afterwards_is_on_the_page_after_the_same_command(
    course: Course, way: Callable[..., str]
) -> None:
    way(course)
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.find_comment("answer-double", "tiny", "tiny", "anna").manual_comment = "Well done: $x_1$."
        gradebook.db.commit()
    told = way(course)
    assert words(page_at(course, "anna").select_one("#exercise-double ~ .beside .comment")) == "Comment Well done: x 1."
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        grade = gradebook.find_grade("double", "tiny", "tiny", "anna")
        grade.manual_score, grade.needs_manual_grade = 41.0, False
        gradebook.db.commit()
    told += way(course)
    assert overview(page_at(course, "anna"))["double"] == "✎ marked by hand 41 of 50"
    if way is by_ours:
        assert told.count("0 graded now, 1 before with the same content; 1 put into the gradebook") == 2


@pytest.mark.parametrize("way", [BY_OURS, BY_STOCK])
def test_another_title_reaches_the_page_with_the_same_command(course: Course, way: Callable[..., str]) -> None:
    way(course)
    edit(course, "assignments/tiny/tiny.md", "Tiny: twice", "Tiny: thrice")
    way(course)
    assert words(page_at(course, "anna").h1) == "Tiny: thrice and there and back"


def test_another_template_reaches_the_page_with_the_same_command(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_stock_commands(course)
    other = Path(shutil.copy(standing.TEMPLATE, tmp_path))
    other.write_text(other.read_text().replace("<h2", "<h2 class=new"))
    monkeypatch.setattr(standing, "TEMPLATE", other)
    monkeypatch.setattr(feedback_page, "TEMPLATE", other)
    nbgrader(course, "generate_feedback", "tiny")
    assert page_at(course, "anna").select("h2.new")
