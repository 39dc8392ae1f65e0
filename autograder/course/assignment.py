"""What an assignment is: its exercises, cells, limits and training runs, and the errors of a course. `assignment_text` reads it."""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Literal

from autograder.course.devices import Device

Role = Literal["text", "setup", "exercise", "check", "training", "question", "demo"]
# Fields of an assignment on which no report depends. Which parts of its cells count is said in `graded_by`.
UNGRADED = {"folder", "title", "minutes", "questions", "cells"}
TRAINING = "training"  # what the stage after the hidden tests is called, in reports and in the gradebook


class CourseError(Exception):
    """The course or the request cannot be used as it stands; the message says why, in one sentence."""


class GraderError(Exception):
    """The grader itself cannot work: the suite, the course or the machine is at fault, never a student."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use, in all of its processes together. A call is one question of a hidden test.

    Seconds count computing, or waiting without computing; waiting for a processor, on a busy machine, counts as neither.
    """

    call_seconds: float = 5.0  # that one call may compute, and as many that it may wait
    cpu_seconds: float = 60.0  # that all calls may compute
    wall_seconds: float = 60.0  # that all calls may wait; sleeping reaches this limit, and nothing else does
    memory_mb: int = 1024  # at any time, above what the interpreter and the imported packages take
    output_mb: int = 16  # standard output and error, of each process; also the largest file that it may write
    scratch_mb: int = 64  # all files in the scratch folder of a process
    scratch_files: int = 1000
    shared_mb: int = 0  # memory that the process shares with the grader, for arrays too large for a socket
    gpu_mb: int = 3072  # of a GPU, for the process and for the grader, which takes the same steps beside it
    reply_mb: int = 16  # what one call returns; a test may hold several, and so may an exercise that failed
    calls: int = 10_000
    callbacks: int = 10_000  # calls of functions that were passed in, within one call
    notebook_mb: int = 64  # the file that is handed in


@dataclass(frozen=True)
class Exercise:
    """One graded exercise: its name, the functions and classes that a student writes, and its points."""

    name: str
    functions: tuple[str, ...]
    points: float


@dataclass(frozen=True)
class TrainingRun:
    """Something that is trained with what was handed in: its name, its points, and the exercises that it builds on."""

    name: str
    points: float
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """Runs, the device that they are meant for, and what all of them together may use."""

    name: str
    device: Device
    runs: tuple[TrainingRun, ...]
    limits: Limits

    @property
    def points(self) -> float:
        """Points of all runs."""
        return sum(run.points for run in self.runs)


@dataclass(frozen=True)
class Training:
    """The stage after the hidden tests, in one profile or several, of which one is trained; all have the same points."""

    profiles: tuple[Profile, ...]

    @property
    def usual(self) -> Profile:
        """The profile that is trained where nothing else is asked for."""
        return self.profiles[0]

    @property
    def points(self) -> float:
        """Points of all runs of a profile."""
        return self.usual.points

    def meant_for(self, device: str) -> Profile:
        """The profile that is meant for a device; without one, the usual."""
        return next((profile for profile in self.profiles if profile.device == device), self.usual)

    def named(self, name: str) -> Profile:
        """The profile with a name; raises CourseError where there is none."""
        for profile in self.profiles:
            if profile.name == name:
                return profile
        raise CourseError(
            f"There is no training profile '{name}'; there is {', '.join(p.name for p in self.profiles)}."
        )


@dataclass(frozen=True)
class Cell:
    """One cell of the notebook text, with the role that the text gives it."""

    role: Role
    kind: Literal["code", "markdown"]
    source: str
    name: str = ""
    points: float = 0.0
    functions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assignment:
    """An assignment as its notebook text declares it."""

    name: str
    folder: Path
    title: str
    minutes: int
    questions: dict[str, float]
    training: Training | None
    limits: Limits
    preload: tuple[str, ...]
    cells: tuple[Cell, ...] = field(repr=False)

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """The automatically graded exercises, in the order of the notebook."""
        return tuple(Exercise(c.name, c.functions, c.points) for c in self.cells if c.role == "exercise")

    @property
    def ids(self) -> tuple[str, ...]:
        """The id of each cell in every notebook that is made from the text; nbgrader's grade_id where a cell has one."""
        setups = itertools.count(1)
        ids = []
        for number, cell in enumerate(self.cells, start=1):
            if cell.role == "setup":
                setup = next(setups)
                ids.append("setup" if setup == 1 else f"setup-{setup}")
            elif cell.role == "exercise":
                ids.append(f"answer-{cell.name}")
            else:
                ids.append(cell.name or f"cell-{number}")
        return tuple(ids)

    @property
    def max_score(self) -> float:
        """Points that are graded automatically."""
        return sum(exercise.points for exercise in self.exercises) + (self.training.points if self.training else 0.0)

    @property
    def starter_modules(self) -> tuple[str, ...]:
        """Modules of the starter code that the setup cells import from, each once."""
        return tuple(dict.fromkeys(self._imported_by_setup.values()))

    @property
    def probes(self) -> dict[str, str]:
        """What hidden tests may ask for besides what students write: names that the setup cells import, and the module of each."""
        written = {name for exercise in self.exercises for name in exercise.functions}
        return {name: module for name, module in self._imported_by_setup.items() if name not in written}

    @property
    def _imported_by_setup(self) -> dict[str, str]:
        """Names that the setup cells import from the starter code, and the module of each."""
        setups = (ast.parse(cell.source) for cell in self.cells if cell.role == "setup")
        imports = (node for tree in setups for node in tree.body if isinstance(node, ast.ImportFrom))
        return {
            name.name: node.module
            for node in imports
            if node.module and node.module.startswith("starter_code.")
            for name in node.names
        }

    @property
    def graded_by(self) -> str:
        """All of the text on which a report depends: prose, titles and the points of written answers are left out."""
        settings = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in UNGRADED}
        cells = [replace(cell, source="") if cell.kind == "markdown" else cell for cell in self.cells]
        return repr((settings, list(zip(self.ids, cells, strict=True))))

    @property
    def notebook_name(self) -> str:
        """File name of the notebook that students receive and submit."""
        return f"{self.name}.ipynb"
