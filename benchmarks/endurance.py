"""A large class that is killed again and again while it is graded, and one that is not: both must end with the same results.

Run `make endurance`, or `python -m benchmarks.endurance --help`. With 1,000 students it takes about a quarter of an
hour; tests do the same with eight.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from nbgrader.api import Gradebook

from autograder.course.folders import Course
from autograder.whole_class.store import Store
from autograder.whole_class.tasks import tasks
from benchmarks.classes import hand_in, make_course
from tests.support.classroom import stored, timeless

LATEST = 0.25  # of the time of an undisturbed run, after which a run is killed


def command(course: Course, assignment: str) -> subprocess.Popen[str]:
    """Grade the class, as an instructor would."""
    arguments = [sys.executable, "-m", "autograder", "grade-class", assignment, "--jobs", "2"]
    return subprocess.Popen(  # noqa: S603  (our own command)
        arguments, cwd=course.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


def to_the_end(course: Course, assignment: str) -> float:
    """Grade the class undisturbed; how many seconds it took."""
    begin = time.monotonic()
    process = command(course, assignment)
    said, _ = process.communicate()
    print(said.strip(), flush=True)
    if process.returncode:
        sys.exit(f"the run ended with {process.returncode}")
    return time.monotonic() - begin


def killed(course: Course, assignment: str, after: float, draw: random.Random) -> str:
    """Start to grade, and kill the grader or one of its processes after a while; what was killed, and what was done by then."""
    process = command(course, assignment)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        pass
    else:
        return f"ended by itself with {process.returncode} before {after:.1f} s"
    everybody = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    victim = draw.choice([everybody[0], everybody[0], draw.choice(everybody)])
    name = "the grader" if victim.pid == process.pid else "one of its processes"
    victim.send_signal(signal.SIGKILL)
    if victim.pid != process.pid:  # the run must live through that; the next kill ends it
        time.sleep(draw.uniform(1, 5))
        process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(everybody[1:], timeout=30)
    left = [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    if left:
        sys.exit(f"left behind: {left}")
    recorded = stored(course, "made where what = 'page'")
    return f"{name} after {after:.1f} s: {stored(course)} graded, {recorded} recorded"


def results(course: Course, assignment: str) -> dict[str, Any]:
    """Of each student: the report, the points in the gradebook, and whether there is a page."""
    with Store(course.store) as store:
        reports = {one.student: store.get(one.key) for one in tasks(course, course.assignment(assignment), "auto")}
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        points = {
            submission.student.id: sorted((grade.name, grade.auto_score) for grade in submission.notebooks[0].grades)
            for submission in gradebook.assignment_submissions(assignment)
        }
    return {
        student: (
            report and timeless(report),
            points.get(student),
            (course.data / "feedback" / student / assignment / f"{assignment}.html").is_file(),
        )
        for student, report in reports.items()
    }


def main() -> None:
    """Grade both classes, and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assignment", default="optimizers")
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument(
        "--seed", type=int, default=time.time_ns() % 1_000_000, help="of the moments (default: the clock)"
    )
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    draw = random.Random(options.seed)  # noqa: S311
    with tempfile.TemporaryDirectory() as scratch:
        whole = make_course(Path(scratch) / "whole", options.assignment)
        hand_in(whole, whole.assignment(options.assignment), options.students, trouble=True)
        _ = whole.secret  # made now, so that both classes have the same
        shaken = Course(Path(shutil.copytree(whole.root, Path(scratch) / "shaken")))
        seconds = to_the_end(whole, options.assignment)
        print(f"undisturbed: {seconds:.0f} s", flush=True)
        for number in range(options.kills):
            print(number + 1, killed(shaken, options.assignment, draw.uniform(1, LATEST * seconds), draw), flush=True)
        print(f"to the end: {to_the_end(shaken, options.assignment):.0f} s", flush=True)
        one, other = results(whole, options.assignment), results(shaken, options.assignment)
        differing = [student for student in one if one[student] != other.get(student)]
        incomplete = [student for student, (report, points, page) in other.items() if not (report and points and page)]
        print(
            f"{len(other)} students, {stored(shaken)} reports, {len(differing)} differ, {len(incomplete)} are incomplete"
        )
        for student in differing[:5]:
            print(student, one[student], other.get(student), sep="\n  ")
        sys.exit(bool(differing or incomplete or stored(shaken) != options.students or len(other) != options.students))


if __name__ == "__main__":
    main()
