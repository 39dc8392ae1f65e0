"""Reading a submission repairs what it can, names what it did, and never executes, trusts or chokes on what is in the file."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from autograder.submission.source import is_stub, python
from autograder.submission.submitted import Submission, Ungradable, answer_program, read, setup_program
from tests.support.handins import Notebook, code, filled, released, save, solved, with_cells

TWICE = "def double(x):\n    return 2 * x"
STUB = "def double(x):\n    raise NotImplementedError('Write your answer here.')"
SHIFT = "shift = unshift = abs"


@pytest.fixture(scope="module")
def assignment(tiny: Course) -> Assignment:
    return tiny.assignment("tiny")


@pytest.fixture(scope="module")
def answered(tiny: Course) -> Notebook:
    """The notebook with two short answers."""
    return filled(solved(tiny, "tiny"), double=TWICE, shift=SHIFT)


def sources(submission: Submission) -> list[str]:
    """What a worker runs, after the course's own setup."""
    setup, *own = (cell.source for cell in submission.program)
    assert setup == "import numpy as np"
    return own


# --- which cells run -----------------------------------------------------------------------------------------------------


def test_answers_and_own_cells_run_in_their_order_and_nothing_else(
    answered: Notebook, assignment: Assignment, tmp_path: Path
) -> None:
    submission = read(save(tmp_path / "a.ipynb", with_cells(answered, code("mine = 1"), at=3)), assignment)
    assert sources(submission) == [TWICE, "mine = 1", SHIFT]
    assert [cell.exercise for cell in submission.program] == ["", "double", "", "shift"]
    assert submission.notes == ()


def test_cells_are_named_by_their_place_in_the_file(answered: Notebook, assignment: Assignment, tmp_path: Path) -> None:
    submission = read(save(tmp_path / "a.ipynb", answered), assignment)
    places = {cell["id"]: place for place, cell in enumerate(answered["cells"], start=1)}
    assert [cell.title for cell in submission.program] == [
        "cell setup",
        f"cell {places['answer-double']}",
        f"cell {places['answer-shift']}",
    ]


@pytest.mark.parametrize(
    ("change", "answers"),
    [
        (lambda _, cell: cell | {"metadata": {}}, 2),  # known by id
        (lambda n, cell: cell | {"id": f"x{n}"}, 2),  # known by grade_id
        (
            lambda n, cell: cell | {"id": f"x{n}", "metadata": {}},
            2,
        ),  # known by text, and answers by the functions that they define
        (lambda n, cell: cell | {"id": f"x{n}", "metadata": {}, "source": f"\n{cell['source']}  \r\n\n"}, 2),
    ],
    ids=["id", "grade-id", "text", "text-with-other-white-space"],
)
def test_released_cells_are_recognised(
    answered: Notebook, assignment: Assignment, tmp_path: Path, change: Any, answers: int
) -> None:
    notebook = answered | {"cells": [change(n, cell) for n, cell in enumerate(answered["cells"])]}
    submission = read(save(tmp_path / "a.ipynb", notebook), assignment)
    roles = [cell.role for cell in submission.cells if cell.kind == "code"]
    assert {role: roles.count(role) for role in ("setup", "check", "demo", "exercise")} == {
        "setup": 1,
        "check": 2,
        "demo": 1,
        "exercise": answers,
    }
    assert [ast.unparse(ast.parse(source)) for source in sources(submission)] == [TWICE, SHIFT]


def test_checks_and_demonstrations_do_not_run_however_they_were_changed(
    answered: Notebook, assignment: Assignment, tmp_path: Path
) -> None:
    changed = [cell | {"source": "1 / 0"} if _is_check_or_demo(cell) else cell for cell in answered["cells"]]
    submission = read(save(tmp_path / "a.ipynb", answered | {"cells": changed}), assignment)
    assert sources(submission) == [TWICE, SHIFT]
    assert submission.notes == ("the grade cells of double, shift were changed and have been restored",)


def _is_check_or_demo(cell: dict[str, Any]) -> bool:
    return cell["cell_type"] == "code" and (cell["id"] in {"double", "shift"} or cell["id"].startswith("cell-"))


def test_a_changed_setup_cell_runs_after_the_released_one(
    answered: Notebook, assignment: Assignment, tmp_path: Path
) -> None:
    cells = [cell | {"source": "import numpy"} if cell["id"] == "setup" else cell for cell in answered["cells"]]
    submission = read(save(tmp_path / "a.ipynb", answered | {"cells": cells}), assignment)
    assert sources(submission) == ["import numpy", TWICE, SHIFT]


def _copy_of_double(source: str) -> dict[str, Any]:
    return code(source, id="copy") | {"metadata": {"nbgrader": {"grade_id": "answer-double"}}}


@pytest.mark.parametrize("place", [0, None], ids=["before", "after"])
def test_an_untouched_copy_of_an_answer_cell_does_not_undo_the_answer(
    answered: Notebook, assignment: Assignment, tmp_path: Path, place: int | None
) -> None:
    notebook = with_cells(answered, _copy_of_double(STUB), at=place)
    submission = read(save(tmp_path / "a.ipynb", notebook), assignment)
    assert sources(submission) == [TWICE, SHIFT]
    assert submission.notes == ("the answer cell of double is there 2 times; the last one that is filled in counts",)


def test_of_two_filled_answer_cells_the_last_counts(answered: Notebook, assignment: Assignment, tmp_path: Path) -> None:
    notebook = with_cells(answered, _copy_of_double("double = 3"))
    assert sources(read(save(tmp_path / "a.ipynb", notebook), assignment))[-1] == "double = 3"


def test_an_untouched_notebook_keeps_its_stubs(tiny: Course, assignment: Assignment, tmp_path: Path) -> None:
    submission = read(save(tmp_path / "a.ipynb", released(tiny, "tiny")), assignment)
    assert all(is_stub(source) for source in sources(submission))
    assert submission.notes == ()


def test_markdown_with_the_id_of_an_answer_is_no_answer(
    answered: Notebook, assignment: Assignment, tmp_path: Path
) -> None:
    cells = [cell | {"cell_type": "markdown"} if cell["id"] == "answer-double" else cell for cell in answered["cells"]]
    submission = read(save(tmp_path / "a.ipynb", answered | {"cells": cells}), assignment)
    assert sources(submission) == [SHIFT]
    assert submission.notes == (
        "the answer cell of double is a text cell now; other cells are searched for its functions",
    )


@pytest.mark.parametrize("text", [f"{TWICE}\n", f"# %%\n{TWICE}\n", f"\ufeff{TWICE}", TWICE.replace("\n", "\r\n")])
def test_a_python_file_is_one_program(assignment: Assignment, tmp_path: Path, text: str) -> None:
    submission = read(save(tmp_path / "a.py", text), assignment)
    assert [ast.unparse(ast.parse(source)) for source in sources(submission)] == [TWICE]
    assert submission.notes == ()


def test_a_python_file_with_cell_marks_is_as_many_cells(assignment: Assignment, tmp_path: Path) -> None:
    submission = read(
        save(tmp_path / "a.py", f"# %% one\nfor for\n# %%\n{TWICE}\n# %% [markdown]\n# text\n"), assignment
    )
    assert [source.strip() for source in sources(submission)] == ["for for", TWICE, "# text"]


def test_the_hash_is_that_of_the_file(answered: Notebook, assignment: Assignment, tmp_path: Path) -> None:
    path = save(tmp_path / "a.ipynb", answered)
    assert read(path, assignment).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_reading_executes_nothing(answered: Notebook, assignment: Assignment, tmp_path: Path) -> None:
    planted = tmp_path / "planted"
    notebook = with_cells(answered, code(f"open({str(planted)!r}, 'w')"), code(f"!touch {planted}"))
    read(save(tmp_path / "a.ipynb", notebook), assignment)
    assert not planted.exists()


def test_a_reference_is_a_program_of_setup_and_one_cell(assignment: Assignment) -> None:
    setup = setup_program(assignment)
    assert answer_program(assignment, TWICE)[: len(setup)] == setup
    assert answer_program(assignment, TWICE)[len(setup) :][0].source == TWICE


# --- stubs ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        STUB,
        "def f():\n    raise NotImplementedError",
        'def f():\n    """What f does."""\n    raise NotImplementedError()',
        "import numpy\n\ndef f():\n    raise NotImplementedError\n\ndef g():\n    raise NotImplementedError",
    ],
)
def test_functions_that_only_raise_are_stubs(source: str) -> None:
    assert is_stub(source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "x = 1",
        TWICE,
        "def f(",
        "def f():\n    raise ValueError",
        "def f():\n    raise",
        "def f():\n    raise ValueError('NotImplementedError')",
        f"{STUB}\n\n\ndef g():\n    return 1",
        "def f(x):\n    x += 1\n    raise NotImplementedError",
        "def f():\n    raise " + "-" * 3000 + "1",
        "def f():\n    raise x" + ".a" * 900,
        "def f():\n    return '\ud800'",
    ],
)
def test_anything_else_is_no_stub(source: str) -> None:
    assert not is_stub(source)


# --- magics --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("x = 1", "x = 1"),
        ("x = 5 % 3\ny = not x", "x = 5 % 3\ny = not x"),
        ("%%time\nx = 1", "\nx = 1"),
        ("\n  %%capture out --no-stderr\n\n%%timeit -n 3\nx = 1", "\n\n\n\nx = 1"),
        ("%%bash\nls", ""),
        ("%%html\n<b>", ""),
        ("%%writefile x.py\nx = 1", "get_ipython().run_cell_magic('writefile', 'x.py', 'x = 1')\n"),
        ("%%", ""),
        ("%%time", "\n"),
        ("%%time\n%%bash\nls", ""),
        ("%matplotlib inline\nx = 1", "get_ipython().run_line_magic('matplotlib', 'inline')\nx = 1\n"),
        ("!ls", "get_ipython().system('ls')\n"),
        ("x = !ls", "x = get_ipython().getoutput('ls')\n"),
        ("def f(:\n    pass", "def f(:\n    pass\n"),
    ],
)
def test_magics_become_python_on_the_same_lines(cell: str, expected: str) -> None:
    assert python(cell) == expected


def test_text_that_only_looks_like_a_magic_stays(tmp_path: Path) -> None:
    text = "x = '''\n%matplotlib inline\n!ls\n'''"
    assert python(text) == text
    assert python(f"{text}\n!ls").startswith(text)


@given(st.text(alphabet="%!?=x \t\n'\"\\()[]:#\0\ud800é1", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_becomes_some_text(text: str) -> None:
    assert isinstance(python(text), str)


# --- whatever is in the file ---------------------------------------------------------------------------------------------

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "double", STUB, "answer-double", "%%time"])
)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
)
CELLS = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw"]) | JSON,
        "id": st.sampled_from(["setup", "answer-double", "double", "why"]) | JSON,
        "source": st.sampled_from([TWICE, STUB, "import numpy as np", "%%time\n", "!ls", ["def double(x):\n", 3]])
        | JSON,
        "metadata": st.fixed_dictionaries(
            {}, optional={"nbgrader": st.fixed_dictionaries({}, optional={"grade_id": JSON})}
        )
        | JSON,
    },
)
NOTEBOOKS = st.fixed_dictionaries({"nbformat": st.just(4) | JSON, "cells": st.lists(CELLS | JSON, max_size=6) | JSON})


@given(NOTEBOOKS | JSON)
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_json_is_a_submission_or_ungradable(assignment: Assignment, tmp_path: Path, content: Any) -> None:
    path = tmp_path / "any.ipynb"
    path.write_text(json.dumps(content))
    with contextlib.suppress(Ungradable):
        assert read(path, assignment).name == "any.ipynb"


@given(st.binary(max_size=80), st.sampled_from([".ipynb", ".py"]))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_a_submission_or_ungradable(
    assignment: Assignment, tmp_path: Path, content: bytes, suffix: str
) -> None:
    path = tmp_path / f"any{suffix}"
    path.write_bytes(content)
    with contextlib.suppress(Ungradable):
        read(path, assignment)


def test_the_reason_names_the_file_and_ends_as_a_sentence(assignment: Assignment, tmp_path: Path) -> None:
    for content in ("", "{", "[]", '{"nbformat": 3}', '{"nbformat": 4}', '{"nbformat": 4, "cells": []}'):
        with pytest.raises(Ungradable, match=r"^mine\.ipynb .*\.$"):
            read(save(tmp_path / "mine.ipynb", content), assignment)


@pytest.mark.parametrize("line", [",f a", ";f a", "/f a", "\x0c!ls", "a =\x0c!ls", "ls?"])
def test_ipython_is_not_asked_for_more_than_so_many_magics(
    answered: Notebook, assignment: Assignment, tmp_path: Path, line: str
) -> None:
    """It reads a cell once for each of them, up to 500 times."""
    few, many = f"{line}\nx = 1", f"{line}\n" * 400
    program = read(save(tmp_path / "tiny.ipynb", with_cells(answered, code(few))), assignment).program
    assert program[-1].source != few
    program = read(save(tmp_path / "tiny.ipynb", with_cells(answered, code(many))), assignment).program
    assert program[-1].source.strip() == many.strip()


@pytest.mark.parametrize("sign", [";", ",", " ;"])
def test_nor_for_one_line_of_them(answered: Notebook, assignment: Assignment, tmp_path: Path, sign: str) -> None:
    """It takes one at a time off the line, in a minute of computing."""
    program = read(save(tmp_path / "tiny.ipynb", with_cells(answered, code(sign * 10_000))), assignment).program
    assert program[-1].source == sign * 10_000


@pytest.mark.parametrize("suffix", [".ipynb", ".py"])
def test_cells_are_counted_before_anything_is_made_of_them(assignment: Assignment, tmp_path: Path, suffix: str) -> None:
    zeros = {"nbformat": 4, "cells": [0] * 2_000_000}
    path = tmp_path / f"tiny{suffix}"
    path.write_text(json.dumps(zeros) if suffix == ".ipynb" else "# %%\n" * 2_000_000, encoding="utf-8")
    tracemalloc.start()
    try:
        with pytest.raises(Ungradable, match="more than 2000 cells"):
            read(path, assignment)
        assert tracemalloc.get_traced_memory()[1] < 130 << 20  # half of it to read the file
    finally:
        tracemalloc.stop()
