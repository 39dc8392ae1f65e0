"""What a marker gets to see of a submission's demonstrations, whatever its code does to the process that draws them."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autograder.course.folders import Course
from autograder.sandbox.drawing import MOST_CHARACTERS, MOST_PICTURES
from autograder.sandbox.launcher import Launcher
from autograder.submission.submitted import digest
from autograder.suite.workers import start_launcher
from autograder.whole_class.cell_outputs import CellOutput, key_of
from autograder.whole_class.demonstrated import cells_shown
from autograder.whole_class.demonstrations import Wanted, shown_by
from autograder.whole_class.store import Store
from tests.support import needs
from tests.support.attack_files import SHIFT
from tests.support.handins import code, filled, save, solved, with_cells
from tests.support.mini_course import edit, make_course

pytestmark = needs.LINUX

Run = Callable[..., list[CellOutput]]
DRAW = "import matplotlib.pyplot as plt\nplt.figure(figsize=(3, 2), dpi=50)\nplt.plot([1, 2])\n"
ENGINE = "import sys\nengine = sys.modules['autograder.sandbox.drawing']\n"
FORGED = {  # what is sent in the place of a picture
    "bytes": "b'\\x89PNG\\r\\n\\x1a\\n<script>'",
    "text": "'<img src=x>'",
    "a list": "[[[0, 0, 0]]]",
    "numbers that are none of a picture's": "engine.np.zeros((4, 4, 3))",
    "too few axes": "engine.np.zeros((4, 4), engine.np.uint8)",
    "nothing": "engine.np.zeros((0, 4, 3), engine.np.uint8)",
    "too wide": "engine.np.zeros((1, 100_000, 3), engine.np.uint8)",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The tiny course with its question in a section of its own."""
    course = make_course(tmp_path_factory.mktemp("demonstrations"))
    edit(course, "assignments/tiny/tiny.md", "```{code-cell}\nprint(double", "## Why\n\n```{code-cell}\nprint(double")
    return course


@pytest.fixture(scope="module")
def launcher(course: Course) -> Iterator[Launcher]:
    with start_launcher(course, course.assignment("tiny"), "landlock") as launcher:
        yield launcher


@pytest.fixture
def shown(course: Course, launcher: Launcher, tmp_path: Path) -> Run:
    """What is shown of a notebook with right answers, and with cells of the student's above the question."""

    def of(*sources: str, double: str = "def double(x):\n    return 2 * x") -> list[CellOutput]:
        notebook = filled(solved(course, "tiny"), double=double, shift=SHIFT)
        place = next(n for n, cell in enumerate(notebook["cells"]) if cell["source"].startswith("print(double"))
        notebook = with_cells(notebook, *map(code, sources), at=place + 1)
        path = save(tmp_path / "tiny.ipynb", notebook)
        wanted = Wanted(str(course.root), "tiny", "eve", str(path), digest(path, course.assignment("tiny")), "landlock")
        return shown_by(wanted, launcher)["why"]

    return of


def pixels(shown: CellOutput) -> list[np.ndarray]:
    files = [io.BytesIO(base64.b64decode(picture)) for picture in shown.pictures]
    return [np.array(Image.open(file, formats=["PNG"]).convert("RGB")) for file in files]


def test_a_marker_sees_what_demonstrations_and_own_cells_above_the_question_print_and_draw(shown: Run) -> None:
    first, second, third = shown(
        f"{DRAW}plt.show()\nplt.close('all')\nplt.figure(figsize=(1, 1), dpi=50)", "unused = 1"
    )
    assert (first.text, first.pictures, first.why) == ("[2. 2. 2.]\n", (), "")
    assert [picture.shape for picture in pixels(second)] == [(100, 150, 3), (50, 50, 3)]
    assert pixels(second)[0].std() > 0
    assert third == CellOutput(third.title)


def test_a_cell_that_fails_says_so_and_those_below_it_run(shown: Run) -> None:
    failed, first, below = shown("print('so far')\n1 / 0", DRAW, double="def double(x):\n    raise ValueError")
    assert failed.why == "it stopped with ValueError"
    assert (first.text, first.why) == ("so far\n", "it stopped with ZeroDivisionError")
    assert (len(below.pictures), below.why) == (1, "")


def test_below_a_cell_that_ends_the_process_nothing_runs(shown: Run) -> None:
    _, ended, below = shown("import os\nos._exit(0)", DRAW)
    assert ended.why.startswith("the process ended")
    assert (below.pictures, below.why) == ((), f"{ended.title} has ended the process")


def test_what_is_shown_is_bounded(shown: Run) -> None:
    _, told, drawn, large = shown("print('x' * 1_000_000)", DRAW * 20, f"{DRAW}plt.gcf().set_size_inches(70, 1)")
    assert len(told.text) == MOST_CHARACTERS
    assert len(drawn.pictures) == MOST_PICTURES
    assert (large.pictures, large.why) == ((), "a picture is too large to be shown")


@pytest.mark.parametrize("value", FORGED.values(), ids=FORGED)
def test_what_is_no_array_of_a_pictures_numbers_becomes_no_picture(shown: Run, value: str) -> None:
    _, forged = shown(f"{ENGINE}{DRAW}engine._pixels = lambda _: {value}")
    assert (forged.pictures, bool(forged.why)) == ((), True)


@pytest.mark.parametrize("value", ["{'text': 7, 'pictures': 7}", "{'error': 7}", "{'error': {'type': '<b>'}}", "7"])
def test_an_answer_of_another_shape_is_none(shown: Run, value: str) -> None:
    _, forged = shown(f"{ENGINE}engine.DrawingWorker.answer = lambda *_: {value}")
    _, _, after = shown(f"{ENGINE}engine.DrawingWorker.answer = lambda *_: {value}", DRAW)
    assert (forged.pictures, after.pictures, after.text) == ((), (), "")
    assert "<b>" not in after.why


def test_the_cells_that_a_question_speaks_of_are_those_of_its_section_in_the_course() -> None:
    course = Course(Path(__file__).resolve().parents[2])
    found = {}
    for name in course.names():
        assignment = course.assignment(name)
        sources = dict(zip(assignment.ids, (cell.source for cell in assignment.cells), strict=True))
        for question in assignment.questions:
            shown = cells_shown(assignment, question)
            found[question] = sum("plot_" in sources[cell] for cell in shown)
            assert shown, question
    assert found == {
        "weight": 1,
        "reduction": 0,
        "slide_total": 0,
        "depth_or_width": 0,
        "pictures": 2,
        "degradation": 1,
    }


def test_what_is_shown_follows_from_content_and_code_and_is_kept_by_that(course: Course, tmp_path: Path) -> None:
    tiny, other = course.assignment("tiny"), course.assignment("other")
    assert len({key_of("1", tiny), key_of("2", tiny), key_of("1", other)}) == 3
    with Store(tmp_path / "store.db") as store:
        store.keep_shown("a", {"why": []})
        assert (store.shown("a"), store.shown("b")) == ({"why": []}, None)
