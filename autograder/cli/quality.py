"""What `autograder quality` does: measures hidden suites, shows what came of it, and says where one falls short."""

from __future__ import annotations

import time
from functools import partial

from rich.console import Console
from rich.markup import escape

from autograder.cli.console import BELOW, err, out
from autograder.cli.progress import Progress
from autograder.course.folders import Course
from autograder.quality.gate import failures
from autograder.quality.measure import measure, seeds_named
from autograder.quality.table import legend, table
from autograder.reporting.terminal import plain
from autograder.sandbox.selftest import Isolation

WIDEST = 120  # columns of the table: a narrow terminal wraps it, and no number is cut


def measure_suites(names: list[str], seeds: int, isolation: Isolation) -> int:
    """Measure the suites of these assignments, or of all; the exit code."""
    begin = time.monotonic()
    course = Course.find()
    with Progress() as progress:
        measured = [
            measure(course, name, seeds_named(seeds), partial(progress.count, name), isolation)
            for name in names or course.names()
        ]
    Console(highlight=False, width=max(out.width, WIDEST)).print(table(measured))
    for line in legend(measured):
        out.print(escape(line))
    out.print(f"\n{seeds} seeds, {time.monotonic() - begin:.0f} s")
    wrong = [sentence for each in measured for sentence in failures(each)]
    for sentence in wrong:
        err.print(f"[red]✗[/] {plain(sentence)}")
    return BELOW if wrong else 0
