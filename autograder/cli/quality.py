"""`python -m autograder.cli.quality [NAME...] --seeds 20`: measures hidden suites and prints what came of it. `make quality` runs this.

Exit codes: 0 every suite passes the gate, 1 one does not (a line each says why), 2 no such assignment, 3 the grader itself failed.
"""

from __future__ import annotations

import time
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from autograder.cli.console import err, isolation_named, one_line_errors, out, plain
from autograder.cli.progress_lines import ProgressLines
from autograder.course.folders import Course
from autograder.quality.gate import failures
from autograder.quality.measure import Measured, measure, seeds_named
from autograder.quality.table import legend, table
from autograder.sandbox.backends.table import IN_WORDS
from autograder.sandbox.selftest import Isolation

FAILED = 1
WIDEST = 120  # columns of the table: a narrow terminal wraps it, and no number is cut


def main(
    names: Annotated[list[str] | None, typer.Argument(help="Assignments; default: all.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="In how many seeds everybody but the mutants is asked.")] = 20,
    isolation: Annotated[str, typer.Option(help=f"How mutants are confined: {IN_WORDS}.")] = "auto",
) -> None:
    """Measure the hidden suites: which wrong answers they catch and name, which right ones they accept."""
    begin = time.monotonic()
    with one_line_errors("quality"):
        measured = _measure_all(names, seeds, isolation_named(isolation))
    Console(highlight=False, width=max(out.width, WIDEST)).print(table(measured))
    for line in legend(measured):
        out.print(escape(line))
    out.print(f"\n{seeds} seeds, {time.monotonic() - begin:.0f} s")
    wrong = [sentence for each in measured for sentence in failures(each)]
    for sentence in wrong:
        err.print(f"[red]✗[/] {plain(sentence)}")
    if wrong:
        raise typer.Exit(FAILED)


def _measure_all(names: list[str] | None, seeds: int, isolation: Isolation) -> list[Measured]:
    """Measure each assignment, with a bar on stderr."""
    course = Course.find()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    measured = []
    lines = ProgressLines()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        for name in names or course.names():
            shown = _Shown(bar, bar.add_task(name, total=None), lines, name)
            measured.append(measure(course, name, seeds_named(seeds), shown, isolation))
    return measured


class _Shown:
    """Progress of one assignment: on its bar, or as lines where there is no terminal."""

    def __init__(self, bar: Progress, task: TaskID, lines: ProgressLines, name: str) -> None:
        self.bar, self.task = bar, task
        self.lines, self.name = lines, name

    def __call__(self, done: int, total: int) -> None:
        self.bar.update(self.task, completed=done, total=total)
        self.lines.count(self.name, done, total)


if __name__ == "__main__":
    typer.run(main)
