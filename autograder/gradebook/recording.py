"""Stored reports -> gradebook and feedback pages, of a whole class: notebooks and pages in parallel, the gradebook here alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Literal

from nbgrader.coursedir import CourseDirectory

from autograder.course.assignment import GraderError
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.gradebook.conversion import Batch, Failures, convert
from autograder.gradebook.entries import Entries, snapshot
from autograder.gradebook.scores import expect_points
from autograder.gradebook.settings import settings
from autograder.gradebook.standing import Standing
from autograder.whole_class.dispatch import Failure, dispatch
from autograder.whole_class.pools import Here, Pool
from autograder.whole_class.regrading import same_file
from autograder.whole_class.store import Store

TOGETHER = 8  # students in one batch, and in one transaction
Told = Callable[[str, str | None, int], None]  # student, why it was not possible, of how many


def expect_gradebook(course: Course, assignment: str) -> None:
    """Raise GraderError where there is no gradebook, or one with other points than the assignment's text."""
    if not course.gradebook.exists():
        raise GraderError(f"There is no gradebook at {course.gradebook}; run `nbgrader generate_assignment` first.")
    expect_points(course.assignment(assignment), CourseDirectory(config=settings(course)).db_url)


def record(  # noqa: PLR0913, PLR0917  (what is recorded, from where, and how)
    course: Course,
    assignment: str,
    keys: Mapping[str, str],
    store: Store,
    pool: Pool,
    told: Told,
    reason: str = "",
    copies_apart: timedelta = timedelta(0),
) -> None:
    """Record the report that is stored under each student's key, wherever the gradebook or a page has not what follows from it.

    `told` is called once for each student whom that concerns. `reason`: what is kept with the regrades among them.
    `copies_apart`: see `snapshot`.
    Where this is interrupted, some students are in the gradebook and not marked as recorded in the store: they are recorded again.
    """
    config = settings(course)
    standing = Standing(course, assignment, config, reason)
    entered = standing.entered(store, keys)
    behind = entered - standing.paged(store, standing.pages(store, entered))
    missing = {student: key for student, key in keys.items() if student not in entered or student in behind}
    if missing:
        snapshot(course, copies_apart)
        entries, same = Entries(course, config), same_file(store, assignment, keys)
        recording = _Recording(course, assignment, store, entries, standing, same, len(missing), told)
        # Of one batch, no two steps can be taken at a time, and a process of the pool would import nbgrader first, for two seconds.
        where = Here() if len(missing) <= TOGETHER else pool
        dispatch(recording.batches(missing, behind), convert, where, recording.converted, recording.died)


@dataclass(frozen=True)
class _Recording:
    course: Course
    assignment: str
    store: Store
    entries: Entries
    standing: Standing
    same: set[str]  # students of whose very file the gradebook has a report already
    count: int
    told: Told
    # Of each student, what the page follows from that is being made.
    pages: dict[str, str] = field(default_factory=dict)

    def batches(self, keys: Mapping[str, str], entered: Collection[str]) -> Iterator[Batch]:
        """The first step of everybody, a batch at a time; the gradebook knows a batch's students when it is asked for."""
        behind = ((student, key) for student, key in keys.items() if student in entered)
        while chunk := tuple(islice(behind, TOGETHER)):
            yield self._paged(self._batch("pages", chunk))
        rest = ((student, key) for student, key in keys.items() if student not in entered)
        while chunk := tuple(islice(rest, TOGETHER)):
            batch = self._batch("notebooks", chunk)
            yield from self._left(batch, self.entries.enrol(self.assignment, batch.students))

    def converted(self, batch: Batch, failures: Failures) -> Iterable[Batch]:
        """What is to be done for a batch after a step."""
        for left in self._left(batch, failures):
            if batch.step == "notebooks":
                reports = {student: self._report(key) for student, key in left.keys}
                saved = self._left(left, self.entries.save(self.assignment, reports, self.same))
                return [self._entered(rest, reports) for rest in saved]
            self.standing.remember_pages(self.store, {student: self.pages[student] for student in left.students})
            for student in left.students:
                self.told(student, None, self.count)
        return []

    def died(self, batch: Batch, why: Failure) -> Iterable[Batch]:
        """A process died over a batch: each student of it is tried alone, once."""
        if len(batch.keys) > 1:
            return [replace(batch, keys=(one,)) for one in batch.keys]
        return self._left(batch, {student: f"nbgrader could not record {student}: {why}" for student in batch.students})

    def _batch(self, step: Literal["notebooks", "pages"], keys: tuple[tuple[str, str], ...]) -> Batch:
        return Batch(step, str(self.course.root), self.assignment, keys)

    def _entered(self, batch: Batch, reports: Mapping[str, Report]) -> Batch:
        """The batch for its pages, when its entries are saved. Who is to be graded again is recorded again by the next run, too."""
        settled = {student: key for student, key in batch.keys if reports[student].status != "grader-error"}
        self.standing.remember_entries(self.store, settled)
        return self._paged(replace(batch, step="pages"))

    def _paged(self, batch: Batch) -> Batch:
        self.pages.update(self.standing.pages(self.store, batch.students))
        return batch

    def _left(self, batch: Batch, failures: Failures) -> list[Batch]:
        """The batch without those who failed, who are told of; no batch when nobody is left."""
        for student, why in failures.items():
            self.told(student, why, self.count)
        keys = tuple((student, key) for student, key in batch.keys if student not in failures)
        return [replace(batch, keys=keys)] if keys else []

    def _report(self, key: str) -> Report:
        report = self.store.get(key)
        if report is None:
            raise GraderError(f"{self.store.path} has lost a report. Run the same command again to go on.")
        return report
