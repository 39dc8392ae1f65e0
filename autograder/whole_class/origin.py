"""What a report follows from besides the submission, part by part: where two differ, one can say what has changed in between.

The key of a report is a hash of all of it, and tells no more than that something has.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path

from autograder.course.folders import Course
from autograder.grading.keys import answer_files, files_hash, suite_files
from autograder.whole_class.tasks import PACKAGES, Task

LENGTH = 16  # of a hash, in characters: it is compared with those of one submission only


def origin_of(task: Task) -> dict[str, str]:
    """A hash for each part that `course.regrade.PARTS` has words for."""
    known = dict(task.environment)
    parts = {
        **_of_suite(Path(task.course), task.assignment, known["suite"]),
        "starter code": (known["starter code"], task.also),
        "engine": known["engine"],
        "versions": tuple(known[name] for name in ("Python", *PACKAGES)),
        "training": (known.get("bands"), known.get("data"), task.device, task.board),
        "isolation": task.isolation,
        "inputs": task.seed,
    }
    return {name: hashlib.sha256(repr(part).encode()).hexdigest()[:LENGTH] for name, part in parts.items()}


@cache
def _of_suite(root: Path, name: str, suite: str) -> dict[str, str]:
    """The parts of a hidden suite; `suite`: its hash, since files change while a process lives."""
    del suite
    course = Course(root)
    assignment = course.assignment(name)
    cells = tuple(replace(cell, points=0.0) for cell in assignment.cells)
    trained = assignment.training.points if assignment.training else 0.0
    return {
        "points": repr(([(each.name, each.points) for each in assignment.exercises], trained)),
        "tests": files_hash(root, suite_files(course, name)),
        "answers": files_hash(root, answer_files(course, name)),
        "text": replace(assignment, cells=cells).graded_by,
    }
