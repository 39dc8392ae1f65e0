"""Turns a submitted notebook, whatever its state, into one that nbgrader can work on. Called by `exporter`.

The result is the released notebook with the student's answers in it. It is what graders and feedback show; scores come
from the engine, which reads the submitted file itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.course.assignment import Assignment
from autograder.gradebook.pasted import REASONS, pasted
from autograder.submission.cells import SubmittedCell
from autograder.submission.submitted import Ungradable, read, submitted_file

NotebookCell = dict[str, Any]  # of nbformat 4.5, as JSON has it
BACKTICKS = re.compile(r"`+")


@dataclass(frozen=True)
class Repaired:
    """A notebook in the shape of the release, and what was done to get there, for the student."""

    notebook: dict[str, Any]
    notes: tuple[str, ...]


def repair(expected: Path, assignment: Assignment, released: dict[str, Any]) -> Repaired:
    """The answers of the submitted file in the structure of `released`. Never raises for what a student handed in."""
    found = submitted_file(expected, assignment)
    which = (f"{found.note}.",) if found.note else ()
    try:
        submission = read(found.path, assignment)
    except Ungradable as error:
        return Repaired(released, (*which, str(error)))
    known = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in released["cells"] if "nbgrader" in cell["metadata"]
    }
    kept = _kept(submission.cells, known)
    cells: list[NotebookCell] = []
    pictures = _Pictures()
    for index, cell in enumerate(submission.cells):
        if cell.id not in known:
            cells.append(_own_cell(cell, pictures))
        elif kept[cell.id] == index:
            cells.append(_released_cell(known[cell.id], cell, pictures))
        elif cell.role == "exercise" and not cell.is_stub:
            cells.append(_own_cell(cell, pictures))
        if cell.role == "setup" and cell.changed:
            cells.append(_own_cell(cell, pictures))
    missing = [grade_id for grade_id in known if grade_id not in kept]
    for grade_id, where in _elsewhere(submission.cells, assignment):
        if grade_id in missing:
            known[grade_id] = known[grade_id] | {"source": where}
    notes = (f"{note[:1].upper()}{note[1:]}." for note in (*submission.notes, *pictures.notes))
    return Repaired({**released, "cells": _put_back(cells, known, missing)}, (*which, *notes))


def _elsewhere(cells: tuple[SubmittedCell, ...], assignment: Assignment) -> Iterator[tuple[str, str]]:
    """For each exercise whose functions stand in the student's own cells, a line for its answer cell; those cells are shown as well."""
    own = {name for cell in cells if cell.kind == "code" for name in cell.defines}
    for released, cell_id in zip(assignment.cells, assignment.ids, strict=True):
        if found := [name for name in released.functions if name in own]:
            yield cell_id, f"# In another cell of this notebook: {', '.join(found)}."


def _kept(cells: tuple[SubmittedCell, ...], known: dict[str, NotebookCell]) -> dict[str, int]:
    """Which of several cells with one id counts: the last that is filled in, as in grading."""
    kept: dict[str, int] = {}
    for index, cell in enumerate(cells):
        if cell.id in known and (cell.id not in kept or not cell.is_stub):
            kept[cell.id] = index
    return kept


def _released_cell(released: NotebookCell, submitted: SubmittedCell, pictures: _Pictures) -> NotebookCell:
    """The released cell; with the student's source when it is one to be filled in."""
    if released["metadata"]["nbgrader"]["locked"]:
        return released
    if released["cell_type"] == "markdown":
        return {**released, **pictures.text(submitted)}
    return {**released, "source": _writable(submitted.source)}


def _own_cell(submitted: SubmittedCell, pictures: _Pictures) -> NotebookCell:
    """A cell that the student added, or text that may be changed. What is neither code nor text is shown as it is written."""
    cell: NotebookCell = {"cell_type": submitted.kind, "id": f"submitted-{submitted.parts[0].number}", "metadata": {}}
    if submitted.kind == "code":
        return {**cell, "source": _writable(submitted.source), "execution_count": None, "outputs": []}
    if submitted.kind == "markdown":
        return {**cell, **pictures.text(submitted)}
    fence = "`" * (1 + max(map(len, BACKTICKS.findall(submitted.source)), default=2))
    return {**cell, "cell_type": "markdown", "source": f"{fence}\n{_writable(submitted.source)}\n{fence}"}


@dataclass
class _Pictures:
    """What was told of the pictures of a notebook, and how many attachments have been looked at."""

    notes: list[str] = field(default_factory=list)
    looked_at: int = 0

    def text(self, submitted: SubmittedCell) -> NotebookCell:
        """Source and attachments of a cell of text; what of its pictures cannot be shown is noted."""
        found = pasted(submitted, self.looked_at)
        self.looked_at = found.looked_at
        for why in dict.fromkeys(found.refused):
            count = found.refused.count(why)
            pictures = "a picture" if count == 1 else f"{count} pictures"
            self.notes.append(f"not shown: {pictures} of {submitted.title}, because {REASONS[why]}")
        attachments = {"attachments": found.attachments} if found.attachments else {}
        return {"source": _writable(found.source), **attachments}


def _writable(source: str) -> str:
    """Lone surrogates are valid JSON, but no file can hold them."""
    return source.encode("utf-8", errors="replace").decode("utf-8")


def _put_back(cells: list[NotebookCell], known: dict[str, NotebookCell], missing: list[str]) -> list[NotebookCell]:
    """Each missing cell after the one that precedes it in the release."""
    order = list(known)
    for grade_id in missing:
        before = order[: order.index(grade_id)][-1:]
        ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
        place = ids.index(before[0]) + 1 if before else 0
        cells = [*cells[:place], known[grade_id], *cells[place:]]
    return cells
