"""A report as Gradescope's results.json. All of it may be seen by the student, but for what is in `extra_data`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from autograder.course.report import ExerciseResult, Report, TestResult
from autograder.reporting.exercise import NOT_THE_STUDENTS_FAULT, message_of, told


def gradescope_json(reports: Sequence[Report], *, single: bool, at: datetime) -> str:  # noqa: ARG001  (there is one)
    """The results of the one report. Where the grader failed there is no score, so that nobody takes it for one."""
    return json.dumps(_results(reports[0]), indent=1, allow_nan=False) + "\n"


def _results(report: Report) -> dict[str, Any]:
    shown = {"output_format": "text", "visibility": "visible", "stdout_visibility": "hidden"}
    behind = {"extra_data": {"suite": report.suite_sha256, "submission": report.submission_sha256}}
    if report.status == "grader-error":
        return {"output": NOT_THE_STUDENTS_FAULT, **shown, "tests": [], **behind}
    tests = [
        _test(exercise, test, f"{place}.{number}")
        for place, exercise in enumerate(report.exercises, start=1)
        for number, test in enumerate(exercise.tests, start=1)
    ]
    reached = [record for record in report.training if record.reached is not None]
    board = [{"name": f"{each.title}: steps", "value": each.reached, "order": "asc"} for each in reached]
    return {
        "score": round(report.score, 2),
        "execution_time": round(report.seconds),
        "output": told("\n".join([*([report.reason] if report.reason else []), *_findings(report)])),
        **shown,
        "tests": tests,
        **({"leaderboard": board} if board else {}),
        **behind,
    }


def _test(exercise: ExerciseResult, test: TestResult, number: str) -> dict[str, Any]:
    return {
        "name": f"{exercise.name}: {test.title}",
        "number": number,
        "score": round(test.points, 2),
        "max_score": round(test.max_points, 2),
        "status": "passed" if test.status == "passed" else "failed",
        "output": told(message_of(test)),
        "output_format": "text",
        "tags": [exercise.name],
        "visibility": "visible",
    }


def _findings(report: Report) -> list[str]:
    found = [(exercise.name, exercise.misconception) for exercise in report.exercises if exercise.misconception]
    return [f"{name}. {finding.label}: {finding.title} {finding.hint}" for name, finding in found]
