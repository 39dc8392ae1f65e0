"""Which device an assignment is trained on: the one that was asked for, or what there is here, with bands to grade against."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from autograder.course.assignment import Assignment, CourseError, Profile
from autograder.course.devices import Device, Wanted
from autograder.course.folders import Course
from autograder.course.settings import Data
from autograder.training.bands import how_to_measure, missing_bands

# What a driver puts into /dev: NVIDIA's, on Jetson, in WSL, and AMD's.
OF_DRIVERS = ("nvidia*", "nvhost*", "nvgpu*", "dxg", "kfd")


def device_here(wanted: Wanted) -> Device:
    """The device that is meant, whatever there is to grade against; raises CourseError when it is not there."""
    if wanted == "cpu":
        return "cpu"
    there = has_gpu()
    if wanted == "cuda" and not there:
        raise CourseError("--device cuda: PyTorch finds no GPU here. --device cpu trains on the processor.")
    return "cuda" if there else "cpu"


def has_gpu(devices: Path = Path("/dev")) -> bool:
    """Whether PyTorch finds a GPU. Where no driver has a file in `devices` it is not asked, since importing it takes seconds."""
    if sys.platform == "linux" and not any(found for pattern in OF_DRIVERS for found in devices.glob(pattern)):
        return False
    import torch  # noqa: PLC0415

    return torch.cuda.is_available()


def device_for(  # noqa: PLR0913, PLR0917  (what the choice depends on)
    course: Course,
    assignment: Assignment,
    wanted: Wanted,
    data: Data | None = None,
    told: Callable[[str], None] = lambda _: None,
    profile: str | None = None,
) -> tuple[Device, Profile]:
    """The device to train an assignment on, and the profile: the one with a name, else the one that is meant for the device.

    On a GPU, a profile of the processor's takes the place of one that has no bands there. With "auto" a GPU is used only where it has
    all bands of some profile; `told` hears why it is not.
    """
    assert assignment.training is not None  # noqa: S101  (whoever calls has looked)
    training, device = assignment.training, device_here(wanted)
    choice = [training.meant_for(device) if profile is None else training.named(profile)]
    if profile is None and device == "cuda":
        choice.append(training.usual)
    if device == "cpu":
        return device, choice[0]
    for one in choice:
        if not missing_bands(course, assignment, device, data, one):
            return device, one
    if wanted == "cuda":
        return device, choice[0]
    missing = ", ".join(missing_bands(course, assignment, device, data, choice[0]))
    told(
        f"{assignment.name} is trained on the processor: on the GPU, {missing} would have nothing to be graded "
        f"against. `{how_to_measure(assignment, device, data, choice[0])}` measures it, once."
    )
    return "cpu", choice[0] if profile is not None else training.usual
