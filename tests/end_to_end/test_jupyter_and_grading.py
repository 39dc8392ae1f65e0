"""What passes in Jupyter passes in grading: the same notebooks, run by a Jupyter kernel with their visible checks, and graded."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.course.folders import Course
from autograder.grading.grader import Grader
from autograder.sandbox.launcher import launch
from autograder.submission import submitted
from autograder.suite import Given
from autograder.suite.answers import Answers
from tests.support.attack_files import SHIFT
from tests.support.handins import Notebook, code, filled, save, solved, with_cells
from tests.support.mini_course import edit, make_course

DOUBLE = "def double(x):\n    return 2 * x"
HELPER = "def double(x):\n    return twice(x)"
# A cell above the answer (or below it: "experiment"), and the answer that passes with it.
OWN_CELLS = {
    "a name that an own cell defines": ("def twice(x):\n    return 2 * x", HELPER),
    "flags of the compiler": ("from __future__ import annotations", "def double(x: Weights):\n    return 2 * x"),
    "await at the margin": (
        "import asyncio\nawait asyncio.sleep(0.01)\ntwo = await asyncio.sleep(0, 2)",
        DOUBLE.replace("2", "two"),
    ),
    "IPython itself": (
        "from IPython import get_ipython\nfrom IPython.display import display\nget_ipython().system('true')\ndisplay(2)\ntwo = 2",
        DOUBLE.replace("2", "two"),
    ),
    "a file that a cell writes": (
        "%%writefile helpers.py\ntwo = 2\n",
        f"from helpers import two\n\n\n{DOUBLE.replace('2', 'two')}",
    ),
    "a file that a cell runs": (
        "with open('more.py', 'w') as file:\n    file.write('two = 2')\n%run more.py",
        DOUBLE.replace("2", "two"),
    ),
    "a class that is pickled": (
        "import pickle\nclass Two:\n    value = 2\ntwo = pickle.loads(pickle.dumps(Two)).value",
        DOUBLE.replace("2", "two"),
    ),
    "source that is looked at": (
        "import inspect\ndef half(x):\n    return x / 2\ntwo = len(inspect.getsource(half).splitlines())",
        DOUBLE.replace("2", "two"),
    ),
    "types that are looked up": (
        "import typing\nclass Pair:\n    a: 'Number'\n    b: 'Number'\nNumber = int\ntwo = len(typing.get_type_hints(Pair))",
        DOUBLE.replace("2", "two"),
    ),
    "what a timed statement defines": ("%time two = 2\nnone = !true", DOUBLE.replace("2", "two")),
    "captured output": ("%%capture said\ntwo = 2", DOUBLE.replace("2", "two")),
}
# In a demonstration of the course, and the answer that uses it.
DEMONSTRATIONS = {
    "a helper among what a demonstration does": (
        "print('drawn')\ndef twice(x):\n    return factor * x\nfactor = 2\n1 / 1",
        HELPER,
    ),
    "a module that it imports": ("import math as m\nm.sqrt(4)", "def double(x):\n    return m.sqrt(4) * x"),
    "a list that it fills": (
        "powers = []\nfor n in (1, 2):\n    powers.append(n)",
        "def double(x):\n    return powers[-1] * x",
    ),
    "a dict, in turn made of others": (
        "two = 1\ntwo += 1\nkept = {}\nkept['two'] = two",
        "def double(x):\n    return kept['two'] * x",
    ),
    "a default": ("two = 2", "def double(x, factor=two):\n    return factor * x"),
    "a class of its own": ("class Two:\n    value = 2", "def double(x):\n    return Two.value * x"),
    "several at once": ("one, (two, *_) = 1, (2, 3)", "def double(x):\n    return two * x"),
    "what a comprehension makes": ("table = {n: 2 * n for n in range(3)}", "def double(x):\n    return table[1] * x"),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The tiny course, with a demonstration above its first exercise."""
    course = make_course(tmp_path_factory.mktemp("jupyter"))
    demonstration = "```{code-cell}\nDEMONSTRATION = 1\n```\n\n```{code-cell}\n:exercise: double\n"
    edit(course, "assignments/tiny/tiny.md", "```{code-cell}\n:exercise: double\n", demonstration)
    return course


def answered(course: Course, answer: str) -> Notebook:
    return filled(solved(course, "tiny"), double=answer, shift=SHIFT)


def in_demonstration(course: Course, source: str, answer: str) -> Notebook:
    notebook = answered(course, answer)
    (cell,) = (cell for cell in notebook["cells"] if cell["source"] == "DEMONSTRATION = 1")
    cell["source"] = source
    return notebook


def passes_in_jupyter(notebook: Notebook, folder: Path) -> None:
    """Raises CellExecutionError where a cell fails, a visible check among them."""
    node = nbformat.from_dict(notebook)
    NotebookClient(node, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()


@pytest.fixture(scope="module")
def notebooks(course: Course) -> dict[str, Notebook]:
    first = next(
        place for place, cell in enumerate(solved(course, "tiny")["cells"]) if cell["source"] == "DEMONSTRATION = 1"
    )
    own = {
        kind: with_cells(answered(course, answer), code(above), at=first) for kind, (above, answer) in OWN_CELLS.items()
    }
    return own | {kind: in_demonstration(course, *cells) for kind, cells in DEMONSTRATIONS.items()}


@pytest.fixture(scope="module")
def scores(
    course: Course, notebooks: dict[str, Notebook], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, float]:
    folder = tmp_path_factory.mktemp("handed-in")
    with Grader(course, "landlock") as grader:
        return {
            kind: grader.grade("tiny", save(folder / "tiny.ipynb", notebook)).score
            for kind, notebook in notebooks.items()
        }


@pytest.mark.parametrize("kind", [*OWN_CELLS, *DEMONSTRATIONS])
def test_what_passes_in_jupyter_passes_here(
    kind: str, course: Course, notebooks: dict[str, Notebook], scores: dict[str, float], tmp_path: Path
) -> None:
    (tmp_path / "starter_code").symlink_to(course.starter_code)
    passes_in_jupyter(notebooks[kind], tmp_path)
    assert scores[kind] == 80


# --- what a grader lacks, and what only a hosted notebook has ------------------------------------------------------------


@pytest.mark.parametrize(
    "above",
    [
        "import not_installed_here",
        "import not_installed_here.plots as p\nfrom not_installed_here import more, most",
        "from google.colab import drive, files\ndrive.mount('/content/drive')\nfiles.upload()",
        "import google.colab.output",
        "try:\n    import not_installed_here\n    two = None\nexcept ImportError:\n    two = 2",
    ],
)
def test_an_import_that_nobody_uses_ends_no_cell(above: str, course: Course, tmp_path: Path) -> None:
    notebook = filled(answered(course, DOUBLE), double=f"{above}\n\n\n{DOUBLE.replace('2', 'two')}\ntwo = 2")
    with Grader(course, "landlock") as grader:
        report = grader.grade("tiny", save(tmp_path / "tiny.ipynb", notebook))
    assert (report.score, report.reason) == (80, None)


def graded(course: Course, folder: Path, notebook: Notebook) -> tuple[float, str, str]:
    """The score, what is noted, and what is said of the first test."""
    with Grader(course, "landlock") as grader:
        report = grader.grade("tiny", save(folder / "tiny.ipynb", notebook))
    return report.score, report.reason or "", report.exercises[0].tests[0].message or ""


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            "import not_installed_here\ntwo = not_installed_here.two()\ndef double(x): pass",
            "No module named 'not_installed_here'",
        ),
        ("def double(x):\n    return absent * x", "double raised a NameError; no cell defines absent"),
        ("def double(x):\n    return zero * x", "because cell 3 stopped with a ZeroDivisionError"),
        (
            "def double(x):\n    raise NotImplementedError\n    return 2 * x",
            "stub's line `raise NotImplementedError` is still in",
        ),
        (
            "def double(x):\n    return other(x)\ndef other(x):\n    raise NotImplementedError",
            "calls something that is not",
        ),
        ("def double(x):\n    raise NotImplementedError", "double is not written yet"),
    ],
)
def test_a_message_says_what_is_missing_and_why(answer: str, says: str, course: Course, tmp_path: Path) -> None:
    score, _, message = graded(course, tmp_path, in_demonstration(course, "zero = 1 / 0", answer))
    assert (score, says in message) == (30, True), message


def test_a_demonstration_fails_in_silence_unless_something_uses_it(course: Course, tmp_path: Path) -> None:
    assert graded(course, tmp_path, in_demonstration(course, "zero = 1 / 0", DOUBLE)) == (80, "", "")
    assert graded(course, tmp_path, in_demonstration(course, "while True: pass", DOUBLE)) == (80, "", "")


def test_the_answer_cells_definition_counts_and_not_an_experiment_below_it(course: Course, tmp_path: Path) -> None:
    below = code("# is it four?\ndef double(x):\n    return 4 * x\nshift = None")
    score, note, _ = graded(course, tmp_path, with_cells(answered(course, DOUBLE), below))
    assert score == 80
    assert "double is defined in its answer cell and again in cell" in note
    assert "; the answer cell's definition counts" in note
    unanswered = filled(solved(course, "tiny"), double="def double(x):\n    raise NotImplementedError", shift=SHIFT)
    assert graded(course, tmp_path, with_cells(unanswered, code(DOUBLE)))[:2] == (80, "")


def test_an_answer_that_has_become_text_is_said(course: Course, tmp_path: Path) -> None:
    notebook = answered(course, DOUBLE)
    (cell,) = (cell for cell in notebook["cells"] if cell["id"] == "answer-double")
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]
    score, note, _ = graded(course, tmp_path, notebook)
    assert (score, "the answer cell of double is a text cell now" in note) == (30, True), note


def test_a_function_that_is_handed_in_has_a_name(course: Course, tmp_path: Path) -> None:
    program = submitted.answer_program(course.assignment("tiny"), "def double(f):\n    return f.__name__, f(2)")
    with launch("landlock", path=course.root, preload=("numpy",), readable=()) as launcher:
        answers = Answers(program, launcher, course.assignment("tiny").limits)
        assert answers.call("double", (Given(lambda x: 2 * x, ()),), {}, inputs=False) == ("function", 4)
        answers.close()
