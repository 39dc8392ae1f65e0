"""What a job of `slurm` does, and the files by which it tells the driver how far it is. Nothing that it writes is ever unpickled.

In the folder of a job, `results` holds for each task a file KEY.json with the report, or with what was raised. A file KEY.begun says that
a task was begun, so that of a job that died one knows who was being graded.
"""

from __future__ import annotations

import json
import os
import signal
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from autograder.course.assignment import CourseError, GraderError
from autograder.course.report import Report
from autograder.whole_class.tasks import Task

RESULTS = "results"
LARGEST = 32 << 20  # bytes of a result
RAISED: dict[str, type[Exception]] = {fault.__name__: fault for fault in (CourseError, GraderError)}


def work_on(folder: Path, function: Callable[[Task], Any], tasks: Sequence[Task]) -> None:
    """Work on all tasks that have no result yet, one after the other: a job that Slurm has begun again goes on where it was.

    When the time of the job is nearly over, it ends after the task that it is at.
    """
    ending: list[int] = []
    # submitit would raise something in the middle of a task, which might be taken for a fault of the grader, and would ignore
    # whoever cancels the job.
    signal.signal(signal.SIGUSR2, lambda number, _: ending.append(number))
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    results = folder / RESULTS
    for task in tasks:
        if ending:
            return
        if not (results / f"{task.key}.json").exists():
            (results / f"{task.key}.begun").touch()
            _write(results / f"{task.key}.json", _outcome(function, task))


def _outcome(function: Callable[[Task], Any], task: Task) -> dict[str, Any]:
    try:
        return {"report": function(task)}
    except Exception as fault:  # noqa: BLE001  (whatever it is, the driver is told)
        return {"raised": [type(fault).__name__, " ".join(str(fault).split())]}


def _write(path: Path, value: dict[str, Any]) -> None:
    """A file that is there as a whole or not at all, also for whoever reads it over a network."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(number, "w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    Path(name).rename(path)


def result_of(path: Path, task: Task) -> dict[str, Any]:
    """The report that a job has written for a task; raises what was raised there, or GraderError where the file holds neither."""
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(LARGEST))  # of a larger one, this is no JSON
        if "raised" in value:
            name, said = map(str, value["raised"])
            raise RAISED.get(name, GraderError)(said if name in RAISED else f"{name}: {said}")
        report = Report.from_json(value["report"])
    except (OSError, AttributeError, KeyError, RecursionError, TypeError, ValueError):
        raise GraderError(f"{path} holds no report.") from None
    if (report.assignment, report.student, report.submission_sha256) != (task.assignment, task.student, task.sha256):
        raise GraderError(f"{path} holds the report of another submission.")
    return report.as_json()
