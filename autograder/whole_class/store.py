"""Reports by the content that they follow from: the truth about what is graded. Resuming and regrading are looking up here.

SQLite in WAL mode on the disk of the machine that drives the grading; one commit per report, so whatever ends the process loses none.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from autograder.course.assignment import GraderError
from autograder.course.report import Report

Made = Literal["report", "entry", "page"]  # report: the key of the one that stands in the gradebook
WRITING_SECONDS = 60.0  # seconds to wait for another process that writes
TABLES = """
create table if not exists report (
    key text primary key, assignment text not null, student text, json text not null, at text not null default current_timestamp
) without rowid;
create table if not exists made (
    assignment text not null, student text not null, what text not null, digest text not null, primary key (assignment, student, what)
) without rowid;
create view if not exists unsettled as select key from report
    where coalesce(json_extract(json, '$.stalled'), 0) or json_extract(json, '$.status') = 'grader-error';
"""


class Store:
    """The reports of one course, in the file at `path`. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it; raises GraderError, in one sentence, like every method here."""
        self.path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._told():
            self._database = sqlite3.connect(path, timeout=WRITING_SECONDS, isolation_level=None)
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
        """Whether there is a report under `key` that is to stay."""
        with self._told():
            query = "select 1 from report where key = ? and not exists (select 1 from unsettled where key = report.key)"
            return self._database.execute(query, (key,)).fetchone() is not None

    def holds(self, key: str) -> bool:
        """Whether there is any report under `key`, also one that is to be asked for again."""
        with self._told():
            return self._database.execute("select 1 from report where key = ?", (key,)).fetchone() is not None

    def get(self, key: str) -> Report | None:
        """The report that is stored under `key`."""
        with self._told():
            row = self._database.execute("select json from report where key = ?", (key,)).fetchone()
        return None if row is None else Report.from_json(json.loads(row[0]))

    def put(self, key: str, report: Report) -> None:
        """Store a report. The first one under a key stays, unless it was to be asked for again; what takes its place is recorded anew."""
        row = (key, report.assignment, report.student, json.dumps(report.as_json()))
        with self._told():
            # Interrupted between the two, the old report is recorded once more, which changes nothing.
            forget = "delete from made where what = 'report' and digest = ? and exists (select 1 from unsettled where key = ?)"
            self._database.execute(forget, (key, key))
            self._database.execute(
                "insert into report (key, assignment, student, json) values (?, ?, ?, ?) on conflict (key) "
                "do update set json = excluded.json where exists (select 1 from unsettled where key = report.key)",
                row,
            )

    def made(self, assignment: str, what: Made) -> dict[str, str]:
        """For each student, what followed from what when it was made last: a digest of all that it follows from."""
        with self._told():
            query = "select student, digest from made where assignment = ? and what = ?"
            return dict(self._database.execute(query, (assignment, what)).fetchall())

    def remember(self, assignment: str, what: Made, digests: Mapping[str, str]) -> None:
        """Remember what was made now for each student, in the place of anything before."""
        rows = [(assignment, student, what, digest) for student, digest in digests.items()]
        with self._told():
            self._database.execute("begin immediate")
            self._database.executemany("insert or replace into made values (?, ?, ?, ?)", rows)
            self._database.execute("commit")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors as one sentence: a full disk, a locked or broken file."""
        try:
            yield
        except sqlite3.Error as fault:
            raise GraderError(
                f"{self.path} cannot be used: {fault}. What is stored there is kept; run the same command again to go on."
            ) from fault
