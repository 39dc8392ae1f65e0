"""What the reports of a class say together: of each exercise, each hidden test and each misconception. `class_page` shows it.

An exercise in which the grader itself failed counts nowhere, nor does a submission that could not be graded. Statistics of an exercise or
a test are those of the students who tried it, since one that was left out says nothing of what was asked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.course.report import SLIGHT, STATES, ExerciseResult, Finding, Report, State, TestResult
from autograder.reporting.class_statistics import (
    Discrimination,
    Spread,
    alpha,
    by_quarter,
    difficulty,
    discrimination,
    spread,
)

UNTRIED: set[State] = {"not-attempted", "skipped"}


@dataclass(frozen=True)
class ItemStatistics:
    """One exercise or hidden test, of those who tried it.

    tried: how many these are; whole: how many of them have all points
    states: how it ended, for everybody whose exercise was graded, the most severe first
    quarters: the share of points in each quarter of the class, the weakest first
    """

    name: str
    title: str
    max_points: float
    tried: int
    whole: int
    difficulty: float | None
    discrimination: Discrimination | None
    quarters: tuple[float, ...] | None
    states: tuple[tuple[State, int], ...]


@dataclass(frozen=True)
class Losses:
    """Who tried an exercise and lost points there, by what was found: a misconception, no more than a pattern, or nothing."""

    named: tuple[str, ...]
    pattern: tuple[str, ...]
    unnamed: tuple[str, ...]

    @property
    def students(self) -> int:
        """How many they are."""
        return len(self.named) + len(self.pattern) + len(self.unnamed)


@dataclass(frozen=True)
class ExerciseSummary:
    """One exercise with its hidden tests."""

    exercise: ItemStatistics
    tests: tuple[ItemStatistics, ...]
    losses: Losses


@dataclass(frozen=True)
class FindingSummary:
    """A misconception or a pattern, and who was told of it. `lost`: how many tried the exercise and lost points there."""

    exercise: str
    finding: Finding
    students: tuple[str, ...]
    lost: int

    @property
    def share(self) -> float:
        """Of those who lost points there."""
        return len(self.students) / self.lost


@dataclass(frozen=True)
class ClassSummary:
    """All of it. Points and seconds are those of graded submissions; `findings` begin with what most students have.

    suites: how many versions of the hidden suite the reports are of
    """

    graded: int
    percent: Spread | None
    seconds: Spread | None
    alpha: float | None
    exercises: tuple[ExerciseSummary, ...]
    findings: tuple[FindingSummary, ...]
    suites: int


def summary_of(items: Iterable[str], reports: Mapping[str, Report]) -> ClassSummary:
    """The summary of reports by student, with these exercises in this order."""
    names = tuple(items)
    graded = {student: report for student, report in sorted(reports.items()) if report.status != "ungradable"}
    answered = {name: answers(name, graded) for name in names}
    whole = [report for report in graded.values() if report.status == "graded"]
    exercises = tuple(_exercise(name, answered[name], graded) for name in names if answered[name])
    table = [[_points(report, each.exercise.name) for each in exercises] for report in whole]
    findings = [found for name in names for found in _findings(name, answered[name])]
    return ClassSummary(
        graded=len(whole),
        percent=spread([report.percent for report in whole]),
        seconds=spread([report.seconds for report in whole]),
        alpha=alpha(table),
        exercises=exercises,
        findings=tuple(sorted(findings, key=lambda found: -len(found.students))),
        suites=len({report.suite_sha256 for report in graded.values()}),
    )


def answers(name: str, reports: Mapping[str, Report]) -> dict[str, ExerciseResult]:
    """What each student has in an exercise; nobody where the grader failed, or where no point of it could be had."""
    return {
        student: result
        for student, report in reports.items()
        for result in report.exercises
        if result.name == name and result.status != "grader-error" and result.max_points > 0
    }


def tried(result: ExerciseResult | TestResult) -> bool:
    """Whether something was handed in for it."""
    return result.status not in UNTRIED


def lost(result: ExerciseResult) -> bool:
    """Whether it was tried and has not all points."""
    return tried(result) and result.points < result.max_points - SLIGHT


def _exercise(name: str, found: Mapping[str, ExerciseResult], reports: Mapping[str, Report]) -> ExerciseSummary:
    tests: dict[str, dict[str, TestResult]] = defaultdict(dict)
    for student, result in found.items():
        for test in result.tests:
            tests[test.name][student] = test
    return ExerciseSummary(
        _statistics(name, name, found, reports),
        tuple(_statistics(test, next(iter(some.values())).title, some, reports) for test, some in tests.items()),
        _losses(found),
    )


def _statistics(
    name: str, title: str, found: Mapping[str, ExerciseResult | TestResult], reports: Mapping[str, Report]
) -> ItemStatistics:
    """The statistics of an exercise or a test. The rest is what a student has in the whole assignment but for it."""
    asked = {student: result for student, result in found.items() if tried(result)}
    shares = [_share(result) for result in asked.values()]
    comparable = [student for student in asked if reports[student].status == "graded"]
    item = [_share(asked[student]) for student in comparable]
    rest = [_rest(reports[student], asked[student]) for student in comparable]
    states = Counter(result.status for result in found.values())
    return ItemStatistics(
        name=name,
        title=title,
        max_points=max((result.max_points for result in found.values()), default=0.0),
        tried=len(asked),
        whole=sum(share >= 1 - SLIGHT for share in shares),
        difficulty=difficulty(shares),
        discrimination=discrimination(item, rest),
        quarters=by_quarter(item, rest) if any(rest) else None,
        states=tuple((state, states[state]) for state in STATES if states[state]),
    )


def _share(result: ExerciseResult | TestResult) -> float:
    """Of the points that can be had; a test without points counts whether it was passed."""
    return result.points / result.max_points if result.max_points else float(result.status == "passed")


def _rest(report: Report, result: ExerciseResult | TestResult) -> float:
    most = report.max_score - result.max_points
    return (report.score - result.points) / most if most > 0 else 0.0


def _points(report: Report, exercise: str) -> float:
    return next((result.points for result in report.exercises if result.name == exercise), 0.0)


def _losses(found: Mapping[str, ExerciseResult]) -> Losses:
    named: list[str] = []
    pattern: list[str] = []
    unnamed: list[str] = []
    for student, result in found.items():
        if lost(result):
            finding = result.misconception
            (unnamed if finding is None else pattern if finding.is_pattern else named).append(student)
    return Losses(tuple(named), tuple(pattern), tuple(unnamed))


def _findings(name: str, found: Mapping[str, ExerciseResult]) -> list[FindingSummary]:
    """Each finding of an exercise. Where a course has changed the words of one, those that most students were told are shown."""
    told: dict[str, dict[str, Finding]] = defaultdict(dict)
    losing = {student: result for student, result in found.items() if lost(result)}
    for student, result in losing.items():
        if result.misconception:
            told[result.misconception.id][student] = result.misconception
    return [
        FindingSummary(name, _usual(tuple(some.values())), tuple(some), len(losing)) for _, some in sorted(told.items())
    ]


def _usual(findings: Sequence[Finding]) -> Finding:
    return Counter(findings).most_common(1)[0][0]
