"""Puts a back-up in the place of a course that is not there yet, `autograder restore`. It may come from a stranger, and be anything.

Only folders and ordinary files are taken, by names below `course/`, with modes of ours; `tarfile` reads headers and puts nothing anywhere.
Each file's hash is compared before anything is put in place; memory, disk and the number of files are bounded.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tarfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.whole_class.backup_manifest import FOLDER, MOST_BYTES, NAME, Manifest

HEADERS = 1 << 20  # bytes between the contents of two members
MOST_MEMBERS = 2_000_000
LONGEST_PATH, DEEPEST = 3000, 64
SPARE = 1 << 28  # bytes of the disk that stay free
BLOCK = 1 << 20
MOST_NAMED = 5
OTHERS_ENTER = "exchange"  # of the folders: the one whose modes are kept, since students read and write there
UNREADABLE = (tarfile.TarError, EOFError, ValueError, OverflowError, RecursionError, zlib.error, gzip.BadGzipFile)
Told = Callable[[int, int], None]  # bytes of the back-up that are read, of how many


@dataclass
class _Bounded:
    """What tarfile reads; whoever wrote it decides how much that is, within what is allowed at the moment."""

    file: gzip.GzipFile
    left: int = HEADERS

    def read(self, size: int) -> bytes:
        content = self.file.read(size)
        self.left -= len(content)
        if self.left < 0:
            raise ValueError("a header has no end")
        return content


@dataclass
class _Unpacked:
    """What has been written so far, below `folder`; `room`: bytes of the disk that may still be."""

    folder: Path
    room: int
    files: dict[str, str] = field(default_factory=dict)
    modes: list[tuple[Path, int]] = field(default_factory=list)
    members: int = 0


def restore(backup: Path, course: Course, told: Told) -> Manifest:
    """Make `course/` of a back-up; raises CourseError, and then nothing is there that was not there before."""
    data = Path(os.path.realpath(course.data))  # it may be a link to another disk
    try:
        if data.exists() and any(data.iterdir()):
            raise CourseError(f"{course.data} is not empty, and nothing in it is overwritten. Move it away first.")
        # Beside a linked folder, or else where git looks at nothing.
        folder = (data.parent if course.data.is_symlink() else course.root / "build") / f"{FOLDER}-that-is-restored"
        shutil.rmtree(folder, ignore_errors=True)  # of a run that was ended
        folder.mkdir(mode=0o700, parents=True)
        try:
            manifest = _checked(backup, folder, told)
            os.rename(folder, data)  # noqa: PTH104  (an empty folder may be there)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as fault:
        raise CourseError(f"{fault.filename or backup} cannot be used: {fault.strerror or fault}.") from fault
    return manifest


def _checked(backup: Path, folder: Path, told: Told) -> Manifest:
    """Unpack below `folder`, and compare with what the manifest says."""
    made = _Unpacked(folder, shutil.disk_usage(folder).free - SPARE)
    try:
        with backup.open("rb") as file, gzip.open(file) as stream:
            size = os.fstat(file.fileno()).st_size
            bounded = _Bounded(stream)
            with tarfile.open(fileobj=bounded, mode="r|") as archive:  # type: ignore[call-overload]  # it only reads
                manifest = _unpack(archive, bounded, made, lambda: told(file.tell(), size))
            if len(stream.read(HEADERS)) == HEADERS:  # at its end stands a sum, too
                raise ValueError("it has no end")
    except UNREADABLE as fault:
        raise CourseError(
            f"{backup} is no back-up of a course, or not all of one: {fault or type(fault).__name__}."
        ) from fault
    differing = sorted(
        name for name in manifest.files.keys() | made.files.keys() if manifest.files.get(name) != made.files.get(name)
    )
    if differing:
        more = f" and {len(differing) - MOST_NAMED:,} more" if len(differing) > MOST_NAMED else ""
        raise CourseError(f"{backup} is damaged, in {', '.join(differing[:MOST_NAMED])}{more}.")
    for path, mode in reversed(made.modes):  # what is in a folder before the folder
        path.chmod(mode)
    return manifest


def _unpack(archive: tarfile.TarFile, bounded: _Bounded, made: _Unpacked, told: Callable[[], None]) -> Manifest:
    """Write all members; what the last one says."""
    while (member := _next(archive, bounded)) is not None:
        if member.name == NAME:
            if member.size > MOST_BYTES:
                raise ValueError(f"{NAME} is too long")
            text = b"".join(_content(archive, bounded, member))
            if _next(archive, bounded) is not None:
                raise ValueError(f"something comes behind {NAME}")
            return Manifest.from_text(text)
        made.members += 1
        if made.members > MOST_MEMBERS:
            raise ValueError("it has too many files")
        _write(archive, bounded, member, made)
        told()
    raise ValueError(f"it has no {NAME}, and so ends too early")


def _next(archive: tarfile.TarFile, bounded: _Bounded) -> tarfile.TarInfo | None:
    bounded.left = HEADERS
    member = archive.next()
    archive.members = []  # type: ignore[attr-defined]  # or it would keep all of them
    return member


def _write(archive: tarfile.TarFile, bounded: _Bounded, member: tarfile.TarInfo, made: _Unpacked) -> None:
    path = made.folder.joinpath(*_parts(member.name))
    if path != made.folder and path.relative_to(made.folder).parts[0] == OTHERS_ENTER:
        made.modes.append((path, member.mode & 0o777))
    if member.isdir():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return
    if member.type not in {tarfile.REGTYPE, tarfile.AREGTYPE} or member.sparse is not None:
        raise ValueError(f"{member.name} is neither a folder nor an ordinary file")
    made.room -= member.size
    if member.size < 0 or made.room < 0:
        raise ValueError("it unpacks to more than the disk has room for")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as file:  # noqa: PTH123
        for block in _content(archive, bounded, member):
            digest.update(block)
            file.write(block)
    made.files[member.name] = digest.hexdigest()


def _parts(name: str) -> tuple[str, ...]:
    """Where a member belongs below the folder; raises ValueError where that is nowhere."""
    first, *parts = name.split("/")
    if (
        first != FOLDER
        or len(name) > LONGEST_PATH
        or len(parts) > DEEPEST
        or any(part in {"", ".", ".."} or "\0" in part for part in parts)
    ):
        raise ValueError(f"{name[:100]!r} is no name of a file in {FOLDER}/")
    return tuple(parts)


def _content(archive: tarfile.TarFile, bounded: _Bounded, member: tarfile.TarInfo) -> Iterator[bytes]:
    """The content of a member, block by block."""
    bounded.left = member.size + HEADERS
    stream = archive.extractfile(member)
    left = member.size
    while left and stream is not None:
        block = stream.read(min(BLOCK, left))
        if not block:
            raise EOFError("it ends too early")
        left -= len(block)
        yield block
