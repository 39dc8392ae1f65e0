"""What a student is told of an attempt: how many are left, what waits and until when. Every sentence stands on the page that comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from autograder.course.attempts import Allowance, State, Told

FAILED = (
    "Your submission has arrived and is kept, and the grader itself failed. That is not your fault, and it does not count as "
    "an attempt. It will be graded again."
)


def sentences(state: State, told: Told, left: Allowance, due: datetime | None, now: datetime) -> tuple[str, ...]:
    """All that is to be said of an attempt, besides what came of it."""
    if state == "failed":
        return (FAILED,)
    if state == "waiting":
        return tuple(_waiting(left, due, now))
    return (*_untold(told, due), *_left(left, due, now))


def time_of(time: datetime) -> str:
    """A moment, to the minute."""
    return f"{time:%Y-%m-%d %H:%M} UTC"


def _waiting(left: Allowance, due: datetime | None, now: datetime) -> Iterator[str]:
    yield (
        f"Your submission has arrived and is kept, but not graded yet: you have used all attempts that are graded at once, "
        f"{left.most} within 24 hours."
    )
    until = f"the due date, {time_of(due)}" if due is not None and due > now else "an attempt is free again"
    yield f"It waits until {until}, and is graded then, unless you hand in something else before. The last submission counts."
    if left.free is not None:
        yield f"From {time_of(left.free)} on you have another attempt."


def _untold(told: Told, due: datetime | None) -> Iterator[str]:
    when = f"from the due date on, {time_of(due)}" if due is not None else "when your instructor releases it"
    if told == "nothing":
        yield f"Your submission has arrived and is graded. What came of it, you learn {when}."
    elif told == "points":
        yield f"This page has the points alone. What the hidden tests said, you learn {when}."


def _left(left: Allowance, due: datetime | None, now: datetime) -> Iterator[str]:
    if left.left is None:
        return
    yield f"Attempts within 24 hours: {left.used} of {left.most}, so {left.left or 'none'} left. The last submission counts."
    if left.free is not None:
        waits = f"the due date, {time_of(due)}" if due is not None and due > now else "then"
        yield f"From {time_of(left.free)} on you have another one; what you hand in before waits until {waits}."
