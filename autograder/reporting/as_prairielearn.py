"""A report as results.json of PrairieLearn's external graders. What cannot be graded is not gradable there, and costs no attempt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from autograder.course.report import ExerciseResult, Report, TestResult
from autograder.reporting.exercise import NOT_THE_STUDENTS_FAULT, message_of, told
from autograder.reporting.pictures import described, training_address

MOST_CHARACTERS = 1_000_000  # that PrairieLearn reads
REST = 1000  # what else stands around the pictures


def prairielearn_json(reports: Sequence[Report], *, single: bool, at: datetime) -> str:  # noqa: ARG001  (there is one)
    """The results of the one report."""
    return json.dumps(_results(reports[0]), indent=1, allow_nan=False) + "\n"


def _results(report: Report) -> dict[str, Any]:
    if report.status != "graded":
        said = told(report.reason or "") if report.status == "ungradable" else NOT_THE_STUDENTS_FAULT
        errors = [said] if report.status == "ungradable" else []
        return {"gradable": False, "score": 0.0, "message": said, "output": "", "tests": [], "format_errors": errors}
    tests = [_test(exercise, test) for exercise in report.exercises for test in exercise.tests]
    results = {
        "gradable": True,
        "score": round(min(max(report.percent / 100, 0.0), 1.0), 6),
        "message": told(report.reason or ""),
        "output": "",
        "tests": tests,
        "format_errors": [],
    }
    room = MOST_CHARACTERS - REST - len(json.dumps(results, indent=1))
    return {**results, "images": list(_images(report, room))}


def _test(exercise: ExerciseResult, test: TestResult) -> dict[str, Any]:
    finding = exercise.misconception if test.status != "passed" else None
    lines = [message_of(test), *([f"{finding.label}: {finding.title} {finding.hint}"] if finding else [])]
    return {
        "name": f"{exercise.name}: {test.title}",
        "description": "",
        "points": round(test.points, 2),
        "max_points": round(test.max_points, 2),
        "message": told("\n".join(filter(None, lines))),
        "output": "",
    }


def _images(report: Report, room: int) -> Iterable[dict[str, str]]:
    """Pictures of training runs, as many as there is room for."""
    for record in report.training:
        image = {"label": described(record), "url": training_address(record)}
        room -= len(json.dumps(image, indent=1)) + REST
        if room < 0:
            return
        yield image
