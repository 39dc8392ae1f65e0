"""Scores of a Report -> nbgrader's gradebook. Every grade cell that it knows gets a number, or waits for a grader."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from autograder.course.assignment import TRAINING, Assignment, GraderError
from autograder.course.report import Report
from autograder.gradebook.late import extension_of
from autograder.reporting.exercise import is_in_part, reason_for, result_of


class RecordScores(SaveAutoGrades):  # type: ignore[misc]  # nbgrader carries no types
    """Stands in SaveAutoGrades' place: numbers come from the Report, never from a cell's output; no result is 0.

    Manual questions stay nbgrader's: an unchanged one is 0, any other waits for a grader.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Record the scores of one submitted notebook; the notebook passes unchanged."""
        with OneTransaction(resources["nbgrader"]["db_url"]) as gradebook:
            return self.record(nb, resources, gradebook)

    def record(self, nb: Any, resources: Any, gradebook: Gradebook) -> tuple[Any, Any]:
        """The same, in a gradebook that is open."""
        self.notebook_id = resources["nbgrader"]["notebook"]
        self.assignment_id = resources["nbgrader"]["assignment"]
        self.student_id = resources["nbgrader"]["student"]
        self.gradebook = gradebook
        complete(gradebook, self.assignment_id, self.student_id)
        extension = extension_of(self.config, self.assignment_id, self.student_id)
        if extension is not None:
            submission = gradebook.find_submission(self.assignment_id, self.student_id)
            submission.extension = (
                extension if submission.assignment.duedate else None
            )  # nbgrader adds it to the due date
        looked_at = self._looked_at() if resources.get("autograder_same_file") else []
        nb, resources = NbGraderPreprocessor.preprocess(self, nb, resources)  # manual questions and comments
        self._record(resources.get("autograder"))
        for grade, score, waits in looked_at:
            if grade.auto_score == score:
                grade.needs_manual_grade = waits
        return nb, resources

    def _looked_at(self) -> list[tuple[Any, float | None, bool]]:
        """Grades with marks by hand, each with its score so far and whether a person is asked to look."""
        submitted = self.gradebook.find_submission_notebook(self.notebook_id, self.assignment_id, self.student_id)
        marked = [grade for grade in submitted.grades if grade.manual_score is not None]
        return [(grade, grade.auto_score, grade.needs_manual_grade) for grade in marked]

    def _add_score(self, cell: Any, resources: Any) -> None:
        """Called by nbgrader for each grade cell of the notebook: only manual questions are scored from there."""
        if cell.metadata["nbgrader"].get("solution"):
            super()._add_score(cell, resources)

    def _record(self, report: Report | None) -> None:
        """One score for each automatically graded cell of the gradebook's own notebook."""
        submitted = self.gradebook.find_submission_notebook(self.notebook_id, self.assignment_id, self.student_id)
        grades = {grade.name: grade for grade in submitted.grades}
        comments = {comment.name: comment for comment in submitted.comments}
        manual = {cell.name for cell in submitted.notebook.solution_cells}
        for cell in submitted.notebook.grade_cells:
            if cell.name in manual:
                continue
            if cell.name not in grades:
                raise MissingEntry(f"{cell.name} is newer than what the gradebook has of {self.student_id}")
            grade = grades[cell.name]
            grade.auto_score = score_of(report, cell.name, cell.max_score)
            # As in nbgrader: who has graded by hand before is asked to look again; `record` takes that back where nothing is new.
            waits = grade.auto_score is None or is_in_part(report, cell.name, cell.max_score)
            grade.needs_manual_grade = waits or grade.manual_score is not None
            if reason := reason_for(report, cell.name):
                if comment := comments.get(f"answer-{cell.name}"):
                    comment.auto_comment = reason
                else:
                    self.log.warning("answer-%s of %s: %s", cell.name, self.student_id, reason)


class OneTransaction(Gradebook):  # type: ignore[misc]  # nbgrader carries no types
    """nbgrader's Gradebook commits after each change; here all changes are committed at the end of the block, or none.

    Nor does it look for a submission again for each cell: grades and comments of the last one are read together.
    """

    def __init__(self, url: str) -> None:
        """Open the gradebook at `url`."""
        super().__init__(url)
        self.db.commit = self.db.flush
        self._last: tuple[tuple[str, str, str], SubmittedNotebook] | None = None
        self._cells: dict[Any, Any] = {}  # of a released notebook; SQLAlchemy forgets what nobody holds

    def find_submission_notebook(self, notebook: str, assignment: str, student: str) -> SubmittedNotebook:
        """See nbgrader."""
        asked = notebook, assignment, student
        if self._last is None or self._last[0] != asked:
            self._last = asked, super().find_submission_notebook(*asked)
            released = self._last[1].notebook
            if released not in self._cells:
                self._cells[released] = [*released.grade_cells, *released.solution_cells]
        return self._last[1]

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Grade:
        """See nbgrader."""
        return _named(self.find_submission_notebook(notebook, assignment, student).grades, grade_cell)

    def find_comment(self, solution_cell: str, notebook: str, assignment: str, student: str) -> Comment:
        """See nbgrader."""
        return _named(self.find_submission_notebook(notebook, assignment, student).comments, solution_cell)

    def __exit__(self, *fault: object) -> None:
        """Commit, unless the block raised."""
        try:
            if fault == (None, None, None):
                self.db().commit()
        finally:
            self.close()


def complete(gradebook: Gradebook, assignment: str, student: str) -> None:
    """Give a submission the grades and comments that the gradebook has lost: nbgrader makes them only together with the submission."""
    submission, lost = gradebook.find_submission(assignment, student), []
    for notebook in submission.assignment.notebooks:
        found = next((one for one in submission.notebooks if one.notebook is notebook), None)
        if found is None:
            lost.append(found := SubmittedNotebook(notebook=notebook, assignment=submission))
        graded, commented = {grade.cell_id for grade in found.grades}, {comment.cell_id for comment in found.comments}
        cells = (*notebook.grade_cells, *notebook.task_cells)
        lost += [Grade(cell_id=cell.id, notebook=found) for cell in cells if cell.id not in graded]
        cells = (*notebook.solution_cells, *notebook.task_cells)
        lost += [Comment(cell_id=cell.id, notebook=found) for cell in cells if cell.id not in commented]
    if lost:
        gradebook.db.add_all(lost)
        gradebook.db.flush()
        gradebook.db.expire_all()


def _named(entries: Iterable[Any], name: str) -> Any:
    """The entry of a cell; raises MissingEntry."""
    for entry in entries:
        if entry.name == name:
            return entry
    raise MissingEntry(f"the gradebook has nothing of {name}")


def expect_points(assignment: Assignment, db_url: str) -> None:
    """Raise GraderError unless the gradebook has the points of the assignment's text, exercise by exercise."""
    declared = {exercise.name: exercise.points for exercise in assignment.exercises} | assignment.questions
    declared |= {TRAINING: assignment.training.points} if assignment.training else {}
    name = assignment.name
    mend = f"run `autograder build {name}` and then `nbgrader generate_assignment {name} --force`"
    with Gradebook(db_url) as gradebook:
        try:
            cells = gradebook.find_notebook(name, name).grade_cells
        except MissingEntry:
            raise GraderError(f"The gradebook does not know {name}; {mend}.") from None
        known = {cell.name: cell.max_score for cell in cells}
    for cell in sorted(set(declared) | set(known)):
        here, there = declared.get(cell), known.get(cell)
        if here is None or there is None or abs(here - there) > 1e-9:  # noqa: PLR2004  (halves and thirds of points)
            raise GraderError(
                f"{cell} of {name} is worth {_points(here)} in the assignment's text and {_points(there)} in the gradebook; {mend}."
            )


def _points(points: float | None) -> str:
    return "nothing" if points is None else f"{points:g} points"


def score_of(report: Report | None, exercise: str, max_points: float) -> float | None:
    """Points of an exercise, within [0, max_points]; 0 where there is no result. None: the grader failed, and a person must look.

    A report that goes on to count when an exercise is worth less than before gives what it gave.
    """
    result = result_of(report, exercise)
    if is_in_part(report, exercise, max_points) and result is not None and result.max_points == 0:
        return None
    if report is not None and report.status == "grader-error" and (result is None or result.status == "grader-error"):
        return None
    if result is None:
        return 0.0
    return min(max(result.points, 0.0), max(max_points, result.max_points))
