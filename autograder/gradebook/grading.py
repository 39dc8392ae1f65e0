"""Grading inside of `nbgrader autograde`: the engine's Report of the submitted file, shown in the grade cells."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Dict, Enum

from autograder.course.assignment import GraderError
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.course.settings import Data, data_for
from autograder.gradebook.pseudonyms import shown_name
from autograder.reporting.formats import CELLS
from autograder.sandbox.backends.table import AUTO, CHOICES
from autograder.submission.submitted import printable, submitted_file

if TYPE_CHECKING:
    from autograder.grading.grader import Grader

# Id of a cell of the graded notebook that Formgrader shows and a page does not.
FOR_THE_INSTRUCTOR = "for-the-instructor"

# One self-test and one warm grader for each nbgrader process, however many students it grades.
_open = ExitStack()
_graders: dict[tuple[Path, str, Data | None], Grader] = {}
_prepared: set[tuple[Path, str, str, Data | None]] = set()
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
        expected = course.submitted(known["student"], known["assignment"]) / f"{known['notebook']}.ipynb"
        found = submitted_file(expected, course.assignment(known["assignment"]))
        if found.note:
            self.log.warning("%s: %s", known["student"], found.note)
        key, report = self.report(course, known["assignment"], found.path, known["student"])
        if report.reason:
            self.log.warning("%s: %s", known["student"], report.reason)
        resources["autograder"] = report
        resources["autograder_seen"] = known["student"] in getattr(self.parent, "seen", ())
        nb.metadata.setdefault("autograder", {}).update(report=report.as_json(), key=key)
        name = shown_name(course, report)
        for cell in nb.cells:
            graded = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and graded.get("grade") and not graded.get("solution"):
                asked = (report, graded["grade_id"], float(graded["points"]), name)
                shown = {kind: form(*asked) for kind, form in CELLS.items()}
                cell.outputs = [nbformat.v4.new_output("display_data", data=shown)]
        if report.status == "grader-error":
            source = f"**For the instructor; not on the student's page**\n\n    {printable(report.reason or '')}\n"
            nb.cells.insert(0, nbformat.v4.new_markdown_cell(source, id=FOR_THE_INSTRUCTOR))
        return nb, resources

    def report(self, course: Course, assignment: str, path: Path, student: str) -> tuple[str, Report]:
        """The stored report and its key; raises GraderError when there is none."""
        from autograder.whole_class.store import Store  # noqa: PLC0415  (releasing and feedback do without)

        del path
        key = self.keys.get(student, "")
        with Store(course.store) as store:
            stored = store.get(key)
        if stored is None:
            raise GraderError(f"The store has no report of {student} for {assignment}.")
        return key, stored


class GradeSubmission(ShowReport):
    """Stands in Execute's place in `Autograde.autograde_preprocessors`. No student code runs in nbgrader's process."""

    isolation = Enum(CHOICES, AUTO, help="How student code is confined.").tag(config=True)

    def prepare(self, course: Course, assignment: str) -> None:
        """Start the grader and collect the suite. When that fails, nbgrader ends with one line, and nothing changed."""
        from autograder.whole_class.tasks import look_again  # noqa: PLC0415  (releasing and feedback do without)

        if look_again(course, assignment):
            for key in [key for key in _graders if key[0] == course.root]:
                _graders.pop(key).close()
            _prepared.difference_update([known for known in _prepared if known[0] == course.root])
        try:
            data = data_for(course) if course.assignment(assignment).training else None
            if (course.root, assignment, self.isolation, data) in _prepared:
                return
            self._grader(course, data).suite(assignment)
        except Exception as error:
            self.log.error("Nothing was graded: %s", error)  # noqa: TRY400  (a sentence, no traceback)
            raise NbGraderException(str(error)) from error
        _prepared.add((course.root, assignment, self.isolation, data))

    def report(self, course: Course, assignment: str, path: Path, student: str) -> tuple[str, Report]:
        """What is stored for the very same content, or else what grading it gives, which is stored then; with its key."""
        from autograder.whole_class.store import Store  # noqa: PLC0415  (releasing and feedback do without)
        from autograder.whole_class.tasks import task_of  # noqa: PLC0415  (releasing and feedback do without)

        key, data = "", None
        try:
            task = task_of(course, course.assignment(assignment), student, self.isolation)
            data = task.data
            with Store(course.store) as store:
                key = task.key
                if key in store and (stored := store.get(key)) is not None:
                    return key, stored
                report = self._grader(course, data).grade(assignment, path, student=student)
                if report.submission_sha256 == task.sha256:
                    store.put(key, report)
        except Exception as error:  # noqa: BLE001  (one student's grading must not end the class)
            if broken := _graders.pop((course.root, self.isolation, data), None):
                broken.close()  # the next student gets a fresh one
            return key, _not_graded(assignment, path, student, f"The grader failed: {type(error).__name__}: {error}")
        return key, report

    def _grader(self, course: Course, data: Data | None) -> Grader:
        key = (course.root, self.isolation, data)
        if key not in _graders:
            from autograder.grading.grader import Grader  # noqa: PLC0415  (releasing and feedback need no grader)
            from autograder.training.stage import TrainingOptions, TrainingStage  # noqa: PLC0415

            stage = TrainingStage(course, TrainingOptions(data=data), told=self.log.warning)
            _graders[key] = _open.enter_context(Grader(course, self.isolation, stage))
        return _graders[key]


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
