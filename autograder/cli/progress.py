"""How far a command is: bars on a terminal's standard error; elsewhere a line now and then, so that a log tells it as well."""

from __future__ import annotations

import signal
import time
from contextlib import ExitStack
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from autograder.cli.console import err, interruptible
from autograder.reporting.terminal import plain

if TYPE_CHECKING:
    from autograder.training.stage import Look

SOON = 2.0  # seconds; what is over by then needs no word
LONG = 30.0  # seconds without a line
BLOCKS = "▁▂▃▄▅▆▇█"
WIDTH = 16  # of a curve, in characters
ENDLESS = 1e30  # as high as a loss is drawn


class Progress:
    """The progress of one command. Use as a context manager; with `stays`, the bars are still there when it has ended.

    A Ctrl-C meanwhile that something else has swallowed is raised again at the next step.
    """

    def __init__(self, *, stays: bool = False) -> None:
        """The clock starts now."""
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.fields[note]}"))
        self._bars = Bars(
            TextColumn("{task.description}"), *columns, console=err, transient=not stays, disable=not err.is_terminal
        )
        self._rows: dict[str, TaskID] = {}
        self._begin = self._last = time.monotonic()
        self._tenths: dict[str, int] = {}
        self._trained = ""  # the run that has a bar now
        self._open = ExitStack()
        self._interrupts: list[int] = []

    def __enter__(self) -> Progress:
        """Show the bars."""
        with ExitStack() as stack:
            self._interrupts = stack.enter_context(interruptible(signal.SIGINT))
            stack.enter_context(self._bars)
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """No bar moves any more."""
        self._open.close()
        self._heed()

    def count(self, step: str, done: int, total: int, more: str = "") -> None:
        """Say how far a step is. As lines: at each tenth of the way, and after half a minute without a word."""
        self._heed()
        self._move(step, done, total, more)
        tenth = 10 * done // max(total, 1)
        if done and (tenth > self._tenths.get(step, 0) or time.monotonic() - self._last > LONG):
            self._tenths[step] = tenth
            self.say(f"{step}: {done} of {total}{more}")

    def doing(self, step: str, what: str) -> None:
        """Say what is being done in a step of which nobody knows how long it takes."""
        self._heed()
        self._move(step, 0, None, what)
        self.say(f"{step}: {what}")

    def look(self, look: Look) -> None:
        """Show a training run. As a line: once it is over."""
        self._heed()
        done = len(look.losses)
        if not err.is_terminal:
            if done == look.steps:
                self.say(f"trained {look.title}: {look.steps} steps, {curve(look)}")
            return
        if look.title != self._trained:
            self.end(self._trained)
            self._trained = look.title
        right = look.right()
        self._move(look.title, done, look.steps, f", {curve(look)}" + ("" if right is None else f", {right:.1%} right"))
        if done == look.steps:
            self.end(look.title)

    def end(self, step: str) -> None:
        """Remove the bar of a step, if it has one."""
        if step in self._rows:
            self._bars.remove_task(self._rows.pop(step))

    def say(self, sentence: str) -> None:
        """Where there are no bars, say that something is done, with the seconds since the command began."""
        now = time.monotonic()
        if not err.is_terminal and now - self._begin >= SOON:
            self._last = now
            err.print(f"{plain(sentence)} ({now - self._begin:.0f} s)")

    def _heed(self) -> None:
        """Raise what was swallowed."""
        if self._interrupts:
            raise KeyboardInterrupt

    def _move(self, step: str, done: int, total: int | None, more: str) -> None:
        """Move the bar of a step, with its rate and the time that is left: over the whole step, since results may come in batches."""
        if step not in self._rows:
            self._rows[step] = self._bars.add_task(plain(step), total=total, note="")
        row = self._rows[step]
        elapsed = next(task.elapsed or 0.0 for task in self._bars.tasks if task.id == row)
        rate = ""
        if total is not None and done and elapsed:
            rate = f"{done / elapsed:.1f}/s, {timedelta(seconds=round((total - done) * elapsed / done))} left"
        self._bars.update(row, completed=done, total=total, note=plain((rate + more).removeprefix(", ")))


def curve(look: Look) -> str:
    """The loss so far as a line of blocks, and how it lies to those of the reference's runs."""
    from autograder.training.bands import where_in_band  # noqa: PLC0415  (slow to import)

    losses = [min(loss, ENDLESS) if loss == loss else ENDLESS for loss in look.losses]  # noqa: PLR0124  (a NaN is not itself)
    least, most = min(losses), max(losses)
    width = min(len(losses), WIDTH)
    shown = [losses[(place + 1) * len(losses) // width - 1] for place in range(width)]
    blocks = "".join(BLOCKS[int((loss - least) / (most - least or 1) * (len(BLOCKS) - 1))] for loss in shown)
    where = where_in_band(losses, look.band)
    return f"loss {look.losses[-1]:.3f} {blocks}" + (f" {where} the reference's band" if where else "")
