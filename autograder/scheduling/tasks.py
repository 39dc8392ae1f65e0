"""One submission to grade, as a value that any process or machine can work on, and the function that does. Used by `dispatch`.

A process keeps the suites that it has collected; a task names what it was made for (suite, engine, versions), and one that arrives
where anything of that differs is refused.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import stat
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograder.course import Assignment, Course, GraderError
from autograder.grading.grader import Grader
from autograder.grading.seat import Seat
from autograder.grading.sitting import Job, files_hash, seed_of, suite_hash
from autograder.isolation import Isolation
from autograder.submissions import digest, submitted_file
from autograder.training import Device, TrainingStage, Wanted, device_here

Environment = tuple[tuple[str, str], ...]
PACKAGES = ("numpy", "torch", "pytest")


@dataclass(frozen=True)
class Task:
    """A submission, and all that its report follows from."""

    course: str  # the folder of the checkout
    assignment: str
    student: str
    path: str
    sha256: str
    kind: str  # of the file: a link, a folder and nothing at all have no content, and reports of their own
    seed: str
    isolation: Isolation
    environment: Environment
    device: Device | None = None  # that the training stage uses, if there is one

    @property
    def key(self) -> str:
        """What the report is stored under: the same for the same content, whenever and wherever it is graded."""
        parts = (self.assignment, self.student, Path(self.path).name, self.sha256, self.kind, self.seed, self.isolation)
        device = () if self.device is None else (self.device,)
        text = "\0".join([*parts, *device, *(f"{name}={value}" for name, value in self.environment)])
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def tasks(course: Course, assignment: Assignment, isolation: Isolation, device: Wanted = "auto") -> list[Task]:
    """One task for everybody who handed in something for the assignment, in alphabetical order."""
    folders = sorted((course.data / "submitted").glob(f"*/{assignment.name}"))
    return [task_of(course, assignment, folder.parent.name, isolation, device) for folder in folders if folder.is_dir()]


def task_of(
    course: Course, assignment: Assignment, student: str, isolation: Isolation, device: Wanted = "auto"
) -> Task:
    """The task of one student."""
    path = submitted_file(course.submitted(student, assignment.name) / assignment.notebook_name)
    return Task(
        course=str(course.root),
        assignment=assignment.name,
        student=student,
        path=str(path),
        sha256=digest(path, assignment),
        kind=_kind(path),
        seed=seed_of(course, assignment.name, student),
        isolation=isolation,
        environment=environment(course.root, assignment.name),
        device=device_here(device) if assignment.training else None,
    )


@cache
def environment(root: Path, assignment: str) -> Environment:
    """All besides the submission that a report may depend on: suite, what students import, engine, versions.

    Looked up once in a process: what it has imported does not change any more, whatever becomes of the files.
    """
    course, engine = Course(root), Path(__file__).resolve().parent.parent
    return (
        ("suite", suite_hash(course, assignment)),
        ("starter code", files_hash(root, course.starter_code)),
        ("engine", files_hash(engine, engine)),
        ("Python", platform.python_version()),
        *((name, importlib.metadata.version(name)) for name in PACKAGES),
    )


def grade(task: Task) -> dict[str, Any]:
    """The report of a task, as JSON's data types. Called in a process that grades nothing else meanwhile."""
    job = Job(Path(task.path), task.student, task.seed)
    report = _seat(task.course, task.assignment, task.isolation, task.environment, task.device).grade(job)
    if report.submission_sha256 != task.sha256:
        raise GraderError(f"{task.path} has another content on {platform.node()} than it had for the driver.")
    return report.as_json()


@cache
def _seat(course: str, assignment: str, isolation: Isolation, expected: Environment, device: Device | None) -> Seat:
    """The suite of an assignment, collected once in this process, which must be as the driver expects."""
    here = dict(environment(Path(course), assignment))
    differing = sorted(name for name, value in expected if here.get(name) != value)
    if differing:
        told = ", ".join(
            f"{name} {here.get(name, 'missing')[:12]} instead of {dict(expected)[name][:12]}" for name in differing
        )
        raise GraderError(f"{platform.node()} differs from the driver: {told}. Start its workers again.")
    stage = None if device is None else TrainingStage(Course(Path(course)), device)
    return Seat(Grader(Course(Path(course)), isolation, stage), assignment)


def _kind(path: Path) -> str:
    try:
        return str(stat.S_IFMT(path.lstat().st_mode))
    except OSError:
        return "none"
