"""Submissions as files: which file of a folder is graded, and what is in it.

The text is read in a confined process (`reading`). A file that cannot be read at all is `Ungradable`, with the reason.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from autograder.submission.cells import SubmittedCell
from autograder.submission.folder import instead, notebooks
from autograder.submission.text import (
    Contents,
    ProgramCell,
    Ungradable,
    answer_program,
    as_released,
    contents,
    setup_program,
)

if TYPE_CHECKING:
    from autograder.submission.reading import Reader

__all__ = [
    "Found",
    "ProgramCell",
    "Submission",
    "Ungradable",
    "answer_program",
    "content",
    "digest",
    "printable",
    "read",
    "read_own",
    "setup_program",
    "shown",
    "submitted_file",
]

SUFFIXES = {".ipynb", ".py"}
LOOK_SECONDS = 3.0  # of computing, for one of several notebooks
MOST_NOTEBOOKS = 8  # of one student, among which the one to grade is looked for


@dataclass(frozen=True)
class Submission:
    """What was handed in, read and repaired. Cells are there where they were asked for."""

    name: str
    sha256: str
    program: tuple[ProgramCell, ...]
    cells: tuple[SubmittedCell, ...]
    notes: tuple[str, ...]
    filled: int


@dataclass(frozen=True)
class Found:
    """The file that is graded, and, where people must be told, why it is that one."""

    path: Path
    note: str = ""


def read(
    path: Path, assignment: Assignment, by: Reader | None = None, *, whole: bool = True, seconds: float | None = None
) -> Submission:
    """Read the file at `path` as a submission of `assignment`, in a confined process; raises Ungradable.

    by: who starts that process (default: a launcher that lives as long as this one)
    whole: whether its cells are wanted, and not only what runs
    seconds: that the process may compute (default: the most that any file may take)
    """
    from autograder.submission.reading import reader  # noqa: PLC0415  (reading one's own needs nothing of it)

    content, name = _content(path, assignment), shown(path)
    found = (by or reader()).contents(content, name, assignment, whole=whole, seconds=seconds)
    return _submission(content, name, assignment, found)


def read_own(path: Path, assignment: Assignment) -> Submission:
    """The same in this process, on any system: for the person whose file it is."""
    content, name = _content(path, assignment), shown(path)
    return _submission(content, name, assignment, contents(content, name, as_released(assignment)))


def _submission(content: bytes, name: str, assignment: Assignment, found: Contents) -> Submission:
    program = setup_program(assignment) + found.program
    return Submission(name, hashlib.sha256(content).hexdigest(), program, found.cells, found.notes, found.filled)


def submitted_file(expected: Path, assignment: Assignment) -> Found:
    """The file to read for `expected`: that one, unless it is missing or was not filled in while another notebook was."""
    there = notebooks(expected.parent)[:MOST_NOTEBOOKS]
    others = [path for path in there if path != expected]
    is_there = os.path.lexists(expected)
    if not others or (len(others) == 1 and not is_there):
        return Found(others[0], _told(others[0], [], expected, "was not handed in")) if others else Found(expected)
    filled = {path: _filled(path, assignment) for path in [*others, expected]}
    answered = [path for path in others if filled[path] > 0]
    if filled[expected] > 0 or (is_there and not answered):
        return Found(
            expected, _told(expected, answered, expected, "has the name that was released") if answered else ""
        )
    best = max(others, key=lambda path: (filled[path], -len(path.parts), others.index(path)))
    rest = [path for path in answered if path != best]
    why = "was not handed in" if not is_there else "was not filled in" if filled[expected] == 0 else "cannot be read"
    if rest:
        more = all(filled[path] < filled[best] for path in rest)
        why += f", and {'this one is filled in furthest' if more else 'this one comes last by name'}"
    return Found(best, _told(best, rest, expected, why))


def _told(graded: Path, others: list[Path], expected: Path, why: str) -> str:
    """Which of several files counts."""
    name, *rest = (printable(str(path.relative_to(expected.parent))) for path in (graded, *others))
    return f"{name} was graded{', not ' if rest else ''}{', '.join(rest)}: {expected.name} {why}"


def _filled(path: Path, assignment: Assignment) -> int:
    """In how many exercises and questions something was filled in; -1 where the file is no submission of `assignment`."""
    try:
        return read(path, assignment, whole=False, seconds=LOOK_SECONDS).filled
    except Ungradable:
        return -1


def digest(path: Path, assignment: Assignment) -> str:
    """Hash of what can be read of the file at `path`; where there is none, of the sentence that says so."""
    there = os.path.lexists(path)
    read = content(path, assignment) if there else _missing(path, assignment).encode("utf-8", "replace")
    return hashlib.sha256(read).hexdigest()


def content(path: Path, assignment: Assignment) -> bytes:
    """What can be read of the file at `path`; nothing where there is no file."""
    with contextlib.suppress(OSError):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                return file.read(assignment.limits.notebook_mb << 20)
    return b""


def printable(text: str) -> str:
    """`text` without control characters and bytes that are not text: for names that students chose and people read."""
    return "".join(character if character.isprintable() else "?" for character in text)


def shown(path: Path) -> str:
    """The name of a file for people."""
    return printable(path.name)


def _missing(path: Path, assignment: Assignment) -> str:
    """What is said where there is no file at `path`: in a folder that was handed in, what there is."""
    course = Course(assignment.folder.parent.parent)
    if course.student_of(path) is None or notebooks(path.parent):
        return f"{shown(path)} does not exist."
    return instead(path.parent, course.release(assignment.name))


def _content(path: Path, assignment: Assignment) -> bytes:
    if not os.path.lexists(path):
        raise Ungradable(_missing(path, assignment))
    limit_mb = assignment.limits.notebook_mb
    try:
        if path.is_symlink():
            raise Ungradable(f"{shown(path)} is a link to another file; hand in the file itself.")
        if path.is_dir():
            raise Ungradable(f"{shown(path)} is a folder; name the notebook in it.")
        if path.suffix.lower() not in SUFFIXES:
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
