"""What an instructor reads first on a class page: a few numbers, and what to look at, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.reporting.class_rows import state_of
from autograder.reporting.class_summary import ClassSummary
from autograder.reporting.class_values import ClassResults
from autograder.reporting.class_words import count, percent
from autograder.reporting.suspicious_tests import SuspiciousTest


@dataclass(frozen=True)
class Advice:
    """A sentence, and the section of the page that tells more."""

    text: str
    section: str


@dataclass(frozen=True)
class Glance:
    """How many there are of whom, and what to look at: the most telling first."""

    numbers: tuple[tuple[str, str], ...]
    advice: tuple[Advice, ...]


def glance_of(results: ClassResults, summary: ClassSummary, suspicious: tuple[SuspiciousTest, ...]) -> Glance:
    """The first section of the page."""
    members = results.members
    states = [state_of(member) for member in members]
    handed_in = sum(member.handed_in for member in members)
    numbers = [
        ("handed in", f"{handed_in:,} of {len(members):,}"),
        ("graded", f"{summary.graded:,}"),
    ]
    if summary.percent:
        numbers += [
            ("median of the hidden tests", percent(summary.percent.median / 100)),
            ("the middle half", f"{summary.percent.lower:.0f} to {summary.percent.upper:.0f}\N{NO-BREAK SPACE}%"),
        ]
    waiting = sum(
        bool(member.grades.waiting) or state == "the grader failed"
        for member, state in zip(members, states, strict=True)
    )
    numbers.append(("wait for a person", f"{waiting:,}"))
    advice = (*_mistakes(summary), *_hardest(summary), *_unnamed(summary), *_faulty(suspicious), *_work(states))
    return Glance(tuple(numbers), advice)


def _mistakes(summary: ClassSummary) -> Iterator[Advice]:
    first = next((found for found in summary.findings if not found.finding.is_pattern), None)
    if first is not None and len(first.students) == 1:
        yield Advice("No two students have made the same mistake, of those that have a name.", "misconceptions")
    elif first is not None:
        yield Advice(
            f"The most frequent mistake: {first.finding.title} {count(len(first.students), 'student')}, {percent(first.share)} of those "
            f"who lost points in {first.exercise}.",
            "misconceptions",
        )


def _hardest(summary: ClassSummary) -> Iterator[Advice]:
    known = [each.exercise for each in summary.exercises if each.exercise.difficulty is not None]
    hardest = min(known, key=lambda each: each.difficulty or 0.0, default=None)
    if hardest is not None and hardest.whole < hardest.tried:
        yield Advice(
            f"The hardest exercise: {hardest.name}, in which those who tried it have {percent(hardest.difficulty or 0.0)} of the points on "
            "average.",
            "exercises",
        )
    left = {each.name: sum(number for _, number in each.states) - each.tried for each in known}
    if most := max(left.values(), default=0):
        name, *others = (name for name, number in left.items() if number == most)
        also = f" and {count(len(others), 'other')}" if others else ""
        yield Advice(f"Left out most often: {name}{also}, by {count(most, 'student')}.", "exercises")


def _unnamed(summary: ClassSummary) -> Iterator[Advice]:
    losses = [(len(each.losses.unnamed), each.exercise.name) for each in summary.exercises]
    total = sum(number for number, _ in losses)
    if total:
        number, name = max(losses, key=lambda loss: loss[0])
        most = name if number == total else f"{name} for {number:,} of them"
        yield Advice(
            f"{count(total, 'failure')} without a name, in {most}: what such answers have in common may be a mistake that the course does "
            "not know yet.",
            "unnamed",
        )


def _faulty(suspicious: tuple[SuspiciousTest, ...]) -> Iterator[Advice]:
    number = sum(one.weight == "look" for one in suspicious)
    if number:
        look = "looks" if number == 1 else "look"
        yield Advice(f"{count(number, 'hidden test')} {look} faulty. See why before the grades are released.", "tests")


def _work(states: list[str]) -> Iterator[Advice]:
    for state, words in (
        ("the grader failed", "The grader itself failed with"),
        ("not graded yet", "Handed in and not graded yet:"),
        ("cannot be graded", "Cannot be graded:"),
    ):
        if number := states.count(state):
            yield Advice(f"{words} {count(number, 'submission')}.", "waiting")
