"""How `nbgrader export` writes grades: as CSV in which no spreadsheet finds formulas, with quotes where a name holds a comma."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import CsvExportPlugin

from autograder.reporting.spreadsheet import harmless

GRADE_COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


class CsvExport(CsvExportPlugin):  # type: ignore[misc]  # nbgrader carries no types
    """Stands in `ExportApp.plugin_class`: the columns of nbgrader's own export."""

    def export(self, gradebook: Gradebook) -> None:
        """Write a row for each student and assignment, to `--to FILE` or grades.csv in the folder of the course."""
        root = self.config.Course.get("root")
        target = Path(self.to) if self.to else Path(root, "course", "grades.csv") if root else Path("grades.csv")
        self.log.info("Exporting grades to %s", target)
        with open(target, "w", encoding="utf-8", newline="", opener=_for_its_owner) as file:
            rows = csv.writer(
                file, quoting=csv.QUOTE_NONNUMERIC
            )  # so that a semicolon in a name begins no field, whatever the locale
            rows.writerow(GRADE_COLUMNS)
            for assignment in gradebook.assignments:
                for student in gradebook.students:
                    if assignment.name in (self.assignment or [assignment.name]) and student.id in (
                        self.student or [student.id]
                    ):
                        rows.writerow(map(harmless, _row(gradebook, assignment, student)))


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _row(gradebook: Gradebook, assignment: Any, student: Any) -> tuple[Any, ...]:
    """One row; a student who handed in nothing has no time and no points."""
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
        time, raw, penalty = submission.timestamp, submission.score, submission.late_submission_penalty or 0.0
    except MissingEntry:
        time, raw, penalty = None, 0.0, 0.0
    person = (student.id, student.last_name, student.first_name, student.email)
    return (
        assignment.name,
        assignment.duedate,
        time,
        *person,
        raw,
        penalty,
        max(0.0, raw - penalty),
        assignment.max_score,
    )
