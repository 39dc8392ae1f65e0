"""Grading inside of `nbgrader autograde`: the engine's Report of the submitted file, shown in the grade cells."""

from __future__ import annotations

import atexit
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Dict, Enum, Unicode

from autograder.course.assignment import GraderError
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.course.settings import Data, data_for
from autograder.gradebook.pseudonyms import shown_name
from autograder.reporting.cell_formats import CELLS
from autograder.sandbox.backends.table import AUTO, CHOICES
from autograder.submission.submitted import printable, submitted_file
from autograder.whole_class.regrading import same_file
from autograder.whole_class.store import Store

if TYPE_CHECKING:
    from autograder.grading.grader import Grader
    from autograder.whole_class.regrading import Change
    from autograder.whole_class.tasks import Task

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
        with Store(course.store) as store:
            same = same_file(store, known["assignment"], {known["student"]: key})
        if report.reason:
            self.log.warning("%s: %s", known["student"], report.reason)
        resources["autograder"] = report
        resources["autograder_same_file"] = bool(same)  # whether the gradebook has a report of this very file already
        name = shown_name(course, report)
        nb.metadata.setdefault("autograder", {}).update(report=report.as_json(), key=key, pseudonym=name)
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
    allow_lower = Bool(
        default_value=False,
        help="Whether a score may sink when the same file is graded again, here and by grade-class.",
    ).tag(config=True)
    reason = Unicode(help="Why files are graded again, for the pages of those whose points change.").tag(config=True)

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
        """What is stored for the very same content, or else what grading it gives, which is stored then; with its key.

        Where the same file has a higher score in the gradebook, that one's.
        """
        from autograder.whole_class.tasks import task_of  # noqa: PLC0415  (releasing and feedback do without)

        task = None
        try:
            task = task_of(course, course.assignment(assignment), student, self.isolation)
            found = task.key, self._graded(course, task, path)
        except Exception as error:  # noqa: BLE001  (one student's grading must not end the class)
            data = task.data if task else None
            if broken := _graders.pop((course.root, self.isolation, data), None):
                broken.close()  # the next student gets a fresh one
            reason = f"The grader failed: {type(error).__name__}: {error}"
            failed = _not_graded(assignment, path, student, reason)
            found = (task.key, replace(failed, submission_sha256=task.sha256)) if task else ("", failed)
        return self._counting(course, assignment, student, *found)

    def _graded(self, course: Course, task: Task, path: Path) -> Report:
        """The report of a task, which is stored in the end."""
        from autograder.whole_class.origin import origin_of  # noqa: PLC0415  (releasing and feedback do without)

        with Store(course.store) as store:
            store.explain({task.key: origin_of(task)})
            if task.key in store and (stored := store.get(task.key)) is not None:
                return stored
            report = self._grader(course, task.data).grade(task.assignment, path, student=task.student)
            if report.submission_sha256 == task.sha256:
                store.put(task.key, report)
            return report

    def _counting(self, course: Course, assignment: str, student: str, key: str, report: Report) -> tuple[str, Report]:
        """The report that counts, with its key: the one in the gradebook where the score of the same file would sink."""
        from autograder.whole_class.regrading import change_of  # noqa: PLC0415  (releasing and feedback do without)

        with Store(course.store) as store:
            standing = store.made(assignment, "report").get(student, key)
            before = store.get(standing) if standing != key else None
        if before is not None:
            change = change_of(student, course.assignment(assignment), before, report, allow_lower=self.allow_lower)
            if change is not None and change.kept:
                self.log.warning("%s", kept_score(change, report.reason or ""))
                return standing, before
            if change is not None and change.differs:
                self.log.info(
                    "%s: graded again, %g -> %g points of the hidden tests", student, change.before, change.after
                )
        return key, report

    def _grader(self, course: Course, data: Data | None) -> Grader:
        key = (course.root, self.isolation, data)
        if key not in _graders:
            from autograder.grading.grader import Grader  # noqa: PLC0415  (releasing and feedback need no grader)
            from autograder.training.stage import TrainingOptions, TrainingStage  # noqa: PLC0415

            stage = TrainingStage(course, TrainingOptions(data=data), told=self.log.warning)
            _graders[key] = _open.enter_context(Grader(course, self.isolation, stage))
        return _graders[key]


def kept_score(change: Change, why: str = "") -> str:
    """That a score stands, and what lets it sink."""
    now = (
        f"are {change.after:g} now" if not change.failed else f"cannot be told now ({why})" if why else "cannot be told"
    )
    return (
        f"{change.student}: the score of before stands, {change.before:g} points of the hidden tests; those of the same file {now}."
        " Scores sink with --GradeSubmission.allow_lower=True only, or c.GradeSubmission.allow_lower = True in nbgrader_config.py."
    )


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
