"""Lets only ordinary files of students through: a link could lead to the grader's own files, and a pipe or a device never ends.

Used where nbgrader copies what students handed in: out of the exchange (collect), and into the folder that is graded (autograde).
"""

from __future__ import annotations

import mimetypes
import os
import re
import stat
from pathlib import Path

DEEPEST_COPIED = 16  # folders within folders
MOST_COPIED = 10_000
# What a browser runs or frames: Formgrader shows a student's files to the instructor, from Jupyter's own address.
# Jupyter goes by `mimetypes`, which knows other kinds on each machine; these are recognised by their names in any case.
ACTIVE = set(
    """
    .htm .html .shtml .xht .xhtml .mht .mhtml .eml .css .js .mjs .wasm .swf .pdf
    .svg .svgz .xml .xsl .xslt .xul .rss .atom .rdf .mathml .mml
    """.split()  # noqa: SIM905  (two dozen quoted names read worse)
)
ACTIVE_KIND = re.compile(r"(multipart|message)/|.*(html|[/+]xml|pdf|[/-](java|ecma)script|wasm|flash|/css)")


class NotCopied(Exception):  # noqa: N818  (said of a submission)
    """A folder holds more than a submission may, or no folder is there; the message says what."""


def copy_plain_files(source: Path, target: Path, limit: int) -> list[str]:
    """Copy the ordinary files below `source`, together no more than `limit` bytes; returns the names of what was left out.

    Whoever owns `source` may change it meanwhile: no link is followed at any moment, and nothing is waited for. Raises NotCopied.
    """
    left_out: list[str] = []
    copied = count = 0
    for folder, folders, names, descriptor in os.fwalk(source, follow_symlinks=False):
        place = Path(folder).relative_to(source)
        if len(place.parts) > DEEPEST_COPIED:
            raise NotCopied(f"folders within {DEEPEST_COPIED} others")
        (target / place).mkdir(parents=True, exist_ok=True)
        left_out += [str(place / name) for name in folders if (Path(folder) / name).is_symlink()]  # not walked into
        for name in names:
            count += 1
            if count > MOST_COPIED:
                raise NotCopied(f"more than {MOST_COPIED:,} files")
            try:
                opened = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=descriptor)
            except OSError:
                left_out.append(str(place / name))
                continue
            with open(opened, "rb") as reading:  # noqa: PTH123  (opened relative to its folder)
                if not stat.S_ISREG(os.fstat(opened).st_mode):
                    left_out.append(str(place / name))
                    continue
                with (target / place / name).open("wb") as writing:
                    while chunk := reading.read(min(1 << 20, limit - copied + 1)):
                        copied += len(chunk)
                        if copied > limit:
                            raise NotCopied(f"more than {limit >> 20} MB")
                        writing.write(chunk)
    return left_out


def keep_plain_files(folder: Path, released: Path) -> list[str]:
    """Remove from a student's folder what nbgrader must not copy, read or show; returns the names of what was removed.

    Notebooks stay, whatever they are: what reads them refuses links, and says so to the student. So do the figures that were `released`.
    """
    removed = []
    for place, folders, names in os.walk(folder):
        Path(place).chmod(0o700 | stat.S_IMODE(Path(place).stat().st_mode))  # a student chose its mode
        for path in (Path(place, name) for name in (*folders, *names)):
            mode = path.lstat().st_mode
            name = path.relative_to(folder)
            ordinary = stat.S_ISREG(mode) or stat.S_ISDIR(mode)
            runs = stat.S_ISREG(mode) and is_active(path.name) and not _same_file(path, released / name)
            if path.suffix != ".ipynb" and (not ordinary or runs):
                path.unlink()
                removed.append(str(name))
    return removed


def is_active(name: str) -> bool:
    """Whether a browser runs or frames a file of that name, rather than show it as text or a picture, or save it."""
    kind = mimetypes.guess_type(name)[0] or ""
    return Path(name).suffix.lower() in ACTIVE or ACTIVE_KIND.match(kind) is not None


def _same_file(path: Path, other: Path) -> bool:
    return other.is_file() and path.stat().st_size == other.stat().st_size and path.read_bytes() == other.read_bytes()
