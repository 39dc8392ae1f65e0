"""What works on this machine, for `autograder doctor`: one finding per line, each a plain sentence."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course
from autograder.isolation import IsolationError, Launcher, Mode, Property, modes_here, self_test

PACKAGES = ("numpy", "torch", "pytest", "nbgrader", "jupyterlab", "jupytext", "landlockpy", "seccompy")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. Without a `needed` one that is `good`, submissions cannot be graded."""

    subject: str
    sentence: str
    good: bool
    needed: bool = True


def examine(course: Course) -> list[Finding]:
    """Look at everything that grading relies on."""
    return [_python(), *_packages(), *_isolation(course), _gpu(), *_nbgrader(course)]


def _python() -> Finding:
    good = (3, 11) <= sys.version_info < (3, 14)
    return Finding("python", f"Python {platform.python_version()} on {platform.system()} {platform.release()}.", good)


def _packages() -> list[Finding]:
    findings = []
    for name in PACKAGES:
        try:
            findings.append(Finding(name, f"Version {importlib.metadata.version(name)}.", good=True))
        except importlib.metadata.PackageNotFoundError:
            findings.append(Finding(name, "Not installed; run `make setup`.", good=False, needed=name != "torch"))
    return findings


def _isolation(course: Course) -> list[Finding]:
    """Every property of the strongest mode that works, and a line for each other mode."""
    if sys.platform != "linux":
        sentence = "Grading other people's code needs Linux (Landlock, seccomp); use a Linux machine or container."
        return [Finding("isolation", sentence, good=False)]
    findings: list[Finding] = []
    works = False
    for mode in modes_here():
        properties, trouble = _properties(course, mode)
        holds = bool(properties) and all(each.holds for each in properties)
        if holds and not works:
            findings += [Finding(mode, each.sentence, good=True) for each in properties]
        else:
            broken = " ".join(each.sentence for each in properties if not each.holds)
            sentence = "All of this holds with it alone, too." if holds else trouble or f"Does NOT hold: {broken}"
            findings.append(Finding(mode, sentence, holds, needed=False))
        works = works or holds
    if not works:
        sentence = "Grading needs a kernel of 5.13 or later with Landlock switched on (CONFIG_SECURITY_LANDLOCK, lsm=landlock)."
        findings.append(Finding("isolation", sentence, good=False))
    if "bubblewrap" not in modes_here():
        findings.append(Finding("bubblewrap", "Not installed; grading does without.", good=False, needed=False))
    return findings


def _properties(course: Course, mode: Mode) -> tuple[list[Property], str]:
    """What the self-test says of one mode, or why it cannot be tried."""
    folders = (course.root / "solutions", course.root / "tests", course.data)
    try:
        with Launcher(mode=mode, path=course.root, preload=("numpy",), readable=(course.starter_code,)) as launcher:
            return self_test(launcher, tuple(folder for folder in folders if folder.is_dir())), ""
    except IsolationError as error:
        return [], str(error)


def _gpu() -> Finding:
    try:
        import torch  # noqa: PLC0415  (slow to import)
    except ImportError:
        return Finding("gpu", "PyTorch is not installed.", good=False, needed=False)
    if torch.cuda.is_available():
        return Finding("gpu", f"{torch.cuda.get_device_name(0)}.", good=True, needed=False)
    return Finding("gpu", "None that PyTorch can use; everything runs on the processor.", good=False, needed=False)


def _nbgrader(course: Course) -> list[Finding]:
    config = course.root / "nbgrader_config.py"
    found = config.is_file()
    sentence = (
        "Reads nbgrader_config.py of this course."
        if found
        else "nbgrader_config.py is missing: stock grading would apply."
    )
    folder = Path(os.environ.get("NBGRADER_EXCHANGE", course.data / "exchange"))
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    writable = os.access(nearest, os.W_OK)
    state = "can be written" if writable else "cannot be written"
    return [
        Finding("nbgrader", sentence, found),
        Finding("exchange", f"{folder} {state}.", writable, needed=False),
    ]
