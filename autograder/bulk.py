"""`autograder grade --course NAME`: everything that was collected, in parallel, into the store; then the gradebook and the pages.

Whatever ends it, the same command goes on: what is in the store is not graded again, and what is in the gradebook is not recorded again.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from autograder.course import Course, CourseError, GraderError
from autograder.grading import Grader, Report
from autograder.isolation import Isolation
from autograder.scheduling import LocalPool, Pool, Store, Task, dispatch, grade, tasks

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


def plan(course: Course, name: str, isolation: Isolation, store: Store) -> tuple[list[Task], list[Task]]:
    """All tasks of an assignment, and those of them that the store has no report for; raises CourseError when there are none."""
    everything = tasks(course, course.assignment(name), isolation)
    if not everything:
        raise CourseError(
            f"Nobody has handed in {name}: {course.data / 'submitted'} holds none. `nbgrader collect {name}` takes them in."
        )
    return everything, [task for task in everything if task.key not in store]


def grade_class(course: Course, name: str, isolation: Isolation, pool: Callable[[], Pool], watch: Watch) -> Outcome:
    """Grade what is new, and record what the gradebook does not have yet. One run at a time per course."""
    with _alone(course), Store(course.store) as store:
        everything, new = plan(course, name, isolation, store)
        outcome = Outcome(submissions=len(everything), known=len(everything) - len(new))
        if new:
            _grade(new, store, pool(), outcome, watch)
        _record(course, [task for task in everything if task.student not in outcome.failures], store, outcome, watch)
    return outcome


def local_pool(course: Course, name: str, isolation: Isolation, jobs: int) -> Pool:
    """Processes of this machine, once it is proven here that student code is confined and that the suite can be used."""
    with Grader(course, isolation) as grader:
        grader.grade_all(name, [])
    return LocalPool(jobs)


def _grade(new: list[Task], store: Store, pool: Pool, outcome: Outcome, watch: Watch) -> None:
    def keep(task: Task, value: dict[str, Any]) -> None:
        report = Report.from_json(value)
        if report.status == "grader-error":
            fail(task, report.reason or "the grader failed")
            return
        store.put(task.key, report)
        outcome.graded += 1
        told()

    def fail(task: Task, why: str) -> None:
        outcome.failures[task.student] = why
        told()

    def told() -> None:
        watch("grading", outcome.graded + len(outcome.failures), len(new), len(outcome.failures))

    try:
        dispatch(new, grade, pool, keep, fail)
    finally:
        pool.close()


def _record(course: Course, graded: list[Task], store: Store, outcome: Outcome, watch: Watch) -> None:
    missing = [task for task in graded if not store.is_recorded(task.assignment, task.student, task.key)]
    if not missing:
        return
    from autograder.gradebook.record import Recorder  # noqa: PLC0415  (imports nbgrader)

    recorder = Recorder(course)
    for number, task in enumerate(missing, start=1):
        try:
            recorder.record(task.assignment, task.student)
        except GraderError as fault:  # of this student's files; the next one's may be as they should
            outcome.failures[task.student] = str(fault)
        else:
            store.record(task.assignment, task.student, task.key)
            outcome.recorded += 1
        watch("recording", number, len(missing), len(outcome.failures))


@contextmanager
def _alone(course: Course) -> Iterator[None]:
    """The lock goes with the process, whatever ends it."""
    course.data.mkdir(parents=True, exist_ok=True)
    with (course.data / "grading.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CourseError(
                "This course is being graded already by another process; wait for it, or end it."
            ) from None
        yield
