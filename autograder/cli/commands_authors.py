"""Commands for those who write assignments and run the grader."""

from __future__ import annotations

from typing import Annotated

import typer

from autograder.cli.console import below, one_line_errors, out
from autograder.cli.options import (
    DataOption,
    DeviceOption,
    IsolationOption,
    ProfileOption,
    data_asked,
    device_named,
    isolation_named,
)
from autograder.course.folders import Course
from autograder.reporting.terminal import plain

PANEL = "The course and this machine"  # of `autograder --help`
app = typer.Typer()


@app.command(rich_help_panel=PANEL)
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Lower-case letters, digits and _, up to 32.")],
    *,
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help='What it is called, as "Subject: what it is about".')
    ] = None,
) -> None:
    """Write a new assignment: notebook text, reference, hidden suite and visible checks of a small example.

    It is complete: it builds, is graded, and passes the gate of [b]autograder quality[/]. Put your own in its place, piece by piece.
    Nothing that is there is overwritten.

    Example: [b]autograder new running_means --title "Means: the last few, and all so far"[/]
    """
    from autograder.cli.new import begin  # noqa: PLC0415

    with one_line_errors():
        begin(name, title)


@app.command(rich_help_panel=PANEL)
def build(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Assignments; default: all.")] = None,
) -> None:
    """Make nbgrader's source notebooks and the stubs from [b]assignments/[/] and [b]solutions/[/].

    Stops, and writes nothing to students, when a line of a solution or of a hidden test would reach them.
    """
    from autograder.authoring.generate import build as build_assignment  # noqa: PLC0415

    with one_line_errors():
        course = Course.find()
        for name in names or course.names():
            for path in build_assignment(course, name):
                out.print(plain(below(course, path)))


@app.command(rich_help_panel=PANEL)
def quality(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Assignments; default: all.")] = None,
    *,
    seeds: Annotated[
        int, typer.Option(min=1, metavar="N", help="In how many seeds everybody but the mutants is asked.")
    ] = 20,
    isolation: IsolationOption = "auto",
) -> None:
    """Measure hidden suites: which wrong answers they catch and name, and which right ones they accept.

    Where a suite does not pass the gate, a line each says why, and the exit code is 1.

    Examples: [b]autograder quality[/]
    [b]autograder quality skip_connections --seeds 5[/]
    """
    from autograder.cli.quality import measure_suites  # noqa: PLC0415

    with one_line_errors():
        raise typer.Exit(measure_suites(names or [], seeds, isolation_named(isolation)))


@app.command(rich_help_panel=PANEL)
def bands(  # noqa: PLR0913  (one parameter for each option)
    name: Annotated[str, typer.Argument(metavar="NAME", help="An assignment with training runs.")],
    *,
    device: DeviceOption = "auto",
    data: DataOption = None,
    profile: ProfileOption = None,
    isolation: IsolationOption = "auto",
    ship: Annotated[
        bool, typer.Option("--ship", help="Write into solutions/, for everybody who gets the course, not into course/.")
    ] = False,
) -> None:
    """Measure what training is graded against: the reference and a baseline, over several seeds. Minutes.

    Needed once for each kind of device and each data set, and again when the reference or the starter code has changed. Bands that
    are there already are not measured again.

    Example: [b]autograder bands train_networks --device cuda[/]
    """
    from autograder.cli.bands import measure_bands  # noqa: PLC0415

    with one_line_errors():
        course, mode, measured_on = Course.find(), isolation_named(isolation), device_named(device)
        written = 0
        for path in measure_bands(course, name, measured_on, data_asked(data), profile, mode, ship=ship):
            out.print(plain(below(course, path)))
            written += 1
    if not written:
        out.print("All bands are there.")


@app.command(rich_help_panel=PANEL)
def doctor() -> None:
    """Say what works here: isolation, GPU, nbgrader, exchange, versions. Exit code 3 when submissions cannot be graded."""
    from autograder.cli.doctor import examine, show  # noqa: PLC0415

    with one_line_errors():
        raise typer.Exit(show(examine(Course.find())))
