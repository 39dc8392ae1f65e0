"""What attackers hand in, graded by nbgrader's own commands: grades in the gradebook, and the pages that people open."""

from __future__ import annotations

import csv
import os
import shutil
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.authoring.generate import build
from autograder.course.folders import Course
from tests.support import needs
from tests.support.attack_files import DOUBLE, FILES, SHIFT, attack_module, property_of
from tests.support.handins import filled, save, solved
from tests.support.mini_course import make_course
from tests.support.nbgrader_class import nbgrader

pytestmark = [pytest.mark.isolation, needs.LINUX]

ROOT = Path(__file__).resolve().parents[2]
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
    hand_in_by_the_exchange(course)
    nbgrader(course, "release_assignment", "tiny")
    course.data.joinpath("collected.log").write_text(nbgrader(course, "collect", "tiny"))
    for student in FORMULAS:
        shutil.copytree(course.submitted(HONEST[0], "tiny"), course.submitted(student, "tiny"))
    unpack_what_was_not_collected(course)
    nbgrader(course, "autograde", "tiny")
    nbgrader(course, "generate_feedback", "tiny")
    nbgrader(course, "generate_feedback", "tiny", *WHOLE_NOTEBOOKS)
    return course


# Formgrader shows whole notebooks, with the filters of ours that a page of nbconvert's has too.
WHOLE = "whole"
WHOLE_NOTEBOOKS = (
    "--GenerateFeedback.exporter_class=nbconvert.exporters.HTMLExporter",
    "--GenerateFeedback.preprocessors=['nbgrader.preprocessors.GetGrades', 'nbconvert.preprocessors.CSSHTMLHeaderPreprocessor']",
    "--GenerateFeedback.post_convert_hook=builtins.dict",
    f"--CourseDirectory.feedback_directory={WHOLE}",
)


# Names of students that a spreadsheet would take for formulas.
FORMULAS = ("=1+2", "@SUM(A1)", "+1", "-1")
TIME = "2026-01-01 10:00:00 UTC"
# Names that lead elsewhere, that nbgrader reads as a pattern, and that its own patterns do not match, which ends the class.
NOBODY = ("..", "", "*", "[za]-last", "x\ny", "~root", "'; drop table student")
ACTIVE = ("page.html", "drawing.SVG", "sub/code.js", "paper.pdf", "news.rss", "code.wasm", "look.css", "page.html.gz")


def hand_in_by_the_exchange(course: Course) -> None:
    """What students put into the folder of the exchange that all may write to, past `nbgrader submit`."""
    inbound = course.data / "exchange" / "trainable_networks" / "inbound"
    inbound.mkdir(parents=True)
    honest = course.submitted(HONEST[0], "tiny") / "tiny.ipynb"

    def submission(name: str) -> Path:
        folder = inbound / name
        folder.mkdir()
        shutil.copy(honest, folder)
        return folder

    submission(f"anna+tiny+{TIME}+1")
    linker = submission(f"linker+tiny+{TIME}+1")
    (linker / "tiny.ipynb").unlink()
    (linker / "tiny.ipynb").symlink_to(honest)
    (linker / "secret.txt").symlink_to(course.data / "secret")
    (linker / "endless").symlink_to("/dev/zero")
    (linker / "folder").symlink_to(course.solution("tiny"))
    os.mkfifo(linker / "pipe")
    (inbound / f"whole+tiny+{TIME}+1").symlink_to(course.submitted(HONEST[0], "tiny"))
    deep = submission(f"deep+tiny+{TIME}+1")
    for _ in range(400):
        deep /= "d"
    deep.mkdir(parents=True)
    with (submission(f"large+tiny+{TIME}+1") / "data").open("wb") as file:
        file.truncate(10 << 30)
    submission("timeless+tiny+no time+1")
    for name in NOBODY:
        submission(f"{name}+tiny+{TIME}+1")


def unpack_what_was_not_collected(course: Course) -> None:
    """The folder of a student as an archive may leave it, with honest answers and much that is no file of theirs."""
    folder = course.submitted("unpacked", "tiny")
    shutil.copytree(course.submitted(HONEST[0], "tiny"), folder)
    (folder / "secret.txt").symlink_to(course.data / "secret")
    (folder / "timestamp.txt").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe")
    (folder / "locked").mkdir()
    (folder / "locked" / "link").symlink_to(course.data / "secret")
    (folder / "locked").chmod(0o500)
    shutil.copytree(course.submitted(HONEST[0], "tiny"), course.submitted("timeless", "tiny"), dirs_exist_ok=True)
    (course.submitted("timeless", "tiny") / "timestamp.txt").write_text("yesterday\n" * 9)
    zoned = shutil.copytree(course.submitted(HONEST[0], "tiny"), course.submitted("zoned", "tiny"))
    (zoned / "timestamp.txt").write_text("2026-01-01 10:00:00 ..")  # the parser of times opens a file of that name
    (zoned / "sub").mkdir()
    for name in ACTIVE:
        (zoned / name).write_text("<script>alert(1)</script>")
    shutil.copy(course.root / "assignments" / "tiny" / "box.svg", zoned)
    (zoned / "numbers.csv").write_text("1,2\n")
    wordy = shutil.copytree(course.submitted(HONEST[0], "tiny"), course.submitted("wordy", "tiny"))
    notebook = nbformat.read(wordy / "tiny.ipynb", as_version=4)
    picture = {"a.png": {"image/png": "A" * 1_000_000}}
    notebook.cells += [nbformat.v4.new_markdown_cell("word " * 8000) for _ in range(8)]
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell("![a](attachment:a.png)\n" * 60, attachments=picture))
    (answer,) = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "why"]
    answer.source = "word " * 20_000
    nbformat.write(notebook, wordy / "tiny.ipynb")


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


def live_parts(course: Course, student: str, kind: str) -> list[str]:
    return sorted(Page(course.data / kind / student / "tiny" / "tiny.html").live)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attacker_gets_no_points_in_the_gradebook(course: Course, attack: str) -> None:
    assert not any(scores(course, attack).values()), property_of(ATTACKS[attack])


@pytest.mark.parametrize("kind", ["feedback", WHOLE])
@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_attacker_runs_on_a_page(course: Course, attack: str, kind: str) -> None:
    assert live_parts(course, attack, kind) == live_parts(course, HONEST[0], kind), property_of(ATTACKS[attack])


@pytest.mark.parametrize("student", HONEST)
def test_the_honest_get_their_points_and_pages(course: Course, student: str) -> None:
    assert scores(course, student) == {"double": 50, "shift": 30, "why": 0}
    for kind in ("feedback", WHOLE):
        assert live_parts(course, student, kind) == live_parts(course, HONEST[0], kind)


@pytest.mark.parametrize("student", ["anna", "timeless", "unpacked", "zoned", "wordy", *FORMULAS])
def test_odd_names_times_and_links_beside_honest_answers_cost_nothing(course: Course, student: str) -> None:
    assert scores(course, student) == {"double": 50, "shift": 30, "why": 0}


def test_collecting_follows_no_link_and_waits_for_nothing(course: Course) -> None:
    told = (course.data / "collected.log").read_text()
    assert sorted(path.name for path in course.submitted("linker", "tiny").rglob("*")) == []
    assert "linker+tiny+2026-01-01 10:00:00 UTC+1: left out, since these are no ordinary files:" in told
    for name, reason in {
        "whole": "a link in the place",
        "deep": "folders within 16 others",
        "large": "more than",
    }.items():
        assert not course.submitted(name, "tiny").exists()
        assert f"{name}+tiny+{TIME}+1 was not collected: it has {reason}" in told
    assert not (course.data / "tiny").exists()  # which the student called ".." would have been
    assert (
        told.count("was not collected: nobody has such a name") == len(NOBODY) - 1
    )  # nbgrader itself passes over names with a dot in front
    assert {path.name for path in course.data.joinpath("submitted").iterdir()} & {"tiny", *NOBODY} == set()


def test_what_a_browser_would_run_is_not_shown_to_an_instructor(course: Course) -> None:
    for folder in ("submitted", "autograded", "feedback"):
        shown = [path for path in (course.data / folder / "zoned").rglob("*") if path.is_file()]
        assert [path for path in shown if b"alert(1)" in path.read_bytes()] == []
    assert {"box.svg", "numbers.csv"} <= {
        path.name for path in (course.data / "autograded" / "zoned" / "tiny").iterdir()
    }


def test_a_page_shows_so_much_and_no_more(course: Course) -> None:
    for kind, said in (
        ("feedback", "it is longer than can be shown"),
        (WHOLE, "this page holds more than can be shown"),
    ):
        page = (course.data / kind / "wordy" / "tiny" / "tiny.html").read_text(encoding="utf-8")
        assert page.count("word ") > 1000
        assert said in page
        assert len(page) < 2_000_000


def test_nothing_that_a_link_leads_to_gets_any_further(course: Course) -> None:
    secret = (course.data / "secret").read_bytes()
    assert secret
    for folder in ("submitted", "autograded", "feedback"):
        files = [path for path in (course.data / folder).rglob("*") if path.is_file()]
        assert files
        assert [path for path in files if secret in path.read_bytes()] == []
    assert [path for path in (course.data / "autograded").rglob("*") if path.is_symlink()] == []


def test_no_cell_of_an_export_is_a_formula(course: Course, tmp_path: Path) -> None:
    nbgrader(course, "export", "--to", str(tmp_path / "grades.csv"))
    with (tmp_path / "grades.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {f"'{student}" for student in FORMULAS} <= {row["student_id"] for row in rows}
    assert [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))] == []
    assert {row["student_id"]: float(row["score"]) for row in rows}[HONEST[0]] == 80
