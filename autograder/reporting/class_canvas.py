"""A class for the gradebook of Canvas: the file that Canvas exported with one column filled, or a new file. See `formats`.

Canvas takes the last `.` or `,` of a number for its decimal sign, makes a new assignment of a title that it does not know, and
matches students by ID, then SIS User ID, then SIS Login ID, then name.
"""

from __future__ import annotations

from decimal import Decimal

from autograder.course.assignment import CourseError
from autograder.reporting.class_export import ClassFile, grade_of, with_grade, without_template
from autograder.reporting.class_template import Filling, Sheet, match
from autograder.reporting.class_values import ClassResults, Member
from autograder.reporting.spreadsheet import csv_text, harmless, two_decimals

HEAD = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
KEYS = ("ID", "SIS User ID", "SIS Login ID")
POINTS = "Points Possible"
EXCUSED, READ_ONLY = "EX", "(read only)"


def class_canvas(results: ClassResults, filling: Filling) -> ClassFile:
    """One column of the class, into the template where there is one."""
    if filling.sheet is None:
        return without_template(_new(results, filling.column or results.title), results)
    return _filled(results, filling.sheet, filling.column or results.title)


def _new(results: ClassResults, title: str) -> str:
    """A file of our own. The roster id is the login; a key column stays as it is, whatever a spreadsheet makes of it."""
    points = (f"    {POINTS}", "", "", "", "", two_decimals(results.most))
    rows = [(harmless(_name(each)), "", "", each.student, "", _cell(each)) for each in results.members]
    return csv_text([(*HEAD, title), points, *rows])


def _name(member: Member) -> str:
    return ", ".join(filter(None, (member.last_name, member.first_name))) or member.student


def _cell(member: Member) -> str | Decimal | None:
    return EXCUSED if member.excused else two_decimals(grade_of(member))


def _filled(results: ClassResults, sheet: Sheet, title: str) -> ClassFile:
    """The template with the grades in one column. A row without a grade here stays as it came, and so does who is excused there."""
    if len(sheet.head) < 2 or "Student" not in sheet.head[0] or sheet.head[1].strip() != "ID":  # noqa: PLR2004
        raise CourseError(
            f"{sheet.name} is no gradebook that Canvas exported: its first columns are not Student and ID."
        )
    column = sheet.column(title)
    first = _check_points(sheet, column, results)
    keys = [place for place, head in enumerate(sheet.head[:column]) if head.strip() in KEYS]
    matched = match(sheet, keys, first, results.members)
    cells, skipped = {}, 0
    for row, member in matched.students.items():
        stands = sheet.rows[row][column].strip() if column < len(sheet.rows[row]) else ""
        content = _cell(member)
        if content is None or stands.upper() == EXCUSED:
            skipped += 1
        else:
            cells[row, column] = str(content)
    return ClassFile(sheet.filled(cells), len(cells), matched.unmatched, skipped, matched.missing(with_grade(results)))


def _check_points(sheet: Sheet, column: int, results: ClassResults) -> int:
    """The first row of students. Raises CourseError where Canvas would not read the column, or read it as of other points."""
    for place, row in enumerate(sheet.rows):
        if row and POINTS in row[0]:
            said = row[column].strip() if column < len(row) else ""
            if READ_ONLY in said:
                raise CourseError(f"Canvas says that '{sheet.head[column]}' is read only, and would leave it out.")
            if said and _number(said) != results.most:
                raise CourseError(
                    f"'{sheet.head[column]}' has {said} points in Canvas, and {results.most:g} here; change that in Canvas, and"
                    " export its gradebook again."
                )
            return place + 1
    return 0


def _number(text: str) -> float | None:
    """A number as Canvas reads it."""
    whole, sign, rest = text.replace(",", ".").rpartition(".")
    try:
        return float(whole.replace(".", "") + sign + rest)
    except ValueError:
        return None
