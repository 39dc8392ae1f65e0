"""How `nbgrader generate_feedback` writes pages: nbconvert's HTML exporter without its last step, which takes most of the time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import rmtree
from traitlets import Bool

from autograder.course.assignment import GraderError
from autograder.course.folders import Course
from autograder.gradebook.grading import FOR_THE_INSTRUCTOR
from autograder.gradebook.standing import Standing, looks_of
from autograder.whole_class.store import Store

# For each page that is being made, the Standing that knows of it, and what it follows from: nbgrader does not pass that on to its hooks.
_followed: dict[tuple[Path, str], tuple[Standing, str]] = {}


class FeedbackExporter(HTMLExporter):  # type: ignore[misc]  # nbconvert carries no types
    """Stands in `GenerateFeedback.exporter_class`.

    HTMLExporter parses each page once more, to add words to pictures that have none (`markdown_to_html` does that where
    it writes them) and to mark cells of JupyterLab's template, which nbgrader's pages do not use.
    """

    remembers = Bool(
        default_value=True, help="Whether it is seen to here that pages are made that are not up to date."
    ).tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        """Remove pages that would come out differently now: nbgrader skips what is there and makes what is not."""
        super().__init__(**kwargs)
        if not self.remembers or not hasattr(self.parent, "assignments"):
            return
        coursedir = self.parent.coursedir
        course = Course.find(Path(coursedir.root))
        standing = Standing(course, coursedir.assignment_id, self.config, looks_of(self))
        pages = standing.pages([Path(folder).parent.name for folder in self.parent.assignments])
        try:
            with Store(course.store) as store:
                paged = standing.paged(store, pages)
        except GraderError as refusal:
            self.log.error("No page was made: %s", refusal)  # noqa: TRY400  (a sentence, no traceback)
            raise NbGraderException(str(refusal)) from refusal
        for student, followed in pages.items():
            folder = standing.page(student).parent
            _followed[course.root, student] = (standing, followed)
            if student not in paged and folder.is_dir() and not self.parent.force:
                self.log.warning("Updating existing assignment: %s", folder)
                rmtree(str(folder))

    def from_notebook_node(self, nb: Any, resources: Any = None, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        """The page of a notebook."""
        nb.cells = [cell for cell in nb.cells if cell.get("id") != FOR_THE_INSTRUCTOR]
        resources = self._init_resources(resources)
        shown = WidgetsDataTypeFilter(notebook_metadata=nb.metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", shown)
        page: tuple[str, dict[str, Any]] = TemplateExporter.from_notebook_node(self, nb, resources, **kwargs)
        return page


def remember_page(*, notebooks: list[str], **_: object) -> None:
    """Stands in `GenerateFeedback.post_convert_hook`: remembers what the student's page, as it is there now, was made from."""
    path = Path(notebooks[0])
    course, student = Course.find(path.parent), path.parent.parent.name
    standing, followed = _followed[course.root, student]
    with Store(course.store) as store:
        standing.remember_pages(store, {student: followed})
