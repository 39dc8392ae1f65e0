"""A class of any size that hands in one assignment, made from the assignment's own right and wrong answers. Used by benchmarks.

Student number n hands in the same in every run. Of a hundred, about 45 hand in the reference, 15 one of the alternatives, 35 hold
one misconception, and 5 stop half-way; with `trouble`, every tenth hands in something else: a syntax error, a call that never
returns, a process that ends, a file that is no notebook.
"""

from __future__ import annotations

import json
import random
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from autograder.suite.misconceptions import alternatives, misconceptions
from demo.commands import release
from demo.students import Answers, in_body

PARTS = ("assignments", "solutions", "starter_code", "tests/hidden")  # of a checkout, which a course needs


def make_course(folder: Path, assignment: str) -> Course:
    """A course of its own in `folder`, with one assignment released: nothing of the real one's is touched."""
    here = Course.find(Path(__file__).parent)
    for part in PARTS:
        shutil.copytree(here.root / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(here.root / "nbgrader_config.py", folder)
    course = Course(folder)
    release(course, assignment)
    return course


def hand_in(course: Course, assignment: Assignment, count: int, *, trouble: bool = False) -> list[Path]:
    """Put so many submissions into the course's folder of submitted notebooks, in place of those that are there."""
    shutil.rmtree(course.data / "submitted", ignore_errors=True)
    everything = _Class(course, assignment)
    paths = []
    for number in range(count):
        folder = course.submitted(f"s{number:05d}", assignment.name)
        folder.mkdir(parents=True)
        path = folder / assignment.notebook_name
        path.write_text(everything.submission(number, trouble=trouble), encoding="utf-8")
        paths.append(path)
    return paths


class _Class:
    def __init__(self, course: Course, assignment: Assignment) -> None:
        self._answers = Answers(course, assignment)
        self._right = self._answers.all()
        self._wrong = misconceptions(course.solution(assignment.name))
        self._other = alternatives(course.solution(assignment.name))
        path = course.release(assignment.name) / assignment.notebook_name
        self._released: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))

    def submission(self, number: int, *, trouble: bool) -> str:
        """What student `number` hands in: the text of the file."""
        draw = random.Random(number)  # noqa: S311  (nothing secret)
        if trouble and number % 10 == 0:
            return self._troubled(draw)
        kind = draw.choices(("reference", "alternative", "misconception", "half"), (45, 15, 35, 5))[0]
        answers = dict(self._right)
        if kind == "alternative" and self._other:
            other = draw.choice(self._other)
            answers[other.exercise] = other.source
        elif kind == "misconception":
            wrong = draw.choice(self._wrong)
            answers[wrong.exercise] = self._answers.all(wrong=wrong)[wrong.exercise]
        elif kind == "half":
            answers = dict(list(answers.items())[: draw.randrange(len(answers))])
        return self._notebook(answers)

    def _troubled(self, draw: random.Random) -> str:
        name = draw.choice(list(self._right))
        source = self._right[name]
        wrong = {
            source.replace(":", "", 1): 6,
            in_body(source, "import os; os._exit(0)"): 5,
            in_body(source, "raise RuntimeError('lost')"): 5,
            in_body(source, "while True: pass"): 1,
        }
        files = {self._notebook({**self._right, name: text}): often for text, often in wrong.items()}
        files |= {'{"cells": [': 2, "": 1}
        return draw.choices(list(files), list(files.values()))[0]

    def _notebook(self, answers: dict[str, str]) -> str:
        notebook = deepcopy(self._released)
        places = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell for cell in notebook["cells"]}
        for exercise, source in answers.items():
            places[f"answer-{exercise}"]["source"] = source
        return json.dumps(notebook)
