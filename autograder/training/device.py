"""Which device an assignment is trained on: the one that was asked for, or what there is here, with bands to grade against."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from autograder.course import Assignment, Course, CourseError
from autograder.course_settings import Data
from autograder.training.bands import how_to_measure, missing_bands
from autograder.training.contract import Device

Wanted = Literal["auto", "cpu", "cuda"]


def device_here(wanted: Wanted) -> Device:
    """The device that is meant, whatever there is to grade against; raises CourseError when it is not there."""
    import torch  # noqa: PLC0415  (slow to import)

    there = torch.cuda.is_available()
    if wanted == "cuda" and not there:
        raise CourseError("--device cuda: PyTorch finds no GPU here. --device cpu trains on the processor.")
    return "cuda" if there and wanted != "cpu" else "cpu"


def device_for(
    course: Course,
    assignment: Assignment,
    wanted: Wanted,
    data: Data | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Device:
    """The device to train an assignment on. With "auto" a GPU only where it has all bands; `told` hears why it is not used."""
    device = device_here(wanted)
    if device == "cpu" or wanted == "cuda":
        return device
    if missing := missing_bands(course, assignment, device, data):
        told(
            f"{assignment.name} is trained on the processor: on the GPU, {', '.join(missing)} would have nothing to be graded "
            f"against. `{how_to_measure(assignment.name, device, data)}` measures it, once."
        )
        return "cpu"
    return device
