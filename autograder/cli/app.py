"""The command `autograder`: parse, call, print. Exit codes: 0 done, 1 below --fail-under, 2 unusable request, 3 the grader failed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.status import Status
from rich.table import Table

from autograder.cli.console import BROKEN, UNUSABLE, err, isolation_named, one_line_errors, out, plain
from autograder.cli.grade_files import Trained, assignment_of, grade_files, tell
from autograder.cli.progress_lines import ProgressLines
from autograder.course.assignment import CourseError
from autograder.course.devices import WANTED, Wanted
from autograder.course.folders import Course
from autograder.course.settings import Data, data_for, data_named
from autograder.sandbox.backends.table import IN_WORDS
from autograder.submission import submitted

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    help="Build assignments, check one's own work, grade submissions, and see what works on this machine.",
    epilog="Exit codes: 0 done, whatever the score; 1 below --fail-under; 2 the request or the submission cannot be used; "
    "3 the grader itself failed.",
)
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


def main() -> None:
    """Entry point of the command."""
    app()


def device_named(text: str) -> Wanted:
    """The value of --device; raises CourseError when it is none."""
    if text not in WANTED:
        raise CourseError(f"--device is {', '.join(WANTED[:-1])} or {WANTED[-1]}, not {text}.")
    return text


def data_asked(text: str | None) -> Data | None:
    """The value of --data, with a path seen from where the command was started."""
    return None if text is None else data_named(text, Path.cwd())


@app.command()
def build(names: Annotated[list[str] | None, typer.Argument(help="Assignments; default: all.")] = None) -> None:
    """Make nbgrader's source notebooks and the stubs from [b]assignments/[/] and [b]solutions/[/].

    Stops, and writes nothing to students, when a line of a solution or of a hidden test would reach them.
    """
    from autograder.authoring.generate import build as build_assignment  # noqa: PLC0415

    with one_line_errors():
        course = Course.find()
        for name in names or course.names():
            for path in build_assignment(course, name):
                out.print(plain(str(path.relative_to(course.root))))


@app.command()
def check(
    submission: Annotated[Path, typer.Argument(help="Your notebook (.ipynb) or Python file (.py).")],
    assignment: AssignmentOption = None,
) -> None:
    """Run the visible checks on your own work, as the notebook does.

    Your code runs with your own rights, so never check somebody else's submission with this: [b]autograder grade[/] is for that.
    """
    from autograder.cli.visible_checks import BUSY, FINISHED, OUT_OF_TIME  # noqa: PLC0415

    with one_line_errors():
        course = Course.find()
        settings = assignment_of(course, submission, assignment)
        program = submitted.read_own(submission, settings).program
    checks = [(cell.name, cell.source) for cell in settings.cells if cell.role in {"check", "training"}]
    seconds = settings.limits.cpu_seconds + (settings.training.usual.limits.cpu_seconds if settings.training else 0)
    job = {
        "path": str(course.root),
        "program": [(cell.title, cell.source, cell.keeps) for cell in program],
        "checks": checks,
        "cpu_seconds": seconds,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "job.json"
        path.write_text(json.dumps(job), encoding="utf-8")
        command = [sys.executable, "-m", "autograder.cli.visible_checks", str(path)]
        environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"}
        try:
            code = subprocess.run(  # noqa: S603  (our own module)
                command, stdin=subprocess.DEVNULL, env=environment, timeout=BUSY * seconds, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            code = OUT_OF_TIME
    if code == OUT_OF_TIME:
        err.print(f"autograder: stopped after {seconds:g} seconds of computing; is there an endless loop?")
        raise typer.Exit(UNUSABLE)
    if code != FINISHED:
        err.print("autograder: your code ended the process in which the checks run.")
        raise typer.Exit(UNUSABLE)


@app.command()
def grade(  # noqa: PLR0913  (one parameter for each option)
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="SUBMISSION...", help="Notebooks (.ipynb) or Python files (.py).")
    ] = None,
    *,
    assignment: AssignmentOption = None,
    json_path: JsonOption = None,
    fail_under: FailUnderOption = None,
    isolation: IsolationOption = "auto",
    student: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose files these are: hidden inputs differ between students.")
    ] = None,
    course_name: Annotated[
        str | None,
        typer.Option("--course", metavar="NAME", help="Grade everything that was collected for this assignment."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="With --course: so many submissions at a time; default: one per core.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="With --course: grade on the workers of this Dask scheduler.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --course: list whose submission would be graded.")
    ] = False,
    training: Annotated[
        bool, typer.Option("--training/--no-training", help="Train what was handed in, where the assignment has that.")
    ] = True,
    device: DeviceOption = "auto",
    data: DataOption = None,
) -> None:
    """Grade files with the hidden suite, each in a confined process of its own.

    With [b]--course NAME[/], grade all that [b]nbgrader collect[/] took in, in parallel, and put the results into the gradebook and onto
    feedback pages. Stop it at any time; the same command goes on where it was. Only what is new or changed is graded.

    Examples: [b]autograder grade skip_connections.ipynb[/]
    [b]autograder grade --assignment skip_connections --json - alice.ipynb bob.ipynb[/]
    [b]autograder grade --course skip_connections --jobs 4[/]
    """
    with one_line_errors():
        mode, trained_on, learned = isolation_named(isolation), device_named(device), data_asked(data)
        if (course_name is None) == (not paths):
            raise CourseError("name the files to grade, or an assignment with --course; one of the two.")
        if course_name is not None:
            if {assignment, json_path, fail_under, student} != {None} or not training:
                raise CourseError(
                    "--assignment, --json, --fail-under, --student and --no-training go with files, not with --course."
                )
            from autograder.cli.grade_class import grade_course  # noqa: PLC0415

            raise typer.Exit(grade_course(course_name, mode, jobs, scheduler, trained_on, learned, dry_run=dry_run))
        if jobs is not None or scheduler is not None or dry_run:
            raise CourseError("--jobs, --scheduler and --dry-run go with --course, not with files.")
        if learned is not None and not training:
            raise CourseError(
                "--data says what to train on, and --no-training that nothing is trained; one of the two."
            )
    trained = Trained(trained_on, data=learned) if training else None
    reports = grade_files(paths or [], assignment, mode, trained, student)
    tell(reports, json_path, fail_under, single=len(paths or []) == 1)


@app.command()
def train(  # noqa: PLR0913  (one parameter for each option)
    paths: Annotated[
        list[Path], typer.Argument(metavar="SUBMISSION...", help="Notebooks (.ipynb) or Python files (.py).")
    ],
    *,
    assignment: AssignmentOption = None,
    device: DeviceOption = "auto",
    budget: Annotated[
        float | None,
        typer.Option(min=1, metavar="SECONDS", help="Computing time for each run; default and most: the assignment's."),
    ] = None,
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
        mode, settings = isolation_named(isolation), Trained(*how)
        course = Course.find()
        named = [assignment_of(course, path, assignment) for path in paths]
        without = [each.name for each in named if not each.training]
        if without:
            raise CourseError(f"{without[0]} has nothing to train; `autograder grade` grades it.")
    tell(grade_files(paths, assignment, mode, settings), json_path, fail_under, single=len(paths) == 1)


@app.command()
def bands(  # noqa: PLR0913  (one parameter for each option)
    name: Annotated[str, typer.Argument(help="An assignment with training runs.")],
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
    """
    from autograder.training.bands import missing_bands  # noqa: PLC0415
    from autograder.training.device import device_here  # noqa: PLC0415

    with one_line_errors():
        course = Course.find()
        assignment, where = course.assignment(name), device_here(device_named(device))
        if assignment.training is None:
            raise CourseError(f"{name} has nothing to train.")
        of = assignment.training.meant_for(where) if profile is None else assignment.training.named(profile)
        missing = missing_bands(course, assignment, where, data_for(course, data_asked(data)), of)
        lines = ProgressLines()
        for run, measure in missing.items():
            with err.status(run) as status:

                def watch(told: str, run: str = run, status: Status = status) -> None:
                    status.update(f"{run}: {told}")
                    lines.say(f"{run}: {told}")

                path = measure(isolation_named(isolation), watch, ship=ship)
            out.print(plain(str(path.relative_to(course.root))))
    if not missing:
        out.print("All bands are there.")


@app.command()
def board(
    name: Annotated[str, typer.Argument(help="An assignment with training runs.")],
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
        written = write_board(course, name, path)
    out.print(plain(str(written.relative_to(course.root) if written.is_relative_to(course.root) else written)))


@app.command()
def doctor() -> None:
    """Say what works here: isolation, GPU, nbgrader, exchange, versions. Exit code 3 when submissions cannot be graded."""
    from autograder.cli.doctor import examine  # noqa: PLC0415

    with one_line_errors():
        findings = examine(Course.find())
    table = Table(show_header=False, box=None, pad_edge=False)
    for _ in ("mark", "subject", "sentence"):
        table.add_column(overflow="fold")  # a path that is too long goes on in the next line
    for finding in findings:
        mark = "[green]✓[/]" if finding.good else ("[red]✗[/]" if finding.needed else "[dim]-[/]")
        table.add_row(mark, plain(finding.subject), plain(finding.sentence))
    out.print(table)
    if any(finding.needed and not finding.good for finding in findings):
        raise typer.Exit(BROKEN)
