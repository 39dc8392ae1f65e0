"""Runs what a cell awaits, in a process that may not open sockets: asyncio has one pair of them to be woken from other threads."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class LoopWithoutSockets(asyncio.SelectorEventLoop):
    """An event loop for one thread."""

    def __init__(self) -> None:
        """Wait in `select`, which needs no file of its own."""
        super().__init__(selectors.SelectSelector())

    def _make_self_pipe(self) -> None:
        self._ssock = self._csock = None  # what asyncio knows its pair by

    def _close_self_pipe(self) -> None:
        """There is nothing to close."""


def wait_for(coroutine: Coroutine[Any, Any, Any]) -> None:
    """Run `coroutine` to its end."""
    runner = asyncio.Runner()
    try:
        runner.get_loop()
    except OSError:
        runner = asyncio.Runner(loop_factory=LoopWithoutSockets)
    with runner:
        runner.run(coroutine)
