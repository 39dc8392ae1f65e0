"""Packs all of `course/` into one file, `autograder backup`, also while a class is being graded.

The two databases are copied first, each as it is at one moment. What the rest has that is newer, the next run of grade-class takes up.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import sqlite3
import stat
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.whole_class.backup_manifest import FOLDER, NAME, Manifest
from autograder.whole_class.scrubbing import files_of

LEFT_OUT = {"grading.lock", "locks"}  # at the top: of processes that run here now
AT_ONCE = 1 << 26  # bytes of a file that is read as a whole, so that it is of one moment
TRIES = 3
LEVEL = 6  # of compression


@dataclass
class Packed:
    """What became of it.

    files: hash of each member
    left_out: what is no ordinary file
    changed: files that went on changing while they were read
    """

    files: dict[str, str] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


def pack(course: Course, target: Path, manifest: Manifest, told: Callable[[int, int], None]) -> Packed:
    """Write the back-up to `target`, which must not be there; raises CourseError. `told`: how many files are packed, of how many."""
    packed = Packed()
    if target.resolve().is_relative_to(course.data.resolve()):
        raise CourseError(f"{target} would be a part of what it is a back-up of; name a file elsewhere.")
    try:
        _expect_none(target)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
            half = Path(folder) / "half"
            with (
                gzip.open(half, "wb", compresslevel=LEVEL) as stream,
                tarfile.open(fileobj=stream, mode="w|") as archive,
            ):
                _pack(course, Path(folder), archive, packed, told)
                text = replace(manifest, files=packed.files).as_text().encode()
                archive.addfile(_info(NAME, len(text)), io.BytesIO(text))
            half.chmod(0o600)
            _expect_none(target)
            half.rename(target)
    except sqlite3.Error as fault:
        raise CourseError(f"The databases cannot be copied: {fault}.") from fault
    except OSError as fault:
        raise CourseError(f"{target} cannot be written: {fault.strerror or fault}.") from fault
    return packed


def _expect_none(target: Path) -> None:
    if os.path.lexists(target):
        raise CourseError(f"{target} is there already, and nothing takes its place.")


def _pack(
    course: Course, folder: Path, archive: tarfile.TarFile, packed: Packed, told: Callable[[int, int], None]
) -> None:
    databases = [path for path in (course.gradebook, course.store) if path.exists()]
    apart = {*files_of(course.gradebook), *files_of(course.store)}
    for path in databases:
        copy = folder / path.name
        with closing(sqlite3.connect(path, timeout=60.0)) as database:
            database.execute("vacuum into ?", (str(copy),))
        _add(archive, copy, f"{FOLDER}/{path.name}", packed)
    members = [path for path in _below(course.data) if path not in apart]
    for number, path in enumerate(members, start=1):
        _add(archive, path, f"{FOLDER}/{path.relative_to(course.data)}", packed)
        told(number, len(members))


def _below(data: Path) -> Iterator[Path]:
    """All that is in `course/`, folders before what is in them."""
    for place, folders, names in os.walk(data, onerror=_raise):
        here = Path(place)
        if here == data:
            folders[:] = [name for name in folders if name not in LEFT_OUT]
            names = [name for name in names if name not in LEFT_OUT]  # noqa: PLW2901
        folders.sort()
        yield from (here / name for name in sorted((*folders, *names)))


def _raise(fault: OSError) -> None:
    if not isinstance(fault, FileNotFoundError):  # it went meanwhile
        raise CourseError(f"{fault.filename} cannot be read: {fault.strerror}.") from fault


def _add(archive: tarfile.TarFile, path: Path, name: str, packed: Packed) -> None:
    """Add a folder or an ordinary file. What goes meanwhile is not there; nothing else is added."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISDIR(mode):
            info = _info(name, 0, mode)
            info.type = tarfile.DIRTYPE
            archive.addfile(info)
        elif stat.S_ISREG(mode):
            with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:  # noqa: PTH123
                packed.files[name] = _add_file(
                    archive, file, _info(name, os.fstat(file.fileno()).st_size, mode), packed
                )
        else:
            packed.left_out.append(name)
    except FileNotFoundError:
        return
    except PermissionError as fault:
        raise CourseError(f"{path} cannot be read: {fault.strerror}.") from fault


def _add_file(archive: tarfile.TarFile, file: BinaryIO, info: tarfile.TarInfo, packed: Packed) -> str:
    """Add an open file; the hash of what was added."""
    if info.size > AT_ONCE:
        stream = _Hashing(file)
        try:
            archive.addfile(info, stream)
        except OSError as fault:
            if fault.errno is not None:
                raise
            raise CourseError(f"{info.name} became shorter while it was copied; run the same command again.") from fault
        return stream.made.hexdigest()
    for _ in range(TRIES):
        before = os.fstat(file.fileno())
        file.seek(0)
        content = file.read()
        after = os.fstat(file.fileno())
        if (before.st_mtime_ns, before.st_size) == (after.st_mtime_ns, after.st_size):
            break
    else:
        packed.changed.append(info.name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))
    return hashlib.sha256(content).hexdigest()


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.made = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self.made.update(content)
        return content


def _info(name: str, size: int, mode: int = 0o600) -> tarfile.TarInfo:
    """A member without owner and time, which nothing here depends on."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, stat.S_IMODE(mode)
    return info
