"""How far the demo is: a bar for each assignment on a terminal; elsewhere, as in a log of CI, a line for each step that is done."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Steps:
    """The steps of one assignment."""

    def __init__(self, bar: Progress, name: str, total: int) -> None:
        """Begin, with a bar that is full after `total`."""
        self._bar, self._name = bar, name
        self._task = bar.add_task(name, total=total, doing="")
        self._begin = time.monotonic()

    def begin(self, doing: str) -> None:
        """Say on the bar what goes on."""
        self._bar.update(self._task, doing=escape(doing))

    def move(self, by: int = 1) -> None:
        """Move the bar."""
        self._bar.advance(self._task, by)

    def done(self, what: str, by: int = 1) -> None:
        """A step is over: move the bar, or print a line with the seconds since the assignment began."""
        self.move(by)
        self._print(f"{what} ({time.monotonic() - self._begin:.0f} s)")

    def within(self, said: str) -> None:
        """What a command says of how far it is, on the bar or as it stands."""
        self.begin(said)
        self._print(said)

    def _print(self, what: str) -> None:
        if self._bar.disable:
            self._bar.console.print(f"{self._name}: {escape(what)}")


@contextmanager
def bars(console: Console) -> Iterator[Progress]:
    """Where bars are drawn; disabled where there is no terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[doing]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield progress
