"""What attackers hand in, graded by nbgrader's own commands: grades in the gradebook, and the pages that people open."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.authoring import build
from autograder.course import Course
from tests.handins import filled, save, solved
from tests.mini_course import make_course
from tests.test_attacks import DOUBLE, FILES, SHIFT, attack_module, property_of
from tests.test_gradebook import nbgrader

ROOT = Path(__file__).resolve().parent.parent
# nbgrader copies files first: links and what is no file, or endless, get no further than that. It knows no scripts.
LEFT_OUT = {"coding_cookie", "pipe", "sparse", "endless_device", "link_to_the_reference", "link_to_another_submission"}
ATTACKS = {path.stem: path for path in FILES if path.stem not in LEFT_OUT}
HONEST = ("a-first", "z-last")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class of attackers, and two who are honest, graded in one go, with feedback."""
    course = make_course(tmp_path_factory.mktemp("course"))
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny")
    for student in HONEST:
        course.submitted(student, "tiny").mkdir(parents=True)
        save(
            course.submitted(student, "tiny") / "tiny.ipynb", filled(solved(course, "tiny"), double=DOUBLE, shift=SHIFT)
        )
    for student, path in ATTACKS.items():
        course.submitted(student, "tiny").mkdir(parents=True)
        attack_module(path).hand_in(course.submitted(student, "tiny"), course)
    nbgrader(course, "autograde", "tiny")
    nbgrader(course, "generate_feedback", "tiny")
    return course


class Page(HTMLParser):
    """What of a page can run or load something."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.live: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {
            "script",
            "iframe",
            "object",
            "embed",
            "form",
            "input",
            "base",
            "meta",
            "style",
            "link",
            "svg",
            "math",
        }:
            self.live.append(tag)
        for name, value in attrs:
            address = "".join((value or "").split()).lower()
            if name.startswith("on") or address.startswith(("javascript:", "vbscript:", "data:text")):
                self.live.append(f"{tag} {name}")


def scores(course: Course, student: str) -> dict[str, float | None]:
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        submission = gradebook.find_submission_notebook("tiny", "tiny", student)
        assert submission.max_score == 100
        return {grade.name: grade.score if grade.manual_score is None else -1 for grade in submission.grades}


def live_parts(course: Course, student: str) -> list[str]:
    return sorted(Page(course.data / "feedback" / student / "tiny" / "tiny.html").live)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attacker_gets_no_points_in_the_gradebook(course: Course, attack: str) -> None:
    assert not any(scores(course, attack).values()), property_of(ATTACKS[attack])


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_attacker_runs_on_a_page(course: Course, attack: str) -> None:
    assert live_parts(course, attack) == live_parts(course, HONEST[0]), property_of(ATTACKS[attack])


@pytest.mark.parametrize("student", HONEST)
def test_the_honest_get_their_points_and_pages(course: Course, student: str) -> None:
    assert scores(course, student) == {"double": 50, "shift": 30, "why": 0}
    assert live_parts(course, student) == live_parts(course, HONEST[0])
