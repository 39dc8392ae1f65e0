"""Notebooks as students hand them in, and the `autograder` command as people run it. Used by the tests of the engine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

from autograder.authoring.answers import read_answers
from autograder.authoring.notebook import as_text, instructor_notebook, student_notebook
from autograder.course.folders import Course
from autograder.submission.text import Contents, contents
from tests.support import commands

Notebook = dict[str, Any]


def solved(course: Course, name: str) -> Notebook:
    """The notebook of an assignment with the reference in its answer cells."""
    assignment = course.assignment(name)
    return instructor_notebook(assignment, read_answers(course.solution(name) / "reference.py", assignment))


def released(course: Course, name: str) -> Notebook:
    """The notebook of an assignment as students receive it."""
    return student_notebook(solved(course, name), name)


def contents_of(course: Course, name: str, notebook: Notebook) -> Contents:
    """What `notebook` says as a submission of an assignment."""
    return contents(as_text(notebook).encode(), f"{name}.ipynb", course.assignment(name))


def filled(notebook: Notebook, **answers: str) -> Notebook:
    """A copy of `notebook` with other sources in the answer cells of the named exercises."""
    made = deepcopy(notebook)
    by_id = {cell["id"]: cell for cell in made["cells"]}
    for exercise, source in answers.items():
        by_id[f"answer-{exercise}"]["source"] = source
    return made


def code(source: str, **more: Any) -> dict[str, Any]:
    """A code cell that a student added."""
    return {
        "cell_type": "code",
        "id": "0wn",
        "metadata": {},
        "source": source,
        "outputs": [],
        "execution_count": 1,
    } | more


def with_cells(notebook: Notebook, *cells: Any, at: int | None = None) -> Notebook:
    """A copy of `notebook` with `cells` before place `at`; default: at its end."""
    made = deepcopy(notebook)
    place = len(made["cells"]) if at is None else at
    made["cells"][place:place] = cells
    return made


def save(path: Path, content: Notebook | str | bytes) -> Path:
    """Write a notebook, text or bytes to `path`."""
    if isinstance(content, dict):
        content = as_text(content) if all(_is_plain(cell) for cell in content.get("cells", [])) else json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def _is_plain(cell: Any) -> bool:
    return isinstance(cell, dict) and isinstance(cell.get("source"), str)


def autograder(
    folder: Path, *arguments: str | Path, timeout: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in `folder`, as a user would; what Python itself reads of the environment needs a Python of its own."""
    command = [sys.executable, "-c", "from autograder.cli.app import main; main()", *map(str, arguments)]
    env = os.environ | {"OMP_NUM_THREADS": "1", "NO_COLOR": "1", "COLUMNS": "200"} | environment
    if any(name.startswith("PYTHON") for name in environment):
        return subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=timeout, encoding="utf-8"
        )
    return commands.run(command, cwd=folder, env=env, timeout=timeout)


def complaints(told: str) -> list[str]:
    """What a command said on standard error, without the lines that tell how far it is."""
    return [line for line in told.splitlines() if not re.fullmatch(r"grading: \d+ of \d+ \(\d+ s\)", line)]


def grade(course: Course, *arguments: str | Path, exit_code: int = 0) -> Any:
    """What `autograder grade --json -` writes for these arguments."""
    done = autograder(course.root, "grade", *arguments, "--json", "-", timeout=400)  # training, on a busy machine
    assert done.returncode == exit_code, done.stdout + done.stderr
    return json.loads(done.stdout)
