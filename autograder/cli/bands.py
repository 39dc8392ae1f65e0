"""What `autograder bands` does: measures what training is graded against, wherever that is not there yet."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from autograder.cli.progress import Progress
from autograder.course.assignment import CourseError
from autograder.course.devices import Wanted
from autograder.course.folders import Course
from autograder.course.settings import Data, data_for
from autograder.sandbox.selftest import Isolation
from autograder.training.bands import missing_bands
from autograder.training.device import device_here


def measure_bands(  # noqa: PLR0913, PLR0917  (the options of the command)
    course: Course,
    name: str,
    wanted: Wanted,
    data: Data | None,
    profile: str | None,
    isolation: Isolation,
    *,
    ship: bool,
) -> Iterator[Path]:
    """Measure each band that is missing; its file, once it is written. Minutes each."""
    assignment, device = course.assignment(name), device_here(wanted)
    if assignment.training is None:
        raise CourseError(f"{name} has nothing to train.")
    of = assignment.training.meant_for(device) if profile is None else assignment.training.named(profile)
    missing = missing_bands(course, assignment, device, data_for(course, data), of)
    with Progress() as progress:
        for run, measure in missing.items():
            yield measure(isolation, partial(progress.doing, run), ship=ship)
            progress.end(run)
