"""Reports for GitHub Actions: annotations, as commands that a step prints, and the summary of a step, in Markdown.

A line of a cell is no line of the .ipynb, so an annotation is about the file, and its title names the cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from autograder.course.report import STATES, ExerciseResult, Report
from autograder.reporting.exercise import NOT_THE_STUDENTS_FAULT, told
from autograder.submission.submitted import printable

MOST = 10  # annotations of one kind that GitHub keeps of a step
MOST_BYTES = 1 << 20  # of a summary
CUT = "\n\nThe rest is left out: GitHub shows no more.\n"
MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:@$^=])")


def github_annotations(reports: Sequence[Report], *, single: bool, at: datetime) -> str:  # noqa: ARG001  (one or several)
    """An error for each exercise that lost points, and a warning for each report that has no grade."""
    errors = [line for report in reports for line in _errors(report)]
    warnings = [
        _command("warning", report, report.assignment, NOT_THE_STUDENTS_FAULT) for report in reports if _failed(report)
    ]
    lines = [*_most(errors, "error"), *_most(warnings, "warning")]
    return "".join(f"{line}\n" for line in lines)


def _failed(report: Report) -> bool:
    return report.status == "grader-error"


def _errors(report: Report) -> Iterator[str]:
    if report.status == "ungradable":
        yield _command("error", report, report.assignment, report.reason or "")
    for exercise in report.exercises:
        if exercise.status not in {"passed", "grader-error"}:
            title = f"{exercise.name}: {exercise.points:g}/{exercise.max_points:g} (cell answer-{exercise.name})"
            yield _command("error", report, title, _told(exercise))


def _told(exercise: ExerciseResult) -> str:
    lines = [f"{STATES[test.status]} {test.title}" for test in exercise.tests if test.status != "passed"]
    finding = exercise.misconception
    return "\n".join([*lines, *([f"{finding.label}: {finding.title} {finding.hint}"] if finding else [])])


def _command(kind: str, report: Report, title: str, message: str) -> str:
    return f"::{kind} file={_property(report.submission)},title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    """Text of a command, which ends at the end of a line. `%` comes first: it begins what the others become."""
    return told(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _most(lines: list[str], kind: str) -> list[str]:
    if len(lines) <= MOST:
        return lines
    return [*lines[: MOST - 1], f"::{kind}::There are {len(lines) - MOST + 1} more, which GitHub would leave out."]


def github_summary(reports: Sequence[Report], *, single: bool, at: datetime) -> str:  # noqa: ARG001  (one or several)
    """A table for each report, in Markdown that shows text of any origin as text."""
    text = "\n".join(_summary(report) for report in reports)
    content = text.encode("utf-8", "backslashreplace")
    return text if len(content) <= MOST_BYTES else content[: MOST_BYTES - len(CUT)].decode("utf-8", "ignore") + CUT


def _summary(report: Report) -> str:
    who = f"{report.student}: {report.submission}" if report.student else report.submission
    if report.status == "grader-error":
        return f"### {_markdown(who)}\n\n{_markdown(NOT_THE_STUDENTS_FAULT)}\n"
    head = f"### {_markdown(f'{who}: {report.score:g} of {report.max_score:g} points')}\n"
    reason = f"\n{_markdown(report.reason)}\n" if report.reason else ""
    rows = "".join(_row(exercise) for exercise in report.exercises)
    table = f"\n| Exercise | Points | Result | What was found |\n|---|---:|---|---|\n{rows}" if rows else ""
    return f"{head}{reason}{table}"


def _row(exercise: ExerciseResult) -> str:
    finding = exercise.misconception
    found = f"{finding.title} {finding.hint}" if finding else ""
    cells = (exercise.name, f"{exercise.points:g} of {exercise.max_points:g}", str(STATES[exercise.status]), found)
    return f"| {' | '.join(map(_markdown, cells))} |\n"


def _markdown(text: str) -> str:
    """Text that Markdown shows as it is, in one line."""
    return MARKUP.sub(r"\\\1", printable(" ".join(text.split())))
