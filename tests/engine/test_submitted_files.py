"""Which file of those that a student handed in is graded, and what is said of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course.assignment import Assignment
from autograder.course.folders import Course
from autograder.submission.submitted import Ungradable, digest, read, submitted_file
from tests.support.handins import filled, released, save, solved

DOUBLE = "def double(x):\n    return 2 * x"


@pytest.fixture(scope="module")
def assignment(tiny: Course) -> Assignment:
    return tiny.assignment("tiny")


@pytest.fixture
def expected(tiny: Course) -> Iterator[Path]:
    """Where the notebook should be, in an empty folder of a student's."""
    folder = tiny.submitted("one-by-one", "tiny")
    folder.mkdir(parents=True)
    yield folder / "tiny.ipynb"
    shutil.rmtree(folder.parent)


def put(tiny: Course, folder: Path, **names: str) -> None:
    """Write notebooks in three states, or something else."""
    states = {
        "empty": released(tiny, "tiny"),
        "one": filled(released(tiny, "tiny"), double=DOUBLE),
        "all": solved(tiny, "tiny"),
        "broken": "{",
    }
    for name, state in names.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        save(folder / name, states.get(state, state))


@pytest.mark.parametrize(
    ("files", "graded", "note"),
    [
        ({"tiny.ipynb": "all"}, "tiny.ipynb", ""),
        ({"tiny.ipynb": "empty"}, "tiny.ipynb", ""),
        ({"tiny.ipynb": "all", "tiny-Copy1.ipynb": "empty"}, "tiny.ipynb", ""),
        ({"tiny.ipynb": "all", "notes.ipynb": "{}"}, "tiny.ipynb", ""),
        ({"tiny.ipynb": "empty", "notes.ipynb": "{}"}, "tiny.ipynb", ""),
        ({"tiny.ipynb": "empty", "tiny-Copy1.ipynb": "one"}, "tiny-Copy1.ipynb", "tiny.ipynb was not filled in"),
        ({"tiny.ipynb": "empty", "Untitled.ipynb": "one"}, "Untitled.ipynb", "tiny.ipynb was not filled in"),
        ({"tiny.ipynb": "broken", "tiny copy.ipynb": "one"}, "tiny copy.ipynb", "tiny.ipynb cannot be read"),
        ({"tiny (1).ipynb": "empty"}, "tiny (1).ipynb", "tiny.ipynb was not handed in"),
        ({"tiny.IPYNB": "one"}, "tiny.IPYNB", "tiny.ipynb was not handed in"),
        ({"a/b/tiny.ipynb": "one"}, "a/b/tiny.ipynb", "tiny.ipynb was not handed in"),
        ({"tiny.ipynb": "empty", "tiny/tiny.ipynb": "one"}, "tiny/tiny.ipynb", "tiny.ipynb was not filled in"),
        ({"._tiny.ipynb": "\0", "mine.ipynb": "one"}, "mine.ipynb", "tiny.ipynb was not handed in"),
        ({"__MACOSX/._tiny.ipynb": "\0", "__MACOSX/a.ipynb": "all", "x/b.ipynb": "one"}, "x/b.ipynb", "tiny.ipynb was not handed in"),
        ({"tiny.ipynb": "empty", ".ipynb_checkpoints/tiny-checkpoint.ipynb": "all"}, "tiny.ipynb", ""),
        (
            {"tiny.ipynb": "one", "tiny-Copy1.ipynb": "all"},
            "tiny.ipynb, not tiny-Copy1.ipynb",
            "tiny.ipynb has the name that was released",
        ),
        (
            {"tiny.ipynb": "empty", "tiny-Copy1.ipynb": "all", "tiny-Copy2.ipynb": "one"},
            "tiny-Copy1.ipynb, not tiny-Copy2.ipynb",
            "tiny.ipynb was not filled in, and this one is filled in furthest",
        ),
        (
            {"tiny-Copy9.ipynb": "one", "tiny-Copy10.ipynb": "one", "deep/tiny-Copy11.ipynb": "one"},
            "tiny-Copy10.ipynb, not tiny-Copy9.ipynb, deep/tiny-Copy11.ipynb",
            "tiny.ipynb was not handed in, and this one comes last by name",
        ),
    ],
)  # fmt: skip
def test_the_answered_notebook_is_graded_and_people_are_told(
    tiny: Course, assignment: Assignment, expected: Path, files: dict[str, str], graded: str, note: str
) -> None:
    put(tiny, expected.parent, **files)
    found = submitted_file(expected, assignment)
    assert found.path == expected.parent / graded.partition(",")[0]
    name, comma, others = graded.partition(",")
    assert found.note == (f"{name} was graded{comma}{others}: {note}" if note else "")
    if "broken" not in files.values():
        assert read(found.path, assignment).sha256 == digest(found.path, assignment)


def test_where_there_is_no_notebook_it_is_said_what_there_is(
    tiny: Course, assignment: Assignment, expected: Path
) -> None:
    def said() -> str:
        found = submitted_file(expected, assignment)
        with pytest.raises(Ungradable) as refusal:
            read(found.path, assignment)
        return str(refusal.value)

    assert said() == "There is no notebook; what was handed in: nothing."
    before = digest(expected, assignment)
    put(
        tiny,
        expected.parent,
        **{"work.zip": "PK", "a/tiny.py": "x = 1", "timestamp.txt": "", "._x.ipynb": "", ".DS_Store": ""},
    )
    assert said() == "There is no notebook; what was handed in: a/tiny.py, work.zip."
    assert digest(expected, assignment) != before
    put(tiny, expected.parent, **{f"{n}.txt": "" for n in range(5)})
    assert said() == "There is no notebook; what was handed in: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 2 more."
    with pytest.raises(Ungradable, match=r"^elsewhere\.ipynb does not exist\.$"):
        read(tiny.root / "elsewhere.ipynb", assignment)


def test_no_link_is_taken_and_no_walk_is_endless(tiny: Course, assignment: Assignment, expected: Path) -> None:
    folder = expected.parent
    put(tiny, folder.parent, **{"elsewhere/tiny.ipynb": "all"})
    (folder / "tiny-Copy1.ipynb").symlink_to(folder.parent / "elsewhere" / "tiny.ipynb")
    (folder / "sub").symlink_to(folder.parent / "elsewhere")
    assert submitted_file(expected, assignment).path == expected
    deep = folder.joinpath(*"abcdefgh")
    put(tiny, deep, **{"tiny.ipynb": "all"})
    assert submitted_file(expected, assignment).path == expected
    put(tiny, folder, **{f"{n}/x.txt": "" for n in range(2500)}, **{"z/tiny.ipynb": "all"})
    assert submitted_file(expected, assignment).path == expected
