"""Attempts at an assignment: how many a student has left, when one is graded, and how much is told of it. For `autograder watch`.

Each answer tells something about the hidden suite, so a course may limit how many there are, and how much each of them says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Told = Literal["nothing", "points", "messages"]
TOLD: tuple[Told, ...] = ("nothing", "points", "messages")  # the least first
State = Literal[
    "new",
    "waiting",  # over the limit
    "counted",  # graded
    "failed",  # the grader itself failed, so that it does not count
]
WINDOW = timedelta(hours=24)  # rather than a calendar day, which would let twice as many through around midnight


@dataclass(frozen=True)
class AttemptRule:
    """What a course allows before the due date.

    a_day: attempts within 24 hours; None for any number
    told: what a student learns of each: nothing until the due date, points by exercise, or what hidden tests say as well
    """

    a_day: int | None = None
    told: Told = "messages"


@dataclass(frozen=True)
class Attempt:
    """A file of a student's. The same file again tells nothing new, and is the same attempt.

    submission: digest of the file
    at: when it came, by the clock of the machine that grades, in UTC: what a student's folder says of the time decides nothing here
    handed_in: which submission it came with; each has its own secret to find the answer by
    answered: what came back for that one; empty when nothing has yet
    """

    student: str
    submission: str
    at: datetime
    state: State = "new"
    handed_in: str = ""
    answered: str = ""


@dataclass(frozen=True)
class Allowance:
    """What is left to a student at a moment.

    used: counted attempts of the last 24 hours, out of `most`
    free: from when on there is one more
    """

    most: int | None
    used: int
    free: datetime | None

    @property
    def left(self) -> int | None:
        """How many more there are; None for any number."""
        return None if self.most is None else max(0, self.most - self.used)


def allowance(rule: AttemptRule, attempts: Iterable[Attempt], now: datetime) -> Allowance:
    """What is left to the student whose attempts these are."""
    times = sorted(each.at for each in attempts if each.state == "counted" and each.at > now - WINDOW)
    full = rule.a_day is not None and len(times) >= rule.a_day
    return Allowance(rule.a_day, len(times), times[len(times) - (rule.a_day or 0)] + WINDOW if full else None)


def may_be_graded(attempt: Attempt, left: Allowance, due: datetime | None, now: datetime) -> bool:
    """Whether an attempt is graded now. One over the limit waits for the due date; after it, and without one, for the next free attempt."""
    if attempt.state in {"counted", "failed"}:
        return True
    if attempt.state == "waiting" and due is not None and attempt.at < due:
        return now >= due
    return left.left != 0


def told_now(rule: AttemptRule, due: datetime | None, now: datetime) -> Told:
    """How much a student is told: from the due date on, everything."""
    return "messages" if due is not None and now >= due else rule.told
