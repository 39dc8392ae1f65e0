"""Cells of an assignment's text -> nbgrader's instructor notebook, and the one that students get. For the build."""

from __future__ import annotations

import json
from typing import Any

from autograder.authoring.answers import ModelAnswers
from autograder.course.assignment import TRAINING, Assignment, Cell, CourseError
from autograder.course.stubs import CODE_STUB, TEXT_STUB, released_text

Notebook = dict[str, Any]  # nbformat 4.5, as JSON has it

NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}


def instructor_notebook(assignment: Assignment, answers: ModelAnswers) -> Notebook:
    """The notebook that nbgrader makes the release from: answers inside their markers, no outputs, fixed ids."""
    named = zip(assignment.cells, assignment.ids, strict=True)
    cells = [_cell(cell, cell_id, assignment, answers) for cell, cell_id in named]
    return {"cells": cells, "metadata": NOTEBOOK_METADATA, "nbformat": 4, "nbformat_minor": 5}


def student_notebook(notebook: Notebook, where: str) -> Notebook:
    """`notebook` with its solutions stripped, as nbgrader will release it."""
    cells = []
    for cell in notebook["cells"]:
        source = cell["source"]
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            stub = CODE_STUB if cell["cell_type"] == "code" else TEXT_STUB
            source = released_text(source, stub, where)
        cells.append({**cell, "source": source})
    return {**notebook, "cells": cells}


def as_text(notebook: Notebook) -> str:
    """The notebook as its file holds it: sources as lists of lines, as Jupyter writes them."""
    cells = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in notebook["cells"]]
    return json.dumps({**notebook, "cells": cells}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _cell(cell: Cell, cell_id: str, assignment: Assignment, answers: ModelAnswers) -> dict[str, Any]:
    source = answers.source(cell.functions) if cell.role == "exercise" else cell.source
    metadata = {"nbgrader": graded} if (graded := _nbgrader(cell, cell_id, assignment)) else {}
    made: dict[str, Any] = {"cell_type": cell.kind, "id": cell_id, "metadata": metadata, "source": source}
    if cell.kind == "code":
        made |= {"execution_count": None, "outputs": []}
    return made


def _nbgrader(cell: Cell, grade_id: str, assignment: Assignment) -> dict[str, Any]:
    """What nbgrader must know of the cell; nothing for text and demo cells, which students may change freely."""
    if cell.role in {"text", "demo"}:
        return {}
    graded, answered = cell.role in {"check", "training", "question"}, cell.role in {"exercise", "question"}
    known: dict[str, Any] = {
        "grade": graded,
        "grade_id": grade_id,
        "locked": not answered,
        "schema_version": 3,
        "solution": answered,
        "task": False,
    }
    if graded:
        points = {exercise.name: exercise.points for exercise in assignment.exercises} | assignment.questions
        points |= {TRAINING: assignment.training.points} if assignment.training else {}
        known["points"] = int(points[cell.name]) if points[cell.name].is_integer() else points[cell.name]
    return known


def check_points(assignment: Assignment) -> None:
    """Raise CourseError unless exercises, questions and training add up to 100 points."""
    total = assignment.max_score + sum(assignment.questions.values())
    if abs(total - 100.0) > 1e-9:  # noqa: PLR2004
        each = [f"{e.name} {e.points:g}" for e in assignment.exercises] + [
            f"{q} {p:g}" for q, p in assignment.questions.items()
        ]
        each += [f"training {assignment.training.points:g}"] if assignment.training else []
        raise CourseError(
            f"{assignment.name}.md: points must add up to 100, and add up to {total:g}: {', '.join(each)}."
        )
