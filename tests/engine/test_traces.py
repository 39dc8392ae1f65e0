"""What lies under a student's name, and how it goes: nothing of anybody else's, and nothing that a link leads to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.course.folders import Course
from autograder.whole_class.traces import files_in, inbound_folders, mentions, own_folders, remove
from autograder.whole_class.words import pattern_of
from tests.support.mini_course import make_course

TIME = "2030-01-09 12:00:00 UTC"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path / "checkout")


def found(course: Course, *names: str, shared: tuple[Path, ...] = ()) -> list[tuple[str, bool]]:
    every = mentions(course, pattern_of(names), [], shared, lambda _done, _total: None)
    return [(each.path.relative_to(course.data).as_posix(), each.of_others) for each in every]


def written(course: Course, name: str, text: str = "alice") -> Path:
    path = course.data / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_folder_of_another_name_is_not_the_students(course: Course) -> None:
    for name in ("alice", "alice2", "Alice"):
        written(course, f"submitted/{name}/tiny/tiny.ipynb")
    written(course, "feedback/alice/tiny/tiny.html")
    written(course, "source/alice/tiny.ipynb")
    assert own_folders(course, "alice") == [course.data / "submitted" / "alice", course.data / "feedback" / "alice"]


@pytest.mark.parametrize(
    ("name", "own"),
    [
        (f"a+tiny+{TIME}", True),
        (f"a+tiny+{TIME}+c2VjcmV0", True),
        (f"a+b+tiny+{TIME}", False),
        (f"ab+tiny+{TIME}", False),
        ("a+tiny+yesterday", False),
        ("a", False),
    ],
)
def test_submissions_in_the_exchange_are_told_apart_by_the_whole_name(tmp_path: Path, name: str, *, own: bool) -> None:
    (tmp_path / name).mkdir()
    assert bool(inbound_folders(tmp_path, "a")) == own
    assert inbound_folders(tmp_path, re.escape("a") + ".*") == []
    assert inbound_folders(tmp_path / "none", "a") == []


def test_no_link_is_followed(course: Course, tmp_path: Path) -> None:
    kept = written(course, "kept/file")
    for place in (course.data / "submitted" / "alice", course.data / "submitted" / "bob" / "link"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(kept.parent)
    assert files_in(course.data / "submitted" / "alice") == 1
    for name in ("alice", "bob", "nobody"):
        remove(course.data / "submitted" / name)
    assert list((course.data / "submitted").iterdir()) == []
    assert kept.read_text() == "alice"


def test_folders_go_whose_modes_a_student_chose(course: Course) -> None:
    inner = written(course, "submitted/alice/a/b/file").parent
    for folder in (inner, inner.parent, inner.parent.parent):
        folder.chmod(0)
    remove(course.data / "submitted" / "alice")
    assert not (course.data / "submitted" / "alice").exists()


def test_it_is_told_whose_a_file_is(course: Course) -> None:
    for name in (
        "notes",
        "submitted/bob/tiny/a",
        "submitted/alice.zip",
        "exchange/c/inbound/x/y",
        "exchange/c/outbound/tiny/a",
    ):
        written(course, name)
    written(course, "release/tiny/tiny.ipynb")
    written(course, "of alice", "nobody")
    written(course, "malice", "malice")
    (course.data / "link").symlink_to("/home/alice/data")
    book = written(course, "gradebook.db")
    assert found(course, "alice", shared=(book,)) == [
        ("gradebook.db", True),
        ("link", False),
        ("notes", False),
        ("of alice", False),
        ("exchange/c/inbound/x/y", True),
        ("submitted/alice.zip", False),
        ("submitted/bob/tiny/a", True),
    ]
