"""The command `autograder`: parse, call, print. Exit codes: 0 done, 1 below --fail-under, 2 unusable request, 3 the grader failed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from autograder import submissions
from autograder.console import BELOW, BROKEN, UNUSABLE, err, isolation_named, one_line_errors, out, plain
from autograder.course import Assignment, Course, CourseError

if TYPE_CHECKING:
    from autograder.grading import Report
    from autograder.isolation import Isolation

MARKS = {"passed": "[green]✓[/]", "failed": "[red]✗[/]", "not-attempted": "[dim]-[/]", "grader-error": "[magenta]![/]"}

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
    typer.Option(
        help="How student code is confined: auto, bubblewrap, landlock, or none (runs it with your rights; recorded in the report)."
    ),
]


def main() -> None:
    """Entry point of the command."""
    app()


def assignment_of(course: Course, path: Path, name: str | None) -> Assignment:
    """The assignment that a file is graded as: the one that was named, else the file's own name."""
    if name is not None:
        return course.assignment(name)
    if path.stem not in course.names():
        known = ", ".join(course.names())
        raise CourseError(f"{path.name} is not named after an assignment; say which it is: --assignment {known}.")
    return course.assignment(path.stem)


@app.command()
def build(names: Annotated[list[str] | None, typer.Argument(help="Assignments; default: all.")] = None) -> None:
    """Make nbgrader's source notebooks and the stubs from [b]assignments/[/] and [b]solutions/[/].

    Stops, and writes nothing to students, when a line of a solution or of a hidden test would reach them.
    """
    from autograder.authoring import build as build_assignment  # noqa: PLC0415

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
    from autograder.visible import FINISHED  # noqa: PLC0415

    with one_line_errors():
        course = Course.find()
        settings = assignment_of(course, submission, assignment)
        program = submissions.read(submission, settings).program
    checks = [(cell.name, cell.source) for cell in settings.cells if cell.role == "check"]
    job = {"path": str(course.root), "program": [(c.title, c.source) for c in program], "checks": checks}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "job.json"
        path.write_text(json.dumps(job), encoding="utf-8")
        command = [sys.executable, "-m", "autograder.visible", str(path)]
        environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8"}
        try:
            done = subprocess.run(  # noqa: S603  (our own module)
                command, stdin=subprocess.DEVNULL, env=environment, timeout=settings.limits.wall_seconds, check=False
            )
        except subprocess.TimeoutExpired:
            err.print(f"autograder: stopped after {settings.limits.wall_seconds:g} seconds; is there an endless loop?")
            raise typer.Exit(UNUSABLE) from None
    if done.returncode != FINISHED:
        err.print("autograder: your code ended the process in which the checks run.")
        raise typer.Exit(UNUSABLE)


@app.command()
def grade(  # noqa: PLR0913  (one parameter for each option)
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="SUBMISSION...", help="Notebooks (.ipynb) or Python files (.py).")
    ] = None,
    *,
    assignment: AssignmentOption = None,
    json_path: Annotated[
        str | None, typer.Option("--json", metavar="FILE|-", help="Write the reports as JSON.")
    ] = None,
    fail_under: Annotated[
        float | None, typer.Option(min=0, max=100, metavar="PERCENT", help="Exit with 1 when a score is lower.")
    ] = None,
    isolation: IsolationOption = "auto",
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
) -> None:
    """Grade files with the hidden suite, each in a confined process of its own.

    With [b]--course NAME[/], grade all that [b]nbgrader collect[/] took in, in parallel, and put the results into the gradebook and onto
    feedback pages. Stop it at any time; the same command goes on where it was. Only what is new or changed is graded.

    Examples: [b]autograder grade skip_connections.ipynb[/]
    [b]autograder grade --assignment skip_connections --json - alice.ipynb bob.ipynb[/]
    [b]autograder grade --course skip_connections --jobs 4[/]
    """
    with one_line_errors():
        mode = isolation_named(isolation)
        if (course_name is None) == (not paths):
            raise CourseError("name the files to grade, or an assignment with --course; one of the two.")
        if course_name is not None:
            if assignment is not None or json_path is not None or fail_under is not None:
                raise CourseError("--assignment, --json and --fail-under go with files, not with --course.")
            from autograder.bulk_cli import grade_course  # noqa: PLC0415

            raise typer.Exit(grade_course(course_name, mode, jobs, scheduler, dry_run=dry_run))
        if jobs is not None or scheduler is not None or dry_run:
            raise CourseError("--jobs, --scheduler and --dry-run go with --course, not with files.")
    reports = grade_files(paths or [], assignment, mode)
    write_json(reports, json_path, single=len(paths or []) == 1)
    show = err if json_path == "-" else out
    for report in reports:
        print_report(show, report, full=len(paths or []) == 1)
    raise typer.Exit(exit_code(reports, fail_under))


def grade_files(paths: list[Path], assignment: str | None, isolation: Isolation) -> list[Report]:
    """The reports of these files, in their order; of several, one that cannot be asked for is named and left out."""
    from autograder.grading import Grader, Job  # noqa: PLC0415

    reports: dict[Path, Report] = {}
    by_assignment: dict[str, list[Path]] = {}
    with one_line_errors():
        course = Course.find()
        for path in paths:
            try:
                by_assignment.setdefault(assignment_of(course, path, assignment).name, []).append(path)
            except CourseError as error:
                if len(paths) == 1 or assignment is not None:
                    raise
                err.print(f"autograder: {plain(str(error))}")
        # What a suite prints goes to standard error: standard output may be for JSON.
        with progress(len(paths)) as advance, Grader(course, isolation) as grader, redirect_stdout(sys.stderr):
            for name, group in by_assignment.items():
                batch = [Job(path, course.student_of(path)) for path in group]
                reports.update(zip(group, grader.grade_all(name, batch, lambda _: advance()), strict=True))
    return [reports[path] for path in paths if path in reports]


def exit_code(reports: list[Report], fail_under: float | None) -> int:
    """One exit code for all reports."""
    graded = [report for report in reports if report.status == "graded"]
    if any(report.status == "grader-error" for report in reports):
        return BROKEN
    if not graded:
        return UNUSABLE
    if fail_under is not None and any(report.percent < fail_under for report in reports):
        return BELOW
    return 0


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on standard error, for more than one submission and a terminal."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    hidden = total == 1 or not err.is_terminal
    with Progress(TextColumn("grading"), *columns, console=err, transient=True, disable=hidden) as bar:
        task = bar.add_task("grading", total=total)
        yield lambda: bar.advance(task)


def write_json(reports: list[Report], target: str | None, *, single: bool) -> None:
    """The reports to a file or, for "-", to standard output: one object for one submission, a list for several."""
    if target is None or (single and not reports):
        return
    values = [report.as_json() for report in reports]
    text = (
        json.dumps(values[0] if single else values, indent=1, allow_nan=False) + "\n"
    )  # ASCII: names may be no text at all
    if target == "-":
        sys.stdout.write(text)
    else:
        try:
            Path(target).write_text(text, encoding="utf-8")
        except OSError as error:
            err.print(f"autograder: {plain(target)} cannot be written: {error.strerror}.")
            raise typer.Exit(UNUSABLE) from None


def print_report(console: Console, report: Report, *, full: bool) -> None:
    """One report for people: a line, and with `full` every test."""
    name = plain(f"{report.student}: {report.submission}" if report.student else report.submission)
    if report.status == "ungradable":
        console.print(f"{name}: [red]not graded[/]. {plain(report.reason or '')}")
        return
    console.print(f"[b]{name}: {report.score:g} of {report.max_score:g} points[/]")
    if report.reason:
        console.print(f"[dim]note: {plain(report.reason)}[/]")
    for exercise in report.exercises:
        found = f"  [yellow]{exercise.misconception.id}[/]" if exercise.misconception else ""
        console.print(f"  {exercise.name}  {exercise.points:g}/{exercise.max_points:g}  {exercise.status}{found}")
        for test in exercise.tests if full else ():
            mark = MARKS.get(test.status, "[red]✗[/]")
            message = f"  [dim]{plain(test.message)}[/]" if test.message else ""
            console.print(f"    {mark} {test.points:g}/{test.max_points:g}  {plain(test.title)}{message}")
        if full and exercise.misconception:
            finding = exercise.misconception
            console.print(f"    [yellow]→ {plain(finding.title)}[/] {plain(finding.hint)}")


@app.command()
def doctor() -> None:
    """Say what works here: isolation, GPU, nbgrader, exchange, versions. Exit code 3 when submissions cannot be graded."""
    from autograder.examination import examine  # noqa: PLC0415

    with one_line_errors():
        course = Course.find()
    table = Table(show_header=False, box=None, pad_edge=False)
    findings = examine(course)
    for finding in findings:
        mark = "[green]✓[/]" if finding.good else ("[red]✗[/]" if finding.needed else "[dim]-[/]")
        table.add_row(mark, plain(finding.subject), plain(finding.sentence))
    out.print(table)
    if any(finding.needed and not finding.good for finding in findings):
        raise typer.Exit(BROKEN)
