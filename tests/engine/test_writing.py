"""What a command writes is there as a whole or not at all, for its owner alone where it is about a class."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from autograder.cli.writing import write_text
from autograder.course.assignment import CourseError


@pytest.mark.parametrize(("private", "mode"), [(True, 0o600), (False, 0o640)])
def test_a_file_is_replaced_and_has_the_mode_of_what_is_in_it(tmp_path: Path, private: bool, mode: int) -> None:
    path = tmp_path / "grades.csv"
    path.write_text("old")
    path.chmod(0o644)
    before = os.umask(0o027)
    try:
        write_text(path, "new\r\n", private=private)
    finally:
        os.umask(before)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new\r\n", mode)
    assert list(tmp_path.iterdir()) == [path]


def test_where_writing_fails_the_old_file_stays_and_nothing_else_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "grades.csv"
    path.write_text("old")

    def full(self: Path, mode: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "chmod", full)
    with pytest.raises(CourseError, match=r"grades\.csv cannot be written: No space left on device\."):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("place", "why"), [("nowhere/x", "No such file or directory"), ("folder", "Is a directory")])
def test_where_no_file_can_be_a_line_says_why(tmp_path: Path, place: str, why: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(CourseError, match=why):
        write_text(tmp_path / place, "new")
    assert [each.name for each in tmp_path.iterdir()] == ["folder"]
    with pytest.raises(CourseError, match="/ cannot be written"):
        write_text("/", "new")


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link").symlink_to("elsewhere/grades.csv")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "elsewhere" / "grades.csv").read_text() == "new"


def test_a_pipe_is_written_to_and_not_replaced() -> None:
    reader, writer = os.pipe()
    write_text(f"/dev/fd/{writer}", "new")
    os.close(writer)
    with os.fdopen(reader) as file:
        assert file.read() == "new"


def test_names_that_are_no_text_can_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_text(tmp_path / "x", "\udcff")
    write_text("-", "\udcff")
    assert (tmp_path / "x").read_text() == capsys.readouterr().out == "\\udcff"
