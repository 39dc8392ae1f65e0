"""What asking costs: the hidden tests of whole suites through a worker, and the same tests on functions in this process.

`python -m benchmarks.asking [--against FOLDER]` prints, for the reference of each assignment, microseconds of computing for one question:
in the grader, in the worker, and of the bare test; then milliseconds of computing for one submission, from its file to its report, and of
starting and ending a worker. Medians with quartiles. `--against` names another checkout, which is measured in turns with this one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from autograder.grading.grader import Grader
from autograder.sandbox.launcher import Launcher
from autograder.submission.text import answer_program
from autograder.suite.answers import Answers
from autograder.suite.student import Student
from autograder.suite.workers import start_launcher
from benchmarks.in_process import Direct, tests

ASSIGNMENTS = ("optimizers", "skip_connections", "inception_module")
ROUNDS = 6
TIMES = 5  # of each suite in one round
SUBMISSIONS = 12
Figures = dict[str, list[float]]


def ask_all(assignment: Assignment, student: Student) -> None:
    """Every hidden test of an assignment."""
    for exercise in assignment.exercises:
        for test in tests(assignment.name, exercise.name):
            test(student, np.random.default_rng(0))


def questions(course: Course, assignment: Assignment, figures: Figures) -> None:
    """Computing for one question of the suite."""
    source = (course.solution(assignment.name) / "reference.py").read_text(encoding="utf-8")
    namespace: dict[str, Any] = {"__name__": "__main__"}  # as in a notebook
    exec(compile(source, "reference", "exec"), namespace)  # noqa: S102  (the course's own)
    with start_launcher(course, assignment, "landlock") as launcher:
        for number in range(TIMES + 1):
            answers = Answers(answer_program(assignment, source), launcher, assignment.limits)
            begin = time.process_time()
            ask_all(assignment, Student(Direct(namespace), keeping=False))
            bare = time.process_time() - begin
            worker = answers.worker = answers._start()  # noqa: SLF001  (what comes before the first question is not one)
            before = launcher.usage(worker.pid).cpu
            begin = time.process_time()
            ask_all(assignment, Student(answers, keeping=False))
            grader = time.process_time() - begin
            computed = launcher.usage(worker.pid).cpu - before
            answers.close()
            if number:  # the first one warms up
                for what, seconds in (("bare", bare), ("grader", grader), ("worker", computed)):
                    figures[f"{assignment.name}: {answers.calls} questions, µs each, {what}"].append(
                        1e6 * seconds / answers.calls
                    )


def family(launcher: Launcher) -> float:
    """Seconds that the forkserver and all workers that have ended have computed."""
    fields = Path(f"/proc/{launcher.process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def submissions(course: Course, assignment: Assignment, figures: Figures) -> None:
    """Computing for one submission, in the grader and outside of it, and for a worker that does nothing."""
    reference = course.solution(assignment.name) / "reference.py"
    marks: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory() as scratch, Grader(course, "landlock") as grader:
        path = Path(scratch) / f"{assignment.name}.py"
        path.write_bytes(reference.read_bytes())
        launchers = grader.launchers

        def mark(_: object) -> None:
            marks.append((time.process_time(), family(launchers[assignment.name])))

        grader.grade_all(assignment.name, [(path, f"student-{n}") for n in range(SUBMISSIONS + 1)], mark)
        for part, what in enumerate(("the grader", "workers and what starts them")):
            figures[f"{assignment.name}: a submission, ms in {what}"].append(
                1e3 * (marks[-1][part] - marks[0][part]) / SUBMISSIONS
            )
        launcher = launchers[assignment.name]
        before, begin = family(launcher), time.process_time()
        for _ in range(SUBMISSIONS):
            launcher.spawn(assignment.limits).close()
        seconds = family(launcher) - before, time.process_time() - begin
        figures[f"{assignment.name}: a worker, from nothing to its end, ms of computing"].append(
            1e3 * sum(seconds) / SUBMISSIONS
        )


def once(names: list[str]) -> Figures:
    """One round in this process."""
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    course = Course.find()
    figures: Figures = defaultdict(list)
    for name in names:
        for measure in (questions, submissions):
            measure(course, course.assignment(name), figures)
    return figures


def spread(values: list[float]) -> str:
    """Median and quartiles."""
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:8.1f} ({low:.1f} to {high:.1f})"


def main() -> None:
    """Measure this checkout, or this one and another in turns."""
    parser = argparse.ArgumentParser(description="What asking costs.")
    parser.add_argument("names", nargs="*", default=ASSIGNMENTS, metavar="ASSIGNMENT")
    parser.add_argument("--against", type=Path, help="another checkout")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--once", action="store_true", help="one round, as JSON")
    options = parser.parse_args()
    if options.once:
        print(json.dumps(once(options.names)))
        return
    here = Path(__file__).resolve().parent.parent
    folders = [options.against.resolve(), here] if options.against else [here]
    found: list[Figures] = [defaultdict(list) for _ in folders]
    for _ in range(options.rounds):
        for folder, figures in zip(folders, found, strict=True):
            command = [sys.executable, str(Path(__file__).resolve()), "--once", *options.names]
            said = subprocess.check_output(  # noqa: S603  (this file)
                command, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, text=True
            )
            for what, values in json.loads(said.splitlines()[-1]).items():
                figures[what] += values
    for what in found[-1]:
        print(f"{what:70}", *(spread(figures[what]) for figures in found))


if __name__ == "__main__":
    main()
