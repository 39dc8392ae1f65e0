"""How `nbgrader generate_feedback` and the grading of a whole class write pages: an exporter that makes a page of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import Exporter
from nbgrader.api import MissingEntry
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import rmtree
from traitlets import Bool, default

from autograder.course.assignment import GraderError
from autograder.course.folders import Course
from autograder.course.policy import policy_of
from autograder.gradebook.feedback_page import html_of
from autograder.gradebook.feedback_parts import page_of
from autograder.gradebook.outline import outline_of
from autograder.gradebook.standing import Standing, SubmissionRows, regrades_by_student
from autograder.whole_class.store import Store

# For each page that is being made, the Standing that knows of it, and what it follows from: nbgrader does not pass that on to its hooks.
_followed: dict[tuple[Path, str], tuple[Standing, str]] = {}


class FeedbackExporter(Exporter):  # type: ignore[misc]  # nbconvert carries no types
    """Stands in `GenerateFeedback.exporter_class`. What the gradebook has of all students is read at once."""

    remembers = Bool(
        default_value=True, help="Whether it is seen to here that pages are made that are not up to date."
    ).tag(config=True)

    @default("file_extension")  # type: ignore[untyped-decorator]
    def _html(self) -> str:
        return ".html"

    def __init__(self, **kwargs: Any) -> None:
        """Remove pages that would come out differently now: nbgrader skips what is there and makes what is not."""
        super().__init__(**kwargs)
        coursedir = self.parent.coursedir
        self._course = Course.find(Path(coursedir.root))
        standing = Standing(self._course, coursedir.assignment_id, self.config)
        self._late = policy_of(self._course).late
        self._outline = outline_of(self._course.assignment(coursedir.assignment_id))
        self._rows: dict[str, SubmissionRows] = standing.rows(
            [Path(folder).parent.name for folder in self.parent.assignments]
        )
        self._make_way(standing)

    def _make_way(self, standing: Standing) -> None:
        try:
            with Store(self._course.store) as store:
                self._regrades = regrades_by_student(store, standing.assignment, self._rows)
                if not self.remembers:
                    return
                pages = standing.pages(store, self._rows)
                paged = standing.paged(store, pages)
        except GraderError as refusal:
            self.log.error("No page was made: %s", refusal)  # noqa: TRY400  (a sentence, no traceback)
            raise NbGraderException(str(refusal)) from refusal
        for student, followed in pages.items():
            folder = standing.page(student).parent
            _followed[self._course.root, student] = (standing, followed)
            if student not in paged and folder.is_dir() and not self.parent.force:
                self.log.warning("Updating existing assignment: %s", folder)
                rmtree(str(folder))

    def from_filename(self, filename: str, resources: Any = None, **_: Any) -> tuple[str, dict[str, Any]]:
        """The page of the graded notebook at `filename`."""
        path = Path(filename)
        student = resources["nbgrader"]["student"]
        if student not in self._rows:
            raise MissingEntry(f"the gradebook has no submission of {student}")
        notebook = json.loads(path.read_text(encoding="utf-8"))
        if self._preprocessors:  # of a site's own
            notebook, resources = self._preprocess(nbformat.from_dict(notebook), resources)
        again = self._regrades.get(student, ())
        page = page_of(self._outline, student, self._rows[student], notebook, path.parent, again, self._late)
        return html_of(page), {**resources, "output_extension": self.file_extension}


def remember_page(*, notebooks: list[str], **_: object) -> None:
    """Stands in `GenerateFeedback.post_convert_hook`: remembers what the student's page, as it is there now, was made from."""
    path = Path(notebooks[0])
    course, student = Course.find(path.parent), path.parent.parent.name
    standing, followed = _followed[course.root, student]
    with Store(course.store) as store:
        standing.remember_pages(store, {student: followed})
