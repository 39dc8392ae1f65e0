"""Answers are found wherever they are in a file: split, copied, without ids. What is graded is what is shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from autograder.gradebook.repair import Repaired, repair
from autograder.submission.source import defined
from autograder.submission.submitted import Submission, read
from tests.support.handins import Notebook, code, filled, released, save, solved, with_cells

DOUBLE = "def double(x):\n    twice = 2 * x\n    return twice"
SHIFT = "def shift(x, by=1.0):\n    return x + by\n\n\ndef unshift(x, by=1.0):\n    return x - by"
ASSIGNMENTS = Course(Path(__file__).resolve().parents[2]).names()
STUB = "def double(x):\n    raise NotImplementedError"


@pytest.fixture(scope="module")
def assignment(tiny: Course) -> Assignment:
    return tiny.assignment("tiny")


@pytest.fixture(scope="module")
def answered(tiny: Course) -> Notebook:
    return filled(solved(tiny, "tiny"), double=DOUBLE, shift=SHIFT)


def split(notebook: Notebook, cell_id: str, *sources: str, between: tuple[dict[str, Any], ...] = ()) -> Notebook:
    """The notebook after JupyterLab has split a cell: each part has the metadata of the whole; `between` stands after the first."""
    place = next(n for n, cell in enumerate(notebook["cells"]) if cell["id"] == cell_id)
    parts = [
        notebook["cells"][place] | {"source": source} | ({"id": f"split-{n}"} if n else {})
        for n, source in enumerate(sources)
    ]
    cells = [*notebook["cells"][:place], parts[0], *between, *parts[1:], *notebook["cells"][place + 1 :]]
    return notebook | {"cells": cells}


def answers(submission: Submission, exercise: str) -> list[tuple[str, str]]:
    """Titles and sources of what runs as the answer to an exercise."""
    return [(cell.title, cell.source) for cell in submission.program if cell.exercise == exercise]


def shown(tiny: Course, path: Path) -> tuple[Repaired, dict[str, str]]:
    """The graded notebook of the file at `path`, and the sources of its cells that nbgrader tracks."""
    repaired = repair(path, tiny.assignment("tiny"), released(tiny, "tiny"))
    cells = [cell for cell in repaired.notebook["cells"] if "nbgrader" in cell["metadata"]]
    return repaired, {cell["metadata"]["nbgrader"]["grade_id"]: cell["source"] for cell in cells}


def test_a_written_answer_that_was_split_is_one_again(
    tiny: Course, assignment: Assignment, answered: Notebook, tmp_path: Path
) -> None:
    path = save(tmp_path / "tiny.ipynb", split(answered, "why", "First.", "Second."))
    assert read(path, assignment).notes == (
        "the answer to the question 'why' was split into 2 cells, which have been joined",
    )
    repaired, sources = shown(tiny, path)
    assert sources["why"] == "First.\n\nSecond."
    assert repaired.notes == ("The answer to the question 'why' was split into 2 cells, which have been joined.",)


def test_an_answer_that_was_split_between_two_functions_runs_as_in_jupyter_and_is_shown_whole(
    tiny: Course, assignment: Assignment, answered: Notebook, tmp_path: Path
) -> None:
    first, second = "def shift(x, by=1.0):\n    return x + by", "%%time\ndef unshift(x, by=OWN):\n    return x - by"
    path = save(tmp_path / "tiny.ipynb", split(answered, "answer-shift", first, second, between=(code("OWN = 1.0"),)))
    submission = read(path, assignment)
    assert [source for _, source in answers(submission, "shift")] == [first, second.replace("%%time", "")]
    assert [cell.source for cell in submission.program][-3:] == [first, "OWN = 1.0", second.replace("%%time", "")]
    assert submission.notes == ("the answer cell of shift was split into 2 cells, which have been joined",)
    assert shown(tiny, path)[1]["answer-shift"] == f"{first}\n{second}"


@pytest.mark.parametrize(
    "parts",
    [
        ("def double(x):\n    twice = 2 * x", "    return twice"),
        ("def double(x):", "    twice = 2 * x", "    return twice"),
        ("def double(x):\n    twice = (", "2 * x)\n    return twice"),
        ('def double(x):\n    """Twice', 'that."""\n    return 2 * x'),
        ("import math", "def double(x):\n    twice = 2 * x", "    return twice"),
    ],
)
def test_an_answer_that_was_split_inside_a_function_is_whole_again(
    tiny: Course, assignment: Assignment, answered: Notebook, tmp_path: Path, parts: tuple[str, ...]
) -> None:
    path = save(tmp_path / "tiny.ipynb", split(answered, "answer-double", *parts))
    place = 1 + next(n for n, cell in enumerate(answered["cells"]) if cell["id"] == "answer-double")
    title = f"cell {'+'.join(str(place + n) for n in range(len(parts)))}"
    assert answers(read(path, assignment), "double") == [(title, "\n".join(parts))]
    assert shown(tiny, path)[1]["answer-double"] == "\n".join(parts)


def test_a_part_that_is_no_python_at_all_does_not_take_the_others_along(
    assignment: Assignment, answered: Notebook, tmp_path: Path
) -> None:
    notebook = split(answered, "answer-double", "def double(x):\n    twice = 2 * x", "    return twice", "double(")
    sources = [
        source.strip() for _, source in answers(read(save(tmp_path / "a.ipynb", notebook), assignment), "double")
    ]
    assert sources == [DOUBLE, "double("]


def test_a_copy_of_a_whole_answer_is_no_part_of_it(
    tiny: Course, assignment: Assignment, answered: Notebook, tmp_path: Path
) -> None:
    better = "def double(x):\n    return x + x"
    path = save(tmp_path / "tiny.ipynb", split(answered, "answer-double", DOUBLE, STUB, better))
    submission = read(path, assignment)
    assert [source for _, source in answers(submission, "double")] == [DOUBLE, better]
    assert submission.notes == ("the answer cell of double is there 3 times; the last one that is filled in counts",)
    assert shown(tiny, path)[1]["answer-double"] == better


def test_an_untouched_copy_among_the_parts_is_passed_over(tiny: Course, answered: Notebook, tmp_path: Path) -> None:
    first, second = SHIFT.split("\n\n\n")
    stub = "def shift(x):\n    raise NotImplementedError\ndef unshift(x):\n    raise NotImplementedError"
    path = save(tmp_path / "tiny.ipynb", split(answered, "answer-shift", first, stub, second))
    assert shown(tiny, path)[1]["answer-shift"] == f"{first}\n{second}"
    untouched = next(cell["source"] for cell in released(tiny, "tiny")["cells"] if cell["id"] == "why")
    path = save(tmp_path / "other.ipynb", split(answered, "why", "First.", untouched, "First.", "Second."))
    assert shown(tiny, path)[1]["why"] == "First.\n\nSecond."


@pytest.mark.parametrize("kind", ["code", "raw"])
def test_a_written_answer_in_a_cell_of_another_kind_is_the_answer(
    tiny: Course, assignment: Assignment, answered: Notebook, tmp_path: Path, kind: str
) -> None:
    cells = [
        cell | {"cell_type": kind, "source": "It is so."} if cell["id"] == "why" else cell for cell in answered["cells"]
    ]
    path = save(tmp_path / "tiny.ipynb", answered | {"cells": cells})
    assert shown(tiny, path)[1]["why"] == "It is so."
    assert "It is so." not in [cell.source for cell in read(path, assignment).program]


def test_a_written_answer_that_is_gone_is_told(tiny: Course, answered: Notebook, tmp_path: Path) -> None:
    path = save(
        tmp_path / "tiny.ipynb", answered | {"cells": [cell for cell in answered["cells"] if cell["id"] != "why"]}
    )
    assert shown(tiny, path)[0].notes == ("The answer to the question 'why' is gone.",)


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_a_notebook_without_ids_and_metadata_is_shown_as_it_was_graded(real: Course, tmp_path: Path, name: str) -> None:
    full = solved(real, name)
    assignment = real.assignment(name)
    for question in assignment.questions:
        next(cell for cell in full["cells"] if cell["id"] == question)["source"] = f"My answer to {question}."
    bare = [{"cell_type": cell["cell_type"], "metadata": {}, "source": cell["source"]} for cell in full["cells"]]
    path = save(tmp_path / f"{name}.ipynb", full | {"cells": bare})
    graded = repair(path, assignment, released(real, name)).notebook["cells"]
    ours = {cell["id"]: cell["source"] for cell in graded if "nbgrader" in cell["metadata"]}
    theirs = {cell["id"]: cell["source"] for cell in full["cells"] if "nbgrader" in cell["metadata"]}
    assert ours == theirs
    notes = read(path, assignment).notes
    assert [note.partition(":")[0] for note in notes] == ["cells without their ids were recognised by what is in them"]


def test_without_ids_an_experiment_after_the_check_is_not_taken_for_the_answer(
    tiny: Course, answered: Notebook, tmp_path: Path
) -> None:
    place = 1 + next(n for n, cell in enumerate(answered["cells"]) if cell["id"] == "double")
    notebook = with_cells(answered, code("def double(x):\n    return 'tried'"), at=place)
    bare = [{"cell_type": cell["cell_type"], "metadata": {}, "source": cell["source"]} for cell in notebook["cells"]]
    path = save(tmp_path / "tiny.ipynb", json.dumps(notebook | {"cells": bare}))
    repaired, sources = shown(tiny, path)
    assert sources["answer-double"] == DOUBLE
    assert "def double(x):\n    return 'tried'" in [cell["source"] for cell in repaired.notebook["cells"]]


def test_answers_that_stand_in_one_cell_are_shown_and_the_cells_of_the_others_say_so(
    tiny: Course, answered: Notebook, tmp_path: Path
) -> None:
    cells = [cell for cell in answered["cells"] if not cell["id"].startswith("answer-")]
    path = save(tmp_path / "tiny.ipynb", answered | {"cells": [code(f"{DOUBLE}\n{SHIFT}"), *cells]})
    repaired, sources = shown(tiny, path)
    assert sources["answer-double"] == "# In another cell of this notebook: double."
    assert sources["answer-shift"] == "# In another cell of this notebook: shift, unshift."
    assert f"{DOUBLE}\n{SHIFT}" in [cell["source"] for cell in repaired.notebook["cells"]]


def test_what_was_added_to_a_setup_cell_is_shown_beside_it(tiny: Course, answered: Notebook, tmp_path: Path) -> None:
    path = save(tmp_path / "tiny.ipynb", split(answered, "setup", "import numpy as np", "import math"))
    repaired, sources = shown(tiny, path)
    assert sources["setup"] == "import numpy as np"
    assert "import math" in [cell["source"] for cell in repaired.notebook["cells"]]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        (SHIFT, {"shift", "unshift"}),
        ("shift = unshift = abs", {"shift", "unshift"}),
        ("a, (b, c) = 1, (2, 3)\nd: int = 4\nasync def e(): pass\nclass F: pass", set("abcdeF")),
        ("%time\ndef f(x):\n    return g == 1\ny = f(1)\nclass C(B):", {"f", "y", "C"}),
        ("x == 3\nprint(x)", set()),
        ("f(\nx == 3", set()),
    ],
)
def test_what_a_cell_defines(source: str, names: set[str]) -> None:
    assert defined(source) == names
