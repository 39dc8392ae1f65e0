"""A class as JSON, for other programs, with the report of each student. docs/class.schema.json says what is in it."""

from __future__ import annotations

import json
from typing import Any

from autograder.course.report import SCHEMA
from autograder.reporting.class_export import ClassFile, export_state, grade_of, without_template
from autograder.reporting.class_template import Filling
from autograder.reporting.class_values import ClassResults, Member


def class_json(results: ClassResults, _: Filling) -> ClassFile:
    """The whole class. In ASCII: names may be no text at all."""
    value = {
        "schema": SCHEMA,
        "assignment": results.assignment,
        "title": results.title,
        "max_score": results.most,
        "due": results.due and f"{results.due:%Y-%m-%dT%H:%M:%S}Z",
        "exercises": dict(results.items),
        "questions": dict(results.questions),
        "students": [_student(member) for member in results.members],
    }
    return without_template(json.dumps(value, indent=1, allow_nan=False) + "\n", results)


def _student(member: Member) -> dict[str, Any]:
    grades, report, grade = member.grades, member.report, grade_of(member)
    return {
        "student": member.student,
        "last_name": member.last_name,
        "first_name": member.first_name,
        "status": export_state(member),
        "score": grade,
        "raw_score": None if grade is None else grades.score,
        "late_submission_penalty": None if grade is None else grades.penalty,
        "seconds_late": grades.late,
        "points": dict(grades.points),
        "marked_by_hand": list(grades.by_hand),
        "waiting": list(grades.waiting),
        "report": report and report.as_json(),
    }
