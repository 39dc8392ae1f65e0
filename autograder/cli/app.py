"""The command `autograder`: parse, call, print. Exit codes: 0 done, 1 below the bar, 2 unusable request, 3 the grader failed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.console import one_line_errors, out
from autograder.cli.grade_files import TrainingChoice, assignment_of, grade_files, tell
from autograder.cli.options import (
    AssignmentOption,
    BudgetOption,
    DataOption,
    DeviceOption,
    DryRunOption,
    FailUnderOption,
    IsolationOption,
    JobsOption,
    JsonOption,
    ProfileOption,
    SchedulerOption,
    StudentOption,
    SubmissionsArgument,
    TrainingOption,
    data_asked,
    device_named,
    isolation_named,
)
from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.reporting.terminal import plain

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    help="Build assignments, check one's own work, grade submissions, and see what works on this machine.",
    epilog="Exit codes: 0 done, whatever the score; 1 below --fail-under, or below the gate of quality; 2 the request or the "
    "submission cannot be used; 3 the grader itself failed.",
)


def main() -> None:
    """Entry point of the command."""
    app()


@app.command()
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
                out.print(plain(_below(course, path)))


@app.command()
def check(
    submission: Annotated[
        Path, typer.Argument(metavar="SUBMISSION", help="Your notebook (.ipynb) or Python file (.py).")
    ],
    assignment: AssignmentOption = None,
) -> None:
    """Run the visible checks on your own work, as the notebook does.

    Your code runs with your own rights, so never check somebody else's submission with this: [b]autograder grade[/] is for that.

    Example: [b]autograder check skip_connections.ipynb[/]
    """
    from autograder.cli.check import check_own  # noqa: PLC0415

    with one_line_errors():
        raise typer.Exit(check_own(submission, assignment))


@app.command()
def grade(  # noqa: PLR0913  (one parameter for each option)
    paths: SubmissionsArgument,
    *,
    assignment: AssignmentOption = None,
    json_path: JsonOption = None,
    fail_under: FailUnderOption = None,
    isolation: IsolationOption = "auto",
    student: StudentOption = None,
    jobs: JobsOption = None,
    training: TrainingOption = True,
    device: DeviceOption = "auto",
    data: DataOption = None,
) -> None:
    """Grade files with the hidden suite, each in a confined process of its own.

    Nothing is stored: [b]autograder grade-class[/] grades what was collected, and puts it into the gradebook.

    Examples: [b]autograder grade skip_connections.ipynb[/]
    [b]autograder grade --assignment skip_connections --json - alice.ipynb bob.ipynb[/]
    [b]autograder grade skip_connections.ipynb --fail-under 50[/]
    """
    with one_line_errors():
        mode, trained_on, learned = isolation_named(isolation), device_named(device), data_asked(data)
        if learned is not None and not training:
            raise CourseError(
                "--data says what to train on, and --no-training that nothing is trained; one of the two."
            )
        trained = TrainingChoice(trained_on, data=learned) if training else None
        reports = grade_files(paths, assignment, mode, trained, student, jobs)
        tell(reports, {"json": json_path}, fail_under, single=len(paths) == 1)


@app.command("grade-class")
def grade_class(  # noqa: PLR0913  (one parameter for each option)
    name: Annotated[str, typer.Argument(metavar="NAME", help="An assignment.")],
    *,
    jobs: JobsOption = None,
    scheduler: SchedulerOption = None,
    dry_run: DryRunOption = False,
    isolation: IsolationOption = "auto",
    device: DeviceOption = "auto",
    data: DataOption = None,
) -> None:
    """Grade all that [b]nbgrader collect[/] took in, into the gradebook and onto feedback pages.

    Stop it at any time; the same command goes on where it was. Only what is new or changed is graded.

    Examples: [b]autograder grade-class skip_connections --jobs 4[/]
    [b]autograder grade-class skip_connections --dry-run[/]
    [b]autograder grade-class optimizers --scheduler tcp://10.0.0.5:8786[/]
    """
    with one_line_errors():
        mode, trained_on, learned = isolation_named(isolation), device_named(device), data_asked(data)
        from autograder.cli.grade_class import grade_and_tell  # noqa: PLC0415

        raise typer.Exit(grade_and_tell(name, mode, jobs, scheduler, trained_on, learned, dry_run=dry_run))


@app.command()
def train(  # noqa: PLR0913  (one parameter for each option)
    paths: SubmissionsArgument,
    *,
    assignment: AssignmentOption = None,
    device: DeviceOption = "auto",
    budget: BudgetOption = None,
    data: DataOption = None,
    profile: ProfileOption = None,
    files: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Write a picture and a table of each run, and environment.json."),
    ] = None,
    json_path: JsonOption = None,
    fail_under: FailUnderOption = None,
    isolation: IsolationOption = "auto",
) -> None:
    """Train what was handed in, and grade what it learns.

    The hidden tests come first: a run starts only where each exercise that it builds on has earned something. Labels of test images
    stay with the grader, and it takes every step again with the reference.

    Examples: [b]autograder train train_networks.ipynb[/]
    [b]autograder train --device cuda --budget 60 --json - train_networks.ipynb[/]
    """
    with one_line_errors():
        how = (device_named(device), budget, data_asked(data), profile, files)
        mode, trained = isolation_named(isolation), TrainingChoice(*how)
        course = Course.find()
        without = [each.name for path in paths if not (each := assignment_of(course, path, assignment)).training]
        if without:
            raise CourseError(f"{without[0]} has nothing to train; `autograder grade` grades it.")
        # One after the other: each run is shown while it learns.
        reports = grade_files(paths, assignment, mode, trained, jobs=1)
        tell(reports, {"json": json_path}, fail_under, single=len(paths) == 1)


@app.command()
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
            out.print(plain(_below(course, path)))
            written += 1
    if not written:
        out.print("All bands are there.")


@app.command()
def board(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An assignment with training runs.")],
    *,
    path: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Where to write it; default: [b]course/board/NAME.html[/]."),
    ] = None,
) -> None:
    r"""Write the board of an assignment, a page to be shown to the class: who reached a target after how many steps.

    Off, unless [b]course/settings.toml[/] says [b]board = true[/] under [b]\[training][/]; write that first, and then grade.

    The board lists students who wrote [b]on_the_board = True[/] into their notebook, under names that the grader makes up, with runs of
    which every step is confirmed. What counts was handed in by the due date that the gradebook has.

    Examples: [b]autograder board train_networks[/]
    [b]autograder board train_networks --out board.html[/]
    """
    from autograder.gradebook.board import write_board  # noqa: PLC0415  (imports nbgrader: two seconds)

    with one_line_errors():
        course = Course.find()
        out.print(plain(_below(course, write_board(course, name, path))))


@app.command()
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


@app.command()
def doctor() -> None:
    """Say what works here: isolation, GPU, nbgrader, exchange, versions. Exit code 3 when submissions cannot be graded."""
    from autograder.cli.doctor import examine, show  # noqa: PLC0415

    with one_line_errors():
        raise typer.Exit(show(examine(Course.find())))


def _below(course: Course, path: Path) -> str:
    """A path as it is seen from the course's folder, if it lies there."""
    return str(path.relative_to(course.root) if path.is_relative_to(course.root) else path)
