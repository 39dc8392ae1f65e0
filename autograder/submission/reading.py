"""Has the text of submissions read in a confined process, and checks everything that comes back from there."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
from typing import Any, TypeVar, get_args

from autograder.course.assignment import Assignment, GraderError, Limits, Role
from autograder.sandbox import wire
from autograder.sandbox.backends.table import modes_here
from autograder.sandbox.launcher import IsolationError, Launcher, launch
from autograder.sandbox.patience import Idle
from autograder.sandbox.readable import ENGINE
from autograder.sandbox.worker_process import WorkerDied
from autograder.submission import text
from autograder.submission.cells import Part, SubmittedCell
from autograder.submission.text import MAX_PARTS, Contents, ProgramCell, Ungradable, order

SECONDS = 20.0  # of computing, for one file: a megabyte of code that parses slowly takes half of it
MB = 1 << 20
LARGEST = 6  # bytes of an answer for each byte of a file: a character may become six in JSON
OF_A_READER = Limits(memory_mb=1024, cpu_seconds=3 * SECONDS, output_mb=1, scratch_mb=1, scratch_files=10)
T = TypeVar("T")
ROLES = {*get_args(Role), None}


class Reader:
    """Reads files, each in a process of its own: what a file does to its process cannot reach somebody else's file."""

    def __init__(self, launcher: Launcher) -> None:
        """Let `launcher` start the processes."""
        self._launcher = launcher

    def contents(
        self, content: bytes, name: str, assignment: Assignment, *, whole: bool = True, seconds: float | None = None
    ) -> Contents:
        """See `text.contents`; cells are there with `whole`. Raises Ungradable, also after so many `seconds` of computing."""
        request = order(content, name, assignment, whole=whole)
        seconds = SECONDS if seconds is None else seconds
        reply = self._ask(request, name, seconds) or self._ask(request, name, seconds)
        if reply is None:
            raise GraderError(f"the process that reads {name} was ended twice, or did not answer.")
        try:
            if "ungradable" in reply:
                raise Ungradable(_is(str, reply["ungradable"]))
            if "fault" in reply:
                raise Ungradable(f"{name} takes more memory to read than there is for it.")
            return _contents(_is(bytes, reply["contents"]))
        except (KeyError, TypeError, ValueError, RecursionError):
            raise Ungradable(f"{name} cannot be read.") from None

    def _ask(self, request: dict[str, Any], name: str, seconds: float) -> dict[str, Any] | None:
        """The answer; None where others ended the process, or it stood still: then it is worth asking again."""
        worker = self._launcher.spawn(OF_A_READER, service=text.__name__)
        try:
            return worker.ask(request, seconds, LARGEST * len(request["content"]) + 16 * MB)
        except Idle:
            return None
        except wire.Late:
            raise Ungradable(f"{name} takes more than {seconds:g} seconds to read.") from None
        except (wire.WireError, WorkerDied) as ended:
            if isinstance(ended, WorkerDied) and ended.stopped:
                return None
            raise Ungradable(f"{name} cannot be read: Python's own parser fails at it.") from None
        finally:
            worker.close()


_readers: dict[int, Reader] = {}  # by process: one for all that it reads outside of a grading


def reader() -> Reader:
    """A reader for whoever has no launcher: it lives as long as this process."""
    if os.getpid() not in _readers:
        launcher = _launcher()
        atexit.register(launcher.close)
        _readers[os.getpid()] = Reader(launcher)
    return _readers[os.getpid()]


def _launcher() -> Launcher:
    """The strongest launcher that works here; where none confines, one without confinement, as no student code is executed there."""
    for mode in modes_here(confining=False):
        with contextlib.suppress(IsolationError), contextlib.ExitStack() as started:
            launcher = started.enter_context(launch(mode, path=ENGINE.parent, preload=(), readable=()))
            launcher.spawn(OF_A_READER, service=text.__name__).close()
            started.pop_all()
            return launcher
    raise GraderError("the process that reads submissions cannot be started.")


def _contents(sent: bytes) -> Contents:
    """The contents that `serve` has sent; raises TypeError, KeyError or ValueError for anything else."""
    if sent.count(b"{") + sent.count(b"[") > 2 * MAX_PARTS:
        raise ValueError("too many parts")
    raw = json.loads(sent)
    program, cells, notes = (_is(list, raw[name]) for name in ("program", "cells", "notes"))
    return Contents(
        tuple(map(_program_cell, program)), tuple(map(_cell, cells)), _texts(notes), _is(int, raw["filled"])
    )


def _program_cell(raw: dict[str, Any]) -> ProgramCell:
    names: dict[str, Any] = {name: frozenset(_texts(raw[name])) for name in ("binds", "uses", "functions", "with_stub")}
    texts: dict[str, Any] = {name: _is(str, raw[name]) for name in ("title", "source", "exercise")}
    return ProgramCell(**texts, **names, keeps=_texts(raw["keeps"]), whole=_is(bool, raw["whole"]))


def _cell(raw: dict[str, Any]) -> SubmittedCell:
    if raw["role"] not in ROLES:
        raise ValueError("a role that there is not")
    texts: dict[str, Any] = {name: _is(str, raw[name]) for name in ("kind", "name", "id")}
    flags: dict[str, Any] = {name: _is(bool, raw[name]) for name in ("changed", "guessed", "is_stub")}
    parts = tuple(map(_part, _is(list, raw["parts"])))
    return SubmittedCell(**texts, **flags, role=raw["role"], parts=parts, defines=frozenset(_texts(raw["defines"])))


def _part(raw: dict[str, Any]) -> Part:
    return Part(_is(int, raw["number"]), _is(str, raw["source"]), raw["attachments"])


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_is(str, text) for text in _is(list, value))


def _is(kind: type[T], value: Any) -> T:
    if type(value) is not kind:
        raise TypeError("a value of another type")
    return value
