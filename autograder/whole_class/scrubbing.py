"""What is removed from an SQLite file goes for good. Used for the store, and for nbgrader's gradebook and its copies."""

from __future__ import annotations

import sqlite3


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
