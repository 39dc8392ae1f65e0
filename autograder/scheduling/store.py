"""Reports by the content that they follow from: the truth about what is graded. Resuming and regrading are looking up here.

SQLite in WAL mode on the disk of the machine that drives the grading; one commit per report, so whatever ends the process loses none.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.course import GraderError
from autograder.grading.report import Report

PATIENCE = 60.0  # seconds to wait for another process that writes
TABLES = """
create table if not exists report (
    key text primary key, assignment text not null, student text, json text not null, at text not null default current_timestamp
) without rowid;
create table if not exists recorded (
    assignment text not null, student text not null, key text not null, primary key (assignment, student)
) without rowid;
"""


class Store:
    """The reports of one course, in the file at `path`. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it; raises GraderError, in one sentence, like every method here."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._told():
            self._database = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = full")  # a power cut loses nothing either
            self._database.executescript(TABLES)

    def __enter__(self) -> Store:
        """This store."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._database.close()

    def __contains__(self, key: str) -> bool:
        """Whether there is a report under `key`."""
        with self._told():
            return self._database.execute("select 1 from report where key = ?", (key,)).fetchone() is not None

    def get(self, key: str) -> Report | None:
        """The report that is stored under `key`."""
        with self._told():
            row = self._database.execute("select json from report where key = ?", (key,)).fetchone()
        return None if row is None else Report.from_json(json.loads(row[0]))

    def put(self, key: str, report: Report) -> None:
        """Store a report. The first one under a key stays."""
        row = (key, report.assignment, report.student, json.dumps(report.as_json()))
        with self._told():
            self._database.execute(
                "insert or ignore into report (key, assignment, student, json) values (?, ?, ?, ?)", row
            )

    def is_recorded(self, assignment: str, student: str, key: str) -> bool:
        """Whether this report is the one of the student's that stands in the gradebook."""
        with self._told():
            query = "select 1 from recorded where assignment = ? and student = ? and key = ?"
            return self._database.execute(query, (assignment, student, key)).fetchone() is not None

    def record(self, assignment: str, student: str, key: str) -> None:
        """Remember that this report stands in the gradebook now, in the place of any other."""
        with self._told():
            self._database.execute("insert or replace into recorded values (?, ?, ?)", (assignment, student, key))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors as one sentence: a full disk, a locked or broken file."""
        try:
            yield
        except sqlite3.Error as fault:
            raise GraderError(
                f"{self.path} cannot be used: {fault}. What is stored there is kept; run the same command again to go on."
            ) from fault
