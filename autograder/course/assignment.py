"""An assignment as its notebook text declares it, `assignments/<name>/<name>.md`.

Settings stand in the front matter, roles and points in the metadata of cells. Nothing about an assignment is written down anywhere else.
"""

from __future__ import annotations

import ast
import itertools
import math
import re
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from yaml import YAMLError

from autograder.course.devices import DEVICES, Device

Role = Literal["text", "setup", "exercise", "check", "training", "question", "demo"]
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
# Fields of an assignment that no report follows from; of cells, `graded_by` says more.
UNGRADED = {"folder", "title", "minutes", "questions", "cells"}
TRAINING = "training"  # what the stage after the hidden tests is called, in reports and in the gradebook


class CourseError(Exception):
    """The course or the request cannot be used as it stands; the message says why, in one sentence."""


class GraderError(Exception):
    """The grader itself cannot work: the suite, the course or the machine is at fault, never a student."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use, over all the processes that it needs. A call is one question of a hidden test.

    Seconds are those of computing, or of waiting without computing; waiting for a processor, on a busy machine, is neither.
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
        """What hidden tests may ask for besides what students write: names of the setup cells', and the module of each."""
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
        """All of the text that a report follows from: prose, titles and the points of written answers are left out."""
        settings = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in UNGRADED}
        cells = [replace(cell, source="") if cell.kind == "markdown" else cell for cell in self.cells]
        return repr((settings, list(zip(self.ids, cells, strict=True))))

    @property
    def notebook_name(self) -> str:
        """File name of the notebook that students receive and submit."""
        return f"{self.name}.ipynb"


def read_assignment(text: Path) -> Assignment:
    """Read the notebook text at `text`; raises CourseError, which names what is wrong, when it breaks the rules."""
    try:
        status = text.stat()
        return _read_assignment(text, (status.st_mtime_ns, status.st_size, status.st_ino))
    except (ValueError, TypeError, AttributeError, SyntaxError, YAMLError) as fault:
        raise CourseError(f"{text.name} cannot be read: {' '.join(str(fault).split())}.") from fault


@lru_cache(32)
def _read_assignment(text: Path, _version: tuple[int, ...]) -> Assignment:
    import jupytext  # noqa: PLC0415  (slow to import; only needed here)

    notebook = jupytext.read(text, fmt="md:myst")
    settings = dict(notebook.metadata.get("assignment") or {})
    if "title" not in settings:
        raise CourseError(f"{text.name}: the front matter needs `assignment:` with at least a title.")
    cells = tuple(_read_cell(raw, text.name) for raw in notebook.cells)
    assignment = Assignment(
        name=text.stem,
        folder=text.parent,
        title=str(settings.pop("title")),
        minutes=int(settings.pop("minutes", 0)),
        questions={str(k): float(v) for k, v in (settings.pop("questions", None) or {}).items()},
        training=_read_training(settings.pop("training", None), text.name),
        limits=_read_limits(settings.pop("limits", None) or {}, text.name),
        preload=tuple(settings.pop("preload", ("numpy",))),
        cells=cells,
    )
    if settings:
        raise CourseError(f"{text.name}: unknown setting in the front matter: {', '.join(sorted(settings))}.")
    _check_cells(assignment)
    return assignment


def _read_limits(settings: dict[str, Any], where: str) -> Limits:
    known = {f.name for f in fields(Limits)}
    if unknown := sorted(set(settings) - known):
        raise CourseError(f"{where}: unknown limit: {', '.join(unknown)}. Known: {', '.join(sorted(known))}.")
    if wrong := sorted(name for name, value in settings.items() if not _is_limit(name, value)):
        raise CourseError(
            f"{where}: a limit is a number above 0, and a whole one where it counts MB or calls: {', '.join(wrong)}."
        )
    return Limits(**settings)


def _read_training(settings: Any, where: str) -> Training | None:
    """`training:` is one profile, or has several as `profiles`, by their names."""
    if settings is None:
        return None
    several = isinstance(settings, dict) and set(settings) == {"profiles"} and isinstance(settings["profiles"], dict)
    given = settings["profiles"] if several else {"default": settings}
    profiles = tuple(_read_profile(str(name), profile, where) for name, profile in given.items())
    if not profiles or len({profile.points for profile in profiles}) > 1:
        raise CourseError(f"{where}: `profiles` of training needs at least one, and all have the same points.")
    return Training(profiles)


def _read_profile(name: str, settings: Any, where: str) -> Profile:
    """A profile has `runs`, each with its points and what it needs, and may have `limits` and a `device`."""
    if not isinstance(settings, dict) or not settings.get("runs") or set(settings) - {"runs", "limits", "device"}:
        raise CourseError(f"{where}: `training` needs `runs` and may have `limits` and a `device`, and nothing else.")
    device = settings.get("device", "cpu")
    if device not in DEVICES or not NAME.match(name):
        raise CourseError(
            f"{where}: the training profile '{name}' has a lower-case name, and is for {' or '.join(DEVICES)}."
        )
    runs = []
    for title, run in settings["runs"].items():
        points, needs = (run.get("points"), run.get("needs")) if isinstance(run, dict) else (None, None)
        fits = type(points) in {int, float} and 0 < points < math.inf and isinstance(needs, list) and len(run) == 2  # type: ignore[operator]  # noqa: PLR2004
        if not fits or not NAME.match(str(title)):
            raise CourseError(
                f"{where}: the training run '{title}' has `points`, above 0, and `needs`, a list of exercises."
            )
        runs.append(TrainingRun(str(title), float(points), tuple(map(str, needs))))  # type: ignore[arg-type]
    return Profile(name, device, tuple(runs), _read_limits(settings.get("limits") or {}, where))


def _is_limit(name: str, value: Any) -> bool:
    return (type(value) is int or (type(value) is float and name.endswith("_seconds"))) and 0 < value < math.inf


def _read_cell(raw: Any, where: str) -> Cell:
    meta, source = dict(raw.metadata), str(raw.source)
    if raw.cell_type != "code":
        if "question" in meta:
            return Cell("question", "markdown", source, name=str(meta["question"]))
        return Cell("text", "markdown", source)
    if "exercise" in meta:
        name = str(meta["exercise"])
        if not NAME.match(name) or "points" not in meta:
            raise CourseError(f"{where}: exercise '{name}' needs a lower-case name and `:points:`.")
        return Cell("exercise", "code", source, name, float(meta["points"]), _imported(source, name, where))
    if "check" in meta:
        return Cell("check", "code", source, name=str(meta["check"]))
    if meta.get("training"):
        return Cell("training", "code", source, name=TRAINING)
    return Cell("setup" if meta.get("setup") else "demo", "code", source)


def _imported(source: str, exercise: str, where: str) -> tuple[str, ...]:
    """Names that an exercise cell imports from the reference; the cell may hold nothing else."""
    body = ast.parse(source).body
    if len(body) != 1 or not isinstance(body[0], ast.ImportFrom) or not (body[0].module or "").startswith("solutions."):
        raise CourseError(
            f"{where}: the cell of exercise '{exercise}' must hold one import from solutions and no more."
        )
    return tuple(alias.name for alias in body[0].names)


def _check_cells(assignment: Assignment) -> None:
    """Every exercise is followed by its check, names are unique, questions and front matter agree."""
    where, cells = f"{assignment.name}.md", assignment.cells
    names = [cell.name for cell in cells if cell.role in {"exercise", "question"}]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise CourseError(f"{where}: declared twice: {', '.join(twice)}.")
    code = [cell for cell in cells if cell.kind == "code"]
    for cell, follower in zip(code, (*code[1:], None), strict=True):
        if cell.role == "exercise" and (follower is None or (follower.role, follower.name) != ("check", cell.name)):
            raise CourseError(
                f"{where}: the cell of exercise '{cell.name}' needs `:check: {cell.name}` as its next code cell."
            )
    exercises = {cell.name for cell in cells if cell.role == "exercise"}
    checks = [cell.name for cell in cells if cell.role == "check"]
    if astray := sorted({name for name in checks if name not in exercises or checks.count(name) > 1}):
        raise CourseError(
            f"{where}: a check needs one exercise before it, and an exercise one check: {', '.join(astray)}."
        )
    if TRAINING in exercises or sum(cell.role == "training" for cell in cells) != (assignment.training is not None):
        raise CourseError(
            f"{where}: `training` in the front matter needs one code cell with `:training: true`, and it needs that."
        )
    profiles = assignment.training.profiles if assignment.training else ()
    needed = {name for profile in profiles for run in profile.runs for name in run.needs}
    if unknown := sorted(needed - exercises):
        raise CourseError(f"{where}: training needs what is no exercise here: {', '.join(unknown)}.")
    questions = {cell.name for cell in cells if cell.role == "question"}
    if questions != set(assignment.questions):
        differ = ", ".join(sorted(questions ^ set(assignment.questions)))
        raise CourseError(f"{where}: questions in the text and in the front matter differ: {differ}.")
