"""Which submissions of a class are to be graded, and that nobody else grades this course meanwhile."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from autograder.course.assignment import CourseError
from autograder.course.devices import Wanted
from autograder.course.folders import Course
from autograder.course.settings import Data
from autograder.sandbox.selftest import Isolation
from autograder.whole_class.origin import origin_of
from autograder.whole_class.store import Store
from autograder.whole_class.tasks import Task, tasks

BRIEFLY = "briefly"  # in the lock's file, while whoever has the lock gives it back within seconds
PAUSE = 0.05  # seconds between two looks at such a lock


class BeingGraded(CourseError):  # noqa: N818  (said of a course)
    """Another process grades the course now."""


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
    store.explain({task.key: origin_of(task) for task in everything})
    return everything, [task for task in everything if task.key not in store]


@contextmanager
def alone(course: Course, *, briefly: bool = False) -> Iterator[None]:
    """Grade a course while no other process does; raises BeingGraded where one does. The lock goes with the process, whatever ends it.

    briefly: for a few submissions only; whoever comes meanwhile waits for that, and is not refused
    """
    course.make_data()
    with (course.data / "grading.lock").open("a+") as file:
        _lock(file)
        file.truncate(0)
        file.write(BRIEFLY if briefly else "")
        file.flush()
        yield


def _lock(file: IO[str]) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            if file.read(len(BRIEFLY)) != BRIEFLY:
                raise BeingGraded(
                    "This course is being graded already by another process; wait for it, or end it."
                ) from None
            time.sleep(PAUSE)
        else:
            return


@contextmanager
def only_watch(course: Course, name: str) -> Iterator[None]:
    """Watch an assignment while no other process does; raises CourseError where one does."""
    course.make_data()
    with (course.data / f"watching-{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CourseError(f"{name} is watched already by another process; end that one first.") from None
        yield
