"""For how long an answer of a worker is waited for: until it has computed too much, or neither computed nor answered for too long.

How busy the machine is does not count: what a process computes and how long it waits for a processor is the kernel's to say.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from autograder.sandbox import wire
from autograder.sandbox.usage import Usage

LOOK = 0.25  # seconds between two looks at a worker; by as much it may compute more than it may
LOOKS = 4  # at least, before time is over


class Idle(wire.Late):
    """The worker waited, and did not compute: a program that sleeps, or a machine that stands still."""


class Patience:
    """Time for one answer: a deadline of a channel, asked for how many seconds it may wait before it asks again."""

    def __init__(self, look: Callable[[], Usage], computing: float, waiting: float, in_all: float) -> None:
        """`look` says what the worker has used so far.

        computing, waiting: seconds that it may compute, and wait without computing, for this answer
        in_all: seconds on the clock after which waiting ends in any case
        """
        now = time.monotonic()
        self._look = look
        self._computing, self._waiting, self._end = computing, waiting, now + in_all
        self._between = min(LOOK, computing / LOOKS, waiting / LOOKS)
        self._due = now + self._between
        self._seen: tuple[float, Usage] | None = None
        self._asleep = False  # whether nothing has come from the worker since it was seen
        self.computed = 0.0
        self.idle = 0.0

    def heard(self) -> None:
        """The worker has said something, and it is the grader's turn: until the next look, its waiting is not its own doing."""
        self._asleep = False

    def __call__(self) -> float:
        """Seconds until the next look; raises Late where the worker has computed for too long, and Idle where it waited."""
        now = time.monotonic()
        if now < self._due:
            return self._due - now
        self._see(now, self._look())
        if self.computed >= self._computing:
            raise wire.Late
        if self.idle >= self._waiting or now >= self._end:
            raise Idle
        self._due = now + self._between
        return self._between

    def _see(self, now: float, usage: Usage) -> None:
        if self._seen is not None:
            then, before = self._seen
            self.computed += usage.cpu - before.cpu
            self.idle += usage.idle_since(before, now - then) if self._asleep else 0.0
        self._seen, self._asleep = (now, usage), True
