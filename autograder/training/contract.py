"""What an assignment says about its training runs, in `training.py` of its hidden suite. The stage knows nothing else of them.

That file has a function `runs(data, profile) -> dict[str, Run]`: one Run for each name that the profile has in the front matter. `data`
says which data set to learn from: the path of one, or a word (text) that this file knows, or None for the one that the runs come with.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from autograder.course.assignment import Assignment, CourseError, GraderError, Profile
from autograder.course.devices import Device
from autograder.course.folders import Course
from autograder.course.settings import Data
from autograder.suite.misconceptions import forget_other_courses, load_module

if TYPE_CHECKING:
    from torch import Tensor

# Where a layer is in a network; kind and shape of each of its tensors. A tensor whose kind begins with "running " is kept and not learned.
Layer = tuple[str, list[tuple[str, list[int]]]]
RUNNING_PREFIX = "running "


class Trained(Protocol):
    """What is trained in one phase of a run: of a student's parts in a worker, of the reference's in the grader.

    Its numbers travel as rows of float32, in the order of `layers`. A worker is asked by `training(run, "advance", 10)`, a function of
    the starter code that calls the method of that name.
    """

    losses: list[float]  # what each step said

    def layers(self) -> list[Layer]:
        """The layers whose numbers are handed over."""

    def load(self, numbers: np.ndarray | Tensor) -> None:
        """Take all numbers from a row."""

    def take_step(self) -> None:
        """Take the next step."""

    def row(self) -> Tensor:
        """All numbers in a row, on the device; it stays as it is when more steps are taken."""

    def advance(self, count: int) -> np.ndarray:
        """Take so many steps; a row of the numbers after each."""

    def scores(self, images: np.ndarray) -> np.ndarray:
        """What the network answers: (N, classes)."""

    def save(self) -> bytes:
        """All that a fresh process needs to go on."""

    def restore(self, saved: bytes) -> None:
        """Go on from what `save` has returned."""


@dataclass(frozen=True)
class Phase:
    """A part of a run that trains something anew, or another part of it.

    start: start(parts, before) -> Trained. `parts` has the functions and classes of a student, or of the reference; `before` is what was
        trained in the phase before, or None
    own: names of the modules of the network that hold students' own modules, one beside the other
    """

    steps: int
    start: Callable[[Any, Any], Any]
    own: tuple[str, ...] = ()


@dataclass(frozen=True)
class Held:
    """What is kept from the worker: images that are scored, with their classes.

    inputs: (N, C, H, W) float32; labels: (N,) integers; what: such as "held-out images"; names: of the classes
    """

    inputs: np.ndarray
    labels: np.ndarray
    what: str
    names: tuple[str, ...]

    @property
    def images(self) -> np.ndarray:
        """The images as people look at them: (N, H, W) or (N, H, W, 3), 0 to 1."""
        one_channel = self.inputs.shape[1] == 1
        return self.inputs[:, 0] if one_channel else self.inputs.transpose(0, 2, 3, 1)

    def right(self, scores: np.ndarray | None) -> float | None:
        """The share of images whose largest score is that of their class; None where these are no usable scores."""
        if scores is None or scores.shape != (len(self.labels), len(self.names)) or not np.isfinite(scores).all():
            return None
        return float(np.mean(scores.argmax(1) == self.labels))


@dataclass(frozen=True)
class Run:
    """Something that is trained.

    steps, learned: points for steps that are those of the contract, and for what has been learned; they add up to the points in the
        front matter
    phases: phases(seed, device), one after the other
    baseline: module text that follows the reference's and replaces what the run is about: what comes of it earns nothing
    sources: the files that a band follows from; data: the name and the content of the data, likewise
    target: a share of right answers; the board, where a course has one, says after how many steps it was reached
    """

    title: str
    steps: float
    learned: float
    phases: Callable[[int, Device], tuple[Phase, ...]]
    held: Callable[[], Held]
    baseline: str
    sources: tuple[Path, ...]
    data: tuple[str, str]
    target: float | None = None

    @property
    def points(self) -> float:
        """Points of both parts."""
        return self.steps + self.learned

    @property
    def length(self) -> int:
        """How many steps there are in all phases."""
        return sum(phase.steps for phase in self.phases(0, "cpu"))


def runs_of(
    course: Course, assignment: Assignment, data: Data | None = None, profile: Profile | None = None
) -> dict[str, Run]:
    """The runs of a profile, by default the usual one; raises GraderError where they are not those of the front matter."""
    if assignment.training is None:
        raise CourseError(f"{assignment.name} has nothing to train.")
    profile = profile or assignment.training.usual
    path = course.suite(assignment.name) / "training.py"
    if not path.is_file():
        raise GraderError(
            f"{assignment.name} has training in its front matter, and no {path.relative_to(course.root)}."
        )
    forget_other_courses(course)
    sys.path.insert(0, str(course.root))  # as pytest has it for the suite
    try:
        runs: dict[str, Run] = load_module(path).runs(data, profile.name)
    except (OSError, ValueError) as fault:
        if data is None:
            raise
        raise CourseError(str(fault)) from fault
    finally:
        sys.path.remove(str(course.root))
    declared = {run.name: run.points for run in profile.runs}
    there = {name: run.points for name, run in runs.items()}
    if declared != there:
        raise GraderError(f"training.py of {assignment.name} has the points {there}, the front matter {declared}.")
    return runs
