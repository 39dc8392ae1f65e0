"""What `autograder grade --course` shows: progress on standard error, then a summary. Called by `cli`."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.bulk import Outcome, Step, Watch, grade_class, plan
from autograder.console import BROKEN, INTERRUPTED, err, out, plain
from autograder.course import Course
from autograder.isolation import Isolation
from autograder.scheduling import Store
from autograder.training import Wanted, device_here
from autograder.training.slots import slots


def grade_course(  # noqa: PLR0913  (the options of the command)
    name: str, isolation: Isolation, jobs: int | None, scheduler: str | None, device: Wanted, *, dry_run: bool
) -> int:
    """Grade a class, and tell how it goes; the exit code."""
    course = Course.find()
    if dry_run:
        return _tell_plan(course, name, isolation, device)

    try:
        with _interrupts() as interrupts, _progress(interrupts) as watch:
            processes = jobs or len(os.sched_getaffinity(0))
            if (
                device != "cpu"
                and course.assignment(name).training
                and device_here(device) == "cuda"
                and scheduler is None
            ):
                processes = max(1, min(processes, slots()))
            outcome = grade_class(course, name, isolation, processes, scheduler, watch, device)
    except KeyboardInterrupt:
        err.print("autograder: stopped. What was graded is kept; run the same command again to go on.")
        return INTERRUPTED
    _tell(outcome)
    return BROKEN if outcome.failures else 0


def _tell_plan(course: Course, name: str, isolation: Isolation, device: Wanted) -> int:
    with Store(course.store) as store:
        everything, new = plan(course, name, isolation, store, device)
    for task in new:
        out.print(plain(task.student))
    err.print(f"{len(new)} of {len(everything)} submissions would be graded; the others are, with the same content.")
    return 0


def _tell(outcome: Outcome) -> None:
    out.print(
        f"{outcome.submissions} submissions: {outcome.graded} graded now, {outcome.known} before with the same content; "
        f"{outcome.recorded} put into the gradebook."
    )
    for student, why in outcome.failures.items():
        err.print(f"[red]✗[/] {plain(student)}: {plain(why)}")


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
    """A bar for each step: done, rate, time left, failures so far."""
    columns = (
        *(TextColumn("{task.description:9}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()),
        *(TextColumn("{task.fields[rate]}"), TextColumn("[red]{task.fields[failed]}[/]")),
    )
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        lines = {}

        def watch(step: Step, done: int, total: int, failures: int) -> None:
            if interrupts:
                raise KeyboardInterrupt
            if step not in lines:
                lines[step] = bar.add_task(step, total=total, rate="", failed="")
            elapsed = bar.tasks[lines[step]].elapsed or 0.0
            rate = ""
            if done and elapsed:  # over the whole step: results come in batches
                left = timedelta(seconds=round((total - done) * elapsed / done))
                rate = f"{done / elapsed:.1f}/s, {left} left"
            bar.update(lines[step], completed=done, rate=rate, failed=f"{failures} failed" if failures else "")

        yield watch
