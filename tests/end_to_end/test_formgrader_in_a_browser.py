"""A marker in Formgrader: grades with a click, sees rubric and model answer, types a mark; and a student, who sees the mark alone."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from autograder.authoring.generate import build
from autograder.course.folders import Course
from autograder.gradebook.feedback_release import SECRET
from tests.support import commands, needs
from tests.support.anywhere import TOKEN, Class, ask, formgrader_knows_the_course, server
from tests.support.browser import SCHEMES, chromium, keep, opened, violations
from tests.support.feedback_pages import overview, page_at
from tests.support.handins import code
from tests.support.mini_course import edit, make_course
from tests.support.nbgrader_class import ROOT, hand_in, nbgrader, rows, solved

MODEL = "Because adding equals means multiplying by their number.\n"
WORD = "quokka"  # stands in rubric and model answer, and nowhere else
WRITTEN = f"**Model answer.** (One.)\n\nThe {WORD} says that $x + x = 2x$.\n\n**Rubric.**\n\n- 20 points: the {WORD}.\n"
DRAW = "import matplotlib.pyplot as plt\nplt.figure(figsize=(3, 2), dpi=100)\nplt.plot([1, 2])\nplt.show()"
STEPS = ["nbgrader.preprocessors.GetGrades", "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor"]
STOCK = ["exporter_class=nbconvert.exporters.HTMLExporter", f"preprocessors={STEPS}"]  # with which nbgrader makes pages


@pytest.fixture(scope="module")
def klass(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """The tiny course with a rubric, released; eve and stu have handed in."""
    course = make_course(tmp_path_factory.mktemp("marker") / "checkout")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    edit(course, "assignments/tiny/tiny.md", MODEL, WRITTEN)
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny")
    nbgrader(course, "release_assignment", "tiny")
    for student in ("eve", "stu"):
        notebook = solved(course)
        notebook["cells"].insert(-2, code(DRAW))
        hand_in(course, student, notebook)
        (course.submitted(student, "tiny") / SECRET).write_text(student)
    return Class(course, course.root.parent / "marker")


def holding(folder: Path, word: str) -> list[str]:
    """Files below a folder in which a word stands."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.relative_to(folder).as_posix() for path in files if word.encode() in path.read_bytes()]


@pytest.fixture(scope="module")
def marker(klass: Class) -> Iterator[Page]:
    """Formgrader's page of submissions, in a browser."""
    formgrader_knows_the_course(klass)
    with server(klass) as address:
        ask(address, "formgrader/api/submissions/tiny")  # when it has come up
        with chromium() as browser:
            page = opened(browser, f"{address}/login?token={TOKEN}")
            page.goto(f"{address}/formgrader/manage_submissions/tiny")
            yield page


def pictures(klass: Class, *arguments: str) -> tuple[int, str]:
    """How `autograder pictures tiny` ends, and what it says."""
    command = [sys.executable, "-m", "autograder", "pictures", *(arguments or ("tiny",))]
    done = commands.run(command, cwd=klass.course.root)
    return done.returncode, (done.stdout or done.stderr).strip()


@pytest.mark.browser
@needs.BROWSER
def test_a_mark_that_is_typed_beside_the_rubric_is_on_the_students_page(klass: Class, marker: Page) -> None:
    page = marker
    page.get_by_role("row", name="eve").locator(".autograde a").click()
    page.get_by_text("Successfully autograded 'tiny' for student 'eve'").wait_for()
    page.goto(page.url.replace("manage_submissions/tiny", "gradebook/tiny/tiny"))
    page.locator("td.name a:visible").click()
    panel = page.locator(".panel-info")
    assert "run autograder pictures tiny." in panel.inner_text()
    assert pictures(klass) == (0, "1 submissions: 1 run now, 0 before.")
    page.reload()
    assert panel.locator("img").evaluate("image => [image.naturalWidth, image.naturalHeight]") == [300, 200]
    assert "[2. 2. 2.]" in panel.inner_text()
    assert panel.inner_text().startswith("For the marker: why, 20 points. Students do not see this.")
    assert f"20 points: the {WORD}." in panel.inner_text()
    assert violations(page, ".panel-info") == []
    with page.expect_response(lambda answer: answer.request.method == "PUT") as saved:
        page.locator("#why").fill("12.5")
        page.locator("#why").blur()
    assert saved.value.ok
    keep(page, "formgrader")
    nbgrader(klass.course, "generate_feedback", "tiny", "--student", "eve")
    shown = page_at(klass.course, "eve")
    assert overview(shown)["why"] == "✎ marked by hand 12.5 of 20"
    assert WORD not in str(shown)
    browser = page.context.browser
    assert browser is not None
    for scheme in SCHEMES:
        path = klass.course.data / "feedback" / "eve" / "tiny" / "tiny.html"
        keep(opened(browser, path.as_uri(), scheme=scheme), f"feedback-{scheme}")


def test_no_file_for_students_holds_a_word_of_rubric_or_model_answer(klass: Class) -> None:
    course = Course(klass.course.root)
    nbgrader(course, "autograde", "tiny")
    for options in ([f"--GenerateFeedback.{setting}" for setting in STOCK], []):
        nbgrader(course, "generate_feedback", "tiny", "--force", *options)
        nbgrader(course, "release_feedback", "tiny")
        pages = sorted((course.data / "exchange").rglob("*.html"))
        assert len(pages) == len(rows(course)) == 2
        assert all("Because it is so." in page.read_text() for page in pages)
        assert holding(course.data, WORD) == ["source/tiny/tiny.ipynb"]


def test_demonstrations_run_once_for_the_same_content_whoever_asks_and_scores_stay(klass: Class) -> None:
    before = rows(klass.course)
    code, said = pictures(klass, "tiny", "--everybody")
    assert (code, said.startswith("2 submissions: ")) == (0, True)
    assert pictures(klass, "tiny", "--everybody") == (0, "2 submissions: 0 run now, 2 before.")
    assert rows(klass.course) == before


def test_an_assignment_without_a_question_is_refused_in_one_sentence(klass: Class) -> None:
    said = "autograder: other has no question with a cell to run above it in its section."
    assert pictures(klass, "other") == (2, said)
