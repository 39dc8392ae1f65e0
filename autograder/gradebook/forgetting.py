"""What nbgrader has of a person, found and removed: rows of the gradebook and of every copy of it, and what lies in the exchange.

Rows go by SQL and not by nbgrader, since copies may be older than it can open; then each file is written anew (`scrub`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from markupsafe import escape
from nbgrader.exchange.default import Exchange
from traitlets.config import Config

from autograder.course.assignment import GraderError
from autograder.course.folders import Course
from autograder.gradebook.settings import settings
from autograder.whole_class.scrubbing import scrub
from autograder.whole_class.traces import INBOUND, inbound_folders

WAITING_SECONDS = 60.0  # for another process that writes
SHORTEST = 5  # characters of an address or a number that is looked for: 17 stands in many files
MAGIC = b"SQLite format 3\0"
HEAD = 1 << 16  # bytes of a page in which its title stands
_SUBMISSIONS = "select id from submitted_assignment where student_id = :student"
_NOTEBOOKS = f"select id from submitted_notebook where assignment_id in ({_SUBMISSIONS})"  # noqa: S608  (names of nbgrader's)
OF_A_STUDENT = {  # what refers to other rows stands above these
    "comment": f"notebook_id in ({_NOTEBOOKS})",
    "grade": f"notebook_id in ({_NOTEBOOKS})",
    "submitted_notebook": f"assignment_id in ({_SUBMISSIONS})",
    "submitted_assignment": "student_id = :student",
    "student": "id = :student",
}


def gradebooks(course: Course) -> list[Path]:
    """The gradebook and all copies of it in `course/`: snapshots, those that nbgrader makes before an upgrade, and an instructor's own."""
    files = [*course.data.glob("*"), *(course.data / "snapshots").glob("*")]
    return sorted(path for path in files if path != course.store and _is_gradebook(path))


def rows_of(path: Path, student: str) -> dict[str, int]:
    """How many rows of each table of a gradebook are about a student."""
    with _opened(path) as database:
        counted = {
            table: database.execute(f"select count(*) from {table} where {of}", {"student": student}).fetchone()[0]  # noqa: S608
            for table, of in OF_A_STUDENT.items()
        }
    return {table: count for table, count in counted.items() if count}


def names_in(path: Path, student: str) -> set[str]:
    """What else a gradebook calls a student: address, number elsewhere, and first and last name in either order."""
    with _opened(path) as database:
        columns = {row[1] for row in database.execute("pragma table_info(student)")}
        asked = [name if name in columns else "null" for name in ("first_name", "last_name", "email", "lms_user_id")]
        query = f"select {', '.join(asked)} from student where id = ?"  # noqa: S608  (names of nbgrader's)
        found: set[str] = set()
        for first, last, *others in database.execute(query, (student,)):
            both = [f"{first} {last}", f"{last}, {first}", f"{last},{first}"] if first and last else []
            found.update(both, (text for each in others if len(text := str(each or "")) >= SHORTEST))
    return found


def assignments_of(path: Path, student: str) -> set[str]:
    """The assignments of which a gradebook has a submission of a student."""
    query = (
        "select assignment.name from submitted_assignment join assignment on assignment.id = submitted_assignment.assignment_id "
        "where student_id = ?"
    )
    with _opened(path) as database:
        return {name for (name,) in database.execute(query, (student,))}


def forget_in(path: Path, student: str) -> None:
    """Remove a student from a gradebook; no byte of what was ever removed from it stays in the file."""
    with _opened(path) as database:
        database.execute("begin immediate")
        for table, of in OF_A_STUDENT.items():
            database.execute(f"delete from {table} where {of}", {"student": student})  # noqa: S608  (names of nbgrader's)
        database.execute("commit")
        scrub(database)


def exchange_of(course: Course) -> Path:
    """The folder of this course in the exchange."""
    config = settings(course)
    return Path(Exchange(config=config).root).absolute() / str(config.CourseDirectory.course_id)


def in_exchange(course: Course, student: str) -> list[Path]:
    """What the exchange has of a student: submissions, and pages that were given back.

    Where it lies below `course/`, of every course that it has ever been the exchange of; else of this course.
    """
    exchange = exchange_of(course)
    own = exchange.is_relative_to(course.data)
    title = f"<title>Feedback for {escape(student)}: ".encode()
    found: list[Path] = []
    for folder in sorted(exchange.parent.glob("*")) if own else [exchange]:
        found += inbound_folders(folder / INBOUND, student)
        with suppress(OSError):
            found += _beginning_with(sorted((folder / "feedback").glob("*.html")), title)
    return found


def elsewhere(course: Course) -> tuple[str, ...]:
    """Where nbgrader keeps files about students that do not lie in `course/`."""
    config: Config = settings(course)
    places = [str(Exchange(config=config).cache)]
    if config.CourseDirectory.db_url != f"sqlite:///{course.gradebook}":
        places.append(str(config.CourseDirectory.db_url))
    return tuple(places)


def _beginning_with(pages: Iterable[Path], title: bytes) -> Iterator[Path]:
    for page in pages:
        with suppress(OSError), page.open("rb") as file:
            if title in file.read(HEAD):
                yield page


def _is_gradebook(path: Path) -> bool:
    with suppress(OSError, sqlite3.Error):
        if not path.is_symlink() and path.is_file():
            with path.open("rb") as file:
                if file.read(len(MAGIC)) != MAGIC:
                    return False
            with closing(sqlite3.connect(_address(path), uri=True)) as database:
                tables = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
            return tables >= OF_A_STUDENT.keys()
    return False


def _address(path: Path) -> str:
    return f"file:{quote(str(path).encode('utf-8', 'surrogateescape'))}?mode=rw"


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A gradebook, with SQLite's errors as one sentence."""
    try:
        with closing(
            sqlite3.connect(_address(path), uri=True, timeout=WAITING_SECONDS, isolation_level=None)
        ) as database:
            yield database
    except sqlite3.Error as fault:
        raise GraderError(
            f"{path} cannot be used: {fault}. Close Formgrader if it is open; run the same command again to go on."
        ) from fault
