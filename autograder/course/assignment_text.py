"""Reads an assignment from its notebook text, `assignments/<name>/<name>.md`, and refuses a text that breaks the rules.

Settings stand in the front matter, roles and points in the metadata of cells. Nothing about an assignment is written down anywhere else.
"""

from __future__ import annotations

import ast
import math
import re
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from yaml import YAMLError

from autograder.course.assignment import (
    TRAINING,
    Assignment,
    Cell,
    CourseError,
    Limits,
    Profile,
    Training,
    TrainingRun,
)

LOWER_CASE = re.compile(r"[a-z][a-z0-9_]*\Z")
INCLUDE = re.compile(r"^```\{include\}[ \t]+(\S+)[ \t]*\n```[ \t]*$", re.MULTILINE)  # MyST's directive


def read_assignment(text: Path) -> Assignment:
    """Read the notebook text at `text`; raises CourseError, which names what is wrong, when it breaks the rules."""
    try:
        status = text.stat()
        return _with_included(_read_assignment(text, (status.st_mtime_ns, status.st_size, status.st_ino)))
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


def _with_included(assignment: Assignment) -> Assignment:
    """The assignment, with what its text cells include in its place: files that several notebooks share, as they are now."""

    def content(directive: re.Match[str]) -> str:
        try:
            return (assignment.folder / directive[1]).read_text(encoding="utf-8").strip()
        except OSError as fault:
            raise CourseError(
                f"{assignment.name}.md includes {directive[1]}, which cannot be read: {fault}."
            ) from fault

    return replace(
        assignment,
        cells=tuple(
            replace(cell, source=INCLUDE.sub(content, cell.source)) if cell.kind == "markdown" else cell
            for cell in assignment.cells
        ),
    )


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
    if device not in {"cpu", "cuda"} or not LOWER_CASE.match(name):
        raise CourseError(f"{where}: the training profile '{name}' has a lower-case name, and is for cpu or cuda.")
    runs = []
    for title, run in settings["runs"].items():
        points, needs = (run.get("points"), run.get("needs")) if isinstance(run, dict) else (None, None)
        fits = type(points) in {int, float} and 0 < points < math.inf and isinstance(needs, list) and len(run) == 2  # type: ignore[operator]  # noqa: PLR2004
        if not fits or not LOWER_CASE.match(str(title)):
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
        if not LOWER_CASE.match(name) or "points" not in meta:
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
