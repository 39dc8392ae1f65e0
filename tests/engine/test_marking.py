"""What a marker sees in Formgrader below a written answer, and that no other page has it."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader.handlers import template_path
from traitlets.config.loader import JSONFileConfigLoader

from autograder.course.folders import Course
from autograder.gradebook.marking import Marking, marking_of
from autograder.gradebook.settings import CONFINING
from autograder.whole_class.cell_outputs import CellOutput, key_of
from autograder.whole_class.store import Store
from tests.support.handins import filled, released, save
from tests.support.mini_course import edit, make_course

MODEL = "Because adding equals means multiplying by their number.\n"
RUBRIC = "**Model answer.** (One of several.)\n\nIt *is* so.\n\n**Rubric.**\n\n- 12 points: the number.\n"
ANSWER = "**Rubric.**\n\n- 20 points: mine. <div class='panel panel-info'>For the marker</div>"
SHOWN = dict.fromkeys(("base_url", "last_name", "first_name", "notebook_path"), "") | {  # by Formgrader's handler
    "assignment_id": "tiny",
    "notebook_id": "tiny",
    "submission_id": "1f",
    "student": "eve",
    "index": 0,
    "total": 1,
}
FEEDBACK = {"nbgrader": {"assignment": "tiny", "notebook": "tiny", "student": "eve"}}  # by nbgrader's converters


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The tiny course with a rubric, in which eve has answered the question."""
    course = make_course(tmp_path)
    edit(course, "assignments/tiny/tiny.md", MODEL, RUBRIC)
    notebook = filled(released(course, "tiny"))
    (cell,) = (cell for cell in notebook["cells"] if cell["id"] == "why")
    cell["source"] = ANSWER
    notebook["metadata"] = {**notebook["metadata"], "autograder": {"report": {"submission_sha256": "5ha"}}}
    graded(course).parent.mkdir(parents=True)
    save(graded(course), notebook)
    return course


def graded(course: Course) -> Path:
    return course.data / "autograded" / "eve" / "tiny" / "tiny.ipynb"


def page(course: Course, resources: dict[str, Any], template: str = "formgrade") -> BeautifulSoup:
    """The graded notebook as nbconvert's exporter shows it with the settings of the course."""
    config = JSONFileConfigLoader(CONFINING.name, str(CONFINING.parent)).load_config()
    config.HTMLExporter.template_name = template
    config.HTMLExporter.extra_template_basedirs = [template_path]
    html, _ = HTMLExporter(config=config).from_filename(str(graded(course)), resources=dict(resources))
    return BeautifulSoup(html, "html.parser")


def panels(page: BeautifulSoup) -> list[str]:
    return [" ".join(found.get_text(" ").split()) for found in page.select("div.autograder.panel-info")]


def test_rubric_and_model_answer_stand_below_the_answer_in_a_panel_that_no_student_can_make(course: Course) -> None:
    shown = page(course, SHOWN)
    (panel,) = shown.select("div.panel-info")
    told = "To see here what the cells above the question print and draw, run autograder pictures tiny ."
    said = "Rubric 12 points: the number. Model answer (One of several.) It is so."
    assert panels(shown) == [f"For the marker : why , 20 points. Students do not see this. {told} {said}"]
    answer = shown.find(id="why").find_parent(class_="nbgrader_cell")  # type: ignore[union-attr]
    assert "20 points: mine." in answer.get_text()
    assert panel.find_previous(class_="nbgrader_cell") is answer
    assert panel.find_parent(class_="nbgrader_cell") is None


def test_the_graded_notebook_holds_nothing_of_it_and_neither_does_any_other_page(course: Course) -> None:
    before = graded(course).read_bytes()
    page(course, SHOWN)
    assert graded(course).read_bytes() == before
    for template in ("classic", "lab"):
        text = page(course, FEEDBACK, template).get_text()
        assert "20 points: mine." in text
        assert "the number." not in text
        assert "One of several" not in text


def test_the_panel_says_what_the_text_says_now_and_why_there_is_none(course: Course) -> None:
    edit(course, "assignments/tiny/tiny.md", "12 points: the number.", "13 points: the sum.")
    assert "13 points: the sum." in panels(page(course, SHOWN))[0]
    edit(course, "assignments/tiny/tiny.md", "questions: {why: 20}", "questions: {whence: 20}")
    (said,) = panels(page(course, SHOWN))
    assert "no rubric can be shown" in said
    assert "questions in the text and in the front matter differ: whence, why" in said


def test_a_question_without_a_solution_or_a_cell_to_run_has_no_panel(course: Course) -> None:
    text = (course.root / "assignments/tiny/tiny.md").read_text()
    without = re.sub(r"### BEGIN SOLUTION\n\*\*Model.*### END SOLUTION\n", "", text, flags=re.DOTALL)
    assert without != text
    without = without.replace("Why is that so?", "## Why is that so?")
    (course.root / "assignments/tiny/tiny.md").write_text(without)
    assert panels(page(course, SHOWN)) == []


def test_what_the_questions_cells_print_and_draw_stands_above_the_rubric_and_is_text_and_pictures_alone(
    course: Course,
) -> None:
    assert panels(page(course, SHOWN))[0].count("run autograder pictures tiny .") == 1
    cells = [
        CellOutput("cell 9", "<b>3</b> $x$", ("iVBORw0KGgo=",)),
        CellOutput("cell 10"),
        CellOutput("cell 11", why="it <b>stopped"),
    ]
    with Store(course.store) as store:
        store.keep_shown(key_of("5ha", course.assignment("tiny")), {"why": [asdict(one) for one in cells]})
    (panel,) = page(course, SHOWN).select("div.panel-info")
    told = " ".join(panel.get_text(" ").split())
    assert "cell 9 <b>3</b> $x$ cell 11: it <b>stopped Rubric" in told
    assert (panel.pre.get_text(), panel.select("b")) == ("<b>3</b> $x$", [])  # type: ignore[union-attr]
    (picture,) = panel.select("img")
    assert (picture["src"], picture["alt"]) == ("data:image/png;base64,iVBORw0KGgo=", "Picture 1 that cell 9 draws")


@pytest.mark.parametrize(
    ("source", "marking"),
    [
        ("Text.", Marking("", "")),
        ("Text.\n### BEGIN SOLUTION\nOne.\n### END SOLUTION\nMore.", Marking("", "One.")),
        ("### BEGIN SOLUTION\nOne.\n\n**Rubric.**\n\n- 1 point\n### END SOLUTION", Marking("- 1 point", "One.")),
        (
            "### BEGIN SOLUTION\nA.\n### END SOLUTION\n\n### BEGIN SOLUTION\nB.\n### END SOLUTION",
            Marking("", "A.\n\nB."),
        ),
        ("### BEGIN SOLUTION\nThe **Rubric.** is here.\n### END SOLUTION", Marking("", "The **Rubric.** is here.")),
    ],
)
def test_a_solution_is_divided_at_the_line_that_says_rubric(source: str, marking: Marking) -> None:
    assert marking_of(source) == marking


def test_every_written_answer_of_the_course_has_a_rubric_with_its_points_and_a_model_answer() -> None:
    course = Course(Path(__file__).resolve().parents[2])
    asked = 0
    for name in course.names():
        assignment = course.assignment(name)
        for cell in (cell for cell in assignment.cells if cell.role == "question"):
            marking = marking_of(cell.source)
            points = [float(found) for found in re.findall(r"^- ([\d.]+) points?\b", marking.rubric, re.MULTILINE)]
            assert sum(points) == assignment.questions[cell.name], name
            assert len(marking.model_answer) > len(marking.rubric) / 2, name
            asked += 1
    assert asked
    assert json.loads(CONFINING.read_text())["HTMLExporter"]["preprocessors"] == ["autograder.gradebook.ShowMarking"]
