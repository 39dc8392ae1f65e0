"""Reports for people at a terminal: lines in rich's markup, which the commands print."""

from __future__ import annotations

from collections.abc import Iterator

from rich.markup import escape

from autograder.course.report import STATES, Report
from autograder.submission.submitted import printable

COLOURS = {"✓": "green", "✗": "red", "-": "dim", "?": "magenta"}  # of the marks of states


def plain(text: str) -> str:
    """Text of any origin, for a terminal: no control characters, no markup."""
    return escape(printable(text))


def report_lines(report: Report, *, full: bool) -> Iterator[str]:
    """One report: the score, a line for each exercise, and with `full` every test."""
    name = plain(f"{report.student}: {report.submission}" if report.student else report.submission)
    if report.status == "ungradable":
        yield f"{name}: [red]not graded[/]. {plain(report.reason or '')}"
        return
    yield f"[b]{name}: {report.score:g} of {report.max_score:g} points[/]"
    if report.reason:
        yield f"[dim]note: {plain(report.reason)}[/]"
    for exercise in report.exercises:
        finding = exercise.misconception
        found = f"  [yellow]{finding.id}[/]" if finding else ""
        yield f"  {exercise.name}  {exercise.points:g}/{exercise.max_points:g}  {exercise.status}{found}"
        for test in exercise.tests if full else ():
            mark = STATES[test.status].mark
            message = f"  [dim]{plain(test.message)}[/]" if test.message else ""
            points = f"{test.points:g}/{test.max_points:g}"
            yield f"    [{COLOURS[mark]}]{mark}[/] {points}  {plain(test.title)}{message}"
        if full and finding:
            yield f"    [yellow]→ {plain(finding.title)}[/] {plain(finding.hint)}"
