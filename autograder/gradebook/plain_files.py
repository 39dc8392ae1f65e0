"""Only ordinary files of students get any further: a link could lead to the grader's own files, and a pipe or a device never ends.

Used where nbgrader copies what students handed in: out of the exchange (collect), and into the folder that is graded (autograde).
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from nbgrader.utils import parse_utc

DEEPEST = 16  # folders within folders
MOST_FILES = 10_000
TIMESTAMP = "timestamp.txt"  # read by nbgrader before anything else is
LONGEST_TIMESTAMP = 100


class TooMuch(Exception):  # noqa: N818  (said of a submission)
    """More than one submission may hold; the message says what of."""


def copy_plain_files(source: Path, target: Path, limit: int) -> list[str]:
    """Copy the ordinary files below `source`, of `limit` bytes together at most; names of what was left out.

    Whoever owns `source` may change it meanwhile: no link is followed at any moment, and nothing is waited for. Raises TooMuch.
    """
    left_out: list[str] = []
    copied = count = 0
    for folder, folders, names, descriptor in os.fwalk(source, follow_symlinks=False):
        place = Path(folder).relative_to(source)
        if len(place.parts) > DEEPEST:
            raise TooMuch(f"folders within {DEEPEST} others")
        (target / place).mkdir(parents=True, exist_ok=True)
        left_out += [str(place / name) for name in folders if (Path(folder) / name).is_symlink()]  # not walked into
        for name in names:
            count += 1
            if count > MOST_FILES:
                raise TooMuch(f"more than {MOST_FILES:,} files")
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
                            raise TooMuch(f"more than {limit >> 20} MB")
                        writing.write(chunk)
    return left_out


def keep_plain_files(folder: Path) -> list[str]:
    """Remove from a student's folder what nbgrader must not copy or read; names of what was removed.

    Notebooks stay, whatever they are: what reads them refuses links, and says so to the student.
    """
    removed = []
    for place, folders, names in os.walk(folder):
        Path(place).chmod(0o700 | stat.S_IMODE(Path(place).stat().st_mode))  # a student chose its mode
        for path in (Path(place, name) for name in (*folders, *names)):
            mode = path.lstat().st_mode
            ordinary = stat.S_ISREG(mode) or stat.S_ISDIR(mode)
            if path.suffix != ".ipynb" and (not ordinary or (path.name == TIMESTAMP and not _is_time(path))):
                path.unlink()
                removed.append(str(path.relative_to(folder)))
    return removed


def _is_time(path: Path) -> bool:
    """Whether nbgrader can read the time of submission in `path`."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LONGEST_TIMESTAMP + 1).strip()
        parse_utc(text)
    except (OSError, ValueError, OverflowError, TypeError):
        return False
    return len(text) <= LONGEST_TIMESTAMP
