"""What `autograder check` does: the visible checks on one's own work, in a process of its own (`visible_checks`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from autograder.cli.console import UNUSABLE, err
from autograder.cli.grade_files import assignment_of
from autograder.cli.visible_checks import BUSY, FINISHED, OUT_OF_TIME
from autograder.course.folders import Course
from autograder.submission.submitted import read_own


def check_own(submission: Path, name: str | None) -> int:
    """Run the checks of a file, which print what they find; the exit code. Raises Ungradable where it cannot be read."""
    course = Course.find()
    assignment = assignment_of(course, submission, name)
    seconds = assignment.limits.cpu_seconds
    seconds += assignment.training.usual.limits.cpu_seconds if assignment.training else 0
    job = {
        "path": str(course.root),
        "program": [(cell.title, cell.source, cell.keeps) for cell in read_own(submission, assignment).program],
        "checks": [(cell.name, cell.source) for cell in assignment.cells if cell.role in {"check", "training"}],
        "cpu_seconds": seconds,
    }
    code = _run(job, BUSY * seconds)
    if code == OUT_OF_TIME:
        err.print(f"autograder: stopped after {seconds:g} seconds of computing; is there an endless loop?")
    elif code != FINISHED:
        err.print("autograder: your code ended the process in which the checks run.")
    return 0 if code == FINISHED else UNUSABLE


def _run(job: dict[str, object], seconds: float) -> int:
    """The exit code of the process that checks."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "job.json"
        path.write_text(json.dumps(job), encoding="utf-8")
        command = [sys.executable, "-m", "autograder.cli.visible_checks", str(path)]
        environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8", "OMP_NUM_THREADS": "1"}
        try:
            return subprocess.run(  # noqa: S603  (our own module)
                command, stdin=subprocess.DEVNULL, env=environment, timeout=seconds, check=False
            ).returncode
        except subprocess.TimeoutExpired:
            return OUT_OF_TIME
