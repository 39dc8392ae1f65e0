"""Where a person is in the files below `course/`: folders of their own, pages and lists of the class, and words in any other file.

A student's name is data: it is compared with names of folders and looked for in files. It becomes a path only where it is one name.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from autograder.course.stamps import STAMP
from autograder.whole_class.words import NotSearched, lines_of

OF_STUDENTS = ("submitted", "autograded", "feedback", "given_back", "demo")  # folders with one for each student
OF_CLASSES = ("reports", "exports", "board", "slurm", "watch")  # folders of files and folders that can be made again
GRADES = "grades.csv"  # nbgrader's export
OF_TEXTS = ("source", "release", "bands")  # made of the assignments and of nobody's work
# Of the exchange, where it lies below `course/`: what was handed in, one folder for each, and what was given out.
EXCHANGE, INBOUND, OUTBOUND = "exchange", "inbound", "outbound"
LONGEST_NAME = 255  # bytes


@dataclass(frozen=True)
class Mention:
    """A file that names the person: in which lines (0: in something that is packed in it), or why nobody knows.

    of_others: whether it lies among what other students handed in, or what was made of that
    """

    path: Path
    lines: tuple[int, ...] = ()
    why: str = ""
    of_others: bool = False


def expect_name(student: str) -> None:
    """Raise CourseError unless a student can be called so: one name of a folder, which the databases can hold."""
    try:
        long = len(student.encode()) > LONGEST_NAME
    except UnicodeEncodeError:
        raise CourseError(
            "A student's name is text, and this is none; remove the folders of that name yourself."
        ) from None
    if student in {"", ".", ".."} or "/" in student or "\0" in student or long:
        raise CourseError("STUDENT is the name under which somebody submits, and no path.")


def own_folders(course: Course, student: str) -> list[Path]:
    """What lies below `course/` under the name of a student, as a folder or as anything else."""
    return [path for step in OF_STUDENTS if os.path.lexists(path := course.data / step / student)]


def inbound_folders(inbound: Path, student: str) -> list[Path]:
    """The submissions of a student in a folder of the exchange."""
    name = re.compile(rf"{re.escape(student)}\+[^+]+\+{STAMP}(\+[\w=-]*)?")
    with suppress(OSError):
        return sorted(path for path in inbound.iterdir() if name.fullmatch(path.name))
    return []


def pages_about(course: Course, names: Collection[str], pattern: re.Pattern[bytes]) -> list[Path]:
    """Pages and lists of a class that name the person, or are of one of these assignments, whose figures count the person in."""
    folders = [course.data / folder for folder in OF_CLASSES]
    made = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
    return [
        path
        for path in (*made, course.data / GRADES)
        if os.path.lexists(path)
        and (_of_assignment(path, names) or any(_names(each, pattern) for each in _within(path)))
    ]


def mentions(
    course: Course,
    pattern: re.Pattern[bytes],
    apart: Collection[Path],
    shared: Collection[Path],
    told: Callable[[int, int], None],
) -> list[Mention]:
    """All files below `course/` that name the person, but for what lies below the paths `apart`.

    shared: files that hold what is about others, besides their folders
    told: hears how many files are read, of how many
    """
    found, files = [], list(_files(course, apart))
    for number, path in enumerate(files, start=1):
        told(number, len(files))
        parts = path.relative_to(course.data).parts
        called = os.fsencode("/".join(parts)) + (b" " + os.fsencode(path.readlink()) if path.is_symlink() else b"")
        in_name = pattern.search(called) is not None
        of_others = path in shared or _of_others(parts)
        lines, why = _looked_through(path, pattern)
        if lines or in_name or (why and not of_others):
            found.append(Mention(path, lines, why, of_others))
    return found


def files_in(path: Path) -> int:
    """How many files are below a folder; a file, or a link wherever it leads, is one."""
    return 1 if path.is_symlink() or not path.is_dir() else sum(len(names) for _, _, names in os.walk(path))


def remove(path: Path) -> None:
    """Remove a file, a link, or a folder with all that is in it. No link is followed, and what is gone is gone."""
    with suppress(FileNotFoundError):
        if not stat.S_ISDIR(path.lstat().st_mode):
            path.unlink()
            return
        path.chmod(0o700)  # a student may have chosen its mode, and those of the folders in it
        for place, folders, _ in os.walk(path):
            for each in (Path(place, name) for name in folders):
                if not each.is_symlink():
                    each.chmod(0o700)
        shutil.rmtree(path)


def _files(course: Course, apart: Collection[Path]) -> Iterator[Path]:
    """All files, in their order, but for those that follow from the assignments alone."""
    passed_over = {course.data / name for name in OF_TEXTS}.union(apart)
    for place, folders, names in os.walk(course.data):
        here = Path(place)
        folders[:] = sorted(name for name in folders if here / name not in passed_over and name != OUTBOUND)
        links = [name for name in folders if (here / name).is_symlink()]
        yield from (here / name for name in sorted([*names, *links]) if here / name not in passed_over)


def _looked_through(path: Path, pattern: re.Pattern[bytes]) -> tuple[tuple[int, ...], str]:
    """The lines of a file with a name in them, or why nobody knows. What a link leads to is no part of the course."""
    try:
        return () if path.is_symlink() else tuple(lines_of(path, pattern)), ""
    except NotSearched as fault:
        return (), str(fault)


def _of_others(parts: tuple[str, ...]) -> bool:
    """Whether a path, seen from `course/`, lies in a folder for each student, or in one of the exchange for all of them."""
    step = parts[2] if parts[0] == EXCHANGE and len(parts) > 3 else ""  # noqa: PLR2004  (exchange, course, step, what is in it)
    return step in {INBOUND, "feedback"} or (parts[0] in OF_STUDENTS and len(parts) > 2)  # noqa: PLR2004


def _of_assignment(path: Path, names: Collection[str]) -> bool:
    return any(path.name == name or path.name.startswith((f"{name}.", f"{name}-")) for name in names)


def _within(path: Path) -> Iterator[Path]:
    """A file, or all files of a folder; no link is followed."""
    if path.is_symlink() or not path.is_dir():
        yield path
    else:
        yield from (Path(place, name) for place, _, names in os.walk(path) for name in names)


def _names(path: Path, pattern: re.Pattern[bytes]) -> bool:
    """Whether a file names the person; one that cannot be read may, and can be made again."""
    try:
        return bool(lines_of(path, pattern)) or pattern.search(os.fsencode(path.name)) is not None
    except NotSearched:
        return True
