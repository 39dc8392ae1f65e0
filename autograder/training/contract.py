"""What an assignment says about its training runs, in `training.py` of its hidden suite. The stage knows nothing else of them.

That file has a function `runs(data) -> dict[str, Run]`: one Run for each name in the front matter. `data` is the path of another data
set than the one that comes with the course, or None.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from autograder.course import Assignment, Course, CourseError, GraderError
from autograder.grading.misconceptions import forget_other_courses, load_module
from autograder.grading.student import Student

Device = Literal["cpu", "cuda"]


@dataclass(frozen=True)
class Snapshot:
    """A run after a step (or before the first), as the worker handed it over. Nothing of it is believed.

    loss: what the step said that the loss was before it
    moved: how far the step went, in units that make steps of one run comparable
    state: all numbers that a step starts from, in a form that only the session needs to know
    """

    loss: float
    moved: float
    state: Any


@dataclass(frozen=True)
class Confirmed:
    """What came of computing one step again: whether its loss, and whether what the step did, is what the contract says.

    off: by how much the loss that was claimed is off, as a share of the one computed here
    """

    loss: bool
    update: bool
    off: float


class Session(Protocol):
    """One run of one submission, in the grader. Whatever asks the worker raises StudentFault."""

    def begin(self, checkpoint: Any) -> Snapshot:
        """Start in a fresh worker, or go on from what `checkpoint` gave; the state before the next step."""

    def advance(self, count: int) -> Sequence[Snapshot]:
        """Take so many steps; the run after each of them."""

    def checkpoint(self) -> Any:
        """All that a fresh worker needs to go on; opaque, and only ever given back to a worker of the same student."""

    def trouble(self) -> str:
        """Why nothing can be confirmed: what was built is not what the contract says. Empty when it is."""

    def confirm(self, step: int, earlier: Snapshot | None, before: Snapshot, after: Snapshot) -> Confirmed:
        """Compute step number `step` (from 0) again. `earlier`: the run one step before `before`, if there was one."""

    def scores(self) -> np.ndarray:
        """What the worker's network answers for the held-out images: (N, classes), the largest is the answer."""

    def scores_again(self, last: Snapshot) -> np.ndarray:
        """The same, computed here from the last state."""


@dataclass(frozen=True)
class Held:
    """What is kept from the worker: the classes of the images that are scored, and the images as people look at them.

    labels: (N,) integers; images: (N, H, W) or (N, H, W, 3), 0 to 1; what: such as "held-out images"
    names: of the classes
    """

    labels: np.ndarray
    images: np.ndarray
    what: str
    names: tuple[str, ...]

    def right(self, scores: np.ndarray | None) -> float | None:
        """The share of images whose largest score is that of their class; None where these are no usable scores."""
        if scores is None or scores.shape != (len(self.labels), len(self.names)) or not np.isfinite(scores).all():
            return None
        return float(np.mean(scores.argmax(1) == self.labels))


@dataclass(frozen=True)
class Run:
    """Something that is trained.

    network, update, learned: points for a network that is the one of the contract, for steps that are those of the contract, and
        for what it has learned; they add up to the points in the front matter
    begin: begin(student, seed, device) -> Session
    baseline: module text that follows the reference's and replaces what the run is about: what comes of it earns nothing
    sources: the files that a band follows from; data: the name and the content of the data, likewise
    """

    title: str
    steps: int
    network: float
    update: float
    learned: float
    begin: Callable[[Student, int, Device], Session]
    held: Callable[[], Held]
    baseline: str
    sources: tuple[Path, ...]
    data: tuple[str, str]

    @property
    def points(self) -> float:
        """Points of all three parts."""
        return self.network + self.update + self.learned


def runs_of(course: Course, assignment: Assignment, data: Path | None = None) -> dict[str, Run]:
    """The runs of an assignment; raises GraderError where they are not those of the front matter."""
    if assignment.training is None:
        raise CourseError(f"{assignment.name} has nothing to train.")
    path = course.suite(assignment.name) / "training.py"
    if not path.is_file():
        raise GraderError(
            f"{assignment.name} has training in its front matter, and no {path.relative_to(course.root)}."
        )
    forget_other_courses(course)
    sys.path.insert(0, str(course.root))  # as pytest has it for the suite
    try:
        runs: dict[str, Run] = load_module(path).runs(data)
    except (OSError, ValueError) as fault:
        if data is None:
            raise
        raise CourseError(str(fault)) from fault
    finally:
        sys.path.remove(str(course.root))
    declared = {run.name: run.points for run in assignment.training.runs}
    there = {name: run.points for name, run in runs.items()}
    if declared != there:
        raise GraderError(f"training.py of {assignment.name} has the points {there}, the front matter {declared}.")
    return runs
