"""Grades the tasks of a class, here or on a cluster, into the store. Called by the command `grade-class`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal

from autograder.course.assignment import CourseError, GraderError
from autograder.course.report import Report
from autograder.whole_class.dispatch import Failure, dispatch
from autograder.whole_class.pools import ClusterPool, LocalPool, Needs, Pool
from autograder.whole_class.regrading import Change
from autograder.whole_class.store import Store
from autograder.whole_class.tasks import Task, grade

Step = Literal["grading", "recording"]
OnStep = Callable[[Step, int, int, int], None]  # step, done, of how many, failures so far


@dataclass
class Summary:
    """What has come of grading a class so far."""

    submissions: int = 0
    graded: int = 0  # in this run
    known: int = 0  # graded before, with the same content
    recorded: int = 0  # in this run
    first: list[str] = field(default_factory=list)  # students of whom no submission of the same content has a score
    failures: dict[str, str] = field(default_factory=dict)  # student -> why there is no grade
    notes: dict[str, str] = field(default_factory=dict)  # student -> what is to be known of what was handed in
    changes: list[Change] = field(default_factory=list)  # of those who were graded again

    @classmethod
    def of(cls, everything: list[Task], new: list[Task]) -> Summary:
        """Before anything is done."""
        notes = {task.student: task.note for task in everything if task.note}
        return cls(submissions=len(everything), known=len(everything) - len(new), notes=notes)


def pool_for(new: list[Task], scheduler: str | None, local: LocalPool) -> AbstractContextManager[Pool]:
    """Where tasks are graded: in the processes of this machine, or by the workers of a scheduler."""
    if scheduler is None:
        return nullcontext(local)
    needs: Needs = "gpu" if any(task.device == "cuda" for task in new) else "cpu"
    return closing(ClusterPool(scheduler, needs))


def grade_new(new: list[Task], store: Store, pool: Pool, summary: Summary, watch: OnStep) -> None:
    """Grade all; whose process stalled, again in the end, alone. Who stalls then as well is asked again by the next run.

    What is said of the first submission and is no student's fault, but that of this machine, of the suite or of the request, is raised.
    """
    stalled: list[Task] = []

    def keep(task: Task, value: dict[str, Any]) -> None:
        report = Report.from_json(value)
        if report.stalled and task not in stalled:
            stalled.append(task)
            return
        store.put(task.key, report)
        if report.status == "grader-error":
            summary.failures[task.student] = report.reason or "the grader failed"
        else:
            summary.graded += 1
        told()

    def fail(task: Task, why: Failure) -> None:
        if isinstance(pool, LocalPool) and not summary.graded and isinstance(why.fault, GraderError | CourseError):
            raise why.fault
        summary.failures[task.student] = str(why)
        told()

    def told() -> None:
        watch("grading", summary.graded + len(summary.failures), len(new), len(summary.failures))

    watch("grading", 0, len(new), 0)
    dispatch(new, grade, pool, keep, fail)
    dispatch(tuple(stalled), grade, pool, keep, fail, alone=True)
