"""How many attempts a student has, when one is graded, and how much is told of it: without a course, at any moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from autograder.course.attempts import Allowance, Attempt, AttemptRule, State, allowance, may_be_graded, told_now
from autograder.gradebook.attempt_words import FAILED, sentences

NOW = datetime(2030, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANY = Allowance(None, 3, None)
SOME, NONE = Allowance(2, 1, None), Allowance(2, 2, NOW + HOUR)


def attempts(*ago: float, state: State = "counted") -> list[Attempt]:
    return [Attempt("ada", str(hours), NOW - hours * HOUR, state) for hours in ago]


@pytest.mark.parametrize(
    ("a_day", "ago", "used", "left", "free"),
    [
        (None, (1, 2, 3), 3, None, None),
        (2, (), 0, 2, None),
        (2, (1,), 1, 1, None),
        (2, (23.9, 1), 2, 0, 0.1),
        (2, (24, 1), 1, 1, None),
        (2, (30, 23, 2), 2, 0, 1),
        (1, (23, 2, 1), 3, 0, 23),  # the rule was another one before
    ],
)
def test_attempts_of_the_last_24_hours_are_used_and_come_back(
    a_day: int | None, ago: tuple[float, ...], used: int, left: int | None, free: float | None
) -> None:
    found = allowance(AttemptRule(a_day), attempts(*ago), NOW)
    assert (found.used, found.left) == (used, left)
    assert found.free == (None if free is None else NOW + free * HOUR)


@pytest.mark.parametrize("state", ["failed", "new", "waiting"])
def test_only_what_was_graded_counts(state: State) -> None:
    assert allowance(AttemptRule(2), attempts(1, 2, 3, state=state), NOW).left == 2


@pytest.mark.parametrize(
    ("state", "left", "due", "is_graded"),
    [
        ("new", SOME, None, True),
        ("new", ANY, None, True),
        ("new", NONE, None, False),
        ("new", NONE, 5, False),
        ("new", NONE, -5, False),  # a late submission is over the limit as well
        ("counted", NONE, 5, True),
        ("failed", NONE, 5, True),
        ("waiting", SOME, 5, False),  # an attempt of tomorrow is the student's to use
        ("waiting", NONE, 0, True),
        ("waiting", NONE, -5, False),  # it came after the due date
        ("waiting", SOME, -5, True),
        ("waiting", NONE, None, False),
        ("waiting", SOME, None, True),
    ],
)
def test_what_is_over_the_limit_waits_for_the_due_date(
    state: State, left: Allowance, due: float | None, is_graded: bool
) -> None:
    (attempt,) = attempts(1, state=state)
    assert may_be_graded(attempt, left, None if due is None else NOW + due * HOUR, NOW) is is_graded


def test_from_the_due_date_on_everything_is_told() -> None:
    rule = AttemptRule(told="points")
    assert [told_now(rule, due, NOW) for due in (None, NOW + HOUR, NOW)] == ["points", "points", "messages"]


@pytest.mark.parametrize(
    ("state", "left", "due", "says"),
    [
        ("counted", ANY, None, []),
        ("counted", SOME, 5, ["1 of 2, so 1 left"]),
        (
            "counted",
            NONE,
            5,
            ["2 of 2, so none left", "2030-01-10 13:00 UTC", "waits until the due date, 2030-01-10 17:00 UTC"],
        ),
        ("counted", NONE, None, ["waits until then"]),
        ("waiting", NONE, 5, ["2 within 24 hours", "until the due date, 2030-01-10 17:00", "another attempt"]),
        ("waiting", NONE, -5, ["until an attempt is free again"]),
        ("failed", NONE, 5, [FAILED]),
    ],
)
def test_a_student_is_told_what_is_left_and_what_waits(
    state: State, left: Allowance, due: float | None, says: list[str]
) -> None:
    told = " ".join(sentences(state, "messages", left, None if due is None else NOW + due * HOUR, NOW))
    assert bool(told) == bool(says)
    assert [words for words in says if words not in told] == []


@pytest.mark.parametrize(
    ("told", "due", "says"),
    [
        ("nothing", NOW, "What came of it, you learn from the due date on, 2030-01-10 12:00 UTC."),
        ("points", NOW, "What the hidden tests said, you learn from the due date on"),
        ("points", None, "you learn when your instructor releases it"),
    ],
)
def test_a_student_is_told_when_the_rest_is_told(told: str, due: datetime | None, says: str) -> None:
    assert says in " ".join(sentences("counted", told, ANY, due, NOW - HOUR))  # type: ignore[arg-type]
