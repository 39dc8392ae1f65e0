"""What a course decides about students, in `course/settings.toml`: what it costs to be late, how often one may try, who has more time.

No report follows from it. It counts where scores are put into the gradebook, and where they leave it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from autograder.course.assignment import CourseError
from autograder.course.attempts import TOLD, AttemptRule
from autograder.course.folders import Course
from autograder.course.settings import FILE, Kind, expect_keys, tables_of

DAY = 86400.0  # seconds
LONGEST_EXTENSION = 366.0  # days
MOST_A_DAY = 1000  # attempts


@dataclass(frozen=True)
class LateRule:
    """What it costs to hand in after the due date, as a share of the points that were reached.

    percent: for each day that has begun
    at_most: percent in all
    days: for how many days submissions are accepted; one that comes later gets nothing
    """

    percent: float = 0.0
    at_most: float = 100.0
    days: float = math.inf

    def share(self, seconds: float) -> float:
        """The share of the points that is lost, from 0 to 1, by who is so many seconds late."""
        if seconds > self.days * DAY:
            return 1.0
        return min(math.ceil(max(0.0, seconds) / DAY) * self.percent, self.at_most) / 100

    def reason(self, seconds: float) -> str:
        """Why that share is lost, for the student."""
        if seconds > self.days * DAY:
            return f"later than {self.days:g} days after the due date nothing counts"
        begun = math.ceil(max(0.0, seconds) / DAY)
        many = f"{begun} day{'s' * (begun > 1)} begun, {self.percent:g} % each"
        return f"{many}, at most {self.at_most:g} %" if begun * self.percent > self.at_most else many


@dataclass(frozen=True)
class Policy:
    """What one course decides.

    late: what handing in late costs; None leaves that to nbgrader's own plugin
    attempts: of each assignment, how often a submission is answered by `autograder watch`, and with how much
    extensions: of each assignment, the students who have more time, and how much
    excused: of each assignment, the students whom exports call excused
    """

    late: LateRule | None = None
    attempts: Mapping[str, AttemptRule] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, timedelta]] = field(default_factory=dict)
    excused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def policy_of(course: Course) -> Policy:
    """The policy of a course; raises CourseError, in one sentence, where it cannot be used."""
    tables = tables_of(course)
    late = tables.get("late")
    expect_keys(course, "late", late or {}, LATE)
    extensions, excused = (_by_assignment(course, tables, *each) for each in BY_ASSIGNMENT.items())
    return Policy(
        late=None if late is None else LateRule(**late),
        attempts=_attempts(course, tables.get("attempts", {})),
        extensions={
            name: {student: timedelta(days=days) for student, days in given.items()}
            for name, given in extensions.items()
        },
        excused={name: tuple(students) for name, students in excused.items()},
    )


def _attempts(course: Course, table: Mapping[str, Any]) -> dict[str, AttemptRule]:
    """The rule of each assignment: what stands in its own table, and otherwise what stands above all of them."""
    general = {key: value for key, value in table.items() if not isinstance(value, dict)}
    own = {key: value for key, value in table.items() if isinstance(value, dict)}
    expect_keys(course, "attempts", general, ATTEMPTS)
    for name, values in own.items():
        expect_keys(course, f"attempts.{name}", values, ATTEMPTS)
    _expect_assignments(course, own)
    return {name: AttemptRule(**general | own.get(name, {})) for name in course.names()}


def _by_assignment(course: Course, tables: Mapping[str, Any], name: str, kind: Kind) -> dict[str, Any]:
    """A table that has, for assignments, values of one kind."""
    table: dict[str, Any] = tables.get(name, {})
    expect_keys(course, name, table, dict.fromkeys(table, kind))
    _expect_assignments(course, table)
    return table


def _expect_assignments(course: Course, table: Mapping[str, Any]) -> None:
    if unknown := sorted(set(table) - set(course.names())):
        raise CourseError(f"{course.data / FILE}: there is no assignment {unknown[0]!r}.")


def _number(value: Any, most: float) -> bool:
    return type(value) in {int, float} and 0 <= value <= most


def _days_of_each(value: Any) -> bool:
    return isinstance(value, dict) and all(_number(each, LONGEST_EXTENSION) for each in value.values())


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


PERCENT: Kind = (lambda value: _number(value, 100), "a number from 0 to 100")
DAYS = f"a number of days, from 0 to {LONGEST_EXTENSION:g}"
LATE: Mapping[str, Kind] = {
    "percent": PERCENT,
    "at_most": PERCENT,
    "days": (lambda value: _number(value, LONGEST_EXTENSION), DAYS),
}
ATTEMPTS: Mapping[str, Kind] = {
    "a_day": (lambda value: type(value) is int and 1 <= value <= MOST_A_DAY, f"a whole number from 1 to {MOST_A_DAY}"),
    "told": (lambda value: value in TOLD, f"one of {', '.join(map(repr, TOLD))}"),
}
# The tables in which names of assignments stand.
BY_ASSIGNMENT: Mapping[str, Kind] = {
    "extensions": (_days_of_each, f"a table of students, each with {DAYS}"),
    "excused": (_texts, 'a list of students, such as ["ada", "ben"]'),
}
