"""Grading files one by one: what `autograder grade` and `autograder train` do, show and write. Called by `cli`."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from autograder.cli.console import BELOW, BROKEN, UNUSABLE, err, one_line_errors, out, plain
from autograder.cli.progress_lines import ProgressLines
from autograder.course.assignment import Assignment, CourseError
from autograder.course.devices import Wanted
from autograder.course.folders import Course
from autograder.course.settings import Data, data_for

if TYPE_CHECKING:
    from autograder.course.report import Report
    from autograder.sandbox.selftest import Isolation
    from autograder.training.stage import Look, TrainingStage, Watch

BLOCKS = "▁▂▃▄▅▆▇█"
WIDTH = 16  # of a curve, in characters
ENDLESS = 1e30  # as high as a loss is drawn
MARKS = {
    "passed": "[green]✓[/]",
    "failed": "[red]✗[/]",
    "not-attempted": "[dim]-[/]",
    "skipped": "[dim]-[/]",
    "grader-error": "[magenta]![/]",
}


@dataclass(frozen=True)
class Trained:
    """How the training stage is done: where, for how long at most, on which data (None: what the course uses), and which runs."""

    device: Wanted
    budget: float | None = None
    data: Data | None = None
    profile: str | None = None
    out: Path | None = None  # a folder for what there is to see of the runs


def assignment_of(course: Course, path: Path, name: str | None) -> Assignment:
    """The assignment that a file is graded as: the one that was named, else the file's own name."""
    if name is not None:
        return course.assignment(name)
    if path.stem not in course.names():
        known = ", ".join(course.names())
        raise CourseError(f"{path.name} is not named after an assignment; say which it is: --assignment {known}.")
    return course.assignment(path.stem)


def tell(reports: list[Report], json_path: str | None, fail_under: float | None, *, single: bool) -> None:
    """Write and print reports, and end with their exit code."""
    write_json(reports, json_path, single=single)
    show = err if json_path == "-" else out
    for report in reports:
        print_report(show, report, full=single)
    raise typer.Exit(exit_code(reports, fail_under))


def grade_files(
    paths: list[Path],
    assignment: str | None,
    isolation: Isolation,
    trained: Trained | None,
    student: str | None = None,
) -> list[Report]:
    """The reports of these files, in their order; of several, one that cannot be asked for is named and left out.

    student: whose they are; default: whoever handed them in, where they lie in the course's folder of submissions
    """
    from autograder.grading.grader import Grader  # noqa: PLC0415
    from autograder.grading.sitting import Job  # noqa: PLC0415

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
        trains = any(course.assignment(name).training for name in by_assignment)
        if trained and trained.data is not None and by_assignment and not trains:
            raise CourseError(f"--data: {', '.join(by_assignment)} has nothing to train.")
        # What a suite prints goes to standard error: standard output may be for JSON.
        with progress(len(paths)) as (advance, watch), redirect_stdout(sys.stderr):
            stage = stage_of(course, trained, watch)
            with Grader(course, isolation, stage) as grader:
                for name, group in by_assignment.items():
                    batch = [Job(path, student or course.student_of(path)) for path in group]
                    reports.update(zip(group, grader.grade_all(name, batch, lambda _: advance()), strict=True))
        if stage is not None and trained is not None and trained.out is not None:
            _keep_runs(course, trained.out, stage, reports.values())
    return [reports[path] for path in paths if path in reports]


def _keep_runs(course: Course, folder: Path, stage: TrainingStage, reports: Iterable[Report]) -> None:
    """Write what there is to see of the runs of each report."""
    from autograder.reporting.run_files import write_runs  # noqa: PLC0415

    for report in reports:
        if report.training:
            files = write_runs(folder, report, stage.ready(course.assignment(report.assignment)))
            err.print(f"{len(files)} files in {plain(str(files[0].parent))}")


def stage_of(course: Course, trained: Trained | None, watch: Watch | None) -> TrainingStage | None:
    """The training stage as it was asked for."""
    from autograder.training.stage import TrainingStage  # noqa: PLC0415

    def told(why: str) -> None:
        err.print(f"note: {plain(why)}")

    if trained is None:
        return None
    data = data_for(course, trained.data)
    return TrainingStage(course, trained.device, trained.budget, data, watch, told, trained.profile)


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
def progress(total: int) -> Iterator[tuple[Callable[[], None], Watch]]:
    """On a terminal's standard error: a bar for several submissions, and one for what is being trained. How to move each.

    Elsewhere a line for each tenth of several submissions, and one for each run.
    """
    with (bars if err.is_terminal else lines)(total) as moves:
        yield moves


@contextmanager
def lines(total: int) -> Iterator[tuple[Callable[[], None], Watch]]:
    """Progress as lines: of a single submission, none but those of its training."""
    told, numbers = ProgressLines(), itertools.count(1)

    def advance() -> None:
        if total > 1:
            told.count("grading", next(numbers), total)

    def watch(look: Look) -> None:
        if len(look.losses) == look.steps:
            told.say(f"trained {look.title}: {look.steps} steps, {curve(look)}")

    yield advance, watch


@contextmanager
def bars(total: int) -> Iterator[tuple[Callable[[], None], Watch]]:
    """Progress as bars."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    described = (TextColumn("{task.description}"), *columns, TextColumn("{task.fields[state]}"))
    with Progress(*described, console=err, transient=True) as bar:
        task = bar.add_task("grading", total=total, state="", visible=total > 1)
        runs: dict[str, TaskID] = {}

        def watch(look: Look) -> None:
            if look.title not in runs:
                for other in runs.values():
                    bar.update(other, visible=False)
                runs.clear()
                runs[look.title] = bar.add_task(look.title, total=look.steps, state="")
            right, done = look.right(), len(look.losses)
            told = curve(look) + ("" if right is None else f", {right:.1%} right")
            bar.update(runs[look.title], completed=done, state=told, visible=done < look.steps)

        yield (lambda: bar.advance(task)), watch


def curve(look: Look) -> str:
    """The loss so far as a line of blocks, and how it lies to those of the reference's runs."""
    from autograder.training.bands import where_in_band  # noqa: PLC0415

    losses = [min(loss, ENDLESS) if loss == loss else ENDLESS for loss in look.losses]  # noqa: PLR0124  (a NaN is not itself)
    least, most = min(losses), max(losses)
    width = min(len(losses), WIDTH)
    shown = [losses[(place + 1) * len(losses) // width - 1] for place in range(width)]
    blocks = "".join(BLOCKS[int((loss - least) / (most - least or 1) * (len(BLOCKS) - 1))] for loss in shown)
    where = where_in_band(losses, look.band)
    return f"loss {look.losses[-1]:.3f} {blocks}" + (f" {where} the reference's band" if where else "")


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
