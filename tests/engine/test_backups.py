"""Back-ups: a copy that holds together while others write, and a restore that takes nothing but what a back-up holds, and that whole."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.whole_class import packing, unpacking
from autograder.whole_class.backup_manifest import NAME, Manifest, differing
from autograder.whole_class.packing import pack
from autograder.whole_class.unpacking import restore
from tests.support.mini_course import make_course

Member = tuple[tarfile.TarInfo, bytes]
EVERYBODYS = "/tmp/course-evil"  # noqa: S108  (nothing is written there)
FILES = {"course/a.txt": b"first", "course/b/c.txt": b"second" * 1000}


def nothing(_done: int, _total: int) -> None:
    """Nobody listens."""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_course(tmp_path / "checkout")


def member(name: str, content: bytes = b"", **more: Any) -> Member:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in more.items():
        setattr(info, key, value)
    return info, content


def manifest(files: dict[str, bytes], **more: Any) -> Member:
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    value = {"schema": 1, "files": sums, "made": "today", "exchange": "", "environments": {}, "needs": []}
    return member(NAME, json.dumps(value | more).encode())


def archive(path: Path, *members: Member, end: bytes = b"") -> Path:
    """A file of these members."""
    with gzip.open(path, "wb") as stream:
        with tarfile.open(fileobj=stream, mode="w|") as made:
            for info, content in members:
                made.addfile(info, io.BytesIO(content))
        stream.write(end)
    return path


def whole(path: Path) -> Path:
    return archive(path, *(member(name, content) for name, content in FILES.items()), manifest(FILES))


# --- packing -----------------------------------------------------------------------------------------------------------------


def test_both_databases_are_of_one_moment_while_others_write(course: Course, tmp_path: Path) -> None:
    course.make_data()
    writers = [sqlite3.connect(path, isolation_level=None) for path in (course.gradebook, course.store)]
    for writer in writers:
        writer.execute("pragma journal_mode = wal")
        writer.execute("create table written (word text)")
        writer.execute("insert into written values ('settled')")  # it stands in the log beside the file
        writer.execute("begin immediate")
        writer.execute("insert into written values ('open')")
    pack(course, tmp_path / "backup.tar.gz", Manifest({}, "today"), nothing)
    for writer in writers:
        writer.close()
    other = make_course(tmp_path / "other")
    restore(tmp_path / "backup.tar.gz", other, nothing)
    for path in (other.gradebook, other.store):
        with sqlite3.connect(path) as database:
            assert database.execute("select word from written").fetchall() == [("settled",)]
    assert {path.name for path in other.data.iterdir()} >= {"gradebook.db", "reports.db"}
    assert not list(other.data.glob("*-wal"))


def test_a_file_that_changes_while_it_is_read_is_read_again(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.make_data()
    path, times = course.data / "notes", 2
    path.write_text("old")
    fstat = os.fstat

    def changing(number: int) -> os.stat_result:
        nonlocal times
        if times and Path(f"/proc/self/fd/{number}").readlink() == path:
            times -= 1
            path.write_text("new" * times)
        return fstat(number)

    monkeypatch.setattr(packing.os, "fstat", changing)
    packed = pack(course, tmp_path / "backup.tar.gz", Manifest({}, "today"), nothing)
    assert packed.files["course/notes"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert packed.changed == []
    times = 1000
    assert pack(course, tmp_path / "again.tar.gz", Manifest({}, "today"), nothing).changed == ["course/notes"]


def test_only_folders_and_ordinary_files_are_packed_and_what_is_left_out_is_told(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "AT_ONCE", 10)  # what is longer goes through in blocks
    course.make_data()
    (course.data / "empty" / "folder").mkdir(parents=True)
    (course.data / "long").write_bytes(bytes(range(100)))
    (course.data / "link").symlink_to("/etc/passwd")
    os.mkfifo(course.data / "pipe")
    (course.data / "grading.lock").touch()
    (course.data / "secret").touch(mode=0o644)
    packed = pack(course, tmp_path / "backup.tar.gz", Manifest({}, "today"), nothing)
    assert packed.left_out == ["course/link", "course/pipe"]
    assert (tmp_path / "backup.tar.gz").stat().st_mode & 0o777 == 0o600
    other = make_course(tmp_path / "other")
    restore(tmp_path / "backup.tar.gz", other, nothing)
    assert sorted(str(path.relative_to(other.data)) for path in other.data.rglob("*")) == [
        *("empty", "empty/folder", "long", "nbgrader_config.py", "secret")
    ]
    assert (other.data / "long").read_bytes() == bytes(range(100))
    assert {path.stat().st_mode & 0o777 for path in (other.data, other.data / "empty")} == {0o700}
    assert (other.data / "secret").stat().st_mode & 0o777 == 0o600


def test_a_back_up_takes_the_place_of_nothing_and_lies_outside(course: Course, tmp_path: Path) -> None:
    course.make_data()
    (tmp_path / "there").write_text("stays")
    for target, why in (
        (tmp_path / "there", "there already"),
        (course.data / "new", "a part of"),
        (tmp_path / "no" / "x", "No such"),
    ):
        with pytest.raises(CourseError, match=why):
            pack(course, target, Manifest({}, "today"), nothing)
    assert (tmp_path / "there").read_text() == "stays"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkout", "there"]


# --- restoring ---------------------------------------------------------------------------------------------------------------


def test_what_was_packed_is_restored(course: Course, tmp_path: Path) -> None:
    found = restore(whole(tmp_path / "backup"), course, nothing)
    assert found.made == "today"
    assert {str(path.relative_to(course.root)): path.read_bytes() for path in course.data.rglob("*.txt")} == FILES
    assert not (course.root / "build" / "course-that-is-restored").exists()


def test_nothing_is_overwritten_and_an_empty_folder_or_a_link_to_one_is_filled(course: Course, tmp_path: Path) -> None:
    backup = whole(tmp_path / "backup")
    course.make_data()
    before = {path: path.read_bytes() for path in course.data.iterdir()}
    with pytest.raises(CourseError, match="is not empty"):
        restore(backup, course, nothing)
    assert {path: path.read_bytes() for path in course.data.iterdir()} == before
    (course.data / "nbgrader_config.py").unlink()
    restore(backup, course, nothing)
    course.data.rename(tmp_path / "first")
    (tmp_path / "disk" / "empty").mkdir(parents=True)
    course.data.symlink_to(tmp_path / "disk" / "empty")
    restore(backup, course, nothing)
    assert (tmp_path / "disk" / "empty" / "a.txt").read_bytes() == b"first"
    assert course.data.is_symlink()


EVIL: dict[str, Callable[[], tuple[Member, ...]]] = {
    "absolute": lambda: (member(EVERYBODYS, b"x"),),
    "above": lambda: (member("course/../../evil", b"x"),),
    "elsewhere": lambda: (member("solutions/evil.py", b"x"),),
    "dot": lambda: (member("course/./a", b"x"),),
    "the folder itself as a file": lambda: (member("course", b"x"),),
    "deep": lambda: (member("course/" + "a/" * 100 + "b", b"x"),),
    "long": lambda: (member("course/" + "a" * 5000, b"x"),),
    "link": lambda: (member("course/x", type=tarfile.SYMTYPE, linkname="/etc"), member("course/x/evil", b"x")),
    "hard link": lambda: (member("course/x", type=tarfile.LNKTYPE, linkname="../../secret"),),
    "pipe": lambda: (member("course/x", type=tarfile.FIFOTYPE),),
    "device": lambda: (member("course/x", type=tarfile.CHRTYPE, devmajor=1, devminor=3),),
    "twice": lambda: (member("course/x", b"one"), member("course/x", b"two")),
    "a folder that is a file": lambda: (member("course/x", b"one"), member("course/x/y", b"two")),
    "header without end": lambda: (member("course/x", b"x", pax_headers={"comment": "x" * (2 << 20)}),),
    "name without end": lambda: (member("course/" + "x" * (2 << 20), b"x"),),
    "sparse": lambda: (
        member(
            "course/x",
            b"0\n",
            pax_headers={
                "GNU.sparse.major": "1",
                "GNU.sparse.minor": "0",
                "GNU.sparse.name": "course/x",
                "GNU.sparse.realsize": "10000000",
            },
        ),
    ),
}


@pytest.mark.parametrize("name", sorted(EVIL))
def test_nothing_is_put_in_place_of_what_a_stranger_made(course: Course, tmp_path: Path, name: str) -> None:
    members = EVIL[name]()
    backup = archive(tmp_path / "backup", *members, manifest({info.name: content for info, content in members}))
    refused(course, backup)
    assert not Path(EVERYBODYS).exists()
    assert not (tmp_path / "evil").exists()


def refused(course: Course, backup: Path, why: str | None = None) -> None:
    before = sorted(path for path in course.root.rglob("*") if path.name != "build")
    with pytest.raises(CourseError, match=why):
        restore(backup, course, nothing)
    assert sorted(path for path in course.root.rglob("*") if path.name != "build") == before


def test_what_is_not_whole_is_refused(course: Course, tmp_path: Path) -> None:
    content = whole(tmp_path / "backup").read_bytes()
    for end in range(0, len(content), 40):
        (tmp_path / "half").write_bytes(content[:end])
        refused(course, tmp_path / "half")
    for place in range(20, len(content), 40):
        changed = bytearray(content)
        changed[place] ^= 1
        (tmp_path / "changed").write_bytes(changed)
        refused(course, tmp_path / "changed")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (
            lambda path: archive(path, member("course/a.txt", b"other"), manifest({"course/a.txt": b"first"})),
            "is damaged, in course/a.txt.",
        ),
        (lambda path: archive(path, manifest({"course/a.txt": b"first"})), "is damaged"),
        (lambda path: archive(path, member("course/a.txt", b"first"), manifest({})), "is damaged"),
        (lambda path: archive(path, member("course/a.txt", b"first")), "ends too early"),
        (lambda path: archive(path, manifest({}), member("course/a.txt", b"first")), "something comes behind"),
        (lambda path: archive(path, manifest({}), end=bytes(2 << 20)), "it has no end"),
        (lambda path: archive(path, manifest({}, schema=2)), "a later version"),
        (lambda path: archive(path, manifest({}, schema="2")), "nothing that can be read"),
        (lambda path: archive(path, manifest({}, environments=[1])), "nothing that can be read"),
        (lambda path: archive(path, manifest({}, made="x" * 5000)), "nothing that can be read"),
        (lambda path: archive(path, manifest({}, needs=[1])), "nothing that can be read"),
        (lambda path: archive(path, member(NAME, b"[" * 100_000)), "nothing that can be read"),
        (lambda path: archive(path, member(NAME, b"\xff")), "nothing that can be read"),
        (lambda path: path, "No such file"),
    ],
)
def test_the_sentence_says_what_is_wrong_with_it(
    course: Course, tmp_path: Path, make: Callable[[Path], Path], why: str
) -> None:
    refused(course, make(tmp_path / "backup"), why)


def test_what_has_no_room_is_refused(course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backup = whole(tmp_path / "backup")
    monkeypatch.setattr(unpacking, "SPARE", 1 << 60)
    refused(course, backup, "more than the disk has room for")
    monkeypatch.undo()
    monkeypatch.setattr(unpacking, "MOST_MEMBERS", 1)
    refused(course, backup, "too many files")


def test_modes_are_ours_but_for_those_of_the_exchange(course: Course, tmp_path: Path) -> None:
    files = {"course/secret": b"s", "course/exchange/c/x": b"x"}
    backup = archive(
        tmp_path / "backup",
        member("course/secret", b"s", mode=0o4777),
        member("course/exchange", type=tarfile.DIRTYPE, mode=0o2577),
        member("course/exchange/c/x", b"x", mode=0o4644),
        manifest(files),
    )
    restore(backup, course, nothing)
    modes = {name: (course.root / name).stat().st_mode & 0o7777 for name in (*files, "course/exchange", "course")}
    assert modes == {"course/secret": 0o600, "course/exchange/c/x": 0o644, "course/exchange": 0o577, "course": 0o700}


def test_what_differs_here_is_named_for_each_assignment(course: Course) -> None:
    from autograder.whole_class.backup_manifest import environments  # noqa: PLC0415

    there = environments(course)
    assert differing(course, Manifest({}, "", environments=there)) == {}
    there["tiny"] |= {"suite": "another"}
    assert differing(course, Manifest({}, "", environments=there | {"gone": {"suite": "x"}})) == {
        "tiny": ["suite"],
        "gone": ["suite"],
    }
