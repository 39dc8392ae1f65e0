"""The notebooks as people run them in Jupyter: the solved one to its end, the released one to the first thing that is left to do."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from autograder.course import Course
from tests.handins import Notebook, released, solved

ROOT = Path(__file__).resolve().parent.parent
NAMES = Course(ROOT).names()
PATIENCE = 600  # seconds for one cell, on a machine that others use too


def run(notebook: Notebook) -> nbformat.NotebookNode:
    """The notebook after all of its cells; raises CellExecutionError at the first one that fails."""
    node = nbformat.from_dict(notebook)
    NotebookClient(node, timeout=PATIENCE, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    return node


@pytest.mark.parametrize("name", NAMES)
def test_a_solved_notebook_runs_from_top_to_bottom_and_says_what_each_picture_shows(name: str) -> None:
    ran = run(solved(Course(ROOT), name))
    outputs = [output for cell in ran.cells for output in cell.get("outputs", [])]
    assert [output for output in outputs if output.output_type == "error"] == []
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert pictures
    for picture in pictures:
        assert len(picture.metadata["image/png"]["alt"]) > 50
    assert sum(len(str(output)) for output in outputs) < 4_000_000  # what students hand in, and what a page shows


@pytest.mark.parametrize("name", NAMES)
def test_a_released_notebook_runs_to_the_first_exercise_and_says_what_is_to_do(name: str) -> None:
    course = Course(ROOT)
    first = course.assignment(name).exercises[0]
    with pytest.raises(CellExecutionError, match=rf"Not yet: {first.functions[0]} is not written yet"):
        run(released(course, name))
