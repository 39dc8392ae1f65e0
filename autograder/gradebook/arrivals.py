"""What has arrived in the exchange and is all there, for `autograder watch`: found by listing, and collected as `nbgrader collect` does it.

A folder in which everybody may write is listed every few seconds. On network file systems nothing else sees what other machines write.
"""

from __future__ import annotations

import os
import pwd
import stat
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from nbgrader.utils import capture_log
from traitlets.config import Config

from autograder.course.folders import Course
from autograder.course.stamps import stamp_of
from autograder.gradebook.collect import USER_NAME, CollectSubmissions, submission_named
from autograder.gradebook.feedback_release import SECRET
from autograder.gradebook.plain_files import MOST_COPIED
from autograder.gradebook.times import zone_of
from autograder.submission.submitted import printable

RETRY = 600.0  # seconds after which what was refused, or what the grader failed at, is tried again
SETTLED = 5.0  # seconds without a change, after which a folder counts as complete that does not say so
State = tuple[int, ...]  # of what lies in a folder
COMPLETE = 0o777  # the mode that `nbgrader submit` gives a folder in the very end


@dataclass(frozen=True)
class Arrival:
    """A submission that lies in the exchange, is complete, and is newer than what was collected of the student."""

    student: str
    folder: Path
    time: datetime


class Inbound:
    """The folder of the exchange into which the students of a course hand in, for one assignment."""

    def __init__(self, course: Course, assignment: str, config: Config) -> None:
        """Look at nothing yet. `refused`: folders that were not taken, each with the reason; they are tried again after a while."""
        self.path = Path(Exchange(config=config).root) / config.CourseDirectory.course_id / "inbound"
        self.refused: dict[str, str] = {}
        self._course, self._assignment, self._config = course, assignment, config
        self._check_owner = CollectSubmissions(config=config).check_owner
        self._until: dict[str, float] = {}  # of folders that were refused: when to try again
        self._read: dict[str, Arrival | None] = {}  # of names of folders
        self._seen: dict[str, tuple[State, float]] = {}  # of folders that may not be complete: how, and since when
        self._taken: set[str] = set()  # by this process: the time that such a one holds may be another than its name's

    def arrivals(self) -> list[Arrival]:
        """The newest submission of each student whose newest is complete, the first ones first."""
        by_student: dict[str, list[Arrival]] = defaultdict(list)
        for arrival in self._listed():
            by_student[arrival.student].append(arrival)
        newest = [found for student, them in by_student.items() if (found := self._newest(student, them))]
        names = {arrival.folder.name for arrival in newest}
        self._seen = {name: state for name, state in self._seen.items() if name in names}
        return sorted(filter(self._is_complete, newest), key=lambda arrival: (arrival.time, arrival.student))

    def collect(self, arrivals: list[Arrival]) -> None:
        """Take these in, one by one. Those of which that is not possible are refused."""
        for arrival in arrivals:
            collector = CollectArrived(coursedir=CourseDirectory(config=self._config), config=self._config)
            collector.coursedir.assignment_id, collector.folder = self._assignment, str(arrival.folder)
            collector.update, collector.before_duedate, collector.check_owner = True, False, False
            said = capture_log(collector)
            fault = collector.failed.get(arrival.folder.name, "")
            if not said["success"]:
                fault = printable(said["error"].strip().splitlines()[-1])
            if fault:  # what was collected before may be gone, and is taken once more
                self._refuse(arrival, fault)
                self._taken = {name for name in self._taken if not name.startswith(f"{arrival.student}+")}
            else:
                self._taken.add(arrival.folder.name)

    def _listed(self) -> list[Arrival]:
        """All submissions of the assignment that lie there, with a name and a time that can be read."""
        try:
            names = [path.name for path in self.path.iterdir() if f"+{self._assignment}+" in path.name]
        except OSError:
            return []
        self._read = {name: self._read[name] if name in self._read else self._named(name) for name in names}
        return [arrival for arrival in self._read.values() if arrival is not None]

    def _named(self, name: str) -> Arrival | None:
        student, at = submission_named(name, self._assignment, zone_of(self._config))
        fits = at is not None and USER_NAME.match(student)
        return Arrival(student, self.path / name, at) if at and fits else None

    def _newest(self, student: str, arrivals: list[Arrival]) -> Arrival | None:
        """The newest of a student's that was not collected, and that the student has put there."""
        folder = self._course.submitted(student, self._assignment)
        collected = stamp_of(folder, zone_of(self._config)).time if folder.is_dir() else None
        for arrival in sorted(arrivals, key=lambda arrival: arrival.time, reverse=True):
            if arrival.folder.name in self._taken or (collected is not None and arrival.time <= collected):
                return None
            if time.monotonic() >= self._until.get(arrival.folder.name, 0.0) and self._is_own(arrival):
                return arrival
        return None

    def _is_own(self, arrival: Arrival) -> bool:
        """Whether it belongs to the student in its name. `nbgrader collect` warns where it does not; here nobody may be reading."""
        if not self._check_owner:
            return True
        try:
            number = arrival.folder.lstat().st_uid
        except OSError:
            return False
        try:
            owner = pwd.getpwuid(number).pw_name
        except KeyError:
            owner = f"a user without a name, {number}"
        if owner != arrival.student:
            self._refuse(arrival, f"it belongs to {printable(owner)}")
        return owner == arrival.student

    def _refuse(self, arrival: Arrival, why: str) -> None:
        self.refused[arrival.folder.name] = why
        self._until[arrival.folder.name] = time.monotonic() + RETRY

    def _is_complete(self, arrival: Arrival) -> bool:
        """Whether all of it is there. `nbgrader submit` writes file by file, then the secret, and changes the folder's mode in the end."""
        try:
            state = arrival.folder.lstat()
            if not stat.S_ISDIR(state.st_mode):
                return False
            if stat.S_IMODE(state.st_mode) == COMPLETE and (arrival.folder / SECRET).is_file():
                return True
            with os.scandir(arrival.folder) as entries:
                files = [entry.stat(follow_symlinks=False) for entry in islice(entries, MOST_COPIED)]
        except OSError:
            return False
        parts = (part for file in files for part in (file.st_ino, file.st_size, file.st_mtime_ns))
        shown = (state.st_mtime_ns, *sorted(parts))
        before, since = self._seen.setdefault(arrival.folder.name, (shown, time.monotonic()))
        if before != shown:
            self._seen[arrival.folder.name] = (shown, time.monotonic())
        return before == shown and time.monotonic() - since >= SETTLED


class CollectArrived(CollectSubmissions):
    """Takes in the one submission that it is told of, whatever else lies beside it."""

    folder: str

    def init_src(self) -> None:
        """Look for nothing."""
        self.inbound_path = ""  # the name is a whole path
        self.src_records = [{**self._path_to_record(self.folder), "filename": self.folder}]
