"""Options that several commands have, and what their values mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.course.assignment import CourseError
from autograder.course.devices import WANTED, Wanted
from autograder.course.settings import Data, data_named
from autograder.sandbox.backends.table import CHOICES, IN_WORDS

if TYPE_CHECKING:  # isolation needs Linux; students check their work on any system
    from autograder.sandbox.selftest import Isolation

SubmissionsArgument = Annotated[
    list[Path], typer.Argument(metavar="SUBMISSION", help="Notebooks (.ipynb) or Python files (.py).")
]
AssignmentOption = Annotated[
    str | None, typer.Option("--assignment", "-a", help="Name of the assignment; default: the name of the file.")
]
IsolationOption = Annotated[
    str,
    typer.Option(help=f"How student code is confined: {IN_WORDS} (runs it with your rights; recorded in the report)."),
]
JsonOption = Annotated[str | None, typer.Option("--json", metavar="FILE|-", help="Write the reports as JSON.")]
FailUnderOption = Annotated[
    float | None,
    typer.Option("--fail-under", min=0, max=100, metavar="PERCENT", help="Exit with 1 when a score is lower."),
]
StudentOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Whose files these are: hidden inputs differ between students.")
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="How many to grade at a time; default: one per core, where that is sooner. Reports do not depend on it.",
    ),
]
SchedulerOption = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Grade on the workers of this Dask scheduler.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="List whose submission would be graded, and do nothing.")]
TrainingOption = Annotated[
    bool, typer.Option("--training/--no-training", help="Train what was handed in, where the assignment has that.")
]
BudgetOption = Annotated[
    float | None,
    typer.Option(min=1, metavar="SECONDS", help="Computing time for each run; default and most: the assignment's."),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Which runs, where the assignment has several profiles; default: those for the device."
    ),
]
DeviceOption = Annotated[str, typer.Option(help="Where to train: auto (a GPU where there is one), cpu or cuda.")]
DataOption = Annotated[
    str | None,
    typer.Option(
        metavar="PATH|NAME",
        help="Train on another data set: a file, a folder, or the name of one that comes with the course; default: what "
        "course/settings.toml says.",
    ),
]


def isolation_named(text: str) -> Isolation:
    """The value of --isolation; raises CourseError when it is none."""
    if text not in CHOICES:
        raise CourseError(f"--isolation is {', '.join(CHOICES)}, not {text}.")
    return text


def device_named(text: str) -> Wanted:
    """The value of --device; raises CourseError when it is none."""
    if text not in WANTED:
        raise CourseError(f"--device is {', '.join(WANTED[:-1])} or {WANTED[-1]}, not {text}.")
    return text


def data_asked(text: str | None) -> Data | None:
    """The value of --data, with a path seen from where the command was started."""
    return None if text is None else data_named(text, Path.cwd())
