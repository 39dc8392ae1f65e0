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
        self.notebook_id = resources["nbgrader"]["notebook"]
        self.assignment_id = resources["nbgrader"]["assignment"]
        self.student_id = resources["nbgrader"]["student"]
        self.gradebook = Gradebook(resources["nbgrader"]["db_url"])
        with self.gradebook:
            nb, resources = NbGraderPreprocessor.preprocess(self, nb, resources)  # manual questions and comments
            self._record(resources.get("autograder"))
            self.gradebook.db.commit()
        return nb, resources

    def _add_score(self, cell: Any, resources: Any) -> None:
        """Called by nbgrader for each grade cell of the notebook: only manual questions are scored from there."""
        if cell.metadata["nbgrader"].get("solution"):
            super()._add_score(cell, resources)

    def _record(self, report: Report | None) -> None:
        """One score for each automatically graded cell of the gradebook's own notebook."""
        notebook = self.gradebook.find_notebook(self.notebook_id, self.assignment_id)
        manual = {cell.name for cell in notebook.solution_cells}
        for cell in notebook.grade_cells:
            if cell.name in manual:
                continue
            grade = self.gradebook.find_grade(cell.name, self.notebook_id, self.assignment_id, self.student_id)
            grade.auto_score = score_of(report, cell.name, cell.max_score)
            # As in nbgrader: who has graded by hand before is asked to look again.
            grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None
            if reason := reason_for(report, cell.name):
                self._comment(f"answer-{cell.name}", reason)

    def _comment(self, name: str, reason: str) -> None:
        try:
            comment = self.gradebook.find_comment(name, self.notebook_id, self.assignment_id, self.student_id)
        except MissingEntry:
            self.log.warning("%s of %s: %s", name, self.student_id, reason)
        else:
            comment.auto_comment = reason


def score_of(report: Report | None, exercise: str, max_points: float) -> float | None:
    """Points of an exercise, within [0, max_points]. No result is 0. None: the grader failed, a person must look."""
    result = result_of(report, exercise)
    if report is not None and report.status == "grader-error" and (result is None or result.status == "grader-error"):
        return None
    if result is None or not math.isfinite(result.points):
        return 0.0
    return min(max(result.points, 0.0), max_points)
