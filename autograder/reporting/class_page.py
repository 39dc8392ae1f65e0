"""The page of a class and an assignment, `autograder report`: one file that loads nothing, and can be read without its scripts.

Jinja escapes all text. Titles and hints come from the course; of students there are names, and why a file cannot be graded.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from autograder.course.report import STATES, Report, State
from autograder.reporting.class_charts import histogram, item_map
from autograder.reporting.class_glance import glance_of
from autograder.reporting.class_regrades import regraded_together
from autograder.reporting.class_rows import Person, anonymous, lines_of, person_of, slowest, waiting_of
from autograder.reporting.class_statistics import Spread, spread
from autograder.reporting.class_summary import ClassSummary, FindingSummary, summary_of
from autograder.reporting.class_values import ClassResults
from autograder.reporting.class_words import count, duration, percent, points, signed
from autograder.reporting.suspicious_tests import SuspiciousTest, suspicious_tests

FILES = Path(__file__).parent / "class_page_files"
SCRIPTS = ("tablesort.min.js", "tablesort.number.min.js", "tables.js")
SHADES = 10  # of a square, from no points to all


@dataclass(frozen=True)
class FindingRow:
    """A misconception or a pattern with its label, by which the table of students names it."""

    label: str
    summary: FindingSummary
    people: tuple[Person, ...]


def page_of_class(results: ClassResults, now: datetime, *, without_names: bool = False) -> str:
    """The page. `without_names`: no name, no link and no line of a single student is in it. `now`: in UTC."""
    shown = anonymous(results) if without_names else results
    reports = {member.student: member.report for member in shown.members if member.report}
    summary = summary_of([name for name, _ in shown.items], reports)
    suspicious = suspicious_tests(summary)
    findings = _finding_rows(shown, summary)
    labels = {(row.summary.exercise, row.summary.finding.id): row.label for row in findings}
    context = {
        "results": shown,
        "summary": summary,
        "now": now,
        "without_names": without_names,
        "glance": glance_of(shown, summary, suspicious),
        "misconceptions": [row for row in findings if not row.summary.finding.is_pattern],
        "patterns": [row for row in findings if row.summary.finding.is_pattern],
        "unnamed": _unnamed(shown, summary),
        "states": _states(summary),
        "totals": _totals(shown),
        "faulty": [one for one in suspicious if one.weight == "look"],
        "telling_little": _telling_little(suspicious),
        "chart": _histogram(summary, reports),
        "map": _item_map(summary, suspicious),
        "regraded": regraded_together(shown),
        "waiting": waiting_of(shown),
        "late": [member for member in shown.members if member.grades.late > 0],
        "slowest": [] if without_names else slowest(shown),
        "lines": [] if without_names else lines_of(shown, labels),
    }
    return _template().render(context)


def _finding_rows(results: ClassResults, summary: ClassSummary) -> list[FindingRow]:
    """Misconceptions are labelled M1, M2, ..., patterns P1, P2, ..., the ones that most students have first."""
    members = {member.student: member for member in results.members}
    numbers = {"M": 0, "P": 0}
    rows = []
    for found in summary.findings:
        letter = "P" if found.finding.is_pattern else "M"
        numbers[letter] += 1
        people = tuple(person_of(members[student]) for student in found.students)
        rows.append(FindingRow(f"{letter}{numbers[letter]}", found, people))
    return rows


def _unnamed(results: ClassResults, summary: ClassSummary) -> dict[str, list[Person]]:
    """For each exercise, who lost points there and was told nothing but what each test says."""
    members = {member.student: member for member in results.members}
    return {
        each.exercise.name: [person_of(members[student]) for student in each.losses.unnamed]
        for each in summary.exercises
    }


def _states(summary: ClassSummary) -> list[State]:
    """The states in which exercises of this class ended, from passed to the most severe."""
    there = {state for each in summary.exercises for state, _ in each.exercise.states}
    return [state for state in reversed(STATES) if state in there]


def _totals(results: ClassResults) -> Spread | None:
    """What the gradebook has of those whose submission was graded: with marks by hand, less penalties."""
    return spread(
        [member.grades.total for member in results.members if member.report and member.report.status == "graded"]
    )


def _telling_little(suspicious: tuple[SuspiciousTest, ...]) -> dict[str, list[SuspiciousTest]]:
    """Tests that are probably right and tell little, by what is said of them."""
    notes = [one for one in suspicious if one.weight == "note"]
    labels = dict.fromkeys(one.suspicions[0].label for one in notes)
    return {label: [one for one in notes if one.suspicions[0].label == label] for label in labels}


def _histogram(summary: ClassSummary, reports: Mapping[str, Report]) -> Markup:
    if summary.percent is None:
        return Markup()
    percents = [report.percent for report in reports.values() if report.status == "graded"]
    return Markup(histogram(percents, summary.percent))  # noqa: S704  (escaped where it is made)


def _item_map(summary: ClassSummary, suspicious: tuple[SuspiciousTest, ...]) -> Markup:
    """Tests that look faulty have the numbers of the list beside."""
    numbers = {
        (one.exercise, one.test.name): f"{place}" for place, one in enumerate(suspicious, 1) if one.weight == "look"
    }
    tests = [
        (test, numbers.get((each.exercise.name, test.name), "")) for each in summary.exercises for test in each.tests
    ]
    return Markup(item_map(tests))  # noqa: S704  (escaped where it is made)


def breakable(name: str) -> Markup:
    """A name in Python, which may be broken behind its underscores."""
    return Markup("_<wbr>").join(name.split("_"))


def shade(share: float) -> int:
    """Of a share from 0 to 1: 0 for nothing, SHADES for all, and for nothing else these two."""
    if share in {0, 1}:
        return SHADES * int(share)
    return min(max(round(SHADES * share), 1), SHADES - 1)


@cache
def _template() -> jinja2.Template:
    loader = jinja2.FileSystemLoader(FILES)
    known = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, loader=loader
    )
    script = "\n".join((FILES / name).read_text(encoding="utf-8") for name in SCRIPTS)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    known.filters |= {
        "percent": percent,
        "signed": signed,
        "points": points,
        "duration": duration,
        "shade": shade,
        "breakable": breakable,
    }
    known.globals |= {
        "count": count,
        "format_percent": "{:.0f}\N{NO-BREAK SPACE}%".format,
        "format_points": points,
        "format_duration": duration,
        "STATES": STATES,
        "style": Markup((FILES / "style.css").read_text(encoding="utf-8")),  # noqa: S704  (files of ours)
        "script": Markup(script),  # noqa: S704
        "digest": digest,
    }
    return known.get_template("page.html")
