"""What `autograder watch` does: a look at the exchange every few seconds, a line for each submission, and pages that say who waits.

Whatever ends it, the same command goes on: all that it knows stands in the store.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.cli.console import BROKEN, err, interruptible, note, out
from autograder.cli.grade_class import shown, trained_on
from autograder.cli.progress import Progress
from autograder.cli.writing import write_text
from autograder.course.assignment import CourseError, GraderError
from autograder.course.attempts import Allowance
from autograder.course.devices import Wanted
from autograder.course.folders import Course
from autograder.course.settings import FILE, Data
from autograder.gradebook.answering import Answer, Watched
from autograder.gradebook.attempt_words import time_of
from autograder.gradebook.feedback_given import FOR_ALL
from autograder.gradebook.watch_page import page_of_watch, watch_html, without_names
from autograder.gradebook.watching import Watch
from autograder.reporting.class_words import count, duration, points
from autograder.reporting.terminal import plain
from autograder.sandbox.selftest import Isolation
from autograder.whole_class.plan import BeingGraded, only_watch
from autograder.whole_class.pools import LocalPool
from autograder.whole_class.store import Store

FRESH = 10.0  # seconds after which the pages are written again, though nothing has happened
MOST_JOBS = 4  # unless more are asked for: all of them are ready all the time
PAUSE = 0.2  # seconds between two batches, in which others may take the course


@dataclass(frozen=True)
class WatchRun:
    """Which assignment is watched, and how: the options of the command.

    every: seconds between two looks; once: whether to end when nobody waits
    page: where the page for everybody is written; None for a place in `course/`
    """

    name: str
    isolation: Isolation = "auto"
    jobs: int | None = None
    device: Wanted = "auto"
    data: Data | None = None
    every: float = 2.0
    once: bool = False
    page: Path | None = None


def watch_and_tell(run: WatchRun) -> int:
    """Watch until somebody ends it; the exit code."""
    course = Course.find()
    assignment = course.assignment(run.name)
    processes, device, data = run.jobs or min(MOST_JOBS, len(os.sched_getaffinity(0))), run.device, run.data
    if assignment.training or data is not None:
        device, data, most = trained_on(course, assignment, device, data, here=True)
        processes = min(processes, most)
    watched = Watched(course, run.name, run.isolation, device, data)
    with only_watch(course, run.name), Store(course.store) as store, closing(LocalPool(processes)) as pool:
        watch = Watch(watched, store, pool)
        pages = Pages(course, watch, assignment.title, run.page)
        _tell_rules(course, run.name, watch)
        with suppress(KeyboardInterrupt), interruptible(signal.SIGINT, signal.SIGTERM) as interrupts:
            return _watch(run, watch, pages, interrupts)
        pages.write(stopped=True)
        err.print("autograder: stopped. What was handed in and graded is kept; run the same command again to go on.")
    return 0


def _watch(run: WatchRun, watch: Watch, pages: Pages, interrupts: list[int]) -> int:
    """Look again and again. What is wrong with course or machine is told once, and may be mended meanwhile."""
    failed, told = False, ""
    while not interrupts:
        answers: Sequence[Answer] = ()
        trouble = ""
        try:
            with Progress() as progress:
                answers = watch.look(shown(progress), pages.begin)
        except BeingGraded:
            trouble = "another process grades this course; what is handed in waits for that."
        except (CourseError, GraderError) as fault:
            if run.once:
                raise
            trouble = str(fault)
        if trouble and trouble != told:
            note(trouble)
        told = trouble
        for answer in answers:
            failed |= answer.attempt.state == "failed"
            if answer.is_news or answer.fault:
                out.print(plain(line_of(answer)))
        _tell_refused(watch, pages)
        pages.write(news=bool(answers))
        if run.once and not answers and not trouble:
            return BROKEN if failed else 0
        if not interrupts:
            _wait(run, watch, PAUSE if answers else run.every)
    raise KeyboardInterrupt


def _wait(run: WatchRun, watch: Watch, seconds: float) -> None:
    """Do nothing for a while; on a terminal, say what is waited for."""
    waiting = sum(each.attempt.state != "counted" for each in watch.known.values())
    what = f"watching {run.name}: {len(watch.known) - waiting} answered, {waiting} waiting"
    with err.status(plain(what)) if err.is_terminal else nullcontext():
        time.sleep(seconds)


def line_of(answer: Answer) -> str:
    """One submission, in one line for a log."""
    attempt, report = answer.attempt, answer.report
    now = datetime.now(UTC)
    if attempt.state == "failed":
        what = f"the grader failed, which does not count as an attempt: {answer.fault}"
    elif attempt.state == "waiting":
        until = f"the due date, {time_of(answer.due)}" if answer.due and answer.due > now else "an attempt is free"
        what = f"over the limit of {answer.left.most} within 24 hours, waits until {until}"
    else:
        earned = f"{points(report.score)} of {points(report.max_score)} points" if report else "graded"
        told = attempt.answered.partition(" ")[0]
        seconds = duration((now - attempt.at).total_seconds())
        what = f"{earned}{_used(answer.left)}; told {told}, {seconds} after it was found"
        what += f"; {answer.fault}" if answer.fault else ""
    return f"{now:%Y-%m-%d %H:%M:%S} {attempt.student}: {what}"


def _used(left: Allowance) -> str:
    return "" if left.most is None else f", attempt {left.used} of {left.most}"


def _tell_rules(course: Course, name: str, watch: Watch) -> None:
    """What holds, before the first look."""
    due = f"due {time_of(watch.due.usual)}" if watch.due.usual else "without a due date"
    limit = (
        "any number of attempts"
        if watch.rule.a_day is None
        else f"{count(watch.rule.a_day, 'attempt')} within 24 hours"
    )
    err.print(plain(f"watching {name}, {due}: {limit}, of which students are told {watch.rule.told}. Ctrl-C ends it."))
    if watch.rule.a_day is None:
        note(
            f"each answer tells something about the hidden suite; [attempts] in {course.data / FILE} limits how many there are."
        )
    if watch.due.usual is None and (watch.rule.a_day or watch.rule.told != "messages"):
        note(
            "without a due date, nothing more is told by itself, and what is over the limit waits until an attempt is free."
        )
    if not watch.inbound.path.is_dir():
        note(f"there is no {watch.inbound.path}; `nbgrader release_assignment {name}` makes it.")


def _tell_refused(watch: Watch, pages: Pages) -> None:
    for folder, why in watch.inbound.refused.items():
        if folder not in pages.told:
            pages.told.add(folder)
            note(f"{folder} was not collected: {why}.")


class Pages:
    """The pages that say who waits: one for the instructor, in `course/watch`, and one for everybody."""

    def __init__(self, course: Course, watch: Watch, title: str, everybody: Path | None) -> None:
        """Write nothing yet."""
        folder, name = course.data / "watch", watch.name
        folder.mkdir(exist_ok=True)
        self._own, self._everybody = folder / f"{name}.html", everybody or folder / f"{name}-for-everybody.html"
        self._watch, self._title = watch, title
        self._written = 0.0
        self.told: set[str] = set()  # folders that were refused

    def begin(self, students: Sequence[str]) -> None:
        """Show who is being graded."""
        self.write(news=True, being_graded=students)

    def write(self, *, news: bool = True, being_graded: Sequence[str] = (), stopped: bool = False) -> None:
        """Write both, where there is something new to say."""
        if not news and time.monotonic() - self._written < FRESH:
            return
        page = page_of_watch(self._title, self._watch, being_graded, stopped=stopped)
        write_text(self._own, watch_html(page), private=True)
        write_text(self._everybody, watch_html(without_names(page)))
        with suppress(OSError):
            self._everybody.chmod(FOR_ALL)  # whatever the umask of this process
        self._written = time.monotonic()
