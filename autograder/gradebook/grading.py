"""Grading inside of `nbgrader autograde`: the engine's Report of the submitted file, shown in the grade cells."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import nbformat
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Dict, Enum

from autograder.course import Course, GraderError
from autograder.gradebook.pages import exercise_html, exercise_text
from autograder.grading.report import Report
from autograder.submissions import submitted_file

if TYPE_CHECKING:
    from autograder.grading import Grader
    from autograder.isolation import Isolation

# One self-test and one warm grader for each nbgrader process, however many students it grades.
_open = ExitStack()
_graders: dict[tuple[Path, str], Grader] = {}
_prepared: set[tuple[Path, str, str]] = set()
atexit.register(_open.close)


class ShowReport(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader carries no types
    """Writes the report of a submission into the notebook and its grade cells, and hands it to RecordScores.

    This one takes reports that are stored already, as when a whole class is graded: nothing of a student's runs.
    """

    keys = Dict(help="Key in the store of the report of each student.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Show the report of the submitted file, of which this is a copy."""
        known = resources["nbgrader"]
        course = Course.find(Path(resources["metadata"]["path"]))
        path = submitted_file(course.submitted(known["student"], known["assignment"]) / f"{known['notebook']}.ipynb")
        report = self.report(course, known["assignment"], path, known["student"])
        if report.reason:
            self.log.warning("%s: %s", known["student"], report.reason)
        resources["autograder"] = report
        nb.metadata.setdefault("autograder", {})["report"] = report.as_json()
        for cell in nb.cells:
            graded = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and graded.get("grade") and not graded.get("solution"):
                shown = {
                    "text/html": exercise_html(report, graded["grade_id"], float(graded["points"])),
                    "text/plain": exercise_text(report, graded["grade_id"], float(graded["points"])),
                }
                cell.outputs = [nbformat.v4.new_output("display_data", data=shown)]
        return nb, resources

    def report(self, course: Course, assignment: str, path: Path, student: str) -> Report:
        """The stored report; raises GraderError when there is none."""
        del path
        stored = _stored(course, self.keys.get(student, ""))
        if stored is None:
            raise GraderError(f"The store has no report of {student} for {assignment}.")
        return stored


class GradeSubmission(ShowReport):
    """Stands in Execute's place in `Autograde.autograde_preprocessors`. No student code runs in nbgrader's process."""

    isolation = Enum(("auto", "bubblewrap", "landlock", "none"), "auto", help="How student code is confined.").tag(
        config=True
    )

    def prepare(self, folder: Path, assignment: str) -> None:
        """Start the grader and collect the suite. When that fails, nbgrader ends with one line, and nothing changed."""
        course = Course.find(folder)
        if (course.root, assignment, self.isolation) in _prepared:
            return
        try:
            self._grader(course).grade_all(assignment, [])
        except Exception as error:
            self.log.error("Nothing was graded: %s", error)  # noqa: TRY400  (a sentence, no traceback)
            raise NbGraderException(str(error)) from error
        _prepared.add((course.root, assignment, self.isolation))

    def report(self, course: Course, assignment: str, path: Path, student: str) -> Report:
        """What is stored for the very same content, or else what grading it gives."""
        from autograder.scheduling import task_of  # noqa: PLC0415  (releasing and feedback do without)

        try:
            stored = _stored(course, task_of(course, course.assignment(assignment), student, self._isolation).key)
            return stored or self._grader(course).grade(assignment, path, student=student)
        except Exception as error:  # noqa: BLE001  (one student's grading must not end the class)
            if broken := _graders.pop((course.root, self.isolation), None):
                broken.close()  # the next student gets a fresh one
            return _not_graded(assignment, path, student, f"The grader failed: {type(error).__name__}: {error}")

    def _grader(self, course: Course) -> Grader:
        key = (course.root, self.isolation)
        if key not in _graders:
            from autograder.grading import Grader  # noqa: PLC0415  (releasing and feedback need no grader)
            from autograder.training import TrainingStage  # noqa: PLC0415

            _graders[key] = _open.enter_context(Grader(course, self._isolation, TrainingStage(course)))
        return _graders[key]

    @property
    def _isolation(self) -> Isolation:
        return cast("Isolation", self.isolation)


def _stored(course: Course, key: str) -> Report | None:
    """What `autograder grade --course` has found."""
    from autograder.scheduling import Store  # noqa: PLC0415  (releasing and feedback do without)

    if not course.store.exists():
        return None
    with Store(course.store) as store:
        return store.get(key)


def _not_graded(assignment: str, path: Path, student: str, reason: str) -> Report:
    return Report(
        assignment=assignment,
        submission=path.name,
        student=student,
        submission_sha256="",
        suite_sha256="",
        seed="",
        isolation="",
        status="grader-error",
        reason=reason,
        score=0.0,
        max_score=0.0,
        seconds=0.0,
        exercises=(),
    )
