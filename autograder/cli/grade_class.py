"""What `autograder grade --course` shows: progress on standard error, then a summary. Called by `cli`."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.cli.console import BROKEN, INTERRUPTED, err, out, plain
from autograder.cli.progress_lines import ProgressLines
from autograder.course.assignment import CourseError
from autograder.course.devices import Wanted
from autograder.course.folders import Course
from autograder.course.settings import Data, data_for
from autograder.sandbox.selftest import Isolation
from autograder.training.device import device_for
from autograder.training.slots import share_gpus
from autograder.whole_class.bulk import Outcome, Step, Watch, grade_class, plan
from autograder.whole_class.store import Store

MOST_NAMED = 20


def grade_course(  # noqa: PLR0913, PLR0917  (the options of the command)
    name: str,
    isolation: Isolation,
    jobs: int | None,
    scheduler: str | None,
    device: Wanted,
    data: Data | None,
    *,
    dry_run: bool,
) -> int:
    """Grade a class, and tell how it goes; the exit code."""
    course = Course.find()
    assignment = course.assignment(name)
    if assignment.training:
        data = data_for(course, data)
        device, profile = device_for(course, assignment, device, data, lambda why: err.print(f"note: {plain(why)}"))
    elif data is not None:
        raise CourseError(f"--data: {name} has nothing to train.")
    if dry_run:
        return _tell_plan(course, name, isolation, device, data)

    try:
        with _interrupts() as interrupts, _progress(interrupts) as watch:
            processes = jobs or len(os.sched_getaffinity(0))
            if assignment.training and device == "cuda" and scheduler is None:
                processes = max(1, min(processes, share_gpus(profile.limits.gpu_mb)))
            outcome = grade_class(course, name, isolation, processes, scheduler, watch, device, data)
    except KeyboardInterrupt:
        err.print("autograder: stopped. What was graded is kept; run the same command again to go on.")
        return INTERRUPTED
    _tell(outcome)
    _tell_uncollected(course, name)
    return BROKEN if outcome.failures else 0


def _tell_plan(course: Course, name: str, isolation: Isolation, device: Wanted, data: Data | None) -> int:
    with Store(course.store) as store:
        everything, new = plan(course, name, isolation, store, device, data)
    for task in new:
        out.print(plain(task.student))
    err.print(f"{len(new)} of {len(everything)} submissions would be graded; the others are, with the same content.")
    return 0


def _tell(outcome: Outcome) -> None:
    out.print(
        f"{outcome.submissions} submissions: {outcome.graded} graded now, {outcome.known} before with the same content; "
        f"{outcome.recorded} put into the gradebook."
    )
    for student, note in outcome.notes.items():
        err.print(f"note: {plain(student)}: {plain(note)}")
    for student, why in outcome.failures.items():
        err.print(f"[red]✗[/] {plain(student)}: {plain(why)}")


def _tell_uncollected(course: Course, name: str) -> None:
    """Say who has handed in what was not graded, since it was not collected."""
    from autograder.gradebook.collect import uncollected  # noqa: PLC0415  (imports nbgrader, which takes two seconds)

    with suppress(CourseError):
        first, again = uncollected(course, name)
        for what, students, how in (("submission", first, ""), ("resubmission", again, " --update")):
            if students:
                who = ", ".join(students[:MOST_NAMED]) + (", ..." if len(students) > MOST_NAMED else "")
                lie = f"{what} lies" if len(students) == 1 else f"{what}s lie"
                were = "was" if len(students) == 1 else "were"
                err.print(
                    f"{len(students)} {lie} in the exchange and {were} not collected: {plain(who)}; `nbgrader collect {name}{how}`."
                )


@contextmanager
def _interrupts() -> Iterator[list[int]]:
    """Each Ctrl-C, besides what it raises: libraries that are being imported may swallow that."""
    seen: list[int] = []

    def interrupt(number: int, _: object) -> None:
        seen.append(number)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield seen
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress(interrupts: list[int]) -> Iterator[Watch]:
    """A bar for each step: done, rate, time left, failures so far. Without a terminal, lines."""
    columns = (
        *(TextColumn("{task.description:9}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()),
        *(TextColumn("{task.fields[rate]}"), TextColumn("[red]{task.fields[failed]}[/]")),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        rows, lines = {}, ProgressLines()

        def watch(step: Step, done: int, total: int, failures: int) -> None:
            if interrupts:
                raise KeyboardInterrupt
            if step not in rows:
                rows[step] = bar.add_task(step, total=total, rate="", failed="")
            elapsed = bar.tasks[rows[step]].elapsed or 0.0
            failed = f"{failures} failed" if failures else ""
            lines.count(step, done, total, f", {failed}" if failed else "")
            rate = ""
            if done and elapsed:  # over the whole step: results come in batches
                left = timedelta(seconds=round((total - done) * elapsed / done))
                rate = f"{done / elapsed:.1f}/s, {left} left"
            bar.update(rows[step], completed=done, rate=rate, failed=failed)

        yield watch
