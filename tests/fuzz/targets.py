"""What is fuzzed: each target takes any bytes and raises nothing. What the grader may raise of a student's file or reply is caught here.

Run by `make fuzz` (`python -m tests.fuzz`), and with each target's examples by test_fuzz.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from autograder.grading.transcripts import same
from autograder.sandbox import wire
from autograder.sandbox.worker_process import decode_other
from autograder.submission import reading, text
from autograder.suite.comparing import Mismatch, described, expect_close, expect_keys, expect_none, expect_tuple
from autograder.suite.errors import error_of, sentence
from tests.support.handins import released, solved

LONGEST = 60_000  # bytes of one input: what a socket takes at once
SECONDS = 5.0
WANTED = np.arange(6.0).reshape(2, 3)


def wire_decoder(content: bytes) -> None:
    """A worker's reply, and everything that the grader does with the value in it."""
    ours, theirs = socket.socketpair()
    with ours, theirs, contextlib.suppress(wire.WireError, wire.Closed, wire.Late):
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * LONGEST)
        ours.sendall(content[:LONGEST])
        ours.close()
        value = wire.Channel(theirs).receive(decode_other, 1 << 20, time.monotonic() + SECONDS, lambda _, value: value)
        look_at(value)


def look_at(value: Any) -> None:
    """Everything that hidden tests and diagnosis do with a value of a student's."""
    for look in (
        lambda: expect_close("x", value, WANTED, rtol=1e-6),
        lambda: expect_tuple("x", value, 2),
        lambda: expect_keys("x", value, ["a"]),
        lambda: expect_none("x", value),
    ):
        with contextlib.suppress(Mismatch):
            look()
    for other in (value, WANTED, [1.0, 2.0], {"a": WANTED}):
        same(value, other)
        same(other, value)
    described(value)
    if isinstance(value, dict):
        sentence(error_of(value))


def notebook_reader(content: bytes) -> None:
    """A file that is handed in as a notebook."""
    _read(content, ".ipynb")


def script_reader(content: bytes) -> None:
    """A file that is handed in as Python."""
    _read(content, ".py")


def _read(content: bytes, suffix: str) -> None:
    """As the process does that reads, and what it sends is taken."""
    answer = text.answer(text.order(content, f"any{suffix}", ASSIGNMENT, whole=True))
    if "contents" in answer:
        reading._contents(answer["contents"])


def reading_decoder(content: bytes) -> None:
    """What the process sends that reads, if it could be made to send anything."""
    with contextlib.suppress(TypeError, KeyError, ValueError, RecursionError):
        reading._contents(content)


COURSE = Course.find(Path(__file__).parent)
ASSIGNMENT: Assignment = COURSE.assignment(COURSE.names()[0])
TARGETS: dict[str, Callable[[bytes], None]] = {
    "wire_decoder": wire_decoder,
    "notebook_reader": notebook_reader,
    "script_reader": script_reader,
    "reading_decoder": reading_decoder,
}


def examples(target: str) -> Iterator[bytes]:
    """Inputs to begin with: what honest workers and students send."""
    if target == "wire_decoder":
        answers = (
            None,
            1.5,
            "text",
            b"bytes",
            [1, [2.0]],
            (WANTED, {"a": WANTED}),
            np.float32(1),
            True,
            np.zeros((0, 3), bool),
        )
        for answer in (*answers, np.random.default_rng(0)):
            yield message({"ok": answer})
        yield message({"error": {"type": "ValueError", "text": "no", "line": 3}})
        yield message({"ok": {1, 2}}, lambda _: {"h": [0, "set"]})
        header, _ = wire.encode({"ok": (1.0, OrderedDict(v=[1.5]))}, lambda _: {}, lambda _: 7)
        yield wire.PREFIX.pack(len(header), 0, 0) + header
        yield message({"callback": 0, "args": (1.0,)})
        return
    for notebook in (released(COURSE, ASSIGNMENT.name), solved(COURSE, ASSIGNMENT.name)):
        if target == "script_reader":
            yield "# %%\n".join(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code").encode()
            continue
        cells = notebook["cells"]
        for few in (cells[:3], cells[-3:], [cell for cell in cells if cell["id"].startswith("answer")][:2]):
            content = json.dumps(notebook | {"cells": few}).encode()
            order = text.order(content, "any.ipynb", ASSIGNMENT, whole=True)
            yield content if target == "notebook_reader" else text.answer(order).get("contents", b"")
    if target == "reading_decoder":
        return
    yield (
        b"%%time\n!ls\nx = %who\n?np\n"
        if target == "script_reader"
        else b'{"nbformat": 4, "cells": [{"source": ["%%time\\n", "x"]}]}'
    )


def message(value: Any, other: Callable[[Any], dict[str, Any]] = lambda _: {}) -> bytes:
    """The bytes of a message."""
    header, arrays = wire.encode(value, other)
    body = b"".join(bytes(memoryview(array).cast("B")) for array in arrays if memoryview(array).nbytes)
    return wire.PREFIX.pack(len(header), len(body), 0) + header + body
