"""A class for Moodle: the grading worksheet of an assignment, as Moodle gave it out, with the grades filled in. See `formats`.

Only a downloaded worksheet can be filled: its first column identifies students by numbers that nothing else knows. Titles are in the
language of the site. Moodle skips a row in silence whose grade is above the maximum, locked, or newer in Moodle.
"""

from __future__ import annotations

import re
from html import escape

from autograder.course.assignment import CourseError
from autograder.reporting.class_export import ClassFile, grade_of, with_grade
from autograder.reporting.class_template import Filling, Sheet, match
from autograder.reporting.class_values import ClassResults, Member
from autograder.submission.submitted import printable

# Titles of the column of grades in Moodle's language packs: English, German, French, Spanish, Italian, Portuguese, Dutch.
GRADE = ("Grade", "Bewertung", "Note", "Calificación", "Valutazione", "Nota", "Avaliação", "Beoordeling", "Cijfer")
COMMENTS = ("Feedback comments", "Feedback als Kommentar")
NO = ("No", "Nein", "Non", "Não", "Nee")
IDENTIFIER = re.compile(r".*\D\d+")
FULL_NAME = 1  # the column that identifies nobody


def class_moodle(results: ClassResults, filling: Filling) -> ClassFile:
    """The worksheet with grades, and with a comment where nobody has written one. All other cells stay as they came."""
    sheet = filling.sheet
    if sheet is None:
        raise CourseError("Only a worksheet that Moodle gave out can be filled; name it with --template.")
    column = sheet.column(filling.column) if filling.column else _column(sheet)
    if column <= FULL_NAME or not all(row and IDENTIFIER.fullmatch(row[0]) for row in sheet.rows if any(row)):
        raise CourseError(f"{sheet.name} is no grading worksheet of Moodle: its first column is not 'Participant 123'.")
    matched = match(sheet, range(FULL_NAME + 1, column), 0, results.members)
    comments = next((place for place, head in enumerate(sheet.head) if head in COMMENTS), None)
    cells, skipped = {}, 0
    for row, member in matched.students.items():
        grade = grade_of(member)
        if grade is None or _locked(sheet.rows[row], column):
            skipped += 1
            continue
        _check_most(sheet.rows[row], column, member, grade, results)
        cells[row, column] = f"{grade:.2f}"
        if comments is not None and not "".join(sheet.rows[row][comments : comments + 1]).strip():
            cells[row, comments] = _comment(member, results)
    filled = len(matched.students) - skipped
    return ClassFile(sheet.filled(cells), filled, matched.unmatched, skipped, matched.missing(with_grade(results)))


def _column(sheet: Sheet) -> int:
    """Where the grades stand; raises CourseError where that is not certain."""
    places = [place for place, head in enumerate(sheet.head) if head in GRADE]
    if len(places) != 1:
        raise CourseError(f"Which column of {sheet.name} has the grades? Name its title: --grade-column Bewertung.")
    return places[0]


def _locked(row: tuple[str, ...], column: int) -> bool:
    """Whether Moodle says, within the two columns after the maximum, that this grade cannot be changed."""
    return any(cell in NO for cell in row[column + 2 : column + 4])


def _check_most(row: tuple[str, ...], column: int, member: Member, grade: float, results: ClassResults) -> None:
    """Raise CourseError where Moodle would take the grade for one of other points, or leave it out."""
    said = "".join(row[column + 1 : column + 2]).strip()
    try:
        most = float(said.replace(",", "."))
    except ValueError:
        raise CourseError(
            f"Moodle grades this with '{printable(said)}', and not with points; set a maximum grade there."
        ) from None
    if most != results.most:
        raise CourseError(
            f"The maximum grade is {said} in Moodle, and {results.most:g} here; change it in Moodle, and download again."
        )
    if grade > most:
        raise CourseError(
            f"{printable(member.student)} has {grade:.2f} of {most:g} points, which Moodle would leave out in silence."
        )


def _comment(member: Member, results: ClassResults) -> str:
    """One paragraph of HTML: what each exercise has earned. It goes to students."""
    points = dict(member.grades.points)
    told = [
        f"{name}: {points[name] or 0.0:g} of {most:g}"
        for name, most in (*results.items, *results.questions)
        if name in points
    ]
    late = [f"late: \N{MINUS SIGN}{member.grades.penalty:g}"] if member.grades.penalty else []
    return f"<p>{escape('; '.join((*told, *late)))}</p>"
