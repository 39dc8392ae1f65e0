"""A class of any size whose reports nobody had to compute, from a model in which whoever knows more passes more. Also for benchmarks.

What a page must find is planted: misconceptions, a test with the wrong key, one that nobody and one that everybody passes, files that
cannot be graded, faults of the grader, answers that wait to be marked, and students who handed in late or nothing.
"""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import UTC, datetime

from autograder.course.report import ExerciseResult, Finding, Report, State, TestResult, summarise
from autograder.reporting.class_values import ClassResults, Grades, Member

EXERCISES = {  # name: how hard its tests are, on the scale of what a student knows
    "convolution": (-2.0, -1.5, -1.0, -0.5, 0.0),
    "pooling": (-1.5, -1.0, 0.0),
    "residual_block": (-0.5, 0.0, 0.5, 1.0, 1.5, 2.0),
    "batch_normalisation": (0.0, 0.5, 1.0, 1.0),
}
WRONG_KEY, NOBODY, EVERYBODY = ("residual_block", 4), ("batch_normalisation", 3), ("pooling", 0)
FINDINGS = {
    "convolution": (
        Finding("flipped", "The kernel is flipped before it is applied.", "Which of the two is a cross-correlation?"),
        Finding("no-padding", "The border is left out.", "How large is the output, with a padding of one?"),
    ),
    "pooling": (
        Finding("pattern-scaled", "All wrong numbers are the expected ones, times one factor.", "Look for a factor."),
    ),
    "residual_block": (
        Finding("late-relu", "A ReLU stands in the shortcut's way.", "What does the identity do to a negative number?"),
        Finding(
            "no-shortcut", "The gradient of the shortcut is missing.", "Along how many ways does a gradient come back?"
        ),
    ),
    "batch_normalisation": (Finding("variance", "The variance is used in place of its root.", "In which unit is it?"),),
}
NAMED, REASON = 0.6, "tiny.ipynb is not a notebook: it is not valid JSON."


def synthetic_class(students: int, seed: int = 0, name: str = "student-{:04}") -> ClassResults:
    """A class of so many students, the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311  (no secret)
    members = tuple(_member(name.format(number), number, draw) for number in range(students))
    items = tuple((exercise, 10.0 * len(tests)) for exercise, tests in EXERCISES.items())
    most = sum(points for _, points in items) + 20
    due = datetime(2030, 1, 10, 12, tzinfo=UTC)
    return ClassResults("tiny", "Tiny: a class that never was", items, (("why", 20.0),), most, due, members)


def _member(student: str, number: int, draw: random.Random) -> Member:
    """Of a hundred, three hand in nothing, one something that cannot be graded, and one meets a fault of the grader's."""
    if number % 100 in {7, 57, 93}:
        return Member(student, handed_in=False)
    report = _report(student, draw)
    if number % 100 == 13:
        report = replace(report, status="ungradable", reason=REASON, exercises=(), score=0.0)
    if number % 100 == 29:
        report = replace(
            report, status="grader-error", reason="the grader failed in test_2", exercises=report.exercises[:1]
        )
    waiting = ("why",) if number % 9 == 0 else ()
    late = 7200.0 if number % 20 == 3 else 0.0
    grades = Grades(report.score + 15 * (not waiting), 5.0 if late else 0.0, () if waiting else ("why",), waiting, late)
    return Member(student, handed_in=True, report=report, grades=grades, link=f"../feedback/{student}/tiny/tiny.html")


def _report(student: str, draw: random.Random) -> Report:
    knows = draw.gauss(0.7, 1.1)
    exercises = tuple(_exercise(name, knows, draw) for name in EXERCISES)
    score, most = sum(one.points for one in exercises), sum(one.max_points for one in exercises)
    seconds = draw.lognormvariate(0.5, 0.5)
    return Report(
        "tiny", "tiny.ipynb", student, "", "suite", "", "landlock", "graded", None, score, most, seconds, exercises
    )


def _exercise(name: str, knows: float, draw: random.Random) -> ExerciseResult:
    left_out = draw.random() < 0.05
    crashed = draw.random() < 0.04
    state: State | None = "not-attempted" if left_out else "crashed" if crashed else None
    tests = tuple(
        _test(name, number, _state(name, number, knows, draw, state)) for number in range(len(EXERCISES[name]))
    )
    failed = any(test.status == "failed" for test in tests)
    finding = draw.choice(FINDINGS[name]) if failed and draw.random() < NAMED else None
    return summarise(name, sum(test.max_points for test in tests), tests, finding)


def _state(name: str, number: int, knows: float, draw: random.Random, given: State | None) -> State:
    """Passed as often as in Rasch's model; what is planted, as it is planted."""
    if given == "not-attempted" or (given and (name, number) != EVERYBODY):
        return given
    if (name, number) in {NOBODY, EVERYBODY}:
        return "passed" if (name, number) == EVERYBODY else "failed"
    better = knows - EXERCISES[name][number]
    chance = 1 / (1 + math.exp(2 * better if (name, number) == WRONG_KEY else -2 * better))
    return "passed" if draw.random() < chance else "failed"


def _test(name: str, number: int, state: State) -> TestResult:
    points = 10.0 if state == "passed" else 0.0
    return TestResult(f"test_{number}", f"Property {number} of {name} holds.", points, 10.0, state, "", 0.1)
