"""What `autograder grade-class` does: all that was collected is graded into the store, and then put into the gradebook and onto pages.

Whatever ends it, the same command goes on: what is in the store is not graded again, and what is in the gradebook is not recorded again.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

from autograder.cli.console import BROKEN, INTERRUPTED, err, note, out
from autograder.cli.progress import Progress
from autograder.course.assignment import CourseError
from autograder.course.devices import Wanted
from autograder.course.folders import Course
from autograder.course.settings import Data, data_for
from autograder.reporting.terminal import plain
from autograder.sandbox.selftest import Isolation
from autograder.training.device import device_for
from autograder.training.slots import share_gpus
from autograder.whole_class.grading import OnStep, Step, Summary, grade_new, pool_for
from autograder.whole_class.plan import alone, plan
from autograder.whole_class.pools import LocalPool
from autograder.whole_class.store import Store

MOST_NAMED = 20


def grade_and_tell(  # noqa: PLR0913, PLR0917  (the options of the command)
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
    processes = jobs or len(os.sched_getaffinity(0))
    if assignment.training:
        data = data_for(course, data)
        device, profile = device_for(course, assignment, device, data, note)
        if device == "cuda" and scheduler is None and not dry_run:
            processes = max(1, min(processes, share_gpus(profile.limits.gpu_mb)))
    elif data is not None:
        raise CourseError(f"--data: {name} has nothing to train.")
    if dry_run:
        return _tell_plan(course, name, isolation, device, data)
    try:
        with _interrupts() as interrupts, Progress(stays=True) as progress:
            watch = _shown(progress, interrupts)
            summary = grade_class(course, name, isolation, processes, scheduler, watch, device, data)
    except KeyboardInterrupt:
        err.print("autograder: stopped. What was graded is kept; run the same command again to go on.")
        return INTERRUPTED
    _tell(summary)
    _tell_uncollected(course, name)
    return BROKEN if summary.failures else 0


def grade_class(  # noqa: PLR0913, PLR0917  (the options of the command)
    course: Course,
    name: str,
    isolation: Isolation,
    jobs: int,
    scheduler: str | None,
    watch: OnStep,
    device: Wanted = "auto",
    data: Data | None = None,
) -> Summary:
    """Grade what is new, here or on a cluster, and record here what the gradebook does not have yet. One run at a time per course."""
    with alone(course), Store(course.store) as store, closing(LocalPool(jobs)) as local:
        everything, new = plan(course, name, isolation, store, device, data)
        from autograder.gradebook.recording import expect_gradebook, record  # noqa: PLC0415  (imports nbgrader: two seconds)

        expect_gradebook(course, name)
        summary = Summary.of(everything, new)
        if new:
            with pool_for(new, scheduler, local) as pool:
                grade_new(new, store, pool, summary, watch)
        # Also a report that says that the grader failed: then a person is asked to look.
        keys = {task.student: task.key for task in everything if store.holds(task.key)}
        record(course, name, keys, store, local, _recorded(summary, watch))
    return summary


def _recorded(summary: Summary, watch: OnStep) -> Callable[[str, str | None, int], None]:
    """What hears of each student who is recorded, or why that was not possible."""
    looked_at = 0

    def told(student: str, why: str | None, of: int) -> None:
        nonlocal looked_at
        looked_at += 1
        if why is None:
            summary.recorded += 1
        else:
            summary.failures[student] = why
        watch("recording", looked_at, of, len(summary.failures))

    return told


def _tell_plan(course: Course, name: str, isolation: Isolation, device: Wanted, data: Data | None) -> int:
    with Store(course.store) as store:
        everything, new = plan(course, name, isolation, store, device, data)
    for task in new:
        out.print(plain(task.student))
    err.print(f"{len(new)} of {len(everything)} submissions would be graded; the others are, with the same content.")
    return 0


def _tell(summary: Summary) -> None:
    out.print(
        f"{summary.submissions} submissions: {summary.graded} graded now, {summary.known} before with the same content; "
        f"{summary.recorded} put into the gradebook."
    )
    for student, what in summary.notes.items():
        note(f"{student}: {what}")
    for student, why in summary.failures.items():
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


def _shown(progress: Progress, interrupts: list[int]) -> OnStep:
    """How far each step is, with the failures so far."""

    def watch(step: Step, done: int, total: int, failures: int) -> None:
        if interrupts:
            raise KeyboardInterrupt
        progress.count(step, done, total, f", {failures} failed" if failures else "")

    return watch
