"""What the commands share: where they print, and how errors become one line and an exit code."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console

from autograder.course.assignment import CourseError, GraderError
from autograder.course.folders import Course
from autograder.reporting.terminal import plain
from autograder.submission.text import Ungradable

TRACEBACK = "AUTOGRADER_TRACEBACK"  # in the environment: show faults of our own with their traceback
MOST_NAMED = 20
BELOW, UNUSABLE, BROKEN, INTERRUPTED = 1, 2, 3, 130
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn errors, and Ctrl-C, into one line and an exit code. A fault of ours, which no other error is, can be seen with its traceback."""
    try:
        yield
    except (CourseError, Ungradable) as error:
        err.print(f"autograder: {plain(str(error))}")
        raise typer.Exit(UNUSABLE) from None
    except GraderError as error:
        err.print(f"autograder: {plain(str(error))}")
        raise typer.Exit(BROKEN) from None
    except KeyboardInterrupt:
        err.print("autograder: stopped.")
        raise typer.Exit(INTERRUPTED) from None
    except Exception as fault:
        if isinstance(fault, typer.Exit | typer.BadParameter) or os.environ.get(TRACEBACK):
            raise
        said = " ".join(str(fault).split())
        err.print(f"autograder: a fault of the grader's own: {type(fault).__name__}: {plain(said)}")
        err.print(f"autograder: set {TRACEBACK}=1 to see where; please report it.")
        raise typer.Exit(BROKEN) from None


@contextmanager
def interruptible(*numbers: signal.Signals) -> Iterator[list[int]]:
    """Each of these signals, besides the KeyboardInterrupt that it raises: libraries that are being imported may swallow that.

    A signal that this process was started to ignore, as a shell's background job ignores Ctrl-C, stays ignored.
    """
    seen: list[int] = []

    def interrupt(number: int, _: object) -> None:
        seen.append(number)
        raise KeyboardInterrupt

    heard = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in heard}
    try:
        yield seen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def below(course: Course, path: Path) -> str:
    """A path as it is seen from the course's folder, if it lies there."""
    return str(path.relative_to(course.root) if path.is_relative_to(course.root) else path)


def people(names: Sequence[str]) -> str:
    """Names in a sentence, and how many more there are: nobody reads hundreds."""
    more = f" and {len(names) - MOST_NAMED:,} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def note(why: str) -> None:
    """Tell something that is good to know and stops nobody."""
    err.print(f"note: {plain(why)}")
