"""Progress where nobody watches a bar: a line on standard error now and then, so that a log tells how far a command is.

Used by all commands that take a while, beside their bars: on a terminal these lines stay away, elsewhere the bars do.
"""

from __future__ import annotations

import time

from autograder.cli.console import err, plain

SOON = 2.0  # seconds; what is over by then needs no word
LONG = 30.0  # seconds without a line


class ProgressLines:
    """The lines of one command."""

    def __init__(self) -> None:
        """The clock starts now."""
        self._begin = self._last = time.monotonic()
        self._tenths: dict[str, int] = {}

    def count(self, step: str, done: int, total: int, more: str = "") -> None:
        """Say how far a step is: at each tenth of the way, and after half a minute without a word."""
        tenth = 10 * done // max(total, 1)
        if done and (tenth > self._tenths.get(step, 0) or time.monotonic() - self._last > LONG):
            self._tenths[step] = tenth
            self.say(f"{step}: {done} of {total}{more}")

    def say(self, sentence: str) -> None:
        """Say that something is done, with the seconds since the command began."""
        now = time.monotonic()
        if not err.is_terminal and now - self._begin >= SOON:
            self._last = now
            err.print(f"{plain(sentence)} ({now - self._begin:.0f} s)")
