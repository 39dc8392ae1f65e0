"""Reports by the content that they follow from: the truth about what is graded. Resuming and regrading are looking up here.

SQLite in WAL mode on the disk of the machine that drives the grading; one commit per report, so whatever ends the process loses none.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from autograder.course.assignment import GraderError
from autograder.course.attempts import Attempt
from autograder.course.regrade import Regrade
from autograder.course.report import Report
from autograder.whole_class.scrubbing import scrub

Made = Literal["report", "entry", "page"]  # report: the key of the one that stands in the gradebook
WRITING_SECONDS = 60.0  # seconds to wait for another process that writes
TABLES = """
create table if not exists report (
    key text primary key, assignment text not null, student text, json text not null, at text not null default current_timestamp
) without rowid;
create table if not exists made (
    assignment text not null, student text not null, what text not null, digest text not null, primary key (assignment, student, what)
) without rowid;
create table if not exists origin (key text primary key, parts text not null) without rowid;
create table if not exists regrade (
    assignment text not null, student text not null, submission text not null, at text not null,
    before real not null, after real not null, parts text not null, reason text not null
);
create table if not exists attempt (
    assignment text not null, student text not null, submission text not null, at text not null,
    state text not null, handed_in text not null, answered text not null, primary key (assignment, student, submission)
) without rowid;
create table if not exists shown (key text primary key, json text not null) without rowid;
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

    def shown(self, key: str) -> dict[str, Any] | None:
        """What the demonstrations of a submission print and draw, for each question; None where that is not known."""
        with self._told():
            row = self._database.execute("select json from shown where key = ?", (key,)).fetchone()
        return None if row is None else json.loads(row[0])

    def keep_shown(self, key: str, value: Mapping[str, Any]) -> None:
        """Keep what demonstrations print and draw."""
        with self._told():
            self._database.execute("insert or replace into shown values (?, ?)", (key, json.dumps(value)))

    def made(self, assignment: str, what: Made) -> dict[str, str]:
        """For each student, what followed from what when it was made last: a digest of all that it follows from."""
        with self._told():
            query = "select student, digest from made where assignment = ? and what = ?"
            return dict(self._database.execute(query, (assignment, what)).fetchall())

    def remember(
        self, assignment: str, what: Made, digests: Mapping[str, str], regrades: Iterable[Regrade] = ()
    ) -> None:
        """Remember what was made now for each student, in the place of anything before, and what was graded again with that."""
        rows = [(assignment, student, what, digest) for student, digest in digests.items()]
        again = [(assignment, *_row(regrade)) for regrade in regrades]
        with self._told():
            self._database.execute("begin immediate")
            self._database.executemany("insert or replace into made values (?, ?, ?, ?)", rows)
            self._database.executemany("insert into regrade values (?, ?, ?, ?, ?, ?, ?, ?)", again)
            self._database.execute("commit")

    def regrades(self, assignment: str, students: Collection[str] | None = None) -> list[Regrade]:
        """All regrades of an assignment, or those of some students, the first ones first."""
        named = None if students is None else json.dumps(list(students))
        with self._told():
            columns = "student, submission, at, before, after, parts, reason"
            of = "assignment = ? and (? is null or student in (select value from json_each(?)))"
            query = f"select {columns} from regrade where {of} order by rowid"  # noqa: S608  (names of ours)
            rows = self._database.execute(query, (assignment, named, named)).fetchall()
        return [
            Regrade(student, sent, datetime.fromisoformat(at), before, after, tuple(json.loads(parts)), reason)
            for student, sent, at, before, after, parts, reason in rows
        ]

    def attempts(self, assignment: str) -> list[Attempt]:
        """All attempts at an assignment, the first ones first."""
        with self._told():
            columns = "student, submission, at, state, handed_in, answered"
            query = f"select {columns} from attempt where assignment = ? order by at"  # noqa: S608  (names of ours)
            rows = self._database.execute(query, (assignment,)).fetchall()
        return [Attempt(who, what, datetime.fromisoformat(at), *rest) for who, what, at, *rest in rows]

    def keep_attempt(self, assignment: str, attempt: Attempt) -> None:
        """Keep what is known of an attempt now, in the place of what was."""
        row = (assignment, attempt.student, attempt.submission, attempt.at.isoformat(timespec="microseconds"))
        with self._told():
            query = "insert or replace into attempt values (?, ?, ?, ?, ?, ?, ?)"
            self._database.execute(query, (*row, attempt.state, attempt.handed_in, attempt.answered))

    def explain(self, origins: Mapping[str, Mapping[str, str]]) -> None:
        """Remember what the reports under these keys follow from, part by part."""
        rows = [(key, json.dumps(parts)) for key, parts in origins.items()]
        with self._told():
            self._database.execute("begin immediate")
            self._database.executemany("insert or ignore into origin values (?, ?)", rows)
            self._database.execute("commit")

    def origin(self, key: str) -> dict[str, str]:
        """What the report under `key` follows from; nothing where an earlier version has stored it."""
        with self._told():
            row = self._database.execute("select parts from origin where key = ?", (key,)).fetchone()
        return {} if row is None else dict(json.loads(row[0]))

    def rows_of(self, student: str, kept: Collection[str]) -> dict[str, int]:
        """How many rows of each table `forget` would remove."""
        with self._told():
            counted = {
                table: self._database.execute(f"select count(*) from {table} where {of}", values).fetchone()[0]  # noqa: S608  (names of ours)
                for table, of, values in _about(student, kept)
            }
        return {table: count for table, count in counted.items() if count}

    def forget(self, student: str, kept: Collection[str]) -> None:
        """Remove all that is about a student; no byte of it stays in the file.

        kept: keys of what cells print and draw that is of others. That table names nobody; what goes can be made again.
        """
        with self._told():
            self._database.execute("begin immediate")
            for table, of, values in _about(student, kept):
                self._database.execute(f"delete from {table} where {of}", values)  # noqa: S608  (names of ours)
            self._database.execute("commit")
            scrub(self._database)

    def contents_of_others(self, student: str) -> set[tuple[str, str]]:
        """Assignment and content of each submission that somebody else's report is of."""
        with self._told():
            query = "select distinct assignment, json_extract(json, '$.submission_sha256') from report where student is not ?"
            return set(self._database.execute(query, (student,)).fetchall())

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors as one sentence: a full disk, a locked or broken file."""
        try:
            yield
        except sqlite3.Error as fault:
            raise GraderError(
                f"{self.path} cannot be used: {fault}. What is stored there is kept; run the same command again to go on."
            ) from fault


def _row(regrade: Regrade) -> tuple[str | float, ...]:
    at, parts = regrade.at.isoformat(timespec="seconds"), json.dumps(regrade.parts)
    return (regrade.student, regrade.submission, at, regrade.before, regrade.after, parts, regrade.reason)


def _about(student: str, kept: Collection[str]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What of each table is about a student, first what is found by another table."""
    yield "origin", "key in (select key from report where student = ?)", (student,)
    for table in ("report", "made", "regrade", "attempt"):
        yield table, "student = ?", (student,)
    yield "shown", "key not in (select value from json_each(?))", (json.dumps(sorted(kept)),)
