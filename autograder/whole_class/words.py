"""Looks for a person's name in files: as they are, and in what is packed in them, without unpacking anything onto the disk.

Names are looked for as whole words, in any case, in the spellings that JSON, HTML and addresses have for them.
"""

from __future__ import annotations

import bz2
import gzip
import html
import io
import json
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

BLOCK = 1 << 20
LONGEST = 1000  # bytes of a name in any spelling
MOST_UNPACKED = 1 << 30  # bytes of one file
MOST_MEMBERS = 100_000
LETTER = rb"[A-Za-z0-9\x80-\xff]"
PACKED: Mapping[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
}
UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    lzma.LZMAError,
    zlib.error,
)


class NotSearched(Exception):  # noqa: N818  (said of a file)
    """A file cannot be looked through."""


def pattern_of(names: Iterable[str]) -> re.Pattern[bytes]:
    """What finds these names in the content of a file."""
    spelled = {each for name in names for each in _spellings(name)}
    longest_first = sorted(filter(None, spelled), key=lambda each: (-len(each), each))
    words = b"|".join(re.escape(each[:LONGEST]) for each in longest_first)
    return re.compile(rb"(?<!%b)(?:%b)(?!%b)" % (LETTER, words, LETTER), re.IGNORECASE)


def lines_of(path: Path, pattern: re.Pattern[bytes]) -> list[int]:
    """The lines of an ordinary file in which the pattern occurs, and 0 where it does in something that is packed there.

    Raises NotSearched where that cannot be said.
    """
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return []
            found = lines_with(file, pattern)
            file.seek(0)
            begin = file.read(8)
            file.seek(0)
            packed = any(lines_with(each, pattern) for each in _unpacked(file, begin))
    except UNREADABLE as fault:
        raise NotSearched(f"{type(fault).__name__}: {fault}") from fault
    return [0, *found] if packed else found


def lines_with(file: IO[bytes], pattern: re.Pattern[bytes]) -> list[int]:
    """The numbers of the lines of a stream in which the pattern occurs. Raises ValueError where there is more of it than can be read."""
    found: set[int] = set()
    text, line, begin, read = b"", 1, 0, 0
    while True:
        block = file.read(BLOCK)
        text, read = text + block, read + len(block)
        end = len(text) - LONGEST if block else len(text)  # what begins later may go on in the next block
        starts = [match.start() for match in pattern.finditer(text, begin) if match.start() < end]
        found.update(line + text.count(b"\n", 0, start) for start in starts)
        if not block:
            return sorted(found)
        if read > MOST_UNPACKED and not isinstance(file, io.BufferedReader):
            raise ValueError("it unpacks to too much")
        kept = max(0, end - 1)  # with the byte before: a word begins behind it, or does not
        line += text.count(b"\n", 0, kept)
        text, begin = text[kept:], 1 if kept else begin


def _unpacked(file: IO[bytes], begin: bytes) -> Iterator[IO[bytes]]:
    """What is packed in a file, as streams: of an archive each member, with a tar file as one."""
    for magic, opened in PACKED.items():
        if begin.startswith(magic):
            yield opened(file)
    if begin.startswith(b"PK"):
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
                raise ValueError("it unpacks to too much")
            yield io.BytesIO("\n".join(member.filename for member in members).encode("utf-8", "surrogateescape"))
            for member in members:
                with archive.open(member) as stream:
                    yield stream


def _spellings(name: str) -> Iterator[bytes]:
    for each in (name, json.dumps(name)[1:-1], html.escape(name), quote(name)):
        yield each.encode("utf-8", "surrogateescape")
