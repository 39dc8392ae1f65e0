"""The page of a course that lists its assignments, `docs/assignments.md`: adds one that is new. Called by `new_assignment`.

The page is written by hand. It may have a table of hours and points, one of what to know, and a sentence with the sum of all hours: what
there is gains the new assignment, and all else stays as it is.
"""

from __future__ import annotations

import re
from pathlib import Path

from autograder.course.assignment import Assignment
from autograder.course.folders import Course

PAGE = "docs/assignments.md"
HOURS = "| no. | assignment | time | points: tests, training, a person | a short way through |"
TO_KNOW = "| no. | what to know | what it builds on |"
SHORT_WAY = re.compile(r"importance 4 and 5\s+take\s+(\d+)\s+minutes\s+and\s+bring\s+(\d+)\s+points")  # in a notebook
SUM = re.compile(r"All \w+ take (\d+) h (\d\d), and the short ways (\d+) h (\d\d)\.")
COUNTS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
NONE = "\N{EN DASH}"


def listed(course: Course, assignment: Assignment) -> list[Path]:
    """Add an assignment at the end of the page; the page, where the course has one that lists assignments."""
    path = course.root / PAGE
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    short = SHORT_WAY.search(assignment.cells[0].source)
    if HOURS not in lines or short is None:
        return []
    minutes, points = map(int, short.groups())
    number = _with_row(lines, HOURS, f"{_hours_and_points(assignment)} {minutes} min, {points} points |")
    if TO_KNOW in lines:
        _with_row(lines, TO_KNOW, "to be written | to be written |")
    text = SUM.sub(lambda told: _sum(told, number, assignment.minutes, minutes), "\n".join(lines) + "\n")
    path.write_text(text, encoding="utf-8")
    return [path]


def hours(minutes: int) -> str:
    """A time, as the page says it."""
    return f"{minutes // 60} h {minutes % 60:02}"


def _hours_and_points(assignment: Assignment) -> str:
    trained = assignment.training.points if assignment.training else 0.0
    shares = (assignment.max_score - trained, trained, sum(assignment.questions.values()))
    told = ", ".join(f"{share:g}" if share else NONE for share in shares)
    subject = assignment.title.partition(": ")[2] or assignment.title
    return f"`{assignment.name}`: {subject} | {hours(assignment.minutes)} | {told} |"


def _with_row(lines: list[str], header: str, row: str) -> int:
    """Add a row, with its number in front, to the table that begins with `header`; the number."""
    start = lines.index(header)
    end = next((n for n in range(start, len(lines)) if not lines[n].startswith("|")), len(lines))
    number = end - start - 1  # behind the header and the line below it
    lines.insert(end, f"| {number} | {row}")
    return number


def _sum(told: re.Match[str], count: int, minutes: int, short: int) -> str:
    whole, whole_minutes, part, part_minutes = map(int, told.groups())
    number = COUNTS[count - 1] if count <= len(COUNTS) else str(count)
    added = hours(60 * whole + whole_minutes + minutes), hours(60 * part + part_minutes + short)
    return f"All {number} take {added[0]}, and the short ways {added[1]}."
