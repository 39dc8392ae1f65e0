"""What `autograder backup` and `autograder restore` do: a course moves to another machine, and goes on there as if nothing had happened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from autograder.cli.console import MOST_NAMED, below, note, out, people
from autograder.cli.progress import Progress
from autograder.course.assignment import CourseError
from autograder.course.folders import CONFIG_OF_DATA, NBGRADER_CONFIG, SECRET_VARIABLE, Course
from autograder.course.settings import data_for
from autograder.reporting.class_words import count
from autograder.reporting.terminal import plain
from autograder.whole_class.backup_manifest import Manifest, differing, environments
from autograder.whole_class.packing import pack
from autograder.whole_class.unpacking import restore

MEGABYTE = 1e6


def back_up(path: Path | None) -> None:
    """Pack the course, and tell what is in the file and what is not."""
    from autograder.gradebook.person import UNFINISHED  # noqa: PLC0415  (imports nbgrader: two seconds)

    course = Course.find()
    if not course.data.is_dir():
        raise CourseError(f"{course.data} is not there, so there is nothing to back up.")
    if (course.data / UNFINISHED).exists():
        raise CourseError(
            "Somebody is being removed from this course, and that was not ended: run `autograder forget` again first."
        )
    now = datetime.now().astimezone()
    target = path or course.root.parent / f"{course.root.name}-course-{now:%Y%m%d-%H%M%S}.tar.gz"
    with Progress() as progress:
        progress.doing("backing up", "looking at what reports follow from")
        manifest = _manifest(course, f"{now:%Y-%m-%d %H:%M %Z}")
        packed = pack(course, target, manifest, lambda done, total: progress.count("packing", done, total))
    size = target.stat().st_size / MEGABYTE
    out.print(plain(str(target)))
    out.print(
        f"{count(len(packed.files), 'file')}, {size:,.1f} MB: grades and work of people, so keep it as you keep the course."
    )
    if packed.left_out:
        note(f"left out, since these are no ordinary files: {people(packed.left_out)}")
    if packed.changed:
        note(f"these went on changing while they were copied; run it again when nothing runs: {people(packed.changed)}")
    if manifest.exchange:
        note(
            f"The exchange, {manifest.exchange}, is not in the back-up: collect what students have handed in before you move."
        )
    for sentence in manifest.needs:
        note(sentence)


def _manifest(course: Course, made: str) -> Manifest:
    """What the back-up is to say of the course, as far as that can be told: one with a broken text wants a back-up, too."""
    parts: dict[str, Callable[[], Any]] = {
        "exchange": lambda: _exchange(course),
        "environments": lambda: environments(course),
        "needs": lambda: tuple(_needs(course)),
    }
    found = {}
    for name, look in parts.items():
        try:
            found[name] = look()
        except Exception as fault:  # noqa: BLE001  (whatever is broken)
            note(f"the back-up does not say all of this course: {fault}")
    return Manifest({}, made, **found)


def put_back(backup: Path, folder: Path | None) -> None:
    """Restore a course, and tell what has still to be done there."""
    course = Course.find() if folder is None else Course(folder)
    with Progress() as progress:
        manifest = restore(backup, course, lambda done, size: progress.count("restoring", done, size))
        where = plain(below(course, course.data))
        out.print(
            f"{where}: {count(len(manifest.files), 'file')}, as they were on {plain(manifest.made)}. Still to be done:"
        )
        progress.doing("restoring", "comparing what reports follow from")
        for sentence in _still_to_be_done(course, manifest):
            out.print(f"  {plain(sentence)}")


def _needs(course: Course) -> Iterator[str]:
    """What the course uses that does not lie in it."""
    if os.environ.get(SECRET_VARIABLE):
        yield f"Hidden inputs are drawn from {SECRET_VARIABLE} in the environment, which is not in the back-up: set it there, too."
    data = data_for(course)
    if isinstance(data, Path) and not data.is_relative_to(course.data):
        yield f"Training learns from {data}, which is not in the back-up and has to be there, too."


def _exchange(course: Course) -> str:
    """The folder of the exchange, unless that is packed with the course."""
    from autograder.gradebook.forgetting import exchange_of  # noqa: PLC0415  (imports nbgrader: two seconds)

    exchange = exchange_of(course)
    return "" if exchange.is_relative_to(course.data) else str(exchange)


def _still_to_be_done(course: Course, manifest: Manifest) -> Iterator[str]:
    yield "`make setup`, unless that is done, and `autograder doctor`, which says what works here and who reads which settings."
    if manifest.exchange:
        yield f"The exchange was {manifest.exchange}: set NBGRADER_EXCHANGE, or your Jupyter configuration, and release again."
    yield "Settings of nbgrader's that stood outside of the checkout, as in Jupyter's folders, have to be set here, too."
    yield from manifest.needs[:MOST_NAMED]
    config = course.data / NBGRADER_CONFIG
    if config.is_file() and config.read_bytes() != CONFIG_OF_DATA.encode():
        yield f"Read {below(course, config)}: it has lines of its own, which nbgrader runs with your rights."
    others = differing(course, manifest)
    for name, parts in islice(others.items(), MOST_NAMED):  # a stranger may have written more than anybody reads
        what = ", ".join(parts)
        yield f"{name} is not graded by the same here ({what}): `autograder grade-class {name} --dry-run` says what would change."
    if manifest.environments and not others:
        yield "Nobody is graded again: all that reports follow from is the same here."
