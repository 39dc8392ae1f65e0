"""What runs beside student code, in a confined process: it executes a program cell by cell and answers questions about it.

Everything here shares its process with the student's code and can be tampered with by it. So nothing here decides anything: answers
go back as plain data, and the grader compares. Of the engine, this imports `wire` and `cell_running`, and nothing else.
"""

from __future__ import annotations

import itertools
import os
import socket
import sys
import traceback
import types
from collections import deque
from typing import Any

import numpy as np
import numpy.random  # numpy loads it on first use; here once, for all workers that are forked

from autograder.sandbox import wire
from autograder.sandbox.cell_running import CellRunner
from autograder.sandbox.probes import Probes

MAX_TEXT = 500


class Worker:
    """One student's program in one process."""

    def __init__(self, channel: wire.Channel, probes: Probes | None = None) -> None:
        """Answer questions that come over `channel`. What `probes` has is called, whatever the program has under its name."""
        self.channel = channel
        self.probes = probes or Probes({})
        self.objects: dict[int, Any] = {}  # what the grader may pass back, by number
        self.numbers = itertools.count()
        # Numbers of what went with its contents, by message.
        self.lately: deque[list[int]] = deque(maxlen=wire.REMEMBERED)
        self.cells = CellRunner()
        self.namespace = self.cells.namespace

    def serve(self) -> None:
        """Answer until the grader closes the channel."""
        while True:
            try:
                request = self.channel.receive(self.decode_other, wire.UNLIMITED)
            except wire.Closed:
                return
            self.reply(self.answer(request))

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what `request` says; whatever the student's code raises becomes part of the answer."""
        try:
            if request["do"] == "run":
                self.cells.run(request["source"], request["title"], request.get("keeps", ()))
                return {"ok": None}
            return self.call(request)
        except BaseException as error:  # noqa: BLE001  (SystemExit and KeyboardInterrupt of the student's too)
            return {"error": describe(error)}

    def call(self, request: dict[str, Any]) -> dict[str, Any]:
        """Call a function of the program; what is passed by its name is something of the program's too."""
        self.cells.restore()
        try:
            name = request["function"]
            function = self.probes.get(name) or self.namespace[name]
            args = tuple(map(self.own, request["args"]))
            kwargs = {key: self.own(value) for key, value in request["kwargs"].items()}
        except KeyError:
            return {"error": {"type": "missing", "text": "", "line": None}}
        result = function(*args, **kwargs)
        return {"ok": (result, args) if request["inputs"] else result}

    def own(self, argument: Any) -> Any:
        """What the program has under a name that was passed; any other argument as it is."""
        return self.namespace[argument.name] if isinstance(argument, wire.Named) else argument

    def reply(self, answer: dict[str, Any]) -> None:
        """Send `answer`, or say why it cannot be sent."""
        if len(self.lately) == wire.REMEMBERED:
            for number in self.lately[0]:
                del self.objects[number]
        self.lately.append([])
        try:
            self.channel.send(answer, self.encode_other, number=self.remember)
        except wire.Closed:
            raise
        except BaseException as error:  # noqa: BLE001  (encoding runs methods of the student's objects)
            kind = "memory" if isinstance(error, MemoryError) else "unencodable"
            self.channel.send({"error": {"type": kind, "text": "", "line": None}}, self.encode_other)

    # --- objects that cannot travel ---

    def encode_other(self, value: Any) -> dict[str, Any]:
        """A callback goes back as what it is; every other object stays here, behind a handle."""
        if isinstance(value, Callback):
            return {"c": value.id}
        return {"h": [self.stay(value), kind_of(value)]}

    def remember(self, value: Any) -> int:
        """The number of what is sent with its contents: it can be passed back for some time."""
        self.lately[-1].append(self.stay(value))
        return self.lately[-1][-1]

    def stay(self, value: Any) -> int:
        """The number under which the grader can pass `value` back."""
        number = next(self.numbers)
        self.objects[number] = value
        return number

    def decode_other(self, tag: str, content: Any) -> Any:
        """The object behind a handle, a name of the program's, or a stand-in for a function of the grader's."""
        if tag == "h":
            return self.objects[content]
        if tag == "c":
            return Callback(self, content)
        if tag == "n":
            return wire.Named(content)
        raise wire.WireError("an unknown tag")


class Callback:
    """A function of the grader's: calling it asks the grader."""

    def __init__(self, worker: Worker, number: int) -> None:
        """The grader's function `number`."""
        self._worker = worker
        self.id = number
        self.__name__ = self.__qualname__ = "function"

    def __call__(self, *args: Any) -> Any:
        """What the grader's function returns for `args`."""
        channel, worker = self._worker.channel, self._worker
        channel.send({"callback": self.id, "args": args}, worker.encode_other)
        answer = channel.receive(worker.decode_other, wire.UNLIMITED)
        if "error" in answer:
            raise ValueError(answer["error"])
        return answer["ok"]


def kind_of(value: Any) -> str:
    """Which of wire.KINDS describes `value`, so that the grader can say in words what came."""
    table: list[tuple[Any, str]] = [
        (types.GeneratorType, "generator"),
        (type, "class"),
        (types.ModuleType, "module"),
        ((set, frozenset), "set"),
        (complex, "complex"),
        (dict, "dict"),
        (np.ndarray | np.generic, "array"),
    ]
    for types_, kind in table:
        if isinstance(value, types_):
            return kind
    return "function" if callable(value) else "object"


def describe(error: BaseException) -> dict[str, Any]:
    """Type, text and line of an error of the student's; the line is that of the innermost frame in a cell."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("cell ")]
    if isinstance(error, SyntaxError) and not lines:
        lines = [error.lineno]
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)[:MAX_TEXT]
    except BaseException:  # noqa: BLE001  (an evil __str__)
        text = ""
    # numpy's memory error is a MemoryError, its LinAlgError a ValueError: the built-in name is the one that says something.
    name = next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")
    if (
        type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in text
    ):  # how torch says it, on a GPU and without
        name = "MemoryError"
    return {"type": name, "text": text, "line": lines[-1] if lines else None}


def silence(output: int) -> None:
    """Point standard input at nothing, and output and error at the descriptor `output`: no terminal hears from a worker."""
    null = os.open(os.devnull, os.O_RDONLY)
    for source, descriptor in ((null, 0), (output, 1), (output, 2)):
        os.dup2(source, descriptor)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  (for as long as the process lives)
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115


def announce(sock: socket.socket, refusal: str) -> None:
    """Tell the grader that the process is ready for student code, or why it will not be."""
    wire.Channel(sock).send({"refusal": refusal}, lambda _: {})


def serve(channel: wire.Channel, probes: Probes) -> None:
    """Serve one grader over `channel` until it hangs up."""
    Worker(channel, probes).serve()
