"""Which submissions of a class are to be graded, and that nobody else grades this course meanwhile."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from autograder.course.assignment import CourseError
from autograder.course.devices import Wanted
from autograder.course.folders import Course
from autograder.course.settings import Data
from autograder.sandbox.selftest import Isolation
from autograder.whole_class.store import Store
from autograder.whole_class.tasks import Task, tasks


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


@contextmanager
def alone(course: Course) -> Iterator[None]:
    """Grade a course while no other process does; raises CourseError where one does. The lock goes with the process, whatever ends it."""
    course.make_data()
    with (course.data / "grading.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CourseError(
                "This course is being graded already by another process; wait for it, or end it."
            ) from None
        yield
