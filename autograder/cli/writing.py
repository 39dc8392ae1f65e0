"""Writing what others read: a file is there as a whole or not at all. Used by all commands that write reports or grades."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from autograder.course.assignment import CourseError

STANDARD_OUTPUT = "-"
DEVICES = {"dev", "proc"}  # folders of the root in which no file takes the place of another
FOR_ITS_OWNER = 0o600


def write_text(target: str | Path, text: str, *, private: bool = False) -> None:
    """Write text to a file, or to standard output. What is there already stays until all of it is written.

    private: whether it is about a class, and so for its owner alone
    Raises CourseError where it cannot be written.
    """
    content = text.encode("utf-8", "backslashreplace")  # names may be no text at all
    if target == STANDARD_OUTPUT:
        sys.stdout.write(content.decode("utf-8"))
        return
    path = Path(target)
    try:
        if path.is_absolute() and DEVICES.intersection(path.parts[1:2]):
            path.write_bytes(content)
        else:  # a link stays, and what it leads to is replaced
            _replace(Path(os.path.realpath(path)), content, FOR_ITS_OWNER if private else 0o666 & ~_umask())
    except OSError as fault:
        raise CourseError(f"{target} cannot be written: {fault.strerror}.") from None


def write_folder(target: Path, files: Mapping[str, str]) -> None:
    """Write the texts of files to a folder, for its owner alone. What an earlier call wrote there goes when all is written.

    Raises CourseError where it cannot be written, or where there is anything in it that is no such folder's.
    """
    known = {Path(name).parts[0] for name in files}
    try:
        path = Path(os.path.realpath(target))
        others = sorted(each.name for each in path.iterdir() if each.name not in known) if path.exists() else []
        if others:
            raise CourseError(f"{target} holds {others[0]}, which would be lost; name a folder that is not there yet.")
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name[:100]}.") as making:
            new = Path(making, "new")
            for name, text in files.items():
                file = new / name
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                file.touch(FOR_ITS_OWNER)
                file.write_bytes(text.encode("utf-8", "backslashreplace"))
            if path.exists():
                path.rename(Path(making, "old"))
            new.chmod(0o700)
            new.rename(path)
    except OSError as fault:
        raise CourseError(f"{target} cannot be written: {fault.strerror}.") from None


def _replace(path: Path, content: bytes, mode: int) -> None:
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    new = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        new.chmod(mode)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def _umask() -> int:
    """What new files of this process are not; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
