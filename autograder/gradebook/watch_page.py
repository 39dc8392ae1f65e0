"""What `autograder watch` shows of itself: a page for the instructor, and one with numbers only, for everybody. Neither has a script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.course.attempts import AttemptRule
from autograder.gradebook.attempt_words import time_of
from autograder.gradebook.watching import Known, Watch
from autograder.reporting.formulas import inline_html
from autograder.reporting.page_template import page_template
from autograder.submission.submitted import printable

TEMPLATE = "watch_page.html"
RELOADED = 10  # seconds after which a browser loads the page again


@dataclass(frozen=True)
class WaitingRow:
    """A submission that waits, and for what. `place`: in the order in which they are graded; none where it waits for a date."""

    student: str
    came: datetime
    what: str
    place: int | None = None


@dataclass(frozen=True)
class AnsweredRow:
    """A student whose last submission is graded. `left`: of the attempts within 24 hours, as the last answer said."""

    student: str
    came: datetime
    left: str


@dataclass(frozen=True)
class WatchPage:
    """What one look has found. The rows name students; the numbers do not.

    stopped: whether nobody looks any more
    """

    title: str
    at: datetime
    rule: AttemptRule
    due: datetime | None
    soon: int  # how many are graded next
    later: int  # how many wait for a date, or for a free attempt
    failed: int
    answered: int
    since: datetime | None  # since when the first of those who are graded next waits
    waiting: tuple[WaitingRow, ...] = ()
    graded: tuple[AnsweredRow, ...] = ()
    with_names: bool = True
    stopped: bool = False


def page_of_watch(title: str, watch: Watch, being_graded: Sequence[str] = (), *, stopped: bool = False) -> WatchPage:
    """What is known now. `being_graded`: those who are being graded at this moment, the first one first."""
    now = datetime.now(UTC)
    queue = [
        WaitingRow(
            printable(each.student),
            each.time.replace(tzinfo=UTC),
            "is being graded" if each.student in being_graded else "is graded next",
            place,
        )
        for place, each in enumerate(watch.queue, start=1)
    ]
    ahead = {each.student for each in watch.queue}
    known = {student: each for student, each in sorted(watch.known.items()) if student not in ahead}
    later, failed, graded = (_in_state(known.values(), state) for state in ("waiting", "failed", "counted"))
    return WatchPage(
        title=title,
        at=now,
        rule=watch.rule,
        due=watch.due.usual,
        soon=len(queue),
        later=len(later),
        failed=len(failed),
        answered=len(graded),
        since=queue[0].came if queue else None,
        waiting=(
            *queue,
            *(_row(each, "the grader failed; it is tried again") for each in failed),
            *(_row(each, f"waits until {_until(watch, each)}") for each in later),
        ),
        graded=tuple(AnsweredRow(printable(each.attempt.student), each.attempt.at, _left(each)) for each in graded),
        stopped=stopped,
    )


def without_names(page: WatchPage) -> WatchPage:
    """The page for everybody: numbers only. Times of single students are left out as well, since they tell who it is."""
    return replace(page, waiting=(), graded=(), since=None, with_names=False)


def watch_html(page: WatchPage) -> str:
    """The page, in one file that loads nothing."""
    return page_template(Path(__file__).with_name(TEMPLATE), inline=inline_html, time=time_of).render(
        page=page, reloaded=RELOADED
    )


def _in_state(known: Iterable[Known], state: str) -> list[Known]:
    return [each for each in known if each.attempt.state == state]


def _row(known: Known, what: str) -> WaitingRow:
    return WaitingRow(printable(known.attempt.student), known.attempt.at, what)


def _until(watch: Watch, known: Known) -> str:
    due = watch.due.of(known.attempt.student)
    if due is not None and known.attempt.at < due:
        return f"the due date, {time_of(due)}"
    return f"an attempt is free, {time_of(known.left.free)}" if known.left.free else "an attempt is free"


def _left(known: Known) -> str:
    return "any number" if known.left.left is None else f"{known.left.left} of {known.left.most}"
