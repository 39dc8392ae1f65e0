"""A submitted notebook, whatever its state -> one that nbgrader can work on. Called by the exporter.

The result is the released notebook with the student's answers in it. It is what graders and feedback show; scores come
from the engine, which reads the submitted file itself.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.cell_source import is_stub
from autograder.course import Assignment
from autograder.submissions import SubmittedCell, Ungradable, read, submitted_file

Cell = dict[str, Any]  # of nbformat 4.5, as JSON has it
FUNCTION = re.compile(r"^def (\w+)", re.MULTILINE)
IMAGE_TYPES = {"image/png", "image/jpeg", "image/gif"}
FILE_NAME = re.compile(r"[\w .()-]+\Z")
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*\Z")


@dataclass(frozen=True)
class Repaired:
    """A notebook in the shape of the release, and what was done to get there, for the student."""

    notebook: dict[str, Any]
    notes: tuple[str, ...]


def repair(expected: Path, assignment: Assignment, released: dict[str, Any]) -> Repaired:
    """The answers of the submitted file in the structure of `released`. Never raises for what a student handed in."""
    path = submitted_file(expected)
    try:
        submission = read(path, assignment)
    except Ungradable as error:
        return Repaired(released, (str(error),))
    known = {
        cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in released["cells"] if "nbgrader" in cell["metadata"]
    }
    ids = _identities(submission.cells, known, released["cells"])
    kept = _kept(submission.cells, ids)
    images = [_images(raw) for raw in json.loads(path.read_text(encoding="utf-8-sig"))["cells"]]
    cells: list[Cell] = []
    for index, (cell, grade_id) in enumerate(zip(submission.cells, ids, strict=True)):
        if grade_id is None:
            cells += _own_cell(cell, index, images[index])
        elif kept[grade_id] == index:
            cells.append(_released_cell(known[grade_id], cell, images[index]))
    missing = [grade_id for grade_id in known if grade_id not in kept]
    notes = [f"The answer to the question '{name}' is gone." for name in missing if name in assignment.questions]
    notes = [f"{note[:1].upper()}{note[1:]}." for note in submission.notes] + notes
    if path != expected:
        notes.insert(0, f"The file has another name than the one that was released, {expected.name}.")
    return Repaired({**released, "cells": _put_back(cells, known, missing)}, tuple(notes))


def _identities(cells: tuple[SubmittedCell, ...], known: dict[str, Cell], released: list[Cell]) -> list[str | None]:
    """The grade_id of the released cell that each submitted one stands for; None where nbgrader tracks no cell."""
    answers = {name: grade_id for grade_id, cell in known.items() for name in FUNCTION.findall(cell["source"])}
    ids = [cell.id if cell.id in known else None for cell in cells]
    for index, cell in enumerate(cells):
        if ids[index] is None and cell.kind == "code" and cell.role is None:
            defined = (answers[name] for name in FUNCTION.findall(cell.source) if name in answers)
            ids[index] = next((grade_id for grade_id in defined if grade_id not in ids), None)
    for before, question in itertools.pairwise(released):
        # A written answer that lost its id stands where the release has the question.
        grade_id = question["metadata"].get("nbgrader", {}).get("grade_id")
        if question["cell_type"] == "markdown" and grade_id in known and grade_id not in ids:
            places = (i + 1 for i, cell in enumerate(cells[:-1]) if cell.source.strip() == before["source"].strip())
            if (place := next(places, None)) and ids[place] is None and cells[place].kind == "markdown":
                ids[place] = grade_id
    return ids


def _kept(cells: tuple[SubmittedCell, ...], ids: list[str | None]) -> dict[str, int]:
    """Which of several cells with one id counts: the last that is filled in, as in grading."""
    kept: dict[str, int] = {}
    for index, (cell, grade_id) in enumerate(zip(cells, ids, strict=True)):
        if grade_id is not None and (grade_id not in kept or not is_stub(cell.source)):
            kept[grade_id] = index
    return kept


def _images(raw: Any) -> dict[str, dict[str, str]]:
    """Images that a student pasted into a cell."""
    attachments = raw.get("attachments") if isinstance(raw, dict) else None
    images = {}
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        if FILE_NAME.match(name) and isinstance(bundle, dict):
            images[name] = {
                kind: data
                for kind, data in bundle.items()
                if kind in IMAGE_TYPES and isinstance(data, str) and BASE64.match(data)
            }
    return {name: bundle for name, bundle in images.items() if bundle}


def _released_cell(released: Cell, submitted: SubmittedCell, images: dict[str, dict[str, str]]) -> Cell:
    """The released cell; with the student's source when it is one to be filled in."""
    if released["metadata"]["nbgrader"]["locked"]:
        return released
    filled = {**released, "source": _writable(submitted.source)}
    if released["cell_type"] == "markdown" and images:
        filled["attachments"] = images
    return filled


def _own_cell(submitted: SubmittedCell, index: int, images: dict[str, dict[str, str]]) -> list[Cell]:
    """A cell that the student added, or text that is free to change; none when it is no cell at all."""
    cell: Cell = {
        "cell_type": submitted.kind,
        "id": f"submitted-{index + 1}",
        "metadata": {},
        "source": _writable(submitted.source),
    }
    if submitted.kind == "code":
        return [{**cell, "execution_count": None, "outputs": []}]
    if submitted.kind == "markdown" and images:
        return [{**cell, "attachments": images}]
    return [cell] if submitted.kind in {"markdown", "raw"} else []


def _writable(source: str) -> str:
    """Lone surrogates are valid JSON, but no file can hold them."""
    return source.encode("utf-8", errors="replace").decode("utf-8")


def _put_back(cells: list[Cell], known: dict[str, Cell], missing: list[str]) -> list[Cell]:
    """Each missing cell after the one that precedes it in the release."""
    order = list(known)
    for grade_id in missing:
        before = order[: order.index(grade_id)][-1:]
        ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
        place = ids.index(before[0]) + 1 if before else 0
        cells = [*cells[:place], known[grade_id], *cells[place:]]
    return cells
