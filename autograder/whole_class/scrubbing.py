"""Files of SQLite: which belong together, and that what is removed from one goes for good. Used for the store and for gradebooks."""

from __future__ import annotations

import sqlite3
from pathlib import Path

SIDES = ("", "-wal", "-shm", "-journal")  # the file itself, and what SQLite keeps beside it


def files_of(database: Path) -> list[Path]:
    """The files that are a database or belong to it, whether they are there or not."""
    return [database.with_name(database.name + side) for side in SIDES]


def scrub(database: sqlite3.Connection) -> None:
    """Write the file anew, without a byte of what was removed from it at any time, and empty the log beside it.

    Raises sqlite3.OperationalError where another process is reading or writing meanwhile.
    """
    # Deleted rows stay in pages that are free; and in a page that is written, what it has no use for would be what memory held before.
    database.execute("pragma secure_delete = on").fetchall()
    database.execute("vacuum")
    busy, *_ = database.execute("pragma wal_checkpoint(truncate)").fetchone()
    if busy:
        raise sqlite3.OperationalError("another process is reading it")
