"""What `autograder grade-class` does: all that was collected is graded into the store, and then put into the gradebook and onto pages.

Whatever ends it, the same command goes on: what is in the store is not graded again, and what is in the gradebook is not recorded again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, closing, suppress
from dataclasses import dataclass, field

from autograder.cli.console import BROKEN, INTERRUPTED, err, note, out, people
from autograder.cli.grade_files import soonest
from autograder.cli.progress import Progress
from autograder.cli.regrades import Regraded, Rules, tell_regraded
from autograder.course.assignment import Assignment, CourseError, GraderError
from autograder.course.devices import Wanted
from autograder.course.folders import Course
from autograder.course.settings import Data, data_for
from autograder.reporting.terminal import plain
from autograder.sandbox.selftest import Isolation
from autograder.training.device import device_for
from autograder.training.slots import share_gpus
from autograder.whole_class.grading import OnStep, Step, Summary, grade_new, pool_for
from autograder.whole_class.plan import alone, plan
from autograder.whole_class.pools import LocalPool, Pool
from autograder.whole_class.regrading import counting, graded_before
from autograder.whole_class.slurm_options import SlurmOptions
from autograder.whole_class.store import Store
from autograder.whole_class.tasks import Task


@dataclass(frozen=True)
class ClassRun:
    """Whose assignment is to be graded, and how: the options of the command.

    jobs: how many are graded at a time here; default: what is soonest
    scheduler: the address of a cluster that grades in their place; slurm: of jobs that do
    """

    course: Course
    name: str
    isolation: Isolation = "auto"
    jobs: int | None = None
    scheduler: str | None = None
    device: Wanted = "auto"
    data: Data | None = None
    rules: Rules = field(default_factory=Rules)
    slurm: SlurmOptions | None = None

    def processes(self, submissions: int) -> int:
        """How many processes of this machine work on so many submissions."""
        return self.jobs or soonest(submissions, trains=False)


def grade_and_tell(  # noqa: PLR0913, PLR0917  (the options of the command)
    name: str,
    isolation: Isolation,
    jobs: int | None,
    scheduler: str | None,
    device: Wanted,
    data: Data | None,
    rules: Rules,
    *,
    slurm: SlurmOptions | None = None,
    dry_run: bool,
) -> int:
    """Grade a class, and tell how it goes; the exit code."""
    course = Course.find()
    assignment = course.assignment(name)
    here = scheduler is None and (slurm is None or slurm.local)
    if slurm is not None and slurm.local and device == "auto":
        device = "cpu"  # submitit hides GPUs from such jobs
    if assignment.training or data is not None:
        device, data, most = trained_on(course, assignment, device, data, here=here)
        jobs = min(jobs or len(os.sched_getaffinity(0)), most)
    work = try_class if dry_run else grade_class
    try:
        with Progress(stays=not dry_run) as progress:
            run = ClassRun(course, name, isolation, jobs, scheduler, device, data, rules, slurm)
            summary = work(run, shown(progress))
    except KeyboardInterrupt:
        err.print("autograder: stopped. What was graded is kept; run the same command again to go on.")
        return INTERRUPTED
    (_tell_trial if dry_run else _tell)(summary)
    tell_regraded(name, _regraded(course, name, summary, dry_run=dry_run), rules, dry_run=dry_run)
    if not dry_run:
        _tell_uncollected(course, name)
    return BROKEN if summary.failures else 0


def trained_on(
    course: Course, assignment: Assignment, device: Wanted, data: Data | None, *, here: bool
) -> tuple[Wanted, Data | None, int]:
    """Where an assignment is trained, on what, and, if that is `here`, how many can be at a time; raises CourseError where nothing is."""
    if not assignment.training:
        raise CourseError(f"--data: {assignment.name} has nothing to train.")
    data = data_for(course, data)
    if device == "cuda" and not here:  # a driver need not have the GPU that others train on
        return device, data, sys.maxsize
    device, profile = device_for(course, assignment, device, data, note)
    return device, data, max(1, share_gpus(profile.limits.gpu_mb)) if device == "cuda" and here else sys.maxsize


def grade_class(run: ClassRun, watch: OnStep) -> Summary:
    """Grade what is new, here or on a cluster, and record here what the gradebook does not have yet. One run at a time per course."""
    course, name = run.course, run.name
    with alone(course), Store(course.store) as store, ExitStack() as pools:
        everything, new = plan(course, name, run.isolation, store, run.device, run.data)
        local = pools.enter_context(closing(LocalPool(run.processes(len(everything)))))
        from autograder.gradebook.recording import expect_gradebook, record  # noqa: PLC0415  (imports nbgrader: two seconds)

        expect_gradebook(course, name)
        allow_lower, reason = _with_settings(course, run.rules)
        summary = Summary.of(everything, new)
        if new:
            with _pool(run, new, local) as pool:
                grade_new(new, store, pool, summary, watch)
        # Also a report that says that the grader failed: then a person is asked to look.
        keys = {task.student: task.key for task in everything if store.holds(task.key)}
        keys, changes = counting(store, course.assignment(name), keys, allow_lower=allow_lower)
        record(course, name, keys, store, local, _recorded(summary, watch), reason)
    summary.changes = [change for change in changes if change.kept or change.student not in summary.failures]
    return summary


def _pool(run: ClassRun, new: list[Task], local: LocalPool) -> AbstractContextManager[Pool]:
    """Where what is new is graded."""
    if run.slurm is None:
        return pool_for(new, run.scheduler, local)
    from autograder.whole_class.slurm import SlurmPool  # noqa: PLC0415  (an extra)

    folder, keys = run.course.data / "slurm" / run.name, {task.key for task in new}
    return closing(SlurmPool(folder, run.slurm, keys, lambda sentence: err.print(plain(sentence))))


def try_class(run: ClassRun, watch: OnStep) -> Summary:
    """Grade into the store those whose very file has a score already, to see whose would change; nothing else is touched."""
    course, name = run.course, run.name
    with Store(course.store) as store:
        everything, new = plan(course, name, run.isolation, store, run.device, run.data)
        again = graded_before(store, name, new)
        summary = Summary.of(everything, new)
        regraded = {task.student for task in again}
        summary.first = [task.student for task in new if task.student not in regraded]
        if again:
            with (
                alone(course),
                closing(LocalPool(run.processes(len(again)))) as local,
                _pool(run, new, local) as pool,
            ):
                grade_new(again, store, pool, summary, watch)
        keys = {task.student: task.key for task in graded_before(store, name, everything) if store.holds(task.key)}
        if keys:
            allow_lower, _ = _with_settings(course, run.rules)
            _, summary.changes = counting(store, course.assignment(name), keys, allow_lower=allow_lower)
    return summary


def _with_settings(course: Course, rules: Rules) -> tuple[bool, str]:
    """Whether scores may sink, and why anybody is graded again: as the options say, or else the settings that nbgrader reads, too."""
    from autograder.gradebook.regraded import rules_of  # noqa: PLC0415  (imports nbgrader: two seconds)

    allow_lower, reason = rules_of(course)
    return rules.allow_lower or allow_lower, rules.reason or reason


def _regraded(course: Course, name: str, summary: Summary, *, dry_run: bool) -> Regraded:
    """What has come of grading again, or would come of it."""
    if dry_run and not summary.changes:
        return Regraded()
    from autograder.gradebook.recording import expect_gradebook  # noqa: PLC0415  (imports nbgrader: two seconds)
    from autograder.gradebook.regraded import marked_by_hand, released_pages  # noqa: PLC0415

    differing = {change.student for change in summary.changes if change.differs}
    coming = {change.student for change in summary.changes if change.differs and not change.kept} if dry_run else set()
    stale = [student for student, same in released_pages(course, name).items() if student in coming or not same]
    if dry_run:
        try:
            expect_gradebook(course, name)
        except GraderError as refusal:
            note(str(refusal))
    return Regraded(summary.changes, marked_by_hand(course, name, differing), stale)


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


def _tell_trial(summary: Summary) -> None:
    for student in summary.first:
        out.print(plain(student))
    first, again = len(summary.first), len(summary.changes)
    said = [f"{first:,} of {summary.submissions:,} submissions would be graded"]
    if again:
        said.append(f"{again:,} were graded again, and nothing was recorded")
    if others := summary.submissions - first - again:
        said.append(f"{others:,} {'is' if others == 1 else 'are'} graded already, with the same content")
    err.print(f"{'; '.join(said)}.")
    _tell_failures(summary)


def _tell(summary: Summary) -> None:
    out.print(
        f"{summary.submissions} submissions: {summary.graded} graded now, {summary.known} before with the same content; "
        f"{summary.recorded} put into the gradebook."
    )
    for student, what in summary.notes.items():
        note(f"{student}: {what}")
    _tell_failures(summary)


def _tell_failures(summary: Summary) -> None:
    for student, why in summary.failures.items():
        err.print(f"[red]✗[/] {plain(student)}: {plain(why)}")


def _tell_uncollected(course: Course, name: str) -> None:
    """Say who has handed in what was not graded, since it was not collected."""
    from autograder.gradebook.collect import uncollected  # noqa: PLC0415  (imports nbgrader, which takes two seconds)

    with suppress(CourseError):
        first, again = uncollected(course, name)
        for what, students, how in (("submission", first, ""), ("resubmission", again, " --update")):
            if students:
                who = plain(people(students))
                lie = f"{what} lies" if len(students) == 1 else f"{what}s lie"
                were = "was" if len(students) == 1 else "were"
                err.print(
                    f"{len(students)} {lie} in the exchange and {were} not collected: {who}; `nbgrader collect {name}{how}`."
                )


def shown(progress: Progress) -> OnStep:
    """How far each step is, with the failures so far."""

    def watch(step: Step, done: int, total: int, failures: int) -> None:
        progress.count(step, done, total, f", {failures} failed" if failures else "")

    return watch
