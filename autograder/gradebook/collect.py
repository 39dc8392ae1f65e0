"""How `nbgrader collect` takes submissions out of the exchange, a folder that every student may write to.

Stock nbgrader follows links in it, and one folder with an odd name or too many files ends the collection for the whole class.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import tempfile
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.exchange.default import Exchange, ExchangeCollect

from autograder.course.folders import Course
from autograder.course.stamps import STAMP, read_stamp, stamp_of
from autograder.gradebook.plain_files import NotCopied, copy_plain_files
from autograder.gradebook.settings import settings
from autograder.gradebook.times import zone_of
from autograder.submission.submitted import printable

BEFORE_ALL = datetime.min  # noqa: DTZ901  (nbgrader's times carry no zone)
KILOBYTE = 1000
USER_NAME = re.compile(
    r"\w[\w@.+\- ]{0,99}\Z"
)  # of a folder, in a path that nbgrader reads as a pattern and matches against others


def submission_named(name: str, assignment: str, zone: str | None) -> tuple[str, datetime | None]:
    """Who handed in the folder called `name` in the exchange, and when; None where the time cannot be read.

    Names of students may hold a `+`, and so may times, in front of a zone's offset.
    """
    found = re.match(rf"(?P<student>.+)\+{re.escape(assignment)}\+(?P<time>{STAMP})(\+[\w=-]*)?\Z", name)
    if not found:
        return name.rsplit("+", 3)[0], None
    return found["student"], read_stamp(found["time"], zone).time


def uncollected(course: Course, assignment: str) -> tuple[list[str], list[str]]:
    """Who has handed in something that still lies in the exchange: for the first time, and again. Raises CourseError."""
    config = settings(course)
    inbound = Path(Exchange(config=config).root) / config.CourseDirectory.course_id / "inbound"
    newest: dict[str, datetime] = {}
    with suppress(OSError):
        for path in inbound.iterdir():
            student, time = submission_named(path.name, assignment, zone_of(config))
            if time is not None and USER_NAME.match(student):
                newest[student] = max(time, newest.get(student, time))
    first, again = [], []
    for student, time in sorted(newest.items()):
        folder = course.submitted(student, assignment)
        collected = stamp_of(folder, zone_of(config)).time
        if not folder.is_dir():
            first.append(student)
        elif collected is None or time > collected:
            again.append(student)
    return first, again


class CollectSubmissions(ExchangeCollect):  # type: ignore[misc]  # nbgrader carries no types
    """Stands in `ExchangeFactory.collect`: the same, with ordinary files only, and one bad submission harms no other."""

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """Who submitted `path` and when; one without a readable time counts as older than all others."""
        name = Path(path).name
        student, time = submission_named(name, self.coursedir.assignment_id, self.timezone)
        if time is None:
            self.log.warning("%s has no time of submission in its name.", printable(name))
        return {"username": student, "filename": name, "timestamp": time or BEFORE_ALL}

    src_records: list[dict[str, Any]]

    def __init__(self, **kwargs: Any) -> None:
        """Nothing has failed yet. `failed`: folders that could not be copied, each with the reason."""
        super().__init__(**kwargs)
        self.failed: dict[str, str] = {}

    def init_src(self) -> None:
        """Find the submissions. A student's name becomes a folder's, so it must not lead elsewhere."""
        super().init_src()
        for record in [record for record in self.src_records if not USER_NAME.match(record["username"])]:
            self.log.warning("%s was not collected: nobody has such a name.", printable(record["filename"]))
            self.src_records.remove(record)

    def copy_files(self) -> None:
        """Take them in, one process at a time: two that replace the same folder would find each other's halves."""
        with (Path(self.coursedir.root) / "collecting.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            super().copy_files()

    def do_copy(self, src: str, dest: str, log: Any = None) -> None:
        """Copy the ordinary files of one submission. They are there as a whole or not at all, whatever ends this process."""
        name = printable(Path(src).name)
        with tempfile.TemporaryDirectory(prefix="collect-") as folder:
            copy = Path(folder) / "submission"
            try:
                left_out = copy_plain_files(Path(src), copy, self.coursedir.max_dir_size * KILOBYTE)
                if not copy.is_dir():
                    raise NotCopied("a link in the place of its folder")
                half = Path(dest).with_name(f".{Path(dest).name}.half")
                shutil.rmtree(half, ignore_errors=True)
                super().do_copy(str(copy), str(half), log)
                half.rename(dest)
            except (OSError, RecursionError, NotCopied) as fault:
                self.failed[Path(src).name] = f"it has {printable(str(fault))}"
                self.log.warning("%s was not collected: it has %s.", name, printable(str(fault)))
                return
        if left_out:
            self.log.warning(
                "%s: left out, since these are no ordinary files: %s", name, printable(", ".join(left_out))
            )
