"""One submission to grade, as a value that any process or machine can work on, and the function that does. Used by `dispatch`.

A process keeps the suites that it has collected; a task names what it was made for (suite, engine, versions), and one that arrives
where anything of that differs is refused.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import re
import stat
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograder.course.assignment import Assignment, CourseError, GraderError
from autograder.course.devices import Device, Wanted
from autograder.course.folders import Course
from autograder.course.settings import Data, data_for, settings_of
from autograder.course.stamps import unread_stamp
from autograder.grading.grader import Grader, forget
from autograder.grading.imports import imported, modules_of
from autograder.grading.keys import files_hash, imports_of, seed_of, suite_hash
from autograder.sandbox.selftest import Isolation
from autograder.submission.submitted import content, digest, submitted_file
from autograder.training.bands import measured_here
from autograder.training.contract import runs_of
from autograder.training.device import device_for
from autograder.training.stage import TrainingOptions, TrainingStage

Environment = tuple[tuple[str, str], ...]
PACKAGES = ("numpy", "torch", "pytest")
GRADING = ("grading", "training", "sandbox", "submission")  # of the engine; what these import grades, too
NAMED = re.compile(rb"starter_code((?:[., ]+\w+)+)")


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
    data: Data | None = None  # likewise; the report follows from what is there, which the environment says
    also: str = ""  # hash of modules that the submission itself names, besides those of the assignment
    board: bool = False  # whether who wishes is put on the course's board
    note: str = ""  # which of several files this is, and of the time of submission; the report does not follow from it

    @property
    def key(self) -> str:
        """What the report is stored under: the same for the same content, whenever and wherever it is graded."""
        parts = (self.assignment, self.student, Path(self.path).name, self.sha256, self.kind, self.seed, self.isolation)
        device = () if self.device is None else (self.device,)
        also = (self.also,) if self.also else ()
        board = ("board",) if self.board else ()
        text = "\0".join([*parts, *device, *also, *board, *(f"{name}={value}" for name, value in self.environment)])
        return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def tasks(
    course: Course, assignment: Assignment, isolation: Isolation, device: Wanted = "auto", data: Data | None = None
) -> list[Task]:
    """One task for everybody who handed in something for the assignment, in alphabetical order."""
    folders = sorted((course.data / "submitted").glob(f"*/{assignment.name}"))
    students = [folder.parent.name for folder in folders if folder.is_dir()]
    return [task_of(course, assignment, student, isolation, device, data) for student in students]


def task_of(  # noqa: PLR0913, PLR0917  (what a report follows from)
    course: Course,
    assignment: Assignment,
    student: str,
    isolation: Isolation,
    device: Wanted = "auto",
    data: Data | None = None,
) -> Task:
    """The task of one student. `data`: what training learns from, if not from what the course uses."""
    folder = course.submitted(student, assignment.name)
    found = submitted_file(folder / assignment.notebook_name, assignment)
    path = found.path
    data = data_for(course, data) if assignment.training else None
    trained_on = _trained_on(course.root, assignment.name, device, data) if assignment.training else None
    return Task(
        course=str(course.root),
        assignment=assignment.name,
        student=student,
        path=str(path),
        sha256=digest(path, assignment),
        kind=_kind(path),
        seed=seed_of(course, assignment.name, student),
        isolation=isolation,
        environment=environment(course.root, assignment.name, trained_on, data),
        device=trained_on,
        data=data,
        also=named_by(course, assignment, path),
        board=assignment.training is not None and settings_of(course).board,
        note="; ".join(filter(None, (found.note, unread_stamp(folder)))),
    )


def named_by(course: Course, assignment: Assignment, path: Path) -> str:
    """Hash of the modules of the starter code that a submission names and its assignment does not import; empty when there are none."""
    return _hash_of_named(
        course.root, assignment.name, frozenset(NAMED.findall(content(path, assignment).replace(b"import ", b"")))
    )


@cache
def _hash_of_named(root: Path, assignment: str, mentions: frozenset[bytes]) -> str:
    """Worked out once in a process for all who mention the same, since every module that is imported is parsed for it."""
    parts = [re.findall(r"\w+", mention.decode("ascii", "replace")) for mention in mentions]
    names = {".".join(("starter_code", *some)) for part in parts for some in (part, *([one] for one in part))}
    named = [module for name in names for module in modules_of(root, name)]
    modules = imported(root, named, ("starter_code",)) - _imports(root, assignment)
    return files_hash(root, modules) if modules else ""


@cache
def _imports(root: Path, assignment: str) -> set[Path]:
    """Looked up once in a process, like the environment."""
    return imports_of(Course(root), assignment)


@cache
def _trained_on(root: Path, assignment: str, wanted: Wanted, data: Data | None = None) -> Device:
    """Looked up once in a process, like the environment: the bands that decide on it are part of that."""
    course = Course(root)
    if wanted == "cuda":
        return wanted  # whoever has asked for it by its name knows that there is one, here or where it is graded
    device, _ = device_for(course, course.assignment(assignment), wanted, data)
    return device


@cache
def environment(root: Path, assignment: str, device: Device | None = None, data: Data | None = None) -> Environment:
    """All besides the submission that a report may depend on: suite, what is imported, engine, versions, measured bands, other data.

    Looked up once in a process: what it has imported does not change, whatever becomes of the files, until it is to `look_again`.
    """
    course = Course(root)
    return (
        ("suite", suite_hash(course, assignment)),
        ("starter code", files_hash(root, _imports(root, assignment))),
        ("engine", _engine()),
        ("Python", platform.python_version()),
        *((name, importlib.metadata.version(name)) for name in PACKAGES),
        *(() if device is None else (("bands", measured_here(course, assignment, device)),)),
        *(() if data is None else (("data", _content(course, assignment, data)),)),
    )


def _content(course: Course, assignment: str, data: Data) -> str:
    """Hash of names and contents of the data that the runs of an assignment learn from."""
    contents = {run.data for run in runs_of(course, course.assignment(assignment), data).values()}
    return hashlib.sha256(repr(sorted(contents)).encode()).hexdigest()


def look_again(course: Course, assignment: str) -> bool:
    """Whether files have changed that reports of this process follow from. Then they are read and imported again: a server lives on."""
    known = environment(course.root, assignment)
    _imports.cache_clear()
    _hash_of_named.cache_clear()
    if environment.__wrapped__(course.root, assignment) == known:
        return False
    environment.cache_clear()
    _trained_on.cache_clear()
    forget(course)
    return True


@cache
def _engine() -> str:
    engine = Path(__file__).resolve().parent.parent
    return files_hash(engine.parent, grading_modules(engine))


def grading_modules(engine: Path) -> set[Path]:
    """The modules of the engine that a report may depend on: not those that show, record or measure."""
    files = [path for part in GRADING for path in (*engine.glob(f"{part}.py"), *(engine / part).rglob("*.py"))]
    return imported(engine.parent, files, (engine.name,), safe=False)


def make_ready(task: Task) -> None:
    """Start what grades a task, in a process that is to grade such ones, so that the first of them waits for nothing."""
    follows_from = (task.course, task.assignment, task.isolation, task.environment, task.device, task.data)
    _grader(*follows_from, board=task.board).suite(task.assignment)


def grade(task: Task) -> dict[str, Any]:
    """The report of a task, as JSON's data types. Called in a process that grades nothing else meanwhile."""
    follows_from = (task.course, task.assignment, task.isolation, task.environment, task.device, task.data)
    report = _grader(*follows_from, board=task.board).grade_once(
        task.assignment, Path(task.path), task.student, task.seed
    )
    if report.submission_sha256 != task.sha256:
        raise GraderError(f"{task.path} has another content on {platform.node()} than it had for the driver.")
    course = Course(Path(task.course))
    if task.also != named_by(course, course.assignment(task.assignment), Path(task.path)):
        raise GraderError(f"{platform.node()} has another starter code than the driver.")
    return report.as_json()


@cache
def _grader(  # noqa: PLR0913, PLR0917  (what reports follow from, besides the submission)
    course: str,
    assignment: str,
    isolation: Isolation,
    expected: Environment,
    device: Device | None,
    data: Data | None,
    *,
    board: bool,
) -> Grader:
    """What grades an assignment in this process, as long as that lives, and must be as the driver expects."""
    try:
        here = dict(environment(Path(course), assignment, device, data))
    except CourseError as fault:
        raise GraderError(f"{platform.node()} does not have the data of the driver: {fault}") from fault
    differing = sorted(name for name, value in expected if here.get(name) != value)
    if differing:
        told = ", ".join(
            f"{name} {here.get(name, 'missing')[:12]} instead of {dict(expected)[name][:12]}" for name in differing
        )
        raise GraderError(f"{platform.node()} differs from the driver: {told}. Start its workers again.")
    options = None if device is None else TrainingOptions(device, data=data, board=board)
    stage = None if options is None else TrainingStage(Course(Path(course)), options)
    return Grader(Course(Path(course)), isolation, stage)


def _kind(path: Path) -> str:
    try:
        return str(stat.S_IFMT(path.lstat().st_mode))
    except OSError:
        return "none"
