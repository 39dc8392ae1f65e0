"""What lies in the folder that a student handed in. Used by `submitted` to find the notebook, or to say what there is instead.

The folder is the student's: no link is followed, no archive is opened, and no more is looked at than a person would have handed in.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

DEEPEST = 4  # folders within folders
MOST_FILES = 2000
MOST_NAMED = 5
# What nbgrader left, and whoever packed the folder. A name with a dot in front is no student's work either: macOS leaves `._NAME`.
NO_WORK = {"timestamp.txt", "submission_secret.txt", "__MACOSX", "__pycache__", "feedback", "Thumbs.db", "desktop.ini"}


def notebooks(folder: Path) -> list[Path]:
    """The notebooks in `folder`, the nearest first, then by name, with numbers in their order."""
    found = [path for path in _files(folder) if path.suffix.lower() == ".ipynb"]
    return sorted(found, key=lambda path: (len(path.parts), _counted(path)))


def instead(folder: Path, released: Path) -> str:
    """What was handed in instead of a notebook, in one sentence. Files that were released do not count as handed in."""
    files = sorted(path.relative_to(folder) for path in _files(folder))
    names = [str(name) for name in files if not (released / name).is_file()]
    told = ", ".join("".join(c if c.isprintable() else "?" for c in name) for name in names[:MOST_NAMED])
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"There is no notebook; what was handed in: {told or 'nothing'}{more}."


def _files(folder: Path) -> Iterator[Path]:
    looked_at = 0
    for place, folders, names in os.walk(folder):
        here = Path(place)
        deep = len(here.relative_to(folder).parts) >= DEEPEST
        folders[:] = [] if deep else sorted(name for name in folders if _is_work(name))
        for name in sorted(names):
            looked_at += 1
            if looked_at > MOST_FILES:
                return
            if _is_work(name) and _is_plain(here / name):
                yield here / name


def _is_work(name: str) -> bool:
    return not name.startswith(".") and name not in NO_WORK


def _is_plain(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _counted(path: Path) -> list[tuple[int, str]]:
    """A key by which `Copy10` comes after `Copy9`, and NAME before whatever was made of it."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d{1,9})", path.stem)]
