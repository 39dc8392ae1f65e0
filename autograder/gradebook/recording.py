"""Stored reports -> gradebook and feedback pages, of a whole class: notebooks and pages in parallel, the gradebook here alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from autograder.course import Course, GraderError
from autograder.gradebook.conversion import Batch, Failures, convert, settings
from autograder.gradebook.entries import Entries, snapshot
from autograder.grading.report import Report
from autograder.scheduling import Pool, Store, dispatch

TOGETHER = 8  # students in one batch, and in one transaction
Told = Callable[[str, str | None], None]


def record(course: Course, assignment: str, keys: Mapping[str, str], store: Store, pool: Pool, told: Told) -> None:  # noqa: PLR0913, PLR0917
    """Record the report that is stored under each student's key; `told(student, why not)` is called once for each of them.

    Where this is interrupted, some students are in the gradebook and not marked as recorded in the store: they are recorded again.
    """
    snapshot(course)
    recording = _Recording(course, assignment, store, Entries(course, settings(course)), told)
    dispatch(recording.batches(keys), convert, pool, recording.converted, recording.died)


@dataclass(frozen=True)
class _Recording:
    course: Course
    assignment: str
    store: Store
    entries: Entries
    told: Told

    def batches(self, keys: Mapping[str, str]) -> Iterator[Batch]:
        """The first step of everybody, a batch at a time; the gradebook knows a batch's students when it is asked for."""
        rest = iter(keys.items())
        while chunk := tuple(islice(rest, TOGETHER)):
            batch = Batch("notebooks", str(self.course.root), self.assignment, chunk)
            yield from self._left(batch, self.entries.enrol(self.assignment, batch.students))

    def converted(self, batch: Batch, failures: Failures) -> Iterable[Batch]:
        """What is to be done for a batch after a step."""
        for left in self._left(batch, failures):
            if batch.step == "notebooks":
                saved = self.entries.save(self.assignment, {student: self._report(key) for student, key in left.keys})
                return [replace(rest, step="pages") for rest in self._left(left, saved)]
            for student, key in left.keys:
                self.store.record(self.assignment, student, key)
                self.told(student, None)
        return []

    def died(self, batch: Batch, why: str) -> Iterable[Batch]:
        """A process died over a batch: each student of it is tried alone, once."""
        if len(batch.keys) > 1:
            return [replace(batch, keys=(one,)) for one in batch.keys]
        return self._left(batch, {student: f"nbgrader could not record {student}: {why}" for student in batch.students})

    def _left(self, batch: Batch, failures: Failures) -> list[Batch]:
        """The batch without those who failed, who are told of; no batch when nobody is left."""
        for student, why in failures.items():
            self.told(student, why)
        keys = tuple((student, key) for student, key in batch.keys if student not in failures)
        return [replace(batch, keys=keys)] if keys else []

    def _report(self, key: str) -> Report:
        report = self.store.get(key)
        if report is None:
            raise GraderError(f"{self.store.path} has lost a report. Run the same command again to go on.")
        return report
