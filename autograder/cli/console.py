"""What the commands share: where they print, how text of unknown origin is shown, and how errors become one line and an exit code."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.markup import escape

from autograder.course.assignment import CourseError, GraderError
from autograder.sandbox.backends.table import CHOICES
from autograder.submission import submitted

if TYPE_CHECKING:  # isolation needs Linux; students check their work on any system
    from autograder.sandbox.selftest import Isolation

TRACEBACK = "AUTOGRADER_TRACEBACK"  # in the environment: show faults of our own with their traceback
BELOW, UNUSABLE, BROKEN, INTERRUPTED = 1, 2, 3, 130
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)


def plain(text: str) -> str:
    """Text for a terminal: no control characters, no markup."""
    return escape(submitted.printable(text))


@contextmanager
def one_line_errors(command: str = "autograder") -> Iterator[None]:
    """Turn errors into one line and an exit code. A fault of ours, which no other error is, can be seen with its traceback."""
    try:
        yield
    except (CourseError, submitted.Ungradable) as error:
        err.print(f"{command}: {plain(str(error))}")
        raise typer.Exit(UNUSABLE) from None
    except GraderError as error:
        err.print(f"{command}: {plain(str(error))}")
        raise typer.Exit(BROKEN) from None
    except Exception as fault:
        if isinstance(fault, typer.Exit | typer.BadParameter) or os.environ.get(TRACEBACK):
            raise
        said = " ".join(str(fault).split())
        err.print(f"{command}: a fault of the grader's own: {type(fault).__name__}: {plain(said)}")
        err.print(f"{command}: set {TRACEBACK}=1 to see where; please report it.")
        raise typer.Exit(BROKEN) from None


def isolation_named(text: str) -> Isolation:
    """The value of --isolation; raises CourseError when it is none."""
    if text not in CHOICES:
        raise CourseError(f"--isolation is {', '.join(CHOICES)}, not {text}.")
    return text
