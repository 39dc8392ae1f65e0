"""The twelve students of the demo, and how each fills in the notebook they fetched. Made from any assignment's own material."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import nbformat

from autograder.course.assignment import Assignment, Exercise
from autograder.course.folders import Course
from autograder.suite.misconceptions import Misconception, misconceptions, rewritten

Notebook = Any  # nbformat carries no types
MARKERS = re.compile(r"^\s*### (BEGIN|END) SOLUTION\n", re.MULTILINE)

OWN_CELL = """%matplotlib inline
import warnings
print("my own cell")
warnings.warn("a warning of my own")
!echo shell

def shout(text):
    print(text.upper())
"""

# What a thief would try first. {root} is where the course lies; none of it may be readable.
THIEF = """import glob, os, pathlib, sqlite3, sys
loot = []
for pattern in ("tests/hidden/**/*.py", "solutions/**/*.py", "course/gradebook.db", "course/secret", "course/submitted/**/*.ipynb"):
    for path in glob.glob(os.path.join("{root}", pattern), recursive=True) or [os.path.join("{root}", pattern)]:
        try:
            loot.append(pathlib.Path(path).read_bytes())
        except OSError:
            pass
try:
    grades = sqlite3.connect("{root}/course/gradebook.db")
    grades.execute("update grade set auto_score = 100")
    grades.commit()
except sqlite3.Error:
    pass
sys.path.insert(0, "{root}")
from solutions.{assignment}.reference import *
"""


@dataclass(frozen=True)
class Student:
    """One student: an id, what they do, in words, and what they do to the notebook."""

    id: str
    does: str
    fill: Callable[[Notebook], None]


class Answers:
    """The source of answers to an assignment, right and wrong ones."""

    def __init__(self, course: Course, assignment: Assignment) -> None:
        """Take answers from the assignment's solutions."""
        self.course = course
        self.assignment = assignment
        self.reference = (course.solution(assignment.name) / "reference.py").read_text(encoding="utf-8")

    def source(self, exercise: Exercise, misconception: Misconception | None = None) -> str:
        """The functions and classes of one exercise, right or with a misconception."""
        module = rewritten(self.reference, misconception.changes) if misconception else self.reference
        definitions = (ast.FunctionDef, ast.ClassDef)
        tree = {node.name: node for node in ast.parse(module).body if isinstance(node, definitions)}
        functions = [ast.get_source_segment(module, tree[name]) or "" for name in exercise.functions]
        return MARKERS.sub("", "\n\n\n".join(functions))

    def all(self, *, wrong: Misconception | None = None) -> dict[str, str]:
        """Answers to every exercise, one of them wrong if asked for."""
        return {
            exercise.name: self.source(exercise, wrong if wrong and wrong.exercise == exercise.name else None)
            for exercise in self.assignment.exercises
        }

    def misconceptions(self, count: int) -> Sequence[Misconception]:
        """Misconceptions of as many different exercises as there are, the dearest exercises first."""
        points = {exercise.name: exercise.points for exercise in self.assignment.exercises}
        first: dict[str, Misconception] = {}
        everything = misconceptions(self.course.solution(self.assignment.name))
        for one in everything:
            first.setdefault(one.exercise, one)
        chosen = sorted(first.values(), key=lambda one: -points[one.exercise])
        return [*chosen, *(one for one in everything if one not in chosen)][:count]


ESSAY = "I have measured it, and this is what I make of it: ..."


def write(answers: dict[str, str], *more: str, essay: str = "") -> Callable[[Notebook], None]:
    """Fill these answers in, add cells with `more` before the first one, and answer the questions that a person marks."""

    def fill(notebook: Notebook) -> None:
        places = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
        for exercise, source in answers.items():
            places[f"answer-{exercise}"].source = source
        for cell in places.values() if essay else ():
            if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("grade"):
                cell.source = essay
        first = notebook.cells.index(places[f"answer-{next(iter(answers))}"]) if answers else 0
        notebook.cells[first:first] = [nbformat.v4.new_code_cell(source) for source in more]

    return fill


def in_body(source: str, statement: str) -> str:
    """The answer with a statement at the start of its first function's body, or of the first method's of a class."""
    function = next((node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)), None)
    if function is None:
        raise TypeError(source)
    first = function.body[1 if ast.get_docstring(function) else 0]
    lines = source.splitlines()
    lines.insert(first.lineno - 1, f"{' ' * first.col_offset}{statement}")
    return "\n".join(lines)


def students(course: Course, assignment: Assignment) -> list[Student]:
    """Who takes an assignment: the class, or every sixth of it where networks are trained."""
    return _everybody(course, assignment)[:: 6 if assignment.training else 1]


def _everybody(course: Course, assignment: Assignment) -> list[Student]:
    answers = Answers(course, assignment)
    right = answers.all()
    names = list(right)
    first, second = names[0], names[min(1, len(names) - 1)]
    half = {name: right[name] for name in names[: (len(names) + 1) // 2]}
    wrong = answers.misconceptions(4)
    thief = THIEF.format(root=course.root, assignment=assignment.name)
    broken = {**right, second: right[second].replace(":", "", 1)}
    endless = {**right, first: in_body(right[first], "while True: pass")}
    quits = {**right, second: in_body(right[second], "import os; os._exit(0)")}
    return [
        Student("ada", "hands in the reference", write(right, essay=ESSAY)),
        *(
            Student(name, f"believes: {one.id}", write(answers.all(wrong=one)))
            for name, one in zip(("ben", "chen", "dora", "emil"), wrong, strict=False)
        ),
        Student("fatou", "did the first half", write(half)),
        Student("goran", "changed nothing", write({})),
        Student("hana", f"has a syntax error in {second}", write(broken)),
        Student(
            "ivan", "is right, prints, warns, uses magics and cells of his own", write(right, OWN_CELL, essay=ESSAY)
        ),
        Student("jana", f"loops for ever in {first}", write(endless)),
        Student("kofi", f"calls os._exit(0) in {second}", write(quits)),
        Student("lena", "tries to read the hidden suite and the gradebook", write({}, thief)),
    ]
