"""A person's name is found in every file that holds it, however it is packed, and nowhere else."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.whole_class import words
from autograder.whole_class.words import NotSearched, lines_of, lines_with, pattern_of


def zipped(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("roster.csv", content)
    return made.getvalue()


def named(content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(content.decode(), b"")
    return made.getvalue()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"alice", True),
        (b"so says Alice.", True),
        (b"alice@example.org", True),
        (b"alice_homework", True),
        (b"/alice/", True),
        (b"malice", False),
        (b"alices", False),
        (b"alice2", False),
        ("éalice".encode(), False),
        (b"b.c", False),
        (b"Zo\\u00eb B", True),
        ("ZOë b".encode(), True),
        (b"Zo%C3%AB%20B", True),
        (b"x &amp; y", True),
        (b"x & y", True),
    ],
)
def test_names_are_words_in_any_spelling(text: bytes, *, found: bool) -> None:
    assert bool(lines_with(io.BytesIO(text), pattern_of(["alice", "b+c", "Zoë B", "x & y"]))) == found


@pytest.mark.parametrize("before", range(40))
def test_a_name_is_found_wherever_a_block_ends(before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "BLOCK", 16)
    monkeypatch.setattr(words, "LONGEST", 8)
    pattern = pattern_of(["alice"])
    for text, found in (
        (b"\n" * before + b"alice" + b"\n" * 20, [before + 1]),
        (b"." * before + b"xalice" + b"." * 20, []),
    ):
        assert lines_with(io.BytesIO(text), pattern) == found
    assert lines_with(io.BytesIO(b"." * before + b"alice2" + b"." * 20), pattern) == []


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, zipped, named], ids=lambda pack: pack.__module__
)
def test_what_is_packed_is_looked_through(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "packed").write_bytes(pack(b"alice"))
    assert lines_of(tmp_path / "packed", pattern_of(["alice"]))[0] in {0, 1}  # a zip file has names as they are
    assert lines_of(tmp_path / "packed", pattern_of(["bob"])) == []


@pytest.mark.parametrize("pack", [gzip.compress, zipped])
def test_what_unpacks_without_end_or_is_broken_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    path, pattern = tmp_path / "packed", pattern_of(["alice"])
    path.write_bytes(pack(bytes(1 << 20)))
    assert lines_of(path, pattern) == []
    monkeypatch.setattr(words, "MOST_UNPACKED", 1 << 19)
    with pytest.raises(NotSearched, match="unpacks to too much"):
        lines_of(path, pattern)
    path.write_bytes(pack(os.urandom(100))[:-9])
    with pytest.raises(NotSearched):
        lines_of(path, pattern)


def test_no_link_is_followed_and_no_pipe_waited_for(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("alice")
    (tmp_path / "link").symlink_to(tmp_path / "there")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotSearched):
        lines_of(tmp_path / "link", pattern_of(["alice"]))
    assert lines_of(tmp_path / "pipe", pattern_of(["alice"])) == []
