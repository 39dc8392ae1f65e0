"""A whole class, side by side: (a) stock nbgrader, (b) otter, (c) the bare hidden tests, (d) ours with one job and with two.

Run `make bench`, or `python -m benchmarks.grading --help`; it takes 20 to 30 minutes, and prints the tables of RESULTS.md.
Peers grade the same notebooks with the same hidden tests; the time of one more submission is theirs at the full number less theirs at a
third of it, so that what they do once does not count.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from autograder.submission import submitted
from benchmarks import in_process, peers
from benchmarks.classes import hand_in, make_course
from benchmarks.processes import Run, run

out = Console(highlight=False, width=150)
MB = 1 << 20


@dataclass(frozen=True)
class Cost:
    """Of one more submission: seconds by the clock and of computing; and the most memory that all processes held."""

    who: str
    seconds: float
    cpu: float
    memory: int
    note: str = ""
    recorded: float = 0.0  # seconds by the clock with gradebook and pages; ours only


def of_one(few: Run, many: Run, difference: int, who: str, note: str) -> Cost:
    """The cost of one more submission, from two runs."""
    seconds, cpu = (many.seconds - few.seconds) / difference, (many.cpu - few.cpu) / difference
    return Cost(who, seconds, cpu, many.memory, note)


def stock(course: Course, assignment: Assignment, files: Sequence[Path], scratch: Path, env: dict[str, str]) -> Cost:
    """Stock nbgrader."""
    folder = scratch / "nbgrader"
    if not folder.exists():
        folder.mkdir()
        peers.stock_nbgrader(course, assignment, folder, env, hidden=True)
    less = len(files) // 3
    few, many = (peers.autograde(folder, assignment, some, env) for some in (files[:less], files))
    return of_one(few, many, len(files) - less, "nbgrader autograde", f"{less} and {len(files)} graded")


def otter(assignment: Assignment, files: Sequence[Path], scratch: Path, env: dict[str, str]) -> Cost:
    """Otter, which grades one submission in each run."""
    archive = scratch / "otter" / "autograder.zip"
    if not archive.exists():
        peers.otter_autograder(assignment, scratch / "otter", env)
    runs = [peers.otter_run(archive, path, env) for path in files]
    seconds = [one.seconds for one in runs]
    low, middle, high = statistics.quantiles(seconds, n=4)
    cpu, memory = statistics.median(one.cpu for one in runs), max(one.memory for one in runs)
    return Cost("otter run", middle, cpu, memory, f"median of {len(files)}, quartiles {low:.2f} to {high:.2f} s")


def bare(assignment: Assignment, files: Sequence[Path]) -> Cost:
    """The hidden tests alone, on answers that are in this process: the median of a class, each taken three times."""
    costs = []
    for path in files:
        program = submitted.read(path, assignment).program
        times = []
        for _ in range(3):
            begin = time.process_time()
            namespace: dict[str, object] = {"__name__": "__main__"}  # as in a notebook
            with (
                np.errstate(all="ignore"),
                warnings.catch_warnings(action="ignore"),
                contextlib.redirect_stdout(io.StringIO()),
            ):
                for cell in program:
                    exec(compile(cell.source, cell.title, "exec"), namespace)  # noqa: S102  (the course's own answers)
                for exercise in assignment.exercises:
                    for test in in_process.tests(assignment.name, exercise.name):
                        with contextlib.suppress(Exception, SystemExit):
                            in_process.ask(test, namespace)
            times.append(time.process_time() - begin)
        costs.append(min(times))
    mean = statistics.mean(costs)
    low, middle, high = statistics.quantiles(costs, n=4)
    note = f"median {1000 * middle:.1f} ms, quartiles {1000 * low:.1f} to {1000 * high:.1f}"
    return Cost("bare hidden tests", mean, mean, 0, note)


def ours(course: Course, assignment: Assignment, jobs: int, env: dict[str, str]) -> tuple[Run, float, float]:
    """One whole class: the run, and seconds by the clock and of computing until everything was graded."""
    for made in ("reports.db", "reports.db-wal", "reports.db-shm", "autograded", "feedback"):
        path = course.data / made
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    begin = time.time()
    command = [sys.executable, "-m", "benchmarks.one_class", assignment.name, str(jobs)]
    done = run(command, course.root, env)
    graded = json.loads(done.printed.splitlines()[-1])["grading"]
    return done, graded - begin, done.cpu_until(graded)


def lean(files: Sequence[Path], assignment: Assignment, folder: Path) -> list[Path]:
    """The same submissions without the cells that only demonstrate."""
    folder.mkdir()
    made = []
    for number, path in enumerate(files):
        notebook = peers.without_demonstrations(json.loads(path.read_text(encoding="utf-8")), assignment)
        made.append(folder / f"{number:03d}.ipynb")
        made[-1].write_text(json.dumps(notebook), encoding="utf-8")
    return made


def compare_peers(course: Course, assignment: Assignment, count: int, scratch: Path, env: dict[str, str]) -> list[Cost]:
    """What one more submission costs the others: of the notebooks as they are, and without their demonstrations."""
    files = hand_in(course, assignment, count)
    without = lean(files, assignment, scratch / "lean")
    whole = files[: max(3, count // 5)]
    costs = []
    for kind, some in (("whole notebooks", whole), ("without demonstrations", without)):
        for measured in (partial(stock, course), otter):
            with out.status(f"{kind}, {len(some)} submissions ..."):
                cost = measured(assignment, some, scratch, env)
            costs.append(replace(cost, who=f"{cost.who}, {kind}"))
            out.print(f"  {costs[-1].who}: {cost.seconds:.2f} s, {cost.cpu:.2f} s of computing; {cost.note}")
    return [*costs, bare(assignment, files)]


def measure_ours(course: Course, assignment: Assignment, sizes: Sequence[int], env: dict[str, str]) -> dict[int, Cost]:
    """A table of our runs; the cost of one more submission, graded and recorded, by the number of jobs."""
    table = Table("jobs", "submissions", "graded in", "each", "with gradebook and pages", "each", "computing, each")
    table.add_column("memory: driver, all")
    costs: dict[int, Cost] = {}
    for jobs in (1, 2):
        for size in sizes:
            hand_in(course, assignment, size)
            with out.status(f"ours, {jobs} jobs, {size:,} submissions ..."):
                done, seconds, cpu = ours(course, assignment, jobs, env)
            costs[jobs] = Cost(
                f"ours, {jobs} jobs", seconds / size, cpu / size, done.memory, recorded=done.seconds / size
            )
            table.add_row(
                *(
                    str(jobs),
                    f"{size:,}",
                    f"{seconds:.1f} s",
                    f"{1000 * seconds / size:.0f} ms",
                    f"{done.seconds:.1f} s",
                ),
                f"{1000 * done.seconds / size:.0f} ms",
                f"{1000 * cpu / size:.0f} ms, {1000 * done.cpu / size:.0f} ms",
                f"{done.first_memory // MB} MB, {done.memory // MB} MB",
            )
            out.print(f"  {jobs} jobs, {size:,} submissions: {seconds:.1f} s graded, {done.seconds:.1f} s recorded")
    out.print(table)
    return costs


def main() -> None:
    """Measure, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assignment", default="optimizers")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000], help="of our classes")
    parser.add_argument("--peers", type=int, default=30, help="submissions that the other graders grade")
    options = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    env = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(root), "PATH": path}
    with tempfile.TemporaryDirectory() as scratch:
        course = make_course(Path(scratch) / "course", options.assignment)
        assignment = course.assignment(options.assignment)
        costs = compare_peers(course, assignment, options.peers, Path(scratch), env)
        mine = measure_ours(course, assignment, options.sizes, env)
    floor = costs[-1].cpu
    table = Table("one more submission", "by the clock", "computing", "memory", "ours graded", "with pages", "")
    for cost in costs:
        memory = f"{cost.memory // MB} MB" if cost.memory else ""
        times = [cost.seconds / mine[2].seconds, cost.seconds / mine[2].recorded] if cost.memory else []
        ratios = [f"{ratio:.1f} times as fast" for ratio in times] or ["", ""]
        cells = (cost.who, f"{1000 * cost.seconds:.0f} ms", f"{1000 * cost.cpu:.0f} ms", memory)
        table.add_row(*cells, *ratios, cost.note)
    out.print(table)
    out.print(
        f"computing above the bare hidden tests: {1000 * (mine[1].cpu - floor):.0f} ms a submission, with one job"
    )


if __name__ == "__main__":
    main()
