"""What `grade-class` says of regrades: whose score changes, by how much, in which hidden test, and whose page is out of date."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.cli.console import MOST_NAMED, err, out, people
from autograder.cli.writing import write_text
from autograder.course.regrade import PARTS, in_words
from autograder.reporting.class_words import count, points
from autograder.reporting.spreadsheet import csv_text, harmless
from autograder.reporting.terminal import plain
from autograder.whole_class.regrading import Change

COLUMNS = ("student", "before", "after", "counts", "exercise", "test", "test_before", "test_after", "released_feedback")


@dataclass(frozen=True)
class Rules:
    """What the person who grades says of regrades. `changes`: the file that is to list all of them."""

    allow_lower: bool = False
    reason: str = ""
    changes: Path | None = None


@dataclass
class Regraded:
    """What has come of grading again.

    changes: of all who were graded again
    by_hand: names of each student's exercises that a person has marked
    stale: whose released feedback is out of date, or would be
    """

    changes: list[Change] = field(default_factory=list)
    by_hand: Mapping[str, Collection[str]] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)


def tell_regraded(name: str, found: Regraded, rules: Rules, *, dry_run: bool = False) -> None:
    """Say it, and write it to the file that was asked for."""
    changed = [change for change in found.changes if change.differs and (dry_run or not change.kept)]
    for change in changed[:MOST_NAMED]:
        for line in _lines(change, found):
            out.print(line)
    if len(changed) > MOST_NAMED:
        more = "" if rules.changes else "; --changes FILE lists all"
        out.print(f"and {len(changed) - MOST_NAMED:,} more{more}")
    for sentence in (*_sums(found.changes, dry_run=dry_run), *_out_of_date(name, found.stale, dry_run=dry_run)):
        err.print(sentence)
    if rules.changes:
        write_changes(rules.changes, found)


def _lines(change: Change, found: Regraded) -> Iterator[str]:
    """One student: the score, and each test that gives other points."""
    who, now = plain(change.student), points(change.after)
    if change.kept:
        why = "the grader failed this time" if change.failed else f"{now} now"
        said = f"{who}: stays at {points(change.before)} points ({why})"
    elif change.before == change.after:
        said = f"{who}: {now} points as before, for other tests"
    else:
        said = f"{who}: {points(change.before)} → {now} points"
    yield said + (", released feedback out of date" if change.student in found.stale else "")
    by_hand = found.by_hand.get(change.student, ())
    for test in change.tests:
        before, after = ("none" if each is None else points(each) for each in (test.before, test.after))
        marked = "; marked by hand, which stays" if test.exercise in by_hand else ""
        yield f"    {plain(test.exercise)}: {before} → {after}  {plain(test.title)}{marked}"


def _sums(changes: list[Change], *, dry_run: bool) -> Iterator[str]:
    """How many scores change, and what changes them."""
    counted = [change for change in changes if not change.kept]
    kept = [change for change in changes if change.kept]
    higher = sum(change.after > change.before for change in counted)
    lower = sum(change.after < change.before for change in counted)
    parts = tuple(part for part in PARTS if any(part in change.parts for change in changes))
    since = f", since these have changed: {in_words(parts)}" if parts else ""
    if counted or (dry_run and kept):  # of kept scores alone, a run that is repeated has nothing else to say
        have = "would change" if dry_run else "have changed"
        yield (
            f"{count(len(changes), 'submission')} with another report than before{since}. "
            f"Scores that {have}: {higher + lower:,}; higher {higher:,}, lower {lower:,}."
        )
    if kept:
        stay = "score that would sink stays" if len(kept) == 1 else "scores that would sink stay"
        yield f"{len(kept):,} {stay}: {plain(people([*map(_kept, kept)]))}; --allow-lower lets them sink."


def _kept(change: Change) -> str:
    now = "the grader failed" if change.failed else f"not {points(change.after)}"
    return f"{change.student} ({points(change.before)}, {now})"


def _out_of_date(name: str, stale: list[str], *, dry_run: bool) -> Iterator[str]:
    if stale:
        when = "would be out of date" if dry_run else f"is out of date; `nbgrader release_feedback {name}` renews it"
        yield f"Released feedback of {count(len(stale), 'student')} {when}: {plain(people(stale))}."


def write_changes(path: Path, found: Regraded) -> None:
    """Write a row for each test that gives other points, of everybody whose report changes."""
    rows = [[harmless(each) for each in row] for row in (COLUMNS, *_rows(found))]
    write_text(path, csv_text(rows), private=True)


def _rows(found: Regraded) -> Iterator[tuple[str | float | None, ...]]:
    for change in found.changes:
        counts = change.before if change.kept else change.after
        released = "out of date" if change.student in found.stale else ""
        total = (change.student, change.before, change.after, counts)
        for test in change.tests:
            yield (*total, test.exercise, test.title, test.before, test.after, released)
        if change.differs and not change.tests:
            yield (*total, None, None, None, None, released)
