"""What the demonstrations of a submission print and draw, for the markers of its written answers. No report and no score follows from it.

`autograder pictures` has it made by the processes of a pool, each submission by a worker of its own; the store keeps it by content.
"""

from __future__ import annotations

import base64
import io
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course.assignment import GraderError, Limits
from autograder.course.folders import Course
from autograder.sandbox import drawing, wire
from autograder.sandbox.launcher import Launcher
from autograder.sandbox.selftest import Isolation
from autograder.sandbox.worker_process import WorkerDied, WorkerProcess
from autograder.submission.reading import Reader
from autograder.submission.submitted import ProgramCell, Ungradable
from autograder.suite.workers import start_launcher
from autograder.whole_class.cell_outputs import CellOutput
from autograder.whole_class.demonstrated import Demonstrated, demonstrated

CELL_SECONDS, ALL_SECONDS = 120.0, 300.0  # of computing: some demonstrations train networks
MEMORY_MB = 1024
REPLY_BYTES = 64 << 20
MOST_BYTES = 4_000_000  # of all pictures of a submission
TALLEST = 3000  # dots of a picture, each way


@dataclass(frozen=True)
class Wanted:
    """A submission whose demonstrations are to run."""

    course: str  # the folder of the checkout
    assignment: str
    student: str
    path: str
    sha256: str
    isolation: Isolation


def show(wanted: Wanted) -> dict[str, list[dict[str, Any]]]:
    """For each question, what the cells print and draw that it speaks of, as JSON's data types. Called in a process of a pool."""
    found = shown_by(wanted, _launcher(wanted.course, wanted.assignment, wanted.isolation))
    return {question: list(map(asdict, cells)) for question, cells in found.items()}


def shown_by(wanted: Wanted, launcher: Launcher) -> dict[str, list[CellOutput]]:
    """The same as values, with workers that `launcher` starts."""
    assignment = Course(Path(wanted.course)).assignment(wanted.assignment)
    try:
        found = demonstrated(Path(wanted.path), assignment, Reader(launcher))
    except Ungradable as why:
        return {question: [CellOutput("", why=str(why))] for question in assignment.questions}
    if found.sha256 != wanted.sha256:
        raise GraderError(f"{wanted.path} was changed meanwhile; run the same command again.")
    shown = _run(found, launcher, replace(assignment.limits, cpu_seconds=ALL_SECONDS, memory_mb=MEMORY_MB))
    return {question: [shown[title] for title in titles] for question, titles in found.titles.items()}


@cache
def _launcher(course: str, assignment: str, isolation: Isolation) -> Launcher:
    """What starts the workers of this process, as long as that lives. Raises IsolationError where nothing is confined."""
    found = Course(Path(course))
    return start_launcher(found, found.assignment(assignment), isolation)


def _run(found: Demonstrated, launcher: Launcher, limits: Limits) -> dict[str, CellOutput]:
    """What became of the cells that are shown, by their titles. Where one ends its process, those below it are not run."""
    wanted = {title for titles in found.titles.values() for title in titles}
    shown = {title: CellOutput(title, why="it does nothing") for title in wanted}
    worker = launcher.spawn(limits, service=drawing.__name__)
    stopped, left = "", MOST_BYTES
    try:
        for cell in found.program:
            one = CellOutput(cell.title, why=stopped) if stopped else _of_cell(worker, cell, left)
            if one.why.startswith("the process"):
                stopped = f"{cell.title} has ended the process"
            if cell.title in wanted:
                shown[cell.title] = one
                left -= sum(map(len, one.pictures))
    finally:
        worker.close()
    return shown


def _of_cell(worker: WorkerProcess, cell: ProgramCell, left: int) -> CellOutput:
    """Run one cell; what it prints and draws. Its pictures may take so many bytes as are `left`."""
    request = {"do": "run", "source": cell.source, "title": cell.title, "keeps": cell.keeps}
    try:
        answer = worker.ask(request, CELL_SECONDS, REPLY_BYTES)
    except wire.Late:
        return CellOutput(cell.title, why=f"the process was ended after {CELL_SECONDS:g} seconds")
    except (wire.WireError, WorkerDied):
        return CellOutput(cell.title, why="the process ended, or sent what is no picture")
    pictures, why = _pictures(answer.get("pictures"), left)
    return CellOutput(cell.title, _text(answer.get("text")), pictures, _stopped(answer.get("error")) or why)


def _text(said: Any) -> str:
    """What was printed, as text that a file can hold."""
    return said[: drawing.MOST_CHARACTERS].encode("utf-8", "replace").decode() if isinstance(said, str) else ""


def _stopped(error: Any) -> str:
    """With what a cell stopped; empty where it did not."""
    if error is None:
        return ""
    kind = error.get("type") if isinstance(error, dict) else None
    return f"it stopped with {kind if isinstance(kind, str) and kind.isidentifier() else 'an error'}"


def _pictures(arrays: Any, left: int) -> tuple[tuple[str, ...], str]:
    """The files of pictures, and why some are missing."""
    made: list[str] = []
    for array in arrays[: drawing.MOST_PICTURES] if isinstance(arrays, list | tuple) else ():
        png = _png(array)
        if not png or sum(map(len, made)) + len(png) > left:
            return tuple(made), "a picture is too large to be shown"
        made.append(png)
    return tuple(made), ""


def _png(array: Any) -> str:
    """The PNG file of an array, in base64; empty where it is no picture. In 256 colours nothing looks different, at a third of the size."""
    from PIL import Image  # noqa: PLC0415  (only the processes that draw need it)

    fits = isinstance(array, np.ndarray) and array.dtype == np.uint8 and array.ndim == 3 and array.shape[2] == 3  # noqa: PLR2004
    if not fits or not 0 < min(array.shape[:2]) <= max(array.shape[:2]) <= TALLEST:
        return ""
    file = io.BytesIO()
    Image.fromarray(array).quantize(256, dither=Image.Dither.NONE).save(file, format="PNG")
    return base64.b64encode(file.getvalue()).decode()
