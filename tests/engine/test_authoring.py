"""The build makes what instructors and students get, and refuses to give answers or hidden tests away."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import ClearSolutions
from traitlets.config.loader import PyFileConfigLoader

from autograder.authoring.generate import build
from autograder.authoring.leaks import find_leaks, read_secrets
from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from tests.support.mini_course import edit, make_course

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path)


@pytest.fixture
def released(course: Course) -> Path:
    """The folder that students get, as nbgrader makes it: the source with its notebook stripped."""
    build(course, "tiny")
    shutil.copytree(course.source("tiny"), course.release("tiny"))
    notebook = course.release("tiny") / "tiny.ipynb"
    stripped, _ = _clear_solutions().preprocess(nbformat.read(notebook, as_version=4), {})
    nbformat.write(stripped, notebook)
    return course.release("tiny")


def _clear_solutions() -> Any:
    """The preprocessor of nbgrader, as this repository configures it."""
    return ClearSolutions(config=PyFileConfigLoader("nbgrader_config.py", str(ROOT)).load_config())


def _cells(course: Course) -> dict[str, Any]:
    notebook = nbformat.read(course.source("tiny") / "tiny.ipynb", as_version=4)
    return {cell["id"]: cell for cell in notebook.cells}


# --- the notebook -------------------------------------------------------------------------------------------


def test_the_notebook_is_valid_for_nbformat_and_nbgrader(course: Course) -> None:
    build(course, "tiny")
    notebook = nbformat.read(course.source("tiny") / "tiny.ipynb", as_version=4)
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if cell.cell_type == "code")


def test_every_cell_has_the_id_and_the_role_that_grading_relies_on(course: Course) -> None:
    build(course, "tiny")
    cells = _cells(course)
    ids = ["cell-1", "setup", "answer-double", "double", "answer-shift", "shift", "cell-7", "cell-8", "why"]
    assert list(cells) == ids
    roles = {
        name: (known["grade_id"], known["grade"], known["solution"], known["locked"], known.get("points"))
        for name, cell in cells.items()
        if (known := cell.metadata.get("nbgrader"))
    }
    assert roles == {
        "setup": ("setup", False, False, True, None),
        "answer-double": ("answer-double", False, True, False, None),
        "double": ("double", True, False, True, 50),
        "answer-shift": ("answer-shift", False, True, False, None),
        "shift": ("shift", True, False, True, 30),
        "why": ("why", True, True, False, 20),
    }


def test_a_solution_cell_is_the_text_of_the_reference_comments_included(course: Course) -> None:
    build(course, "tiny")
    reference = (course.solution("tiny") / "reference.py").read_text()
    source = _cells(course)["answer-double"].source
    assert source in reference
    assert source.startswith("def double(")
    assert "# a comment that stays" in source
    assert source.endswith("### END SOLUTION")


def test_building_twice_gives_the_same_bytes_and_writes_nothing(course: Course) -> None:
    files = build(course, "tiny")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}
    assert build(course, "tiny") == files
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files} == before


def test_what_an_earlier_build_left_behind_is_removed(course: Course) -> None:
    build(course, "tiny")
    (course.root / "assignments/tiny/box.svg").rename(course.root / "assignments/tiny/frame.svg")
    (course.source("tiny") / "notes.txt").write_text("for the instructor")
    build(course, "tiny")
    assert {path.name for path in course.source("tiny").iterdir()} == {"frame.svg", "starter_code", "tiny.ipynb"}


# --- the stubs ----------------------------------------------------------------------------------------------


def test_stubs_are_what_nbgrader_leaves_of_the_solution_cells(course: Course, released: Path) -> None:
    stripped = {cell["id"]: cell.source for cell in nbformat.read(released / "tiny.ipynb", as_version=4).cells}
    stubs = (course.starter_code / "stubs" / "tiny.py").read_text()
    assert stubs.endswith("\n\n\n" + "\n\n\n".join([stripped["answer-double"], stripped["answer-shift"]]) + "\n")
    assert 'raise NotImplementedError("Write your answer here.")' in stripped["answer-double"]
    assert stripped["why"] == "Your reason, in one sentence:\n\nWrite your answer here."


def test_stubs_import_what_their_signatures_need_and_no_more(course: Course) -> None:
    build(course, "tiny")
    stubs = (course.starter_code / "stubs" / "tiny.py").read_text()
    assert "import numpy as np" in stubs
    assert "from collections.abc import Sequence\n" in stubs
    assert "math" not in stubs
    assert "Generated by `autograder build`" in stubs


def test_students_get_a_package_that_works_anywhere_without_other_assignments(released: Path, tmp_path: Path) -> None:
    names = {path.relative_to(released).as_posix() for path in released.rglob("*.py")}
    expected = {"__init__.py", "plots.py", "stubs/tiny.py", "checks/__init__.py", "checks/tiny.py"}
    assert names == {f"starter_code/{name}" for name in expected}
    elsewhere = shutil.copytree(released, tmp_path / "home" / "tiny")
    code = "from starter_code.stubs import tiny; from starter_code.checks import tiny as c; c.check_double(lambda x: 2 * x)"
    subprocess.run([sys.executable, "-c", code], cwd=elsewhere, check=True)


# --- what a build refuses -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("assignments/tiny/tiny.md", ":points: 30", ":points: 35", "add up to 105"),
        ("assignments/tiny/tiny.md", "import shift, unshift", "import shift, shft", "no function shft"),
        ("assignments/tiny/tiny.md", "import shift, unshift", "import shift, double", "double belongs to two"),
        ("solutions/tiny/reference.py", "def unshift", "@profile\ndef unshift", "unshift has a decorator"),
        ("solutions/tiny/reference.py", "(x, by)\n    ### END SOLUTION\n", "(x, by)\n", "unshift: a .* has no"),
        ("solutions/tiny/reference.py", "import math", "import math, (", "cannot be read"),
    ],
)  # fmt: skip
def test_a_build_that_cannot_be_right_is_refused_in_one_sentence(
    course: Course, name: str, old: str, new: str, says: str
) -> None:
    edit(course, name, old, new)
    with pytest.raises(CourseError, match=says) as refused:
        build(course, "tiny")
    assert "\n" not in str(refused.value)


def test_a_function_without_a_solution_region_is_refused(course: Course) -> None:
    edit(course, "solutions/other/reference.py", "### BEGIN SOLUTION", "# answer")
    edit(course, "solutions/other/reference.py", "### END SOLUTION", "# end")
    with pytest.raises(CourseError, match=r"halve has no `### BEGIN SOLUTION`"):
        build(course, "other")


@pytest.mark.parametrize("line", ["return factor * np.asarray(x)", "quotient, rest = divmod(value, 2)"])
def test_a_text_that_tells_an_answer_is_refused_and_nothing_is_written(course: Course, line: str) -> None:
    edit(course, "assignments/tiny/tiny.md", "It holds that", f"Write `{line}`. It holds that")
    with pytest.raises(CourseError, match="Students would get what they must not"):
        build(course, "tiny")
    assert not course.source("tiny").exists()
    assert not (course.starter_code / "stubs" / "tiny.py").exists()


# --- leaks --------------------------------------------------------------------------------------------------

SECRETS = {
    "solution": "    return factor * np.asarray(x)",
    "another assignment's solution": "quotient, rest = divmod(value, 2)",
    "hidden test": "positive = rng.uniform(1.0, 2.0, size=5)",
    "misconception": 'changes=[rewrite("double", "factor = 2.0", "factor = 3.0")],',
    "model answer": "Because adding equals means multiplying by their number.",
}


def _plant_in_cell(folder: Path, kind: str, change: dict[str, Any]) -> None:
    path = folder / "tiny.ipynb"
    notebook = json.loads(path.read_text())
    next(cell for cell in notebook["cells"] if cell["cell_type"] == kind).update(change)
    path.write_text(json.dumps(notebook))


def _plant(folder: Path, place: str, line: str) -> None:
    encoded = base64.b64encode(f"<svg><!--\n{line}\n--></svg>".encode()).decode()
    html = line.replace("&", "&amp;").replace("*", "&#42;").replace('"', "&quot;")
    match place:
        case "markdown cell":
            _plant_in_cell(folder, "markdown", {"source": ["Some text: ", f"{line} and more.\n"]})
        case "code cell":
            _plant_in_cell(folder, "code", {"source": [f"if True:\n            {line.strip()}  # hm\n"]})
        case "metadata":
            _plant_in_cell(folder, "code", {"metadata": {"a": {"b": [1, line]}}})
        case "metadata key":
            _plant_in_cell(folder, "code", {"metadata": {line: 1}})
        case "output":
            _plant_in_cell(folder, "code", {"outputs": [{"output_type": "stream", "name": "stdout", "text": [line]}]})
        case "html output":
            data = {"text/html": f"<pre>{html}</pre>"}
            _plant_in_cell(folder, "code", {"outputs": [{"output_type": "display_data", "metadata": {}, "data": data}]})
        case "attachment":
            _plant_in_cell(folder, "markdown", {"attachments": {"a.svg": {"image/svg+xml": encoded}}})
        case "data address":
            (folder / "page.html").write_text(f'<img src="data:image/svg+xml;base64,{encoded}">')
        case "spaced, over two lines":
            words = line.strip().split(" ")
            (folder / "starter_code/plots.py").write_text(" \\\n\t".join(words).replace("(", " ( ").replace("'", '"'))
        case _:
            (folder / place).write_text(f"# old:{line}\n")


PLACES = [
    "markdown cell",
    "code cell",
    "metadata",
    "metadata key",
    "output",
    "html output",
    "attachment",
    "data address",
    "spaced, over two lines",
    "starter_code/plots.py",
    "notes.txt",
    "box.svg",
    "data.json",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("secret", SECRETS)
def test_a_planted_secret_is_found(course: Course, released: Path, place: str, secret: str) -> None:
    assert find_leaks(course, released) == []
    _plant(released, place, SECRETS[secret])
    assert find_leaks(course, released)


def test_a_leak_says_where_it_is_and_where_it_comes_from(course: Course, released: Path) -> None:
    _plant(released, "markdown cell", SECRETS["solution"])
    (leak,) = find_leaks(course, released)
    assert str(leak) == (
        "tiny.ipynb (cell 1, source) contains line 15 of solutions/tiny/reference.py: 'return factor * np.asarray(x)'"
    )


@pytest.mark.parametrize(
    "line", ["import numpy as np", "x = 3", "return out", "return out, cache", "else:", "for i in range(3):"]
)
def test_lines_that_say_too_little_are_no_secret(course: Course, line: str) -> None:
    (course.suite("tiny") / "test_generic.py").write_text(f"{line}\n")
    assert not any("test_generic" in secret.origin for secret in read_secrets(course))


@pytest.mark.parametrize(
    ("parameter", "is_secret"),
    [
        ("rng: np.random.Generator,", False),
        ("parts: dict[str, Sequence[np.ndarray]] | None,", False),
        ("x: np.ndarray = np.eye(size),", True),
        ("total: total + value,", True),
    ],
)
def test_a_parameter_and_its_type_are_no_secret_and_its_default_is(
    course: Course, parameter: str, *, is_secret: bool
) -> None:
    opened, closed = ("made = {", "}") if "total" in parameter else ("def drawn(", "): pass")
    (course.suite("tiny") / "test_generic.py").write_text(f"{opened}\n    {parameter}\n{closed}\n")
    told = [secret.line for secret in read_secrets(course) if "test_generic" in secret.origin]
    assert (parameter in told) == is_secret


def test_titles_of_hidden_tests_and_signatures_of_stubs_are_no_secret(course: Course, released: Path) -> None:
    (released / "notes.txt").write_text("Positive numbers are doubled.\ndef shift(x, by=1.0):\n")
    assert find_leaks(course, released) == []


@pytest.mark.parametrize("assignment", Course(ROOT).names())
def test_the_real_assignments_give_nothing_away(assignment: str, tmp_path: Path) -> None:
    for name in ("assignments", "solutions", "starter_code", "tests/hidden"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    course = Course(tmp_path)
    build(course, assignment)  # checks what students will get before it writes
    leaks = find_leaks(course, course.source(assignment))
    assert leaks, "the instructor's notebook holds the answers, so the check must find them there"
    assert {leak.path for leak in leaks} == {f"{assignment}.ipynb"}


@pytest.mark.parametrize("assignment", Course(ROOT).names())
def test_generated_stubs_and_bands_are_up_to_date(assignment: str, tmp_path: Path) -> None:
    for name in ("assignments", "solutions", "starter_code", "tests/hidden"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    build(Course(tmp_path), assignment)
    names = [
        f"stubs/{assignment}.py",
        *([f"bands/{assignment}.json"] if Course(ROOT).assignment(assignment).training else []),
    ]
    for name in names:
        made, kept = tmp_path / "starter_code" / name, ROOT / "starter_code" / name
        assert kept.is_file(), f"run `autograder build {assignment}`"
        assert kept.read_bytes() == made.read_bytes(), f"run `autograder build {assignment}`"
