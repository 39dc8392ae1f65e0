"""What works on this machine, for `autograder doctor`: one observation per line, each a plain sentence."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from autograder.cli.console import BROKEN, out
from autograder.course.assignment import CourseError, GraderError
from autograder.course.folders import NBGRADER_CONFIG, Course
from autograder.course.settings import Data, data_for
from autograder.reporting.terminal import plain
from autograder.sandbox.backends.table import BACKENDS, modes_here
from autograder.sandbox.devices import gpu
from autograder.sandbox.launcher import IsolationError, launch
from autograder.sandbox.selftest import Property, self_test

PACKAGES = ("numpy", "torch", "pytest", "nbgrader", "jupyterlab", "jupytext", "landlockpy", "seccompy")


@dataclass(frozen=True)
class Observation:
    """One thing that was looked at. Without a `needed` one that is `good`, submissions cannot be graded."""

    subject: str
    sentence: str
    good: bool
    needed: bool = True


def show(observations: list[Observation]) -> int:
    """Print what was found; the exit code."""
    table = Table(show_header=False, box=None, pad_edge=False)
    for _ in ("mark", "subject", "sentence"):
        table.add_column(overflow="fold")  # a path that is too long goes on in the next line
    for observation in observations:
        mark = "[green]✓[/]" if observation.good else ("[red]✗[/]" if observation.needed else "[dim]-[/]")
        table.add_row(mark, plain(observation.subject), plain(observation.sentence))
    out.print(table)
    return BROKEN if any(observation.needed and not observation.good for observation in observations) else 0


def examine(course: Course) -> list[Observation]:
    """Look at everything that grading relies on."""
    return [*able_to_grade(course), _gpu(course), *_nbgrader(course), _data(course), *_training(course)]


def able_to_grade(course: Course) -> list[Observation]:
    """Look at what grading a single file relies on."""
    return [_python(), *_packages(), *_isolation(course)]


def _python() -> Observation:
    good = (3, 11) <= sys.version_info < (3, 14)
    return Observation(
        "python", f"Python {platform.python_version()} on {platform.system()} {platform.release()}.", good
    )


def _packages() -> list[Observation]:
    observations = []
    for name in PACKAGES:
        try:
            observations.append(Observation(name, f"Version {importlib.metadata.version(name)}.", good=True))
        except importlib.metadata.PackageNotFoundError:
            observations.append(
                Observation(name, "Not installed; run `make setup`.", good=False, needed=name != "torch")
            )
    return observations


def _isolation(course: Course) -> list[Observation]:
    """Every property of the strongest mode that works, and a line for each other mode."""
    if sys.platform != "linux":
        sentence = "Grading other people's code needs Linux (Landlock, seccomp); use a Linux machine or container."
        return [Observation("isolation", sentence, good=False)]
    observations: list[Observation] = []
    works = False
    for mode in modes_here():
        properties, trouble = _properties(course, mode)
        holds = bool(properties) and all(each.holds for each in properties)
        if holds and not works:
            observations += [Observation(mode, each.sentence, good=True) for each in properties]
        else:
            broken = " ".join(each.sentence for each in properties if not each.holds)
            sentence = "All of this holds with it alone, too." if holds else trouble or f"Does NOT hold: {broken}"
            observations.append(Observation(mode, sentence, holds, needed=False))
        works = works or holds
    if not works:
        sentence = "Grading needs a kernel of 5.13 or later with Landlock switched on (CONFIG_SECURITY_LANDLOCK, lsm=landlock)."
        observations.append(Observation("isolation", sentence, good=False))
    missing = [each for each in BACKENDS.values() if not each.available()]
    return [*observations, *(Observation(each.name, each.missing, good=False, needed=False) for each in missing)]


def _properties(course: Course, mode: str) -> tuple[list[Property], str]:
    """What the self-test says of one mode, or why it cannot be tried."""
    folders = (course.root / "solutions", course.root / "tests", course.data)
    try:
        with launch(mode, path=course.root, preload=("numpy",), readable=(course.starter_code,)) as launcher:
            return self_test(launcher, tuple(folder for folder in folders if folder.is_dir())), ""
    except IsolationError as error:
        return [], str(error)


def _gpu(course: Course) -> Observation:
    try:
        import torch  # noqa: PLC0415  (slow to import)
    except ImportError:
        return Observation("gpu", "PyTorch is not installed.", good=False, needed=False)
    if not torch.cuda.is_available():
        return Observation(
            "gpu", "None that PyTorch can use; everything runs on the processor.", good=False, needed=False
        )
    from autograder.training.slots import own_gpu  # noqa: PLC0415

    name, trouble = torch.cuda.get_device_name(own_gpu()), _trouble_of_gpu(course)
    told = f"{name}: {trouble}" if trouble else f"{name}; a confined worker computes on it."
    return Observation("gpu", told, not trouble, needed=False)


def _trouble_of_gpu(course: Course) -> str:
    """Why a worker that is confined in the strongest mode that there is cannot compute on the GPU; empty where it can."""
    from autograder.training.slots import gpu_name, gpu_trouble, own_gpu  # noqa: PLC0415

    try:
        with launch(
            modes_here()[0],
            path=course.root,
            preload=("torch",),
            readable=(course.starter_code,),
            devices=gpu(gpu_name(own_gpu())),
        ) as launcher:
            return gpu_trouble(launcher)
    except IsolationError as refusal:
        return str(refusal)


def _nbgrader(course: Course) -> list[Observation]:
    """Whether nbgrader has the settings of the course, wherever it is started, and the exchange that it uses."""
    try:
        from nbgrader.exchange.default import Exchange  # noqa: PLC0415  (slow to import; without it, `_packages` says so)

        from autograder.gradebook.settings import settings, unconfined_elsewhere  # noqa: PLC0415
    except ImportError:
        return []
    lacks = unconfined_elsewhere()
    sentence = "Started elsewhere in this environment, it confines student code or refuses."
    if lacks:
        sentence = (
            f"Started elsewhere, it has other settings ({', '.join(lacks)}); run `make setup`, and see ~/.jupyter."
        )
    elsewhere = [_settings_of_data(course), Observation("nbgrader", sentence, not lacks, needed=False)]
    try:
        folder = Path(Exchange(config=settings(course)).root)
    except CourseError as refusal:
        return [Observation("nbgrader", f"It refuses to grade: {refusal}", good=False), *elsewhere]
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    writable = os.access(nearest, os.W_OK)
    state = "can be written" if writable else "cannot be written"
    return [
        Observation("nbgrader", f"Started in {course.root}, it has the settings of this course.", good=True),
        *elsewhere,
        Observation("exchange", f"{folder} {state}.", writable, needed=False),
    ]


def _data(course: Course) -> Observation:
    """Whether others on this machine can look at what is about real people."""
    if not course.data.is_dir():
        return Observation(
            "course", f"{course.data} is not there yet; it will be for you alone.", good=True, needed=False
        )
    mode = course.data.stat().st_mode & 0o777
    if mode & 0o077:
        sentence = f"Others can look into {course.data}, where grades and submissions lie: chmod 700 {course.data}"
        return Observation("course", sentence, good=False, needed=False)
    return Observation("course", f"{course.data}, where grades and submissions lie, is for you alone.", good=True)


def _training(course: Course) -> list[Observation]:
    """Which data training learns from, where the course has set that: of each assignment that trains, a line."""
    try:
        data = data_for(course)
        names = [] if data is None else [name for name in course.names() if course.assignment(name).training]
    except CourseError as fault:
        return [Observation("training", str(fault), good=False)]
    return [_trained_on(course, name, data) for name in names]


def _trained_on(course: Course, name: str, data: Data | None) -> Observation:
    """Whether the runs of an assignment can learn from the data of the course, and be graded then."""
    # Without torch, `_packages` says so.
    from autograder.training.bands import how_to_measure, missing_bands  # noqa: PLC0415
    from autograder.training.contract import runs_of  # noqa: PLC0415
    from autograder.training.device import device_for  # noqa: PLC0415

    assignment = course.assignment(name)
    try:
        what = next(iter(runs_of(course, assignment, data).values())).data[0]
        device, profile = device_for(course, assignment, "auto", data)
        missing = missing_bands(course, assignment, device, data, profile)
    except (CourseError, GraderError, ImportError) as fault:
        return Observation("training", f"{name} cannot learn from {data}, the data of the course: {fault}", good=False)
    if missing:
        command = how_to_measure(assignment, device, data, profile)
        sentence = f"{name} learns from {what} ({data}), with nothing yet to be graded against: run `{command}`."
        return Observation("training", sentence, good=False, needed=False)
    return Observation("training", f"{name} learns from {what} ({data}), as the settings of the course say.", good=True)


def _settings_of_data(course: Course) -> Observation:
    """Whether nbgrader has the settings of the course when it is started in the folder of everything about real people."""
    from autograder.gradebook.settings import reads_settings  # noqa: PLC0415

    path = course.data / NBGRADER_CONFIG
    good, sentence = False, f"Started in {course.data}, it refuses to grade; `autograder build` writes what is missing."
    if path.is_file():
        try:
            good = reads_settings(course)
        except (Exception, SystemExit) as fault:  # noqa: BLE001  (what the site has written there)
            sentence = f"{path} cannot be read ({type(fault).__name__}: {fault}); mend it."
        else:
            sentence = (
                f"Started in {course.data}, it has the settings of this course."
                if good
                else f"Started in {course.data}, it refuses to grade, since {path.name} there does not read the settings of the"
                " course: move that away, run `autograder build`, and put its lines at the end of the new one."
            )
    return Observation("nbgrader", sentence, good, needed=False)
