"""`make training-seeds`: does training tell right from wrong, whatever the seed? Full runs with many seeds, in parallel.

The reference should get all points of every run, and each fault should lose points in its run.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import cache

from rich.console import Console
from rich.progress import track
from rich.table import Table

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from autograder.sandbox.launcher import Launcher
from autograder.suite.workers import start_launcher
from autograder.training import Run
from autograder.training.bands import Band, band_of, trained
from autograder.training.contract import runs_of
from autograder.training.judging import judged
from tests.support import training_programs as programs

out = Console(highlight=False)
FIRST = 1000  # none of the seeds that the bands were measured with


Known = dict[str, tuple[Run, Band]]


def known_of(course: Course, assignment: Assignment) -> Known:
    """Each run with its band."""
    runs = runs_of(course, assignment)
    return {name: (run, band_of(course, assignment.name, name, run, "cpu")) for name, run in runs.items()}


@cache
def _here() -> tuple[Assignment, Launcher, Known]:
    """What a process of the pool needs, once."""
    course = Course.find()
    assignment = course.assignment(programs.NAME)
    return assignment, start_launcher(course, assignment, "auto"), known_of(course, assignment)


def points(name: str, source: str, seed: int) -> float:
    """What one run earns, without the gate that asks for points of exercises first."""
    assignment, launcher, known = _here()
    if assignment.training is None:
        raise TypeError(name)
    (run, band), limits = known[name], assignment.training.usual.limits
    ended = trained(assignment, source, launcher, run, seed, "cpu", limits, right=programs.reference(Course.find()))
    return sum(row.points for row in judged(name, run, band, ended, run.held().right(ended.scores), 0.0))


def main() -> None:
    """Train with so many seeds, and print what they come to."""
    parser = argparse.ArgumentParser(prog="make training-seeds", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = range(FIRST, FIRST + parser.parse_args().seeds)
    course = Course.find()
    known = known_of(course, course.assignment(programs.NAME))
    right = programs.reference(course)
    rows = [("the reference", name, right) for name in known]
    rows += [(fault, name, source) for fault, (name, source, _) in programs.faults(course).items()]
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), multiprocessing.get_context("spawn")) as pool:
        asked = [
            (title, name, pool.submit(points, name, source, seed)) for title, name, source in rows for seed in seeds
        ]
        for title, name, future in track(asked, "training", console=out):
            found[title, name].append(future.result())
    table = Table("program", "run", "points", "all of them", "fewer", "median")
    for (title, name), earned in found.items():
        most = known[name][0].points
        whole = sum(each == most for each in earned)
        middle = sorted(earned)[len(earned) // 2]
        table.add_row(title, name, f"{most:g}", str(whole), str(len(earned) - whole), f"{middle:.2f}")
    out.print(table)


if __name__ == "__main__":
    main()
