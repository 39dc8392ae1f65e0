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
from nbgrader.converters.base import NbGraderException
from nbgrader.utils import rmtree
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Bool

from autograder.course.assignment import CourseError, GraderError
from autograder.course.folders import Course
from autograder.course.regrade import reason_given
from autograder.gradebook.grading import GradeSubmission, kept_score
from autograder.gradebook.kernels import take_kernels
from autograder.gradebook.plain_files import keep_plain_files
from autograder.gradebook.repair import repair
from autograder.gradebook.scores import expect_points
from autograder.gradebook.settings import insist_on_confinement, insist_on_folder, insist_on_settings
from autograder.gradebook.standing import Standing
from autograder.submission.submitted import printable
from autograder.whole_class.regrading import counting
from autograder.whole_class.store import Store
from autograder.whole_class.tasks import task_of

# What the last converter of each course looked at, since nbgrader does not pass that on to its hooks.
_standing: dict[Path, Standing] = {}


class SubmissionExporter(NotebookExporter):  # type: ignore[misc]  # nbconvert carries no types
    """Stands in `Autograde.exporter_class`. Reads submissions with repairs, autograded copies as they are."""

    grades = Bool(default_value=True, help="Whether submissions are graded here, or have been already.").tag(
        config=True
    )

    def __init__(self, **kwargs: Any) -> None:
        """Start the grader before nbgrader touches anything, so that a machine that cannot grade changes nothing."""
        super().__init__(**kwargs)
        coursedir = self.parent.coursedir
        course = self._course_that_can_be_graded(coursedir)
        if self.grades:
            GradeSubmission(parent=self).prepare(course, coursedir.assignment_id)
            self._expect_everybody(course, coursedir)
        for folder in list(self.parent.assignments):
            self._expect_plain_files(folder, course.release(coursedir.assignment_id))
        if self.grades:
            self._make_way(course, coursedir.assignment_id)

    def _course_that_can_be_graded(self, coursedir: Any) -> Course:
        """The course that nbgrader works in. With settings other than the course's, nbgrader ends and says why in one line."""
        try:
            course = Course.find(Path(coursedir.root))
            insist_on_settings(course, self.config)
            insist_on_folder(course, coursedir.root)
            insist_on_confinement(self.parent)
            if self.grades:
                take_kernels(coursedir.db_url, coursedir.assignment_id)  # of a gradebook that was made without ours
                expect_points(course.assignment(coursedir.assignment_id), coursedir.db_url)
        except (CourseError, GraderError, SQLAlchemyError) as refusal:
            reason = str(refusal).partition("\n")[0]
            self.log.error("Nothing was graded: %s", reason)  # noqa: TRY400  (a sentence, no traceback)
            raise NbGraderException(reason) from refusal
        return course

    def _expect_everybody(self, course: Course, coursedir: Any) -> None:
        """Students whose folder holds no notebook, or holds it deeper, are graded as well: nbgrader would leave them without a score."""
        name = coursedir.assignment_id
        for folder in sorted((course.data / "submitted").glob(f"{coursedir.student_id}/{name}")):
            is_student = folder.is_dir() and not folder.parent.name.startswith(".")
            if is_student and str(folder) not in self.parent.assignments:
                self.parent.assignments[str(folder)] = [str(folder / f"{name}.ipynb")]

    def _make_way(self, course: Course, assignment: str) -> None:
        """Remove graded copies that would come out differently now: nbgrader skips what is there and makes what is not."""
        grades, known = GradeSubmission(parent=self), course.assignment(assignment)
        students = [Path(folder).parent.name for folder in self.parent.assignments]
        keys = {name: task_of(course, known, name, grades.isolation).key for name in students}
        try:
            standing = _standing[course.root] = Standing(course, assignment, self.config, reason_given(grades.reason))
            with Store(course.store) as store:
                keys, changes = counting(store, known, keys, allow_lower=grades.allow_lower)
                entered = standing.entered(store, keys)
        except (CourseError, GraderError) as refusal:
            self.log.error("Nothing was graded: %s", refusal)  # noqa: TRY400  (a sentence, no traceback)
            raise NbGraderException(str(refusal)) from refusal
        if self.parent.force:
            return
        for change in changes:
            if change.kept and change.student in entered:  # of the others it is told where they are graded
                self.log.warning("%s", kept_score(change))
        for student in set(keys) - entered:
            folder = standing.notebook(student).parent
            if folder.is_dir():
                self.log.warning("Updating existing assignment: %s", folder)
                rmtree(str(folder))

    def _expect_plain_files(self, folder: str, released: Path) -> None:
        """Remove what nbgrader must not copy. A folder where that is not possible stays ungraded, and its name is told."""
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


def remember_entry(*, notebooks: list[str], **_: object) -> None:
    """Stands in `Autograde.post_convert_hook`: remembers what the student's entry, as it is there now, was made from."""
    path = Path(notebooks[0])
    course = Course.find(path.parent)
    student, standing = path.parent.parent.name, _standing[course.root]
    shown = json.loads(standing.notebook(student).read_text(encoding="utf-8"))["metadata"]["autograder"]
    if shown["report"]["status"] != "grader-error":
        with Store(course.store) as store:
            standing.remember_entries(store, {student: shown["key"]})


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
