"""The grades of a class in the forms of other systems: what importers make of each file, and what no file may say."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource

from autograder.course.assignment import CourseError
from autograder.reporting.class_export import ClassFile, export_state
from autograder.reporting.class_rows import anonymous
from autograder.reporting.class_template import MOST_BYTES, Filling, read_sheet
from autograder.reporting.class_values import ClassResults, Grades, Member
from autograder.reporting.formats import CLASSES
from autograder.reporting.spreadsheet import csv_text, harmless, two_decimals
from tests.support import importers
from tests.support.exported_class import FINAL, ZOE, exported_class

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "tests" / "support" / "exports"
CANVAS, MOODLE = FILES / "canvas_template.csv", FILES / "moodle_template.csv"
COLUMN = "Tiny: twice (12)"
IN_CANVAS = ("=late", ZOE, "absent", "broken", "bug", "excused", "marked", "new")
TITLES = ("Identifier", "Grade", "Last modified (grade)")
ROUNDED = {student: round(grade, 2) for student, grade in FINAL.items()}
IN_MOODLE = {
    student: grade for student, grade in ROUNDED.items() if student != "marked"
}  # who has more than the maximum


@pytest.fixture(scope="module")
def results() -> ClassResults:
    return exported_class()


def within(results: ClassResults) -> ClassResults:
    """The same class without the student who has more points than there are."""
    return replace(results, members=tuple(each for each in results.members if each.student != "marked"))


def made(results: ClassResults, form: str, template: Path | None = None, column: str | None = None) -> ClassFile:
    return CLASSES[form].make(results, Filling(read_sheet(template) if template else None, column))


def edited(path: Path, folder: Path, old: str, new: str) -> Path:
    """A copy of a template with another text in one place."""
    text = path.read_bytes().decode()
    assert text.count(old) == 1
    copy = folder / path.name
    copy.write_bytes(text.replace(old, new).encode())
    return copy


# --- as other systems read them ------------------------------------------------------------------------------------------

GOLDEN = {
    "class.csv": ("csv", None, None),
    "class.json": ("json", None, None),
    "canvas_new.csv": ("canvas", None, None),
    "canvas_filled.csv": ("canvas", CANVAS, COLUMN),
    "moodle_filled.csv": ("moodle", MOODLE, None),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_each_file_is_what_it_was_when_somebody_read_it(results: ClassResults, name: str) -> None:
    form, template, column = GOLDEN[name]
    results = within(results) if form == "moodle" else results
    assert made(results, form, template, column).text.encode() == (FILES / name).read_bytes()


def test_a_script_reads_the_same_scores_from_csv(results: ClassResults) -> None:
    file = made(results, "csv")
    rows = {row["student_id"]: row for row in importers.spreadsheet(file.text)}
    assert list(rows) == [member.student for member in results.members]
    assert {student: float(row["score"]) for student, row in rows.items() if row["score"]} == ROUNDED
    assert (file.filled, file.unmatched, file.skipped, file.missing) == (4, 0, 5, ())
    assert {student: row["status"] for student, row in rows.items()} == {
        **dict.fromkeys(FINAL, "graded"),
        "broken": "cannot be graded",
        "absent": "not handed in",
        "bug": "the grader failed",
        "excused": "excused",
        "new": "not graded yet",
        "waits": "waits for a person",
    }
    assert (
        rows[ZOE] | {"last_name": "O'Neil", "first_name": '"Zoë" =1+1', "double": "36.67", "shift": "30.00"}
        == rows[ZOE]
    )
    assert (rows["=late"]["late_submission_penalty"], rows["marked"]["why"]) == ("5.00", "21.25")
    assert [rows["bug"][name] for name in ("double", "shift", "raw_score")] == ["50.00", "", ""]


def test_a_program_reads_the_same_scores_from_json(results: ClassResults) -> None:
    value = json.loads(made(results, "json").text)
    assert {
        each["student"]: round(each["score"], 2) for each in value["students"] if each["score"] is not None
    } == ROUNDED
    assert {each["student"]: each["status"] for each in value["students"]} == {
        each.student: export_state(each) for each in results.members
    }
    assert {each["student"] for each in value["students"] if each["report"] is None} == {"absent", "new"}


def test_canvas_takes_the_same_scores_from_its_own_file_and_leaves_all_else(results: ClassResults) -> None:
    file = made(results, "canvas", CANVAS, COLUMN)
    assert (file.filled, file.unmatched, file.skipped, file.missing) == (5, 1, 3, ())
    roster = {student: student for student in IN_CANVAS}
    taken = importers.canvas(file.text, roster, {11: "Quiz", 12: "Tiny: twice"})
    assert taken == {"Tiny: twice": ROUNDED | {"excused": "EX"}, "Quiz": {"=late": 7.5}}
    before, after = importers.rows_of(CANVAS.read_bytes().decode()), importers.rows_of(file.text)
    assert [[*row[:6], *row[7:]] for row in after] == [[*row[:6], *row[7:]] for row in before]


def test_canvas_takes_the_same_scores_from_a_new_file(results: ClassResults) -> None:
    roster = {member.student: member.student for member in results.members}
    taken = importers.canvas(made(results, "canvas").text, roster, {})
    assert taken == {"new: Tiny: twice": ROUNDED | {"excused": "EX"}}
    named = importers.canvas(made(results, "canvas", column="Tiny (12)").text, roster, {12: "Tiny"})
    assert list(named) == ["Tiny"]


@pytest.mark.parametrize("language", ["English", "German", "another"])
def test_moodle_takes_the_same_scores_in_every_language(results: ClassResults, tmp_path: Path, language: str) -> None:
    german = {
        "Identifier": "ID",
        "Participant ": "Teilnehmer/in",
        ",Grade,": ",Bewertung,",
        "Last modified (grade)": "Zuletzt (B)",
    }
    swapped = {"English": {}, "German": german, "another": {**german, ",Grade,": ",Arvosana,"}}[language]
    text = MOODLE.read_bytes().decode()
    for old, new in swapped.items():
        text = text.replace(old, new)
    template = tmp_path / "worksheet.csv"
    template.write_bytes(text.encode())
    column = "Arvosana" if language == "another" else None
    file = made(within(results), "moodle", template, column)
    titles = tuple(swapped.get(title, swapped.get(f",{title},", title)).strip(",") for title in TITLES)
    users = {str(501 + place): student for place, student in enumerate(IN_CANVAS)} | {"599": "teacher"}
    assert importers.moodle(file.text, titles, users, 100.0, {"teacher"}) == IN_MOODLE  # type: ignore[arg-type]
    assert (file.filled, file.unmatched, file.skipped, file.missing) == (3, 2, 4, ())


def test_moodle_keeps_every_other_cell_and_comments_only_where_nobody_has(results: ClassResults) -> None:
    file = made(within(results), "moodle", MOODLE)
    assert file.text.startswith("\ufeff")
    before, after = (
        importers.rows_of(text.removeprefix("\ufeff")) for text in (MOODLE.read_bytes().decode(), file.text)
    )
    assert [[*row[:5], *row[6:10]] for row in after] == [[*row[:5], *row[6:10]] for row in before]
    comments = {row[2]: row[10] for row in after[1:]}
    assert comments["broken"] == "<p>Well done.\nReally.</p>"
    assert comments["=late"] == "<p>double: 50 of 50; shift: 0 of 30; why: 0 of 20; late: \N{MINUS SIGN}5</p>"
    assert {comments[student] for student in ("absent", "bug", "excused", "new", "t1")} == {""}


def test_moodle_would_skip_a_locked_row_and_so_do_we(results: ClassResults, tmp_path: Path) -> None:
    locked = edited(MOODLE, tmp_path, "u0@example.org,Submitted for grading - ,,100.00,Yes", "u0,Submitted,,100.00,No")
    file = made(within(results), "moodle", locked)
    assert {row[2]: row[5] for row in importers.rows_of(file.text)}["=late"] == ""
    assert (file.filled, file.skipped, file.missing) == (2, 5, ())


@pytest.mark.parametrize("delimiter", [";", "\t", ":"])
def test_moodle_may_part_cells_by_something_else(results: ClassResults, tmp_path: Path, delimiter: str) -> None:
    rows = importers.rows_of(MOODLE.read_bytes().decode().removeprefix("\ufeff"))
    template = tmp_path / "worksheet.csv"
    template.write_bytes(csv_text(rows, delimiter=delimiter).encode())
    filled = importers.rows_of(made(within(results), "moodle", template).text, delimiter)
    assert {row[2]: float(row[5]) for row in filled[1:] if row[5]} == IN_MOODLE


# --- who has no grade, and who is not there ------------------------------------------------------------------------------


def test_a_student_with_a_grade_who_is_not_in_the_template_is_named(results: ClassResults, tmp_path: Path) -> None:
    for template, form, column in ((CANVAS, "canvas", COLUMN), (MOODLE, "moodle", None)):
        file = made(within(results), form, edited(template, tmp_path, ",=late,", ",somebody,"), column)
        assert file.missing == ("=late",)
        assert file.unmatched == {"canvas": 3, "moodle": 3}[form]


def test_who_has_the_name_of_a_student_is_not_that_student(results: ClassResults, tmp_path: Path) -> None:
    members = tuple(
        replace(each, student="Absent, Abe") if each.student == "=late" else each for each in results.members
    )
    file = made(replace(results, members=members), "canvas", CANVAS, COLUMN)
    assert file.missing == ("Absent, Abe",)


def test_a_number_that_two_students_have_in_two_columns_is_looked_up_in_one(
    results: ClassResults, tmp_path: Path
) -> None:
    """Canvas numbers its users, and so may the university: 901 is the first student's number in Canvas, and the last one's id."""
    text = CANVAS.read_bytes().decode().replace(",marked,", ",901,")
    template = tmp_path / "exported.csv"
    template.write_bytes(text.encode())
    members = tuple(replace(each, student="901") if each.student == "marked" else each for each in results.members)
    rows = importers.rows_of(made(replace(results, members=members), "canvas", template, COLUMN).text)
    assert {row[3]: row[6] for row in rows if row[3] in {"=late", "901"}} == {"=late": "45.00", "901": "101.25"}


def test_who_is_excused_in_canvas_stays_so_and_an_old_grade_is_not_taken_away(
    results: ClassResults, tmp_path: Path
) -> None:
    text = CANVAS.read_bytes().decode()
    rows = importers.rows_of(text)
    for row in rows:
        row[6] = {"=late": "ex", "bug": "33"}.get(row[3], row[6])
    template = tmp_path / "exported.csv"
    template.write_bytes(csv_text(rows).encode())
    file = made(results, "canvas", template, COLUMN)
    filled = {row[3]: row[6] for row in importers.rows_of(file.text)}
    assert (filled["=late"], filled["bug"], file.filled, file.skipped) == ("ex", "33", 4, 4)


@pytest.mark.parametrize("form", ["csv", "canvas", "json"])
def test_nothing_is_zero_that_nobody_has_graded(results: ClassResults, form: str) -> None:
    ungraded = tuple(each for each in results.members if each.student not in FINAL and not each.excused)
    text = made(replace(results, members=ungraded), form).text
    if form == "json":
        assert {each["score"] for each in json.loads(text)["students"]} == {None}
    else:
        head, *rows = importers.rows_of(text)
        place = head.index("score") if form == "csv" else -1
        assert {row[place] for row in rows if "Points Possible" not in row[0]} == {""}


def test_a_grade_is_final_once_everything_has_points_and_nobody_waits() -> None:
    points = (("double", 50.0), ("why", None))
    assert Grades(50.0, points=points).final is None
    assert Grades(50.0, points=points[:1]).final == 50.0
    assert Grades(50.0, points=points[:1], waiting=("double",)).final is None
    assert Grades(50.0, 60.0, points=points[:1]).final == 0.0
    assert Grades().final is None


def test_names_are_left_out_where_a_page_is_without_them(results: ClassResults) -> None:
    for name in ("Zoë", "O'Neil"):
        assert name in repr(results)
        assert name not in repr(anonymous(results))


# --- what cannot be used -------------------------------------------------------------------------------------------------

CANVAS_FAULTS = {
    "not Canvas's": ("Student,ID,", "Student,Number,", "its first columns are not Student and ID"),
    "no such column": (
        "Tiny: twice (12)",
        "Tiny: thrice (12)",
        "no column 'Tiny: twice .12.'; the nearest that it has are 'Tiny: thrice .12.',",
    ),
    "two of them": ("Quiz (11)", "Tiny: twice (12)", "2 columns 'Tiny"),
    "read only": ("10.00,100.00", "10.00,(read only)", "read only, and would leave it out"),
    "other points": ("10.00,100.00", '10.00,"1,000.00"', "has 1,000.00 points in Canvas, and 100 here"),
    "a student twice": (",absent,", ",=late,", "two rows of =late"),
    "a quote that is open": ('"Absent, Abe",903', '"Absent, Abe,903' + "x" * 200_000, "is not CSV: field larger"),
}
MOODLE_FAULTS = {
    "other points": (
        "u0@example.org,Submitted for grading - ,,100.00",
        "u0@example.org,Submitted for grading - ,,10.00",
        "is 10.00",
    ),
    "a scale": (
        "u0@example.org,Submitted for grading - ,,100.00",
        "u0@example.org,Submitted for grading - ,,Good",
        "with 'Good'",
    ),
    "another first column": ("Participant 501", "Lou", "is no grading worksheet of Moodle"),
    "no grades": (",Grade,", ",Points,", "Which column of .* has the grades"),
    "two columns of grades": (",Status,", ",Note,", "Which column of .* has the grades"),
    "more points than there are": ("A Teacher", "A Teacher", "marked has 101.25 of 100 points"),
}


@pytest.mark.parametrize("what", CANVAS_FAULTS)
def test_a_template_that_canvas_would_misread_is_refused_in_one_line(
    results: ClassResults, tmp_path: Path, what: str
) -> None:
    old, new, says = CANVAS_FAULTS[what]
    with pytest.raises(CourseError, match=says) as refusal:
        made(results, "canvas", edited(CANVAS, tmp_path, old, new), COLUMN)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("what", MOODLE_FAULTS)
def test_a_worksheet_that_moodle_would_skip_in_silence_is_refused(
    results: ClassResults, tmp_path: Path, what: str
) -> None:
    old, new, says = MOODLE_FAULTS[what]
    shown = results if what == "more points than there are" else within(results)
    with pytest.raises(CourseError, match=says):
        made(shown, "moodle", edited(MOODLE, tmp_path, old, new))


RUBBISH = {
    "nothing": (b"", "no rows"),
    "a head alone": (b"Student,ID\r\n", "no rows"),
    "an empty head": (b",,\n1,2,3\n", "no rows"),
    "latin letters": ("Student,ID\nZoë,1\n".encode("latin-1"), "is not UTF-8 text"),
    "a workbook": (b"PK\x03\x04\xff\xfe", "is not UTF-8 text"),
    "too many columns": (b"," * 3000 + b"x\n" * 2, "more than 2000 columns"),
    "too many bytes": (b"Student,ID\n" + b"x" * MOST_BYTES, "larger than 16 MiB"),
}


@pytest.mark.parametrize("what", RUBBISH)
def test_rubbish_is_no_template(tmp_path: Path, what: str) -> None:
    content, says = RUBBISH[what]
    path = tmp_path / "exported.csv"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=says) as refusal:
        read_sheet(path)
    assert len(str(refusal.value)) < 300


def test_a_file_that_is_not_there_is_said_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="cannot be read: No such file or directory"):
        read_sheet(tmp_path / "nothing.csv")
    with pytest.raises(CourseError, match="cannot be read: Is a directory"):
        read_sheet(tmp_path)


# --- what stands in a cell -----------------------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=3), min_size=1))
def test_text_of_any_kind_comes_back_from_csv(rows: list[list[str]]) -> None:
    assert importers.rows_of(csv_text(rows)) == rows


FORMULAS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


@pytest.mark.parametrize("sign", FORMULAS)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(sign: str) -> None:
    assert harmless(f"{sign}1+1") == f"'{sign}1+1"
    assert harmless(f"1{sign}1") == f"1{sign}1"


@settings(max_examples=50, deadline=None)
@given(st.text(), st.floats(0, 1e6))
def test_no_text_is_a_formula_and_every_number_is_one(text: str, points: float) -> None:
    cell, number = next(
        csv.reader(io.StringIO(csv_text([(harmless(text), two_decimals(points))]), newline=""), strict=True)
    )
    assert not cell.startswith(FORMULAS)
    assert re.fullmatch(r"\d+\.\d\d", number)
    assert importers.canvas_cell(number) == pytest.approx(points, abs=0.0051)


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1))
def test_a_student_of_any_name_gets_the_points_in_every_form(name: str) -> None:
    grades = Grades(7.125, points=(("double", 7.125),))
    member = Member(name, handed_in=True, grades=grades, last_name=name, first_name=name)
    results = ClassResults("tiny", "Tiny", (("double", 8.0),), (), 8.0, None, (member,))
    (row,) = importers.spreadsheet(made(results, "csv").text)
    assert (row["score"], json.loads(made(results, "json").text)["students"][0]["student"]) == ("7.12", name)
    assert importers.canvas(made(results, "canvas").text, {name: name}, {}) == {"new: Tiny": {name: 7.12}}


# --- the published schema ------------------------------------------------------------------------------------------------


def validator() -> Any:
    schemas = [json.loads((ROOT / "docs" / name).read_text()) for name in ("class.schema.json", "report.schema.json")]
    registry = Registry().with_resources([(schema["$id"], Resource.from_contents(schema)) for schema in schemas])
    return jsonschema.Draft202012Validator(schemas[0], registry=registry)


def test_the_schema_holds_for_a_class_and_every_field_is_in_it(results: ClassResults) -> None:
    value, check = json.loads(made(results, "json").text), validator()
    jsonschema.Draft202012Validator.check_schema(check.schema)
    check.validate(value)
    assert list(check.schema["properties"]) == list(value)
    student = check.schema["$defs"]["student"]
    assert list(student["properties"]) == list(value["students"][0])
    assert {state for each in value["students"] for state in [each["status"]]} <= set(
        student["properties"]["status"]["enum"]
    )
    value["students"][0]["report"]["score"] = "much"
    assert not check.is_valid(value)
