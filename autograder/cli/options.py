"""Options that several commands have, and what their values mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from autograder.course.assignment import CourseError
from autograder.course.devices import WANTED, Wanted
from autograder.course.settings import Data, data_named
from autograder.sandbox.backends.table import CHOICES, IN_WORDS
from autograder.whole_class.slurm_options import SlurmOptions, slurm_options

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
JUnitOption = Annotated[
    str | None, typer.Option("--junit", metavar="FILE|-", help="Write the reports as JUnit XML, which CI systems show.")
]
FormsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--form",
        metavar="FORMAT=FILE",
        help="Write the reports in another form: json, junit, gradescope, prairielearn, classroom50, github, github-summary "
        "(docs/exports.md). May be given several times.",
    ),
]
ToOption = Annotated[
    str,
    typer.Option("--to", metavar="FORMAT", help="csv, json, canvas or moodle (grades), jplag (code): docs/exports.md."),
]
TemplateOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The file that Canvas or Moodle gave out, to be filled in; it stays as it is."),
]
ColumnOption = Annotated[
    str | None,
    typer.Option(
        "--column",
        "--grade-column",
        metavar="TITLE",
        help="Which column of the template to fill: in Canvas the assignment's, such as 'Title (123)'; in Moodle the one of grades.",
    ),
]
ExportedOption = Annotated[
    str | None,
    typer.Option("--output", "--out", metavar="FILE|-", help="Where to write it; default: in [b]course/exports/[/]."),
]
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
SlurmOption = Annotated[
    str | None,
    typer.Option(
        metavar="OPTIONS",
        help="Grade in jobs of Slurm, such as [b]partition=gpu,gres=gpu:1,time=2:00:00[/] (docs/cluster.md); [b]local[/]: in "
        "jobs that are processes of this machine, to try it.",
    ),
]
DryRunOption = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="List whose submission would be graded. Who has a score already is graded again to say how it would change; "
        "nothing is put into the gradebook.",
    ),
]
AllowLowerOption = Annotated[
    bool,
    typer.Option(
        "--allow-lower", help="Let scores sink when the same file is graded again; else the score of before stands."
    ),
]
ReasonOption = Annotated[
    str, typer.Option(metavar="TEXT", help="Why files are graded again, for the pages of those whose points change.")
]
ChangesOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write whose points change, and in which hidden test, as CSV."),
]
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
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output", "--out", metavar="FILE", help="Where to write it; default: [b]course/reports/NAME.html[/]."
    ),
]
AnonymousOption = Annotated[
    bool,
    typer.Option(
        "--anonymous",
        help="Numbers only, to be shown to others: no name, no link and no line of a student; default: [b]NAME-anonymous.html[/].",
    ),
]
EverybodyOption = Annotated[
    bool, typer.Option("--everybody", help="Also of submissions in which no written answer waits for a mark.")
]
EveryOption = Annotated[
    float, typer.Option("--every", min=0.1, max=3600, metavar="SECONDS", help="How often to look into the exchange.")
]
OnceOption = Annotated[bool, typer.Option("--once", help="End as soon as nobody waits for an answer.")]
PageOption = Annotated[
    Path | None,
    typer.Option(
        "--page",
        metavar="FILE",
        help="Where to write the page for everybody, which names nobody; default: [b]course/watch/NAME-for-everybody.html[/].",
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


def slurm_asked(text: str | None, scheduler: str | None) -> SlurmOptions | None:
    """The value of --slurm; raises CourseError when it is none, or when a Dask scheduler is to grade as well."""
    if text is not None and scheduler is not None:
        raise CourseError("--slurm and --scheduler: one of them grades, not both.")
    return None if text is None else slurm_options(text)
