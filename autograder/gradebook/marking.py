"""What a marker sees in Formgrader below each written answer: rubric, model answer, and what the question's demonstrations show.

All of it is put in while a page is made and stands in no graded notebook, so that no page for students can show it, whoever makes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.preprocessors import Preprocessor

from autograder.course.assignment import Assignment, CourseError, GraderError
from autograder.course.folders import Course
from autograder.course.stubs import BEGIN, END
from autograder.gradebook.pages import markdown_to_html
from autograder.submission.submitted import printable
from autograder.whole_class.cell_outputs import CellOutput, key_of
from autograder.whole_class.demonstrated import cells_shown
from autograder.whole_class.store import Store

SOLUTION = re.compile(rf"^[^\n]*{BEGIN}[^\n]*\n(.*?)(?:^[^\n]*{END}|\Z)", re.MULTILINE | re.DOTALL)
RUBRIC = re.compile(r"^\*\*Rubric\.?\*\*\.?[ \t]*\n", re.MULTILINE)
TITLE = re.compile(r"^\*\*Model answer\.?\*\*\.?\s*")
RUN = "<p><strong>What the cells above the question print and draw</strong>, run here once more with the student's answers:</p>"
NOT_RUN = (
    "<p>To see here what the cells above the question print and draw, run <code>autograder pictures {name}</code>.</p>"
)
# The class names of a panel stand in the output of a cell; no text of a student's can have them, and no output of theirs is kept.
FRAME = (
    '<div class="autograder panel panel-info"><div class="panel-heading"><strong>For the marker</strong>: {heading}. '
    'Students do not see this.</div><div class="panel-body">{body}</div></div>'
)


@dataclass(frozen=True)
class Marking:
    """What an author has written for the marker of a question, in Markdown. Either may be empty."""

    rubric: str
    model_answer: str


def marking_of(source: str) -> Marking:
    """What stands in the solutions of a question's cell: the rubric below the line `**Rubric.**`, above it the model answer."""
    solution = "\n\n".join(found.strip() for found in SOLUTION.findall(source))
    answer, *rubric = RUBRIC.split(solution, maxsplit=1)
    return Marking("".join(rubric).strip(), answer.strip())


class ShowMarking(Preprocessor):  # type: ignore[misc]  # nbconvert carries no types
    """Stands in `HTMLExporter.preprocessors`, and so in Formgrader, which makes its pages with that exporter."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Add a cell below each written answer where Formgrader shows a submission; any other page stays as it is."""
        if "submission_id" not in resources:
            return nb, resources
        path = resources["metadata"]["path"]
        try:
            course = Course.find(Path(path))
            assignment = course.assignment(resources["assignment_id"])
        except CourseError as fault:
            nb.cells.insert(0, _cell(0, "no rubric can be shown", f"<p>{escape(str(fault))}</p>"))
            return nb, resources
        shown = _shown(course, assignment, nb)
        cells = []
        for number, cell in enumerate(nb.cells, start=1):
            cells.append(cell)
            known = cell.metadata.get("nbgrader", {})
            name = known.get("grade_id")
            if not (known.get("grade") and known.get("solution") and name in assignment.questions):
                continue
            if body := shown.get(name, "") + _written(assignment, name, path):
                cells.append(_cell(number, f"<code>{name}</code>, {assignment.questions[name]:g} points", body))
        nb.cells = cells
        return nb, resources


def _written(assignment: Assignment, question: str, path: str) -> str:
    """Rubric and model answer of a question as HTML; empty where there are none."""
    (source,) = (cell.source for cell in assignment.cells if cell.role == "question" and cell.name == question)
    marking = marking_of(source)
    titled = (("Rubric", marking.rubric), ("Model answer", TITLE.sub("", marking.model_answer)))
    return "".join(f"<p><strong>{title}</strong></p>{_html(text, path)}" for title, text in titled if text)


def _html(text: str, path: str) -> str:
    """Markdown as Formgrader shows it, within bounds of its own: it takes nothing from what is left for the student's text."""
    return str(markdown_to_html({"cell": {}, "resources": {"metadata": {"path": path}}}, text))  # type: ignore[arg-type]


def _shown(course: Course, assignment: Assignment, nb: Any) -> dict[str, str]:
    """For each question, what its demonstrations print and draw, as HTML; where that is not known, how it is to be had."""
    report = nb.metadata.get("autograder", {}).get("report", {})
    try:
        with Store(course.store) as store:
            kept = store.shown(key_of(str(report.get("submission_sha256", "")), assignment))
    except GraderError as fault:
        return dict.fromkeys(assignment.questions, f"<p>{escape(str(fault))}</p>")
    if kept is None:
        told = NOT_RUN.format(name=escape(assignment.name))
        return {question: told for question in assignment.questions if cells_shown(assignment, question)}
    found = {
        question: [CellOutput.from_json(one) for one in kept.get(question, ())] for question in assignment.questions
    }
    return {question: RUN + "".join(map(_shown_html, cells)) for question, cells in found.items() if cells}


def _shown_html(shown: CellOutput) -> str:
    """What one cell of the submission prints and draws. Text is escaped, and the pictures are files of our own making."""
    title = escape(shown.title or "The notebook")
    why = f": {escape(printable(shown.why))}" if shown.why else ""
    text = f"<pre>{escape(shown.text)}</pre>" if shown.text.strip() else ""
    pictures = "".join(
        f'<p><img src="data:image/png;base64,{picture}" alt="Picture {number} that {title} draws"></p>'
        for number, picture in enumerate(shown.pictures, start=1)
    )
    return f"<p><em>{title}{why}</em></p>{text}{pictures}" if why or text or pictures else ""


def _cell(number: int, heading: str, body: str) -> Any:
    """A cell of which the output alone is shown."""
    output = nbformat.v4.new_output("display_data", data={"text/html": FRAME.format(heading=heading, body=body)})
    metadata = {"transient": {"remove_source": True}}
    return nbformat.v4.new_code_cell(id=f"for-the-marker-{number}", outputs=[output], metadata=metadata)
