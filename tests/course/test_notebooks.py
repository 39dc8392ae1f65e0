"""The notebooks as people run them in Jupyter: the solved one to its end, the released one to the first thing that is left to do."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from autograder.course.folders import Course
from autograder.grading.grader import Grader
from tests.support import handins
from tests.support.handins import Notebook, released, save, solved
from tests.support.remembered import remembered

ROOT = Path(__file__).resolve().parents[2]
NAMES = Course(ROOT).names()
PATIENCE = 600  # seconds for one cell, on a machine that others use too
COLUMNS = 88  # of a line of code; notebooks and pages cut off what is wider


def run(notebook: Notebook) -> nbformat.NotebookNode:
    """The notebook after all of its cells; raises CellExecutionError at the first one that fails."""
    node = nbformat.from_dict(notebook)
    NotebookClient(node, timeout=PATIENCE, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    return node


def with_all_names(notebook: Notebook) -> Notebook:
    """The notebook, whose answers use each name that a cell above them defines."""
    names: set[str] = set()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            if cell["id"].startswith("answer-"):
                cell["source"] = using(cell["source"], names)
            names |= set(defined(ast.parse(cell["source"])))
    return notebook


def defined(node: ast.AST) -> Iterator[str]:
    """Names that a cell defines, or a part of one."""
    for part in ast.iter_child_nodes(node):
        if isinstance(part, ast.FunctionDef | ast.ClassDef):
            yield part.name
        elif isinstance(part, ast.alias):
            yield (part.asname or part.name).split(".")[0]
        elif isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif not isinstance(part, ast.comprehension | ast.Lambda):
            yield from defined(part)


def using(source: str, names: set[str]) -> str:
    """The same functions and classes; each function, and the first method of each class, begins by looking at `names`."""
    tree = ast.parse(source)
    for node in tree.body:
        first = next((part for part in ast.walk(node) if isinstance(part, ast.FunctionDef)), None)
        if first is not None:
            own = {part.arg for part in ast.walk(first) if isinstance(part, ast.arg)} | set(defined(first))
            look = ast.Expr(ast.Tuple([ast.Name(name, ast.Load()) for name in sorted(names - own)], ast.Load()))
            first.body.insert(1 if ast.get_docstring(first) is not None else 0, look)
    return ast.unparse(ast.fix_missing_locations(tree))


def sources(name: str) -> list[Path]:
    """All that what a notebook shows follows from."""
    own = [ROOT / folder / name for folder in ("assignments", "solutions")]
    return [*own, ROOT / "starter_code", ROOT / "autograder", Path(handins.__file__), Path(__file__)]


def ran_through(name: str) -> str:
    """The solved notebook after all of its cells, as the text of a file."""
    return nbformat.writes(run(with_all_names(solved(Course(ROOT), name))))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", NAMES)
def test_a_solved_notebook_runs_from_top_to_bottom_and_says_what_each_picture_shows(name: str) -> None:
    ran = nbformat.reads(remembered(f"notebook-{name}", sources(name), lambda: ran_through(name)), as_version=4)
    outputs = [output for cell in ran.cells for output in cell.get("outputs", [])]
    assert [output for output in outputs if output.output_type == "error"] == []
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert pictures
    for picture in pictures:
        assert len(picture.metadata["image/png"]["alt"]) > 50
    assert sum(len(str(output)) for output in outputs) < 4_000_000  # what students hand in, and what a page shows


@pytest.mark.parametrize("name", NAMES)
def test_answers_that_use_every_name_of_the_cells_above_pass_here_as_in_jupyter(name: str, tmp_path: Path) -> None:
    course = Course(ROOT)
    path = save(tmp_path / f"{name}.ipynb", with_all_names(solved(course, name)))
    with Grader(course) as grader:
        report = grader.grade(name, path)
    assert (report.score, report.reason) == (sum(e.points for e in course.assignment(name).exercises), None)


@pytest.mark.parametrize("name", NAMES)
def test_a_released_notebook_runs_to_the_first_exercise_and_says_what_is_to_do(name: str) -> None:
    course = Course(ROOT)
    first = course.assignment(name).exercises[0]
    with pytest.raises(CellExecutionError, match=rf"Not yet: {first.functions[0]} is not written yet"):
        run(released(course, name))


@pytest.mark.parametrize("make", [released, solved])
@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_code_is_cut_off_at_the_right_edge(name: str, make: Callable[[Course, str], Notebook]) -> None:
    cells = [cell for cell in make(Course(ROOT), name)["cells"] if cell["cell_type"] == "code"]
    lines = [(cell["id"], line) for cell in cells for line in cell["source"].splitlines()]
    assert [(where, line) for where, line in lines if len(line) > COLUMNS] == []
