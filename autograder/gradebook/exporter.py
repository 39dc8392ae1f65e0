"""How `nbgrader autograde` reads submissions: whatever a student handed in becomes a notebook that it can work on.

nbgrader reads the file before its first preprocessor runs, so a file that is no notebook would end there, and one with
metadata of an old version would end the whole class. The exporter class is configurable: the one place before that.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from traitlets import Bool

from autograder.course import Course, CourseError
from autograder.gradebook.grading import GradeSubmission
from autograder.gradebook.plain_files import keep_plain_files
from autograder.gradebook.repair import repair
from autograder.submissions import printable


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]  # nbconvert carries no types
    """Stands in `Autograde.exporter_class`. Reads submissions with repairs, autograded copies as they are."""

    grades = Bool(default_value=True, help="Whether submissions are graded here, or have been already.").tag(
        config=True
    )

    def __init__(self, **kwargs: Any) -> None:
        """Start the grader before nbgrader touches anything, so that a machine that cannot grade changes nothing."""
        super().__init__(**kwargs)
        coursedir = self.parent.coursedir
        if self.grades:
            GradeSubmission(parent=self).prepare(Path(coursedir.root), coursedir.assignment_id)
        for folder in list(self.parent.assignments):
            self._expect_plain_files(folder, Course.find(Path(coursedir.root)).release(coursedir.assignment_id))

    def _expect_plain_files(self, folder: str, released: Path) -> None:
        """Remove what nbgrader must not copy; a folder of which that is not possible is left ungraded, and its name is told."""
        try:
            removed = keep_plain_files(Path(folder), released)
        except Exception as fault:  # noqa: BLE001  (one student's files must not end the class)
            self.log.warning("%s is not graded, because it cannot be searched for links: %s", folder, fault)
            del self.parent.assignments[folder]
        else:
            if removed:
                self.log.warning(
                    "%s: removed, since these are no ordinary files, or such as run in a browser: %s",
                    folder,
                    printable(", ".join(removed)),
                )

    def from_filename(self, filename: str, resources: Any = None, **kwargs: Any) -> tuple[Any, Any]:
        """Read the notebook at `filename`, repaired if it is a submitted one, and run the preprocessors on it."""
        path = Path(filename)
        course = Course.find(path.absolute().parent)
        if course.student_of(path) is None:
            stock: tuple[Any, Any] = super().from_filename(filename, resources=resources, **kwargs)
            return stock
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        notebook = nbformat.from_dict(_readable(path, course, resources["nbgrader"]["assignment"]))
        converted: tuple[Any, Any] = self.from_notebook_node(notebook, resources=resources, **kwargs)
        return converted


def expect_notebook(*, assignment: str, notebooks: list[str], **_: object) -> None:
    """Stands in `Autograde.pre_convert_hook`: a submission without a notebook of the right name is graded all the same.

    nbgrader lists the notebooks that it found in a student's folder and passes the list here; it skips unknown names
    and then leaves the student without a score. So the expected name is added, and the exporter finds what to read.
    """
    found = [Path(name) for name in notebooks]
    if found and not any(path.stem == assignment for path in found):
        notebooks.append(str(found[0].with_name(f"{assignment}.ipynb")))
    # nbgrader looks every name up in its database, which fails for one that is no text.
    notebooks[:] = [name for name in notebooks if Path(name).name.isprintable()]


def _readable(path: Path, course: Course, assignment: str) -> dict[str, Any]:
    released = course.release(assignment) / path.name
    try:
        base = json.loads(released.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(
            f"{released} cannot be read; run `nbgrader generate_assignment {assignment}` first."
        ) from error
    for cell in base["cells"]:
        cell["source"] = "".join(cell["source"])
    repaired = repair(path, course.assignment(assignment), base)
    notebook = copy.deepcopy(repaired.notebook)
    notebook["metadata"]["autograder"] = {"repairs": list(repaired.notes)}
    if repaired.notes:
        notebook["cells"].insert(0, _note(repaired.notes))
    return notebook


def _note(notes: tuple[str, ...]) -> dict[str, Any]:
    """A cell on top that tells student and grader what was done to the notebook."""
    source = "\n".join(["**Notes on the submitted file**", "", *(f"- {note}" for note in notes)])
    return {"cell_type": "markdown", "id": "repairs", "metadata": {}, "source": source}
