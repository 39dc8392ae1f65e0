"""Scores of a Report -> nbgrader's gradebook. Every grade cell that it knows gets a number, or waits for a grader."""

from __future__ import annotations

import math
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from autograder.gradebook.pages import reason_for, result_of
from autograder.grading.report import Report


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
        nb, resources = NbGraderPreprocessor.preprocess(self, nb, resources)  # manual questions and comments
        self._record(resources.get("autograder"))
        return nb, resources

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
            # As in nbgrader: who has graded by hand before is asked to look again.
            grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None
            if reason := reason_for(report, cell.name):
                if comment := comments.get(f"answer-{cell.name}"):
                    comment.auto_comment = reason
                else:
                    self.log.warning("answer-%s of %s: %s", cell.name, self.student_id, reason)


class OneTransaction(Gradebook):  # type: ignore[misc]  # nbgrader carries no types
    """nbgrader's Gradebook commits after each change; here all changes are committed at the end of the block, or none."""

    def __init__(self, url: str) -> None:
        """Open the gradebook at `url`."""
        super().__init__(url)
        self.db.commit = self.db.flush

    def __exit__(self, *fault: object) -> None:
        """Commit, unless the block raised."""
        try:
            if fault == (None, None, None):
                self.db().commit()
        finally:
            self.close()


def score_of(report: Report | None, exercise: str, max_points: float) -> float | None:
    """Points of an exercise, within [0, max_points]. No result is 0. None: the grader failed, a person must look."""
    result = result_of(report, exercise)
    if report is not None and report.status == "grader-error" and (result is None or result.status == "grader-error"):
        return None
    if result is None or not math.isfinite(result.points):
        return 0.0
    return min(max(result.points, 0.0), max_points)
