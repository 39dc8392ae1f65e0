"""Which report counts when the very file that stands in the gradebook was graded again, and what differs between the two.

A score does not sink unless that is allowed: then the report of before goes on to count. What was handed in anew is no regrade. Every
command that grades asks here, so all of them end the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from autograder.course.assignment import TRAINING, Assignment
from autograder.course.regrade import PARTS, Regrade, parts_between
from autograder.course.report import SLIGHT, ExerciseResult, Report
from autograder.whole_class.store import Store

if TYPE_CHECKING:
    from autograder.whole_class.tasks import Task  # imports what grades, and pages are made without


@dataclass(frozen=True)
class TestChange:
    """One hidden test that gives other points than before; None where it was not there, or is not any more."""

    __test__ = False  # not a test class, whatever pytest makes of the name

    exercise: str
    title: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Change:
    """One submission that was graded again.

    before, after: points of the hidden tests
    tests: those that give other points
    parts: names in `course.regrade.PARTS` of what has changed meanwhile
    kept: whether the report of before goes on to count, since the score would sink
    failed: whether the grader itself failed this time
    """

    student: str
    submission: str
    before: float
    after: float
    tests: tuple[TestChange, ...]
    parts: tuple[str, ...]
    kept: bool = False
    failed: bool = False

    @property
    def differs(self) -> bool:
        """Whether anybody would notice."""
        return bool(self.tests) or self.after != self.before

    def regrade(self, at: datetime, reason: str) -> Regrade:
        """What is kept of it, once it is in the gradebook."""
        return Regrade(self.student, self.submission, at, self.before, self.after, self.parts, reason)


def graded_before(store: Store, assignment: str, tasks: Iterable[Task]) -> list[Task]:
    """Those tasks whose very file has a score in the gradebook, by another report."""
    made = store.made(assignment, "report")
    found = []
    for task in tasks:
        standing = store.get(made[task.student]) if task.student in made else None
        if standing is not None and standing.submission_sha256 == task.sha256 and made[task.student] != task.key:
            found.append(task)
    return found


def same_file(store: Store, assignment: str, keys: Mapping[str, str]) -> set[str]:
    """Those of whom the gradebook has this report, or another one of the same file: what a person has marked there is what it was."""
    made = store.made(assignment, "report")

    def is_same(standing: str | None, key: str) -> bool:
        if standing is None or standing == key:
            return standing is not None
        before, after = store.get(standing), store.get(key)
        return bool(before and after and before.submission_sha256 == after.submission_sha256)

    return {student for student, key in keys.items() if is_same(made.get(student), key)}


def counting(
    store: Store, assignment: Assignment, keys: Mapping[str, str], *, allow_lower: bool
) -> tuple[dict[str, str], list[Change]]:
    """For each student the key of the report that counts, and all that was graded again; `keys`: of what the files come to now."""
    changes = list(changes_to(store, assignment, keys, allow_lower=allow_lower))
    made = store.made(assignment.name, "report")
    return {**keys, **{change.student: made[change.student] for change in changes if change.kept}}, changes


def changes_to(
    store: Store, assignment: Assignment, keys: Mapping[str, str], *, allow_lower: bool = True
) -> Iterator[Change]:
    """What would be another report of the same file, if these keys took the place of those in the gradebook."""
    made = store.made(assignment.name, "report")
    for student, key in sorted(keys.items()):
        standing = made.get(student, key)
        before, after = (store.get(standing), store.get(key)) if standing != key else (None, None)
        if before and after:
            parts = _parts(store, standing, key, before, after)
            change = change_of(student, assignment, before, after, parts, allow_lower=allow_lower)
            yield from () if change is None else (change,)


def change_of(  # noqa: PLR0913  (two reports, of what, and what may come of it)
    student: str,
    assignment: Assignment,
    before: Report,
    after: Report,
    parts: tuple[str, ...] = (),
    *,
    allow_lower: bool,
) -> Change | None:
    """The change from one report of a file to another; None where the files differ."""
    if before.submission_sha256 != after.submission_sha256:
        return None
    names = [*(exercise.name for exercise in assignment.exercises), TRAINING]
    earned = [_earned(report, names) for report in (before, after)]
    return Change(
        student=student,
        submission=after.submission_sha256,
        before=earned[0],
        after=earned[0] if abs(earned[1] - earned[0]) <= SLIGHT else earned[1],
        tests=tuple(change for name in names for change in _tests(name, _result(before, name), _result(after, name))),
        parts=parts,
        kept=not allow_lower and earned[1] < earned[0] - SLIGHT,
        failed=after.status == "grader-error",
    )


def _result(report: Report, exercise: str) -> ExerciseResult | None:
    return next((result for result in report.exercises if result.name == exercise), None)


def _earned(report: Report, names: Iterable[str]) -> float:
    """Points in the exercises that the assignment has now. Where the grader failed, nobody knows them."""
    found = [result for name in names if (result := _result(report, name)) and result.status != "grader-error"]
    return sum(result.points for result in found)


def _tests(name: str, before: ExerciseResult | None, after: ExerciseResult | None) -> Iterator[TestChange]:
    old, new = ({test.name: test for test in result.tests} if result else {} for result in (before, after))
    for test in {**new, **old}:
        points = [found.points if (found := some.get(test)) else None for some in (old, new)]
        if abs((points[0] or 0.0) - (points[1] or 0.0)) > SLIGHT:
            yield TestChange(name, (new.get(test) or old[test]).title, *points)


def _parts(store: Store, standing: str, key: str, before: Report, after: Report) -> tuple[str, ...]:
    """What has changed; of a report that an earlier version stored, only whether it was the suite."""
    origins = store.origin(standing), store.origin(key)
    if all(origins):
        found = {*parts_between(*origins), *_weighing_otherwise(before, after)}
        return tuple(part for part in PARTS if part in found)
    return ("suite",) if before.suite_sha256 != after.suite_sha256 else ()


def _weighing_otherwise(before: Report, after: Report) -> Iterator[str]:
    """Points have changed, too, where a hidden test has more or fewer than before, though its exercise has as many."""
    old, new = (
        {(exercise.name, test.name): test.max_points for exercise in report.exercises for test in exercise.tests}
        for report in (before, after)
    )
    if any(old[test] != new[test] for test in old.keys() & new.keys()):
        yield "points"
