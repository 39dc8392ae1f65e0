"""A small class with everybody whom an export can get wrong, and the reports of some. Used by the tests of exports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from autograder.course.report import (
    Curve,
    ExerciseResult,
    Finding,
    Report,
    State,
    TestResult,
    TrainingRecord,
    summarise,
)
from autograder.reporting.class_values import ClassResults, Grades, Member

AT = datetime(2030, 1, 11, 9, 30, tzinfo=UTC)
ZOE = 'O\'Neil, "Zoë" =1+1'
HOSTILE = "</failure>\x00\x1b[31m ]]> ::error::| <script>%0A\ud800\N{RIGHT-TO-LEFT OVERRIDE}"
FINDING = Finding("three-times", "The factor is three.", "What does twice mean?")
POINTS = (("double", 50.0), ("shift", 30.0))
# Who has which grade in the end; nobody else has one.
FINAL = {ZOE: 66.666, "=late": 45.0, "broken": 0.0, "marked": 101.25}


def one_test(name: str, title: str, points: float, of: float, status: State, message: str = "") -> TestResult:
    return TestResult(name, title, points, of, status, message, 0.4)


def double(points: float, status: State = "failed", message: str = "double(x): off by 0.5") -> ExerciseResult:
    """An exercise of two tests, the first of which passes."""
    first = one_test("test_positive", "Positive numbers are doubled.", 20.0, 20.0, "passed")
    second = one_test("test_negative", "Negative numbers are doubled, too.", points - 20.0, 30.0, status, message)
    return summarise("double", 50.0, (first, second), FINDING if status == "failed" else None)


def shift(status: State = "passed") -> ExerciseResult:
    points = 30.0 if status == "passed" else 0.0
    return summarise("shift", 30.0, (one_test("test_there", "There and back.", points, 30.0, status),), None)


def report_of(
    student: str,
    exercises: tuple[ExerciseResult, ...],
    status: Literal["graded", "ungradable", "grader-error"] = "graded",
    reason: str | None = None,
    training: tuple[TrainingRecord, ...] = (),
) -> Report:
    score = sum(each.points for each in exercises)
    sha256 = "ab" * 32
    known = ("tiny", "tiny.ipynb", student, sha256, "cd" * 32, "a seed", "landlock", status, reason)
    return Report(*known, score, 80.0, 2.6, exercises, training)


RECORD = TrainingRecord(
    *("A walk", "held-out toys", Curve((2.0, 1.5), (1.0, 0.9), (3.0, 2.0)), 0.5, 0.1, 0.9, ("a", "b")),
    *(((1, 1), (1, 1)), ()),
    reached=40,
)
REPORTS = {
    "right": report_of("ada", (double(50.0, "passed", ""), shift())),
    "half": report_of(ZOE, (double(36.666), shift())),
    "untouched": report_of("ada", (double(20.0, "not-attempted"), shift("skipped"))),
    "crashes": report_of("ada", (double(20.0, "crashed", HOSTILE), shift("timed-out")), reason=HOSTILE),
    "unreadable": report_of("broken", (), "ungradable", "tiny.ipynb is not a notebook: it is not valid JSON."),
    "grader failed": report_of("bug", (double(50.0, "passed", ""), shift("grader-error")), "grader-error", "a fault"),
    "nothing but a fault": report_of("bug", (), "grader-error", "a fault"),
    "trained": report_of("ada", (double(50.0, "passed", ""), shift()), training=(RECORD,)),
}


def _member(student: str, report: Report | None, grades: Grades, first_name: str = "", **more: bool) -> Member:
    handed_in = more.get("handed_in", report is not None)
    return Member(student, handed_in, report, grades, "", student.title(), first_name, more.get("excused", False))


def _grades(
    double: float | None, shift: float | None, why: float | None, penalty: float = 0.0, **more: object
) -> Grades:
    points = (("double", double), ("shift", shift), ("why", why))
    score = sum(each or 0.0 for _, each in points)
    return Grades(score, penalty, points=points, late=90.0 if penalty else 0.0, **more)  # type: ignore[arg-type]


def exported_class() -> ClassResults:
    """In the order of their ids."""
    right, half = REPORTS["right"], REPORTS["half"]
    members = (
        _member("=late", right, _grades(50.0, 0.0, 0.0, penalty=5.0), "=HYPERLINK(1)"),
        Member(
            ZOE,
            handed_in=True,
            report=half,
            grades=_grades(36.666, 30.0, 0.0),
            last_name="O'Neil",
            first_name='"Zoë" =1+1',
        ),
        _member("absent", None, Grades()),
        _member("broken", REPORTS["unreadable"], _grades(0.0, 0.0, 0.0)),
        _member("bug", REPORTS["grader failed"], _grades(50.0, None, 0.0, waiting=("shift",))),
        _member("excused", right, _grades(50.0, 30.0, 20.0), excused=True),
        _member("marked", half, _grades(50.0, 30.0, 21.25, by_hand=("double", "why"))),
        _member("new", None, Grades(), handed_in=True),
        _member("waits", right, _grades(50.0, 30.0, None, waiting=("why",))),
    )
    return ClassResults("tiny", "Tiny: twice", POINTS, (("why", 20.0),), 100.0, datetime(2030, 1, 10, 12), members)  # noqa: DTZ001
