"""Other graders on the same submissions, with the same hidden tests: stock nbgrader, and otter. Used by `benchmarks.grading`."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from benchmarks.processes import Run, run

CHECK = "from benchmarks.in_process import check\ncheck({assignment!r}, {exercise!r}, globals())\n"
STOCK = {"JUPYTER_NO_CONFIG": "1"}  # the environment holds this course's settings of nbgrader
HIDDEN = "\n### BEGIN HIDDEN TESTS\n{check}### END HIDDEN TESTS\n"


def stock_nbgrader(
    course: Course, assignment: Assignment, folder: Path, environment: dict[str, str], *, hidden: bool
) -> None:
    """A course of stock nbgrader in `folder`, with the hidden tests in the grade cells, or without any."""
    source = json.loads((course.source(assignment.name) / assignment.notebook_name).read_text(encoding="utf-8"))
    for cell in source["cells"]:
        known = cell["metadata"].get("nbgrader", {})
        if hidden and cell["cell_type"] == "code" and known.get("grade") and not known.get("solution"):
            check = CHECK.format(assignment=assignment.name, exercise=known["grade_id"])
            cell["source"] = "".join(cell["source"]) + HIDDEN.format(check=check)
    place = folder / "source" / assignment.name
    place.mkdir(parents=True)
    (place / assignment.notebook_name).write_text(json.dumps(source), encoding="utf-8")
    (folder / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'stock'\n")
    run([sys.executable, "-m", "nbgrader", "generate_assignment", assignment.name], folder, environment | STOCK)


def autograde(folder: Path, assignment: Assignment, submissions: Sequence[Path], environment: dict[str, str]) -> Run:
    """Stock `nbgrader autograde` of these submissions."""
    shutil.rmtree(folder / "submitted", ignore_errors=True)
    shutil.rmtree(folder / "autograded", ignore_errors=True)
    for number, path in enumerate(submissions):
        place = folder / "submitted" / f"s{number:03d}" / assignment.name
        place.mkdir(parents=True)
        shutil.copy(path, place / assignment.notebook_name)
    command = [sys.executable, "-m", "nbgrader", "autograde", assignment.name]
    done = run(command, folder, environment | STOCK)
    graded = len(list((folder / "autograded").glob(f"*/{assignment.name}/*.ipynb")))
    if graded != len(submissions):
        raise RuntimeError(f"nbgrader graded {graded} of {len(submissions)}:\n{done.printed[-2000:]}")
    return done


def otter_autograder(assignment: Assignment, folder: Path, environment: dict[str, str]) -> Path:
    """What `otter run` grades with: one test file for each exercise, which calls its hidden tests."""
    tests = folder / "tests"
    tests.mkdir(parents=True)
    for exercise in assignment.exercises:
        check = CHECK.format(assignment=assignment.name, exercise=exercise.name).splitlines()
        code = "\n".join(f">>> {line}" for line in check)
        suite = {"cases": [{"code": code, "hidden": True, "locked": False}], "scored": True, "type": "doctest"}
        test = {"name": exercise.name, "points": exercise.points, "suites": [suite]}
        (tests / f"{exercise.name}.py").write_text(f"OK_FORMAT = True\ntest = {test!r}\n", encoding="utf-8")
    options = (
        "-t",
        str(tests),
        "-o",
        str(folder / "autograder.zip"),
        "--no-environment",
        "--no-requirements",
        "--no-config",
    )
    run([_otter(), "generate", *options], folder, environment)
    return folder / "autograder.zip"


def otter_run(archive: Path, submission: Path, environment: dict[str, str]) -> Run:
    """`otter run` of one submission."""
    work = archive.parent / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    notebook = shutil.copy(submission, work)
    done = run([_otter(), "run", "-a", str(archive), "-o", str(work), "--no-logo", str(notebook)], work, environment)
    results = json.loads((work / "results.json").read_text(encoding="utf-8"))
    if not results["tests"]:
        raise RuntimeError(f"otter has no results:\n{done.printed[-2000:]}")
    return done


def _otter() -> str:
    return str(Path(sys.executable).with_name("otter"))


def without_demonstrations(notebook: dict[str, Any], assignment: Assignment) -> dict[str, Any]:
    """The notebook without the cells that only show something: the others are all that a grade needs."""
    shown = {identity for identity, cell in zip(assignment.ids, assignment.cells, strict=True) if cell.role == "demo"}
    lean = deepcopy(notebook)
    lean["cells"] = [cell for cell in lean["cells"] if cell.get("id") not in shown]
    return lean
