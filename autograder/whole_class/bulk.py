"""`autograder grade --course NAME`: everything that was collected, in parallel, into the store; then the gradebook and the pages.

Whatever ends it, the same command goes on: what is in the store is not graded again, and what is in the gradebook is not recorded again.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal

from autograder.course.assignment import CourseError, GraderError
from autograder.course.devices import Wanted
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.course.settings import Data
from autograder.sandbox.selftest import Isolation
from autograder.whole_class.dispatch import dispatch
from autograder.whole_class.pools import ClusterPool, LocalPool, Needs, Pool
from autograder.whole_class.store import Store
from autograder.whole_class.tasks import Task, grade, tasks

# What is said of the first submission, and is no student's fault, but that of this machine, of the suite or of the request.
UNFIT = {"GraderError": GraderError, "IsolationError": GraderError, "CourseError": CourseError}
Step = Literal["grading", "recording"]
Watch = Callable[[Step, int, int, int], None]  # step, done, of how many, failures so far


@dataclass
class Outcome:
    """What came of grading a class."""

    submissions: int = 0
    graded: int = 0  # in this run
    known: int = 0  # graded before, with the same content
    recorded: int = 0  # in this run
    failures: dict[str, str] = field(default_factory=dict)  # student -> why there is no grade
    notes: dict[str, str] = field(default_factory=dict)  # student -> what is to be known of what was handed in


def plan(  # noqa: PLR0913, PLR0917  (the options of the command)
    course: Course,
    name: str,
    isolation: Isolation,
    store: Store,
    device: Wanted = "auto",
    data: Data | None = None,
) -> tuple[list[Task], list[Task]]:
    """All tasks of an assignment, and those of them that the store has no report for; raises CourseError when there are none."""
    everything = tasks(course, course.assignment(name), isolation, device, data)
    if not everything:
        raise CourseError(
            f"Nobody has handed in {name}: {course.data / 'submitted'} holds none. `nbgrader collect {name}` takes them in."
        )
    return everything, [task for task in everything if task.key not in store]


def grade_class(  # noqa: PLR0913, PLR0917  (the options of the command)
    course: Course,
    name: str,
    isolation: Isolation,
    jobs: int,
    scheduler: str | None,
    watch: Watch,
    device: Wanted = "auto",
    data: Data | None = None,
) -> Outcome:
    """Grade what is new, here or on a cluster, and record here what the gradebook does not have yet. One run at a time per course."""
    with _alone(course), Store(course.store) as store, closing(LocalPool(jobs)) as local:
        everything, new = plan(course, name, isolation, store, device, data)
        from autograder.gradebook.recording import expect_gradebook  # noqa: PLC0415  (imports nbgrader: two seconds)

        expect_gradebook(course, name)
        outcome = Outcome(submissions=len(everything), known=len(everything) - len(new))
        outcome.notes = {task.student: task.note for task in everything if task.note}
        if new:
            needs: Needs = "gpu" if any(task.device == "cuda" for task in new) else "cpu"
            with nullcontext(local) if scheduler is None else closing(ClusterPool(scheduler, needs)) as pool:
                _grade(new, store, pool, outcome, watch)
        _record(course, name, everything, store, local, outcome, watch)
    return outcome


def _grade(new: list[Task], store: Store, pool: Pool, outcome: Outcome, watch: Watch) -> None:
    """Grade all; whose process stalled, again in the end, alone. Who stalls then as well is asked again by the next run."""
    stalled: list[Task] = []

    def keep(task: Task, value: dict[str, Any]) -> None:
        report = Report.from_json(value)
        if report.stalled and task not in stalled:
            stalled.append(task)
            return
        store.put(task.key, report)
        if report.status == "grader-error":
            outcome.failures[task.student] = report.reason or "the grader failed"
        else:
            outcome.graded += 1
        told()

    def fail(task: Task, why: str) -> None:
        kind, _, sentence = why.partition(": ")
        if isinstance(pool, LocalPool) and not outcome.graded and kind in UNFIT:
            raise UNFIT[kind](sentence)
        outcome.failures[task.student] = why
        told()

    def told() -> None:
        watch("grading", outcome.graded + len(outcome.failures), len(new), len(outcome.failures))

    watch("grading", 0, len(new), 0)
    dispatch(new, grade, pool, keep, fail)
    dispatch(tuple(stalled), grade, pool, keep, fail, alone=True)


def _record(  # noqa: PLR0913, PLR0917  (what recording needs)
    course: Course, name: str, everything: list[Task], store: Store, pool: Pool, outcome: Outcome, watch: Watch
) -> None:
    """Record what there is a report of, also one that says that the grader failed: then a person is asked to look."""
    from autograder.gradebook.recording import record  # noqa: PLC0415  (imports nbgrader, which takes two seconds)

    keys = {task.student: task.key for task in everything if store.holds(task.key)}
    looked_at = 0

    def done(student: str, why: str | None, of: int) -> None:
        nonlocal looked_at
        looked_at += 1
        if why is None:
            outcome.recorded += 1
        else:
            outcome.failures[student] = why
        watch("recording", looked_at, of, len(outcome.failures))

    record(course, name, keys, store, pool, done)


@contextmanager
def _alone(course: Course) -> Iterator[None]:
    """The lock goes with the process, whatever ends it."""
    course.make_data()
    with (course.data / "grading.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CourseError(
                "This course is being graded already by another process; wait for it, or end it."
            ) from None
        yield
