"""A report as result.json of Classroom 50, in which points are whole numbers: here they are hundredths of a point."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from autograder.course.assignment import CourseError, GraderError
from autograder.course.report import Report

SCHEMA = "classroom50/result/v1"
HUNDREDTHS = 100
NAMED = {  # by the runner, in the environment
    "classroom": "CLASSROOM",
    "assignment": "ASSIGNMENT",
    "submission": "SUBMISSION_TAG",
    "commit": "COMMIT_URL",
    "release": "RELEASE_URL",
    "review": "REVIEW_URL",
    "datetime": "COMMIT_DATE",  # of the committer, which the workflow has to pass on: the same on a regrade
}
PERHAPS = {"assignment_type": "ASSIGNMENT_TYPE", "owner": "OWNER"}  # which the runner also writes itself


def classroom50_json(reports: Sequence[Report], *, single: bool, at: datetime) -> str:  # noqa: ARG001  (there is one)
    """The result of the one report; raises GraderError where it says that the grader failed, since no result stands for that."""
    report = reports[0]
    if report.status == "grader-error":
        raise GraderError("The grader itself failed, so there is no result.json; the runner reports an error then.")
    return json.dumps(_result(report, os.environ, at), indent=1) + "\n"


def _result(report: Report, environment: Mapping[str, str], at: datetime) -> dict[str, Any]:
    missing = [name for name in NAMED.values() if not environment.get(name)]
    if missing:
        raise CourseError(
            f"Classroom 50 needs {', '.join(missing)} in the environment; its runner sets all but COMMIT_DATE."
        )
    tests = [
        {
            "test-name": f"{exercise.name}: {test.title}",
            "passed": test.status == "passed",
            "score": _whole(test.points),
            "max-score": _whole(test.max_points),
        }
        for exercise in report.exercises
        for test in exercise.tests
    ]
    by = environment.get("USERNAME")
    return {
        "schema": SCHEMA,
        **{field: environment[name] for field, name in NAMED.items()},
        **{field: environment[name] for field, name in PERHAPS.items() if environment.get(name)},
        "graded_at": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "score": _whole(report.score),
        "max-score": _whole(report.max_score),
        "tests": tests,
        **({"submitted_by": {"username": by}} if by else {}),
    }


def _whole(points: float) -> int:
    return round(points * HUNDREDTHS)
