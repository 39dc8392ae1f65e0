"""Turns the text of a submission into the program that a worker runs. Executes nothing, and trusts nothing in the text.

Python's parser was not made for text that means harm, so `serve` reads it in a confined process, on behalf of `reading`.

Repair means: locked cells count as they were released, whatever the file says; answers are found wherever they are (`cells`);
what is missing, changed or was split is noted. A file that cannot be read at all is `Ungradable`, with the reason.
"""

from __future__ import annotations

import contextlib
import json
import re
import socket
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from autograder.course.assignment import Assignment, Cell, Limits
from autograder.course.stubs import TEXT_STUB, released_text
from autograder.submission.cells import MAX_CODE, SubmittedCell, recognise, runnable, source_of
from autograder.submission.names import CellNames, asked_for, know, told
from autograder.submission.notes import notes
from autograder.submission.on_the_board import keeping_wish
from autograder.submission.source import function_in, is_stub, keeps_stub_line, python, transforming_effort

NOTEBOOK_FORMAT = 4
PERCENT_CELL = re.compile(r"^# %%.*$", re.MULTILINE)
# Reading must stay cheap, whatever a file holds: each file takes some of the time of the whole class.
MAX_CELLS = 2000
MAX_VERSION = 99
MAX_PARTS = 2_000_000  # objects and lists in a notebook's JSON: each takes far more memory than characters
MAX_MAGIC = 300_000  # characters times magics, over all cells: IPython reads a cell once for each magic in it


class Ungradable(Exception):  # noqa: N818  (said of a submission; not a fault of the engine's)
    """The file cannot be graded; the message says why, in one sentence that names it."""


@dataclass(frozen=True)
class ProgramCell:
    """Python source that a worker executes as one piece.

    exercise: names the answer that it holds, if it does
    keeps: functions and classes whose definition here counts, whatever cells below make of their names
    binds, uses: names that it defines, and that others must define
    whole: whether it is all of a cell, rather than what others use of a demonstration
    functions, with_stub: of `keeps`, those that are functions, and those in which the stub's line still stands
    """

    title: str
    source: str
    exercise: str = ""
    keeps: tuple[str, ...] = ()
    binds: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    whole: bool = True
    functions: frozenset[str] = frozenset()
    with_stub: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Contents:
    """What a submission says.

    program: what runs after the course's setup
    filled: in how many exercises and questions something was filled in
    """

    program: tuple[ProgramCell, ...]
    cells: tuple[SubmittedCell, ...]
    notes: tuple[str, ...]
    filled: int


def setup_program(assignment: Assignment) -> tuple[ProgramCell, ...]:
    """The cells that the course itself runs before any answer."""
    sources = (python(cell.source) for cell in assignment.cells if cell.role == "setup")
    return tuple(ProgramCell("cell setup", source, binds=CellNames(source).binds) for source in sources)


def answer_program(assignment: Assignment, source: str) -> tuple[ProgramCell, ...]:
    """A program whose answers are the module text `source`: how references and their variants are graded."""
    return (*setup_program(assignment), ProgramCell("cell 1", source))


def contents(content: bytes, name: str, assignment: Assignment) -> Contents:
    """Read the file called `name` as a submission of `assignment`, whose cells are as they were released; raises Ungradable."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Ungradable(f"{name} is not UTF-8 text, so it is no notebook.") from None
    if not text.strip():
        raise Ungradable(f"{name} is empty.")
    is_notebook = name.lower().endswith(".ipynb")
    listed = _notebook_cells(text, name) if is_notebook else _script_cells(text)
    if len(listed) > MAX_CELLS:
        raise Ungradable(f"{name} has more than {MAX_CELLS} cells; delete those that are not needed.")
    raw = [cell if isinstance(cell, dict) else {} for cell in listed]
    if sum(len(source_of(cell)) for cell in raw if cell.get("cell_type") == "code") > MAX_CODE:
        raise Ungradable(f"{name} holds more than {MAX_CODE:,} characters of code; delete what is no code.")
    cells = recognise(raw, assignment)
    if not _is_of(assignment, cells):
        raise Ungradable(f"{name} is no submission of {assignment.name}: none of its exercises is in it.")
    program = _program(cells, setup_program(assignment), assignment)
    told_of = notes(cells, program, assignment) if is_notebook else ()
    return Contents(program, cells, told_of, _filled(cells, assignment))


def _filled(cells: tuple[SubmittedCell, ...], assignment: Assignment) -> int:
    """In how many exercises and questions something was filled in."""
    own = {name for cell in cells if cell.role is None and not cell.is_stub for name in cell.defines}
    answered = {cell.name for cell in cells if cell.role == "exercise" and cell.source.strip() and not cell.is_stub}
    answered |= {exercise.name for exercise in assignment.exercises if own.intersection(exercise.functions)}
    return len(answered) + len({cell.name for cell in cells if cell.role == "question" and cell.changed})


# --- in a process of its own -------------------------------------------------------------------------------------------


def order(content: bytes, name: str, assignment: Assignment, *, whole: bool) -> dict[str, Any]:
    """What is sent to `serve`: no more of the assignment than students have. `whole` asks for all cells, and not only for what runs."""
    return {
        "name": name,
        "content": content,
        "about": _about(assignment.name, assignment.cells, tuple(assignment.questions.items()), whole=whole),
    }


@lru_cache(8)
def _about(name: str, cells: tuple[Cell, ...], questions: tuple[tuple[str, float], ...], *, whole: bool) -> str:
    """What there is to know of an assignment, as JSON; with what its own cells say, so that nobody has to read them with each file."""
    released = tuple(map(_released, cells))
    known = told(python(cell.source) for cell in released if cell.kind == "code")
    about = {"assignment": name, "questions": dict(questions), "cells": [asdict(cell) for cell in released]}
    return json.dumps(about | {"known": known, "whole": whole})


def as_released(assignment: Assignment) -> Assignment:
    """The assignment with what students have of its cells."""
    return replace(assignment, cells=tuple(map(_released, assignment.cells)))


def _released(cell: Cell) -> Cell:
    if cell.role == "question":
        return replace(cell, source=released_text(cell.source, TEXT_STUB, cell.name))
    return replace(cell, source="") if cell.role == "exercise" else cell


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What `request` asks for: {"contents": JSON}, or why there is none."""
    about = json.loads(request["about"])
    know(about["known"])
    cells = tuple(Cell(**{**cell, "functions": tuple(cell["functions"])}) for cell in about["cells"])
    name, questions = about["assignment"], about["questions"]
    assignment = Assignment(name, Path(), name, 0, questions, None, Limits(), (), cells)
    try:
        found = contents(request["content"], request["name"], assignment)
    except Ungradable as why:
        return {"ungradable": str(why)}
    except (MemoryError, RecursionError) as fault:
        return {"fault": type(fault).__name__}
    told = found if about["whole"] else replace(found, cells=())
    return {"contents": json.dumps(asdict(told), default=sorted).encode()}


def serve(sock: socket.socket) -> None:
    """Read one file that comes over `sock`."""
    from autograder.sandbox import wire  # noqa: PLC0415  (numpy, which who reads one's own file need not wait for)

    def nothing_else(*_: Any) -> Any:
        raise wire.Unencodable("an object")

    channel = wire.Channel(sock)
    with contextlib.suppress(wire.Closed):
        channel.send(answer(channel.receive(nothing_else, wire.UNLIMITED)), nothing_else)


# --- reading ---------------------------------------------------------------------------------------------------------


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


# --- what it is -----------------------------------------------------------------------------------------------------


def _is_of(assignment: Assignment, cells: tuple[SubmittedCell, ...]) -> bool:
    """Whether the file has an answer cell of the assignment's, or at least names one of its functions."""
    if any(cell.role == "exercise" for cell in cells):
        return True
    functions = [name for exercise in assignment.exercises for name in exercise.functions]
    code = "\n".join(cell.source for cell in cells if cell.kind == "code")
    return any(re.search(rf"\b{name}\b", code) for name in functions)


# --- the program -----------------------------------------------------------------------------------------------------


def _program(
    cells: tuple[SubmittedCell, ...], setup: Sequence[ProgramCell], assignment: Assignment
) -> tuple[ProgramCell, ...]:
    """What runs after `setup`: answers and the student's own cells, in their order, and what those use of demonstrations and checks."""
    filled = {cell.name for cell in cells if cell.role == "exercise" and not cell.is_stub}
    functions = {exercise.name: exercise.functions for exercise in assignment.exercises}
    read, whole, effort = [CellNames(cell.source) for cell in setup], [True] * len(setup), 0
    run = runnable(cells)
    for cell in run:
        # A duplicate that was left empty must not undo the answer; the course's setup runs anyway.
        empty = cell.role == "exercise" and cell.name in filled and cell.is_stub
        ignored = cell.kind != "code" or empty or (cell.role == "setup" and not cell.changed)
        effort += 0 if ignored else transforming_effort(cell.source)
        source = "" if ignored else python(cell.source) if effort <= MAX_MAGIC else cell.source
        read.append(CellNames(source))
        whole.append(cell.role not in {"check", "training", "demo"})
    asked = [name for exercise in assignment.exercises for name in exercise.functions]
    sources = asked_for(read, whole, asked)[len(setup) :]
    program = []
    shares = zip(run, read[len(setup) :], whole[len(setup) :], sources, strict=True)
    for cell, names, all_of_it, used in shares:
        source = used if all_of_it else keeping_wish(used, names.source)
        if not source.strip():
            continue
        exercise = cell.name if cell.role == "exercise" else ""
        keeps = tuple(name for name in functions.get(exercise, ()) if name in names.binds and not is_stub(source, name))
        part = names if all_of_it else CellNames(source)
        written = {name: found for name in keeps if (found := function_in(source, name)) is not None}
        with_stub = frozenset(name for name, function in written.items() if keeps_stub_line(function))
        program.append(
            ProgramCell(
                *(cell.title, source, exercise, keeps, part.binds, part.uses, all_of_it), frozenset(written), with_stub
            )
        )
    return tuple(program)
