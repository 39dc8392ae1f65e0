"""What a report follows from, as hashes: the suite, what is imported, the student and the content of the submission."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from pathlib import Path

from autograder.course.folders import Course
from autograder.grading.imports import imported
from autograder.submission.source import python
from autograder.suite.misconceptions import misconception_files


def suite_hash(course: Course, assignment: str) -> str:
    """Hash of all that decides a grade besides the submission and what is imported: suite, answers, what the text says of grading."""
    files = [*suite_files(course, assignment), *answer_files(course, assignment)]
    return files_hash(course.root, files, course.assignment(assignment).graded_by)


def suite_files(course: Course, assignment: str) -> list[Path]:
    """The files of a hidden suite."""
    files = course.suite(assignment).rglob("*")
    return [path for path in files if path.suffix != ".md" and "__pycache__" not in path.parts]


def answer_files(course: Course, assignment: str) -> list[Path]:
    """The reference, the misconceptions, and what they read."""
    solution = course.solution(assignment)
    return [solution / "reference.py", *misconception_files(solution), *solution.rglob("*.json")]


def imports_of(course: Course, assignment: str) -> set[Path]:
    """The files of the course that suite, answers and code cells of an assignment import, without suite and answers."""
    solution = course.solution(assignment)
    files = [*course.suite(assignment).rglob("*.py"), solution / "reference.py", *misconception_files(solution)]
    cells = [python(cell.source) for cell in course.assignment(assignment).cells if cell.kind == "code"]
    found = imported(
        course.root,
        [*files, *course.starter_code.glob("__init__.py")],
        ("starter_code", "solutions", "tests/hidden"),
        cells,
    )
    return found - set(files)


def files_hash(root: Path, files: Iterable[Path], more: str = "") -> str:
    """Hash of the contents of `files`, of where they are below `root`, and of `more`."""
    digest = hashlib.sha256(more.encode())
    for path in sorted(path for path in files if path.is_file()):
        digest.update(f"\0{path.relative_to(root)}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def seed_of(course: Course, assignment: str, student: str | None) -> str:
    """The seed of a student's hidden inputs. It tells nothing about the secret that it is made from."""
    return hmac.new(
        course.secret, f"{assignment}\0{student or ''}".encode("utf-8", "surrogateescape"), hashlib.sha256
    ).hexdigest()[:16]


def drawn_from(seed: str, sha256: str) -> str:
    """What the hidden inputs of one submission follow from: a student's seed, and what was handed in.

    What a student learns of them is of no use in another submission; the same file gets the same inputs again.
    """
    return hmac.new(seed.encode(), sha256.encode(), hashlib.sha256).hexdigest()[:16]
