"""A file that a student handed in -> the program that a worker runs. Reads text; executes nothing; trusts nothing in it.

Repair means: locked cells count as they were released, whatever the file says; cells are known by their id, by nbgrader's grade_id or, when
both are gone, by their text; what is missing or changed is noted. A file that cannot be read at all is `Ungradable`, with the reason.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.cell_source import is_stub, python, transforming_effort
from autograder.course import Assignment, Role

SUFFIXES = {".ipynb", ".py"}
NOTEBOOK_FORMAT = 4
PERCENT_CELL = re.compile(r"^# %%.*$", re.MULTILINE)
# What is read here is read by the grader itself, outside of any worker, so it must stay cheap whatever a file holds.
MAX_CELLS = 2000
MAX_CODE = 1_000_000  # characters
MAX_VERSION = 99
MAX_PARTS = 2_000_000  # objects and lists in a notebook's JSON: each takes far more memory than characters
MAX_MAGIC = 300_000  # characters times magics, over all cells: IPython reads a cell once for each magic in it


class Ungradable(Exception):  # noqa: N818  (said of a submission; not a fault of the engine's)
    """The file cannot be graded; the message says why, in one sentence that names it."""


@dataclass(frozen=True)
class SubmittedCell:
    """One cell of the file. `role` is that of the released cell it stands for, or "own" when the student added it."""

    kind: str
    source: str
    role: Role | None
    name: str
    id: str
    changed: bool


@dataclass(frozen=True)
class ProgramCell:
    """Python source that a worker executes as one piece; `exercise` names the answer that it holds, if it does."""

    title: str
    source: str
    exercise: str = ""


@dataclass(frozen=True)
class Submission:
    """What was handed in, read and repaired."""

    name: str
    sha256: str
    program: tuple[ProgramCell, ...]
    cells: tuple[SubmittedCell, ...]
    notes: tuple[str, ...]


def read(path: Path, assignment: Assignment) -> Submission:
    """Read the file at `path` as a submission of `assignment`; raises Ungradable."""
    content = _content(path, assignment.limits.notebook_mb)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Ungradable(f"{shown(path)} is not UTF-8 text, so it is no notebook.") from None
    if not text.strip():
        raise Ungradable(f"{shown(path)} is empty.")
    listed = _notebook_cells(text, shown(path)) if path.suffix == ".ipynb" else _script_cells(text)
    if len(listed) > MAX_CELLS:
        raise Ungradable(f"{shown(path)} has more than {MAX_CELLS} cells; delete those that are not needed.")
    raw = [cell if isinstance(cell, dict) else {} for cell in listed]
    if sum(len(_source(cell)) for cell in raw if cell.get("cell_type") == "code") > MAX_CODE:
        raise Ungradable(f"{shown(path)} holds more than {MAX_CODE:,} characters of code; delete what is no code.")
    cells = _recognise(raw, assignment)
    if not _is_of(assignment, cells):
        raise Ungradable(f"{shown(path)} is no submission of {assignment.name}: none of its exercises is in it.")
    own = _program(cells)
    notes = _notes(cells, assignment) if path.suffix == ".ipynb" else ()
    return Submission(shown(path), hashlib.sha256(content).hexdigest(), setup_program(assignment) + own, cells, notes)


def submitted_file(expected: Path) -> Path:
    """The file to read for `expected`: if it is not there, and one notebook of another name is, that one."""
    others = [path for path in expected.parent.glob("*.ipynb") if path.is_file()]
    return others[0] if len(others) == 1 and not expected.exists() else expected


def digest(path: Path, assignment: Assignment) -> str:
    """Hash of what can be read of the file at `path`; of nothing where there is no file."""
    content = b""
    with contextlib.suppress(OSError):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                content = file.read(assignment.limits.notebook_mb << 20)
    return hashlib.sha256(content).hexdigest()


def printable(text: str) -> str:
    """`text` without control characters and bytes that are no text: for what students chose and people read."""
    return "".join(character if character.isprintable() else "?" for character in text)


def shown(path: Path) -> str:
    """The name of a file for people."""
    return printable(path.name)


def setup_program(assignment: Assignment) -> tuple[ProgramCell, ...]:
    """The cells that the course itself runs before any answer."""
    return tuple(ProgramCell("cell setup", python(c.source)) for c in assignment.cells if c.role == "setup")


def answer_program(assignment: Assignment, source: str) -> tuple[ProgramCell, ...]:
    """A program whose answers are the module text `source`: how references and their variants are graded."""
    return (*setup_program(assignment), ProgramCell("cell 1", source))


# --- reading ---------------------------------------------------------------------------------------------------------


def _content(path: Path, limit_mb: int) -> bytes:
    try:
        if path.is_symlink():
            raise Ungradable(f"{shown(path)} is a link to another file; hand in the file itself.")
        if path.is_dir():
            raise Ungradable(f"{shown(path)} is a folder; name the notebook in it.")
        if path.suffix not in SUFFIXES:
            raise Ungradable(f"{shown(path)} is neither a notebook (.ipynb) nor a Python file (.py).")
        if path.exists() and not path.is_file():
            raise Ungradable(f"{shown(path)} is no ordinary file; hand in a notebook.")
        with path.open("rb") as file:
            content = file.read((limit_mb << 20) + 1)
    except FileNotFoundError:
        raise Ungradable(f"{shown(path)} does not exist.") from None
    except OSError as error:
        raise Ungradable(f"{shown(path)} cannot be read: {error.strerror}.") from None
    if len(content) > limit_mb << 20:
        raise Ungradable(f"{shown(path)} is larger than {limit_mb} MB; clear its outputs and hand it in again.")
    return content


def _notebook_cells(text: str, name: str) -> list[Any]:
    if text.count("{") + text.count("[") > MAX_PARTS:
        raise Ungradable(f"{name} is made of too many parts; clear its outputs and hand it in again.")
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise Ungradable(f"{name} is not a notebook: it is not valid JSON.") from None
    if not isinstance(notebook, dict) or "nbformat" not in notebook:
        raise Ungradable(f"{name} is not a notebook: it is JSON of another kind.")
    if notebook["nbformat"] != NOTEBOOK_FORMAT:
        number = notebook["nbformat"]
        version = number if type(number) is int and 0 <= number <= MAX_VERSION else "unknown"
        raise Ungradable(
            f"{name} is a notebook of format {version}; open it in Jupyter, save it, and hand it in again."
        )
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise Ungradable(f"{name} is not a notebook: it has no list of cells.")
    return cells


def _script_cells(text: str) -> list[Any]:
    return [{"cell_type": "code", "source": part} for part in PERCENT_CELL.split(text, maxsplit=MAX_CELLS)]


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def _identity(cell: dict[str, Any]) -> str:
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    for identity in (grade_id, cell.get("id")):
        if isinstance(identity, str):
            return identity
    return ""


# --- recognising -----------------------------------------------------------------------------------------------------


def _recognise(raw: list[dict[str, Any]], assignment: Assignment) -> tuple[SubmittedCell, ...]:
    """Match every cell of the file with the released cell that it stands for."""
    by_id = dict(zip(assignment.ids, assignment.cells, strict=True))
    by_text = {_squeeze(c.source): (i, c) for i, c in by_id.items() if c.kind == "code" and c.role != "exercise"}
    cells = []
    for cell in raw:
        kind, source, identity = str(cell.get("cell_type")), _source(cell), _identity(cell)
        released = by_id.get(identity)
        if released is None and kind == "code":
            identity, released = by_text.get(_squeeze(source), (identity, None))
        if released is None or released.kind != kind:
            cells.append(SubmittedCell(kind, source, None, "", "", changed=True))
        else:
            changed = not _same_text(source, released.source)
            cells.append(SubmittedCell(kind, source, released.role, released.name, identity, changed))
    return tuple(cells)


def _same_text(source: str, released: str) -> bool:
    """Whether both are the same, squeezed; what is far longer is not looked into."""
    return len(source) <= MAX_CODE and _squeeze(source) == _squeeze(released)


def _squeeze(source: str) -> str:
    """Text without regard to white space at the ends of lines."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _is_of(assignment: Assignment, cells: tuple[SubmittedCell, ...]) -> bool:
    """Whether the file has an answer cell of the assignment's, or at least names one of its functions."""
    if any(cell.role == "exercise" for cell in cells):
        return True
    functions = [name for exercise in assignment.exercises for name in exercise.functions]
    code = "\n".join(cell.source for cell in cells if cell.kind == "code")
    return any(re.search(rf"\b{name}\b", code) for name in functions)


def _notes(cells: tuple[SubmittedCell, ...], assignment: Assignment) -> tuple[str, ...]:
    """What was repaired, for people."""
    notes = []
    for exercise in assignment.exercises:
        answers = sum(cell.role == "exercise" and cell.name == exercise.name for cell in cells)
        checks = [cell for cell in cells if cell.role == "check" and cell.name == exercise.name]
        if answers > 1:
            notes.append(
                f"the answer cell of {exercise.name} is there {answers} times; the last one that is filled in counts"
            )
        if not answers:
            notes.append(f"the answer cell of {exercise.name} is gone; other cells are searched for its functions")
        if not checks:
            notes.append(f"the grade cell of {exercise.name} was missing and has been restored")
        elif any(cell.changed for cell in checks):
            notes.append(f"the grade cell of {exercise.name} was changed and has been restored")
    return tuple(notes)


# --- the program -----------------------------------------------------------------------------------------------------


def _program(cells: tuple[SubmittedCell, ...]) -> tuple[ProgramCell, ...]:
    """Answers and the student's own cells, in their order; not the course's demonstrations, nor checks."""
    filled = {cell.name for cell in cells if cell.role == "exercise" and not is_stub(cell.source)}
    program = []
    effort = 0
    for number, cell in enumerate(cells, start=1):
        if (
            cell.kind != "code"
            or cell.role in {"check", "training", "demo"}
            or (cell.role == "setup" and not cell.changed)
        ):
            continue
        if cell.role == "exercise" and cell.name in filled and is_stub(cell.source):
            continue  # a duplicate that was left empty must not undo the answer
        effort += transforming_effort(cell.source)
        source = python(cell.source) if effort <= MAX_MAGIC else cell.source
        if source.strip():
            program.append(ProgramCell(f"cell {number}", source, cell.name if cell.role == "exercise" else ""))
    return tuple(program)
