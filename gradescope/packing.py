"""Packs what is needed to grade one assignment into the file that Gradescope wants: a zip of files, and not of a folder."""

from __future__ import annotations

import hashlib
import hmac
import zipfile
from collections.abc import Iterator
from pathlib import Path

from autograder.course.folders import Course
from autograder.grading.imports import imported
from autograder.suite.misconceptions import misconception_files

HERE = Path(__file__).resolve().parent
AT_THE_ROOT = ("setup.sh", "run_autograder")
INSTALLED = ("pyproject.toml", "constraints.txt", "README.md", "LICENSE")
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same content makes the same zip
PROGRAM, FILE, SECRET = 0o755, 0o644, 0o600


def pack(course: Course, name: str, target: Path) -> int:
    """Write the zip, and return how many files are in it. It holds hidden tests and a secret, and is for instructors alone."""
    assignment = course.assignment(name)
    root = HERE.parent  # of the engine; the course may be another
    files = {path.name: (path.read_bytes(), PROGRAM) for path in (HERE / each for each in AT_THE_ROOT)}
    for base, paths in ((root, _engine(root)), (course.root, _content(course, name, assignment.folder))):
        files |= {path.relative_to(base).as_posix(): (path.read_bytes(), FILE) for path in paths}
    files["course/secret"] = (_secret(course, name), SECRET)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        target.chmod(SECRET)
        for place in sorted(files):
            content, mode = files[place]
            entry = zipfile.ZipInfo(place, LONG_AGO)
            entry.external_attr = mode << 16
            packed.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return len(files)


def _engine(root: Path) -> Iterator[Path]:
    """What is installed, and what grades on Gradescope."""
    yield from (root / name for name in INSTALLED)
    yield from _all_of(root / "autograder")
    yield from (path for path in _all_of(HERE) if path.name not in AT_THE_ROOT)


def _content(course: Course, name: str, folder: Path) -> Iterator[Path]:
    """The assignment with its suite and its reference, and the modules that these import; no other assignment's answers."""
    solution = course.solution(name)
    answers = [solution / "reference.py", *misconception_files(solution), *solution.rglob("*.json")]
    asked = [*course.suite(name).rglob("*.py"), *answers, solution / "__init__.py"]
    yield from imported(course.root, asked, ("solutions", "tests/hidden"), safe=False)
    yield from folder.parent.glob("*.md")  # what texts take in
    for whole in (course.suite(name), course.starter_code, folder):
        yield from _all_of(whole)


def _all_of(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def _secret(course: Course, name: str) -> bytes:
    """What hidden inputs are drawn from on Gradescope: made from the course's secret, which it does not give away."""
    return hmac.new(course.secret, f"gradescope\0{name}".encode(), hashlib.sha256).digest()
