"""Feedback pages as tests read them, and values that pages are made of, without grading anybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag

from autograder.course.folders import Course
from autograder.course.report import Curve, ExerciseResult, Finding, Misread, Report, TestResult, TrainingRecord
from autograder.gradebook.feedback_page import html_of
from autograder.gradebook.feedback_parts import page_of
from autograder.gradebook.outline import Outline, Place
from autograder.gradebook.standing import SubmissionRows

TIME = datetime(2030, 1, 1, 12)  # noqa: DTZ001  (nbgrader's times carry no zone)
OUTLINE = Outline(
    "Tiny: twice and $x + 1$",
    (
        Place("exercise", "double", 50.0, "1 Twice `x`"),
        Place("exercise", "shift", 20.0, "2 There and back"),
        Place("training", "training", 10.0, "3 Training"),
        Place("question", "why", 20.0, "4 Why"),
    ),
)
TESTS = (
    TestResult("test_a", "Positive numbers, as `x > 0`, are doubled.", 20.0, 20.0, "passed", "", 0.1),
    TestResult("test_b", "Negative numbers: $2x < 0$.", 0.0, 30.0, "failed", "5 of 5 values are off\nby <much>", 0.1),
)
FINDING = Finding("no-sign", "The <sign> is lost: $|x|$.", "What is twice -1? Read on: the first line.")
DOUBLE = ExerciseResult("double", 20.0, 50.0, "failed", 0.2, FINDING, TESTS)
SHIFT = ExerciseResult(
    *("shift", 20.0, 20.0, "passed", 0.1, None),
    tests=(TestResult("test_c", "There and back.", 20.0, 20.0, "passed", "", 0.1),),
)
TRAINED = ExerciseResult(
    *("training", 10.0, 10.0, "passed", 9.0, None),
    tests=(TestResult("line", "A line: each step", 10.0, 10.0, "passed", "all 3 steps were taken again", 9.0),),
)
RECORD = TrainingRecord(
    *("A line", "held-out images", Curve((1.0, 0.5, 0.2), (0.9, 0.4, 0.1), (1.1, 0.6, 0.3)), 0.75, 0.5, 0.9),
    names=("dark", "bright"),
    confusion=((3, 1), (1, 3)),
    misread=(Misread([[0, 255], [255, 0]], 0, 1),),
    reached=2,
)
REPORT = Report(
    *("tiny", "tiny.ipynb", "anna", "", "", "", "none", "graded", None, 50.0, 80.0, 9.3),
    exercises=(DOUBLE, SHIFT, TRAINED),
    training=(RECORD,),
)
SOURCES = {
    "answer-double": "def double(x):\n    return np.abs(x) * 2  # <b>twice</b>",
    "answer-shift": "def shift(x):\n    return x + 1",
    "double": "check_double(double)",
    "why": "Because $x + x = 2x$.",
}
GRADES = (
    ("double", 50.0, 20.0, None, None),
    ("shift", 20.0, 20.0, None, None),
    ("training", 10.0, 10.0, None, None),
    ("why", 20.0, None, None, None),
)
COMMENTS = (("answer-double", None, None), ("answer-shift", None, None), ("why", None, None))
ROWS = SubmissionRows(TIME, TIME, None, 50.0, GRADES, COMMENTS)


def graded_notebook(report: Report | None = REPORT, **sources: str) -> dict[str, Any]:
    """A graded notebook as the page reads it, with prose and an own cell; `sources`: of cells, with _ in the place of -."""
    cells: list[dict[str, Any]] = [{"cell_type": "markdown", "metadata": {}, "source": "Prose of the notebook."}]
    for name, source in SOURCES.items():
        cells.append({"cell_type": "code", "metadata": {"nbgrader": {"grade_id": name}}, "source": source})
        cells[-1]["source"] = sources.get(name.replace("-", "_"), source)
    cells.append({"cell_type": "code", "metadata": {}, "source": "own = 'cell of the student'"})
    known: dict[str, Any] = {"pseudonym": "teal heron 42", "repairs": ["tiny-Copy1.ipynb was graded."]}
    if report is not None:
        known["report"] = report.as_json()
    return {"cells": cells, "metadata": {"autograder": known}}


def html(
    folder: Path,
    report: Report | None = REPORT,
    rows: SubmissionRows = ROWS,
    outline: Outline = OUTLINE,
    student: str = "anna",
    **sources: str,
) -> str:
    """The page of one student."""
    return html_of(page_of(outline, student, rows, graded_notebook(report, **sources), folder))


def marked(rows: SubmissionRows = ROWS, *, comment: str = "", **points: float) -> SubmissionRows:
    """The rows after a person has given points, and said something of `double`."""
    grades = tuple((name, most, auto, points.get(name, hand), more) for name, most, auto, hand, more in rows.grades)
    comments = tuple((name, auto, comment or hand if "double" in name else hand) for name, auto, hand in rows.comments)
    score = sum(auto or 0.0 if hand is None else hand for _, _, auto, hand, _ in grades)
    return replace(rows, grades=grades, comments=comments, score=score)


def page_at(course: Course, student: str, assignment: str = "tiny") -> BeautifulSoup:
    """The page that a command has written."""
    path = course.data / "feedback" / student / assignment / f"{assignment}.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def words(tag: BeautifulSoup | Tag | None) -> str:
    """What is read of a part of a page, in one line."""
    assert tag is not None
    return " ".join(tag.get_text(" ").split()).replace(" ,", ",").replace(" .", ".")


def overview(page: BeautifulSoup) -> dict[str, str]:
    """Of each part, its result and points in the table on top."""
    rows = page.select("#points ~ table tbody tr")
    return {words(row.find("a")): " ".join(words(cell) for cell in row.find_all("td")) for row in rows}
