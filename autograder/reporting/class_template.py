"""Files that another system gave out to be filled in, as CSV: read with limits, and written with every other cell as it came."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.course.assignment import CourseError
from autograder.reporting.class_values import Member
from autograder.reporting.spreadsheet import csv_text
from autograder.submission.submitted import printable

MOST_BYTES = 16 << 20
MOST_COLUMNS = 2000
MOST_NAMED = 3
DELIMITERS = ",;\t:"  # all that Moodle offers
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # with which some files begin, so that spreadsheets read them as UTF-8


@dataclass(frozen=True)
class Sheet:
    """A file of rows. `name`: for messages."""

    name: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str
    line_end: str
    marked: bool

    def column(self, title: str) -> int:
        """The place of the column with this title; raises CourseError where there are none or several."""
        places = [place for place, head in enumerate(self.head) if head == title]
        if len(places) != 1:
            near = difflib.get_close_matches(title, self.head, MOST_NAMED, cutoff=0.0)
            heads = ", ".join(f"'{printable(head)}'" for head in near)
            found = f"{len(places)} columns" if places else "no column"
            raise CourseError(f"{self.name} has {found} '{title}'; the nearest that it has are {heads}.")
        return places[0]

    def filled(self, cells: Mapping[tuple[int, int], str]) -> str:
        """The text of the file with other contents in some cells, by row and column."""
        rows = [list(row) for row in self.rows]
        for (row, column), content in cells.items():
            rows[row] += [""] * (column + 1 - len(rows[row]))
            rows[row][column] = content
        text = csv_text([self.head, *rows], delimiter=self.delimiter, line_end=self.line_end)
        return MARK + text if self.marked else text


@dataclass(frozen=True)
class Filling:
    """What is to be filled in: the template and the title of its column, where they are needed and given."""

    sheet: Sheet | None = None
    column: str | None = None


def read_sheet(path: Path) -> Sheet:
    """The file at `path`; raises CourseError, in one line, where it cannot be used."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as fault:
        raise CourseError(f"{path} cannot be read: {fault.strerror}.") from fault
    if len(content) > MOST_BYTES:
        raise CourseError(f"{path} is larger than {MOST_BYTES >> 20} MiB, which no template is.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8 text; use the file as it was downloaded, in CSV.") from None
    return _sheet(path.name, text.removeprefix(MARK), marked=text.startswith(MARK))


def _sheet(name: str, text: str, *, marked: bool) -> Sheet:
    first = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=lambda each: max(map(len, _rows(name, first.rstrip("\r"), each)), default=0))
    rows = _rows(name, text, delimiter)
    if len(rows) < 2 or not any(rows[0]):  # noqa: PLR2004  (a head, and at least one row)
        raise CourseError(f"{name} has no rows to fill in.")
    line_end = "\r\n" if first.endswith("\r") else "\n"
    return Sheet(name, rows[0], tuple(rows[1:]), delimiter, line_end, marked)


def _rows(name: str, text: str, delimiter: str) -> list[tuple[str, ...]]:
    try:
        rows = [tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)]
    except csv.Error as fault:
        raise CourseError(f"{name} is not CSV: {fault}.") from None
    if max(map(len, rows), default=0) > MOST_COLUMNS:
        raise CourseError(f"{name} has more than {MOST_COLUMNS} columns, which no template has.")
    return rows


@dataclass(frozen=True)
class Matched:
    """Which student each row of a template is about, by the place of the row, and how many rows are about nobody."""

    students: Mapping[int, Member]
    unmatched: int

    def missing(self, students: Iterable[str]) -> tuple[str, ...]:
        """Those of some students whom no row is about."""
        there = {member.student for member in self.students.values()}
        return tuple(student for student in students if student not in there)


def match(sheet: Sheet, columns: Iterable[int], first: int, members: Iterable[Member]) -> Matched:
    """The students of the rows from `first` on, by their ids; names decide nothing.

    The ids stand in that one of `columns` which has most of them: two columns may have the same number for two students.
    """
    known = {member.student: member for member in members}
    rows = {place: row for place, row in enumerate(sheet.rows) if place >= first and any(cell.strip() for cell in row)}
    found: dict[int, Member] = {}
    for column in columns:
        here = {place: known[row[column]] for place, row in rows.items() if column < len(row) and row[column] in known}
        found = here if len(here) > len(found) else found
    ids = [member.student for member in found.values()]
    if twice := next((each for each in ids if ids.count(each) > 1), None) if len(set(ids)) < len(ids) else None:
        raise CourseError(f"{sheet.name} has two rows of {printable(twice)}.")
    return Matched(found, len(rows) - len(found))
