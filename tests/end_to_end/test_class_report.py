"""`autograder report` and `autograder export` on a class that was graded: store, gradebook and feedback pages are the real ones."""

from __future__ import annotations

import json
import re
import shutil
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from autograder.course.folders import Course
from tests.support import importers
from tests.support.classroom import ANSWERS, STUDENTS, hand_in, make_classroom, run
from tests.support.handins import autograder
from tests.support.nbgrader_class import nbgrader

DUE = datetime(2030, 1, 10, 12)  # noqa: DTZ001  (as in the gradebook)
ABSENT = "</script><script>alert(1)</script>"
HOW_FAR = re.compile(r" \(\d+ s\)$")  # how a line ends that a slow machine is told
PEOPLE = [*STUDENTS, "blank-1", "late-1", "new-1"]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Eight are graded in time and one late, one has handed in no notebook, one was not graded yet, and one has handed in nothing."""
    course = make_classroom(tmp_path_factory.mktemp("report") / "course")
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    nbgrader(course, "db", "assignment", "add", "tiny", f"--duedate={DUE} UTC")
    nbgrader(course, "db", "student", "add", ABSENT)
    hand_in(course, "late-1", ANSWERS["right"])
    (course.submitted("late-1", "tiny") / "timestamp.txt").write_text("2030-01-10 14:30:00.000000 UTC")
    course.submitted("blank-1", "tiny").mkdir(parents=True)
    (course.submitted("blank-1", "tiny") / "tiny.ipynb").write_text("no notebook")
    run(course)
    hand_in(course, "new-1", ANSWERS["right"])
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.find_grade("double", "tiny", "tiny", "right-2").manual_score = 12.5
        gradebook.db.commit()
    return course


@pytest.fixture(scope="module")
def page(course: Course) -> BeautifulSoup:
    done = autograder(course.root, "report", "tiny")
    assert (done.returncode, done.stdout) == (0, "course/reports/tiny.html\n"), done.stderr
    return BeautifulSoup((course.data / "reports" / "tiny.html").read_text(), "html.parser")


def lines(page: BeautifulSoup) -> Iterator[list[str]]:
    for row in page.select("#student-lines > tr"):
        yield [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]


def test_everybody_has_a_line_with_what_became_of_the_submission(page: BeautifulSoup) -> None:
    states = {line[0]: line[1] for line in lines(page)}
    graded = dict.fromkeys([*STUDENTS, "late-1"], "graded")
    assert {name: state.split(" waits:")[0] for name, state in states.items()} == graded | {
        "blank-1": "cannot be graded",
        "new-1": "not graded yet",
        ABSENT: "not handed in",
    }


def test_points_are_those_of_the_gradebook_with_marks_by_hand_and_penalties(
    course: Course, page: BeautifulSoup
) -> None:
    shown = {line[0]: line[3] for line in lines(page)}
    assert shown["right-2"] == "42.5 changed by hand"  # and 30 of the other exercise
    assert shown["late-1"] == "0 \N{MINUS SIGN}80 late"
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        for each in gradebook.assignment_submissions("tiny"):
            total = max(0.0, each.score - each.late_submission_penalty)
            assert shown[each.student.id].split(" ")[0] == f"{total:g}"
    (late,) = [line for line in lines(page) if line[0] == "late-1"]
    assert "2 h 30 min" in late


def test_the_misconception_is_there_with_those_who_have_it(page: BeautifulSoup) -> None:
    row = page.find(id="M1")
    assert "The factor is three." in row.text
    assert [each.text for each in row.select(".people a")] == ["wrong-1", "wrong-2"]
    assert "2 of 6" in row.text  # two crash, and of two the process ends
    assert not page.find(id="M2")


def test_names_lead_to_feedback_pages_that_exist(course: Course, page: BeautifulSoup) -> None:
    links = {each.text: each["href"] for each in page.select("#student-lines th a")}
    assert sorted(links) == sorted(set(PEOPLE) - {"new-1"})
    for student, link in links.items():
        assert link.startswith("../feedback/")
        target = course.data / "reports" / unquote(link)
        assert student in str(target)
        assert target.is_file()


def test_who_waits_is_listed_and_what_the_command_would_mend(page: BeautifulSoup) -> None:
    region = page.find(attrs={"role": "region", "aria-label": "Who waits"})
    text = region.get_text(" ", strip=True)
    assert "blank-1 : tiny.ipynb is not a notebook: it is not valid JSON." in text
    assert "autograder grade-class tiny" in text
    assert ABSENT in text


def test_a_student_who_is_a_script_is_a_name(page: BeautifulSoup) -> None:
    assert len(page.find_all("script")) == 1
    assert "alert(1)" not in page.script.text


def test_it_is_for_its_owner_alone(course: Course, page: BeautifulSoup) -> None:
    assert stat.S_IMODE((course.data / "reports" / "tiny.html").stat().st_mode) == 0o600


def test_another_file_has_links_that_lead_there_from_its_own_place(course: Course, tmp_path: Path) -> None:
    target = tmp_path / "a folder" / "page.html"
    done = autograder(course.root, "report", "tiny", "--output", target)
    assert (done.returncode, done.stdout.strip()) == (0, str(target)), done.stderr
    page = BeautifulSoup(target.read_text(), "html.parser")
    link = page.find("a", string="wrong-1")["href"]
    assert (target.parent / unquote(link)).resolve() == course.data / "feedback" / "wrong-1" / "tiny" / "tiny.html"


def test_without_names_there_is_none_in_the_file(course: Course, page: BeautifulSoup) -> None:
    done = autograder(course.root, "report", "tiny", "--anonymous")
    assert (done.returncode, done.stdout) == (0, "course/reports/tiny-anonymous.html\n"), done.stderr
    text = (course.data / "reports" / "tiny-anonymous.html").read_text()
    named = (course.data / "reports" / "tiny.html").read_text()
    for student in PEOPLE:
        assert student in named
        assert student not in text
    assert "feedback/" not in text
    assert "The factor is three." in text
    assert str(course.root) not in text


def test_nothing_is_written_but_the_page(course: Course, page: BeautifulSoup) -> None:
    def contents() -> dict[str, bytes]:
        return {
            str(path): path.read_bytes()
            for path in sorted(course.data.rglob("*"))
            if path.is_file() and path.suffix not in {".db-shm", ".db-wal"} and "reports/" not in str(path)
        }

    before = contents()
    assert autograder(course.root, "report", "tiny").returncode == 0
    assert contents() == before


def refused(course: Course, *arguments: str) -> str:
    done = autograder(course.root, "report", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    (told,) = [line for line in done.stderr.splitlines() if not HOW_FAR.search(line)]
    return told


def test_where_nothing_is_graded_a_sentence_says_what_to_do(tmp_path: Path) -> None:
    course = make_classroom(tmp_path / "course")
    before = sorted(course.data.iterdir())
    told = refused(course, "tiny")
    assert "Nothing of tiny is graded yet" in told
    assert "`autograder grade-class tiny`" in told
    assert sorted(course.data.iterdir()) == before


def test_a_request_that_cannot_be_met_is_one_line(course: Course) -> None:
    assert "Nothing of other is graded yet" in refused(course, "other")
    assert "There is no assignment 'nowhere'" in refused(course, "nowhere")
    assert "cannot be written: Is a directory" in refused(course, "tiny", "--output", "course")


# --- export --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def marked(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The same class, after somebody has marked the written answers of all but one, who is excused."""
    copy = Course(Path(shutil.copytree(course.root, tmp_path_factory.mktemp("marked") / "course")))
    with Gradebook(f"sqlite:///{copy.gradebook}") as gradebook:
        for each in gradebook.assignment_submissions("tiny"):
            grade = gradebook.find_grade("why", "tiny", "tiny", each.student.id)
            if each.student.id != "crashes-1":
                grade.manual_score, grade.needs_manual_grade = 7.125, False
        again = gradebook.find_grade("double", "tiny", "tiny", "right-2")
        again.needs_manual_grade, again.extra_credit = False, 2.0
        gradebook.find_student("wrong-1").last_name = '=Zoë, "O\'Neil"'
        gradebook.db.commit()
    (copy.data / "settings.toml").write_text('[excused]\ntiny = ["ends-2", "nobody"]\n')
    return copy


def final(course: Course) -> dict[str, float]:
    """What the gradebook has of those whose grade is final."""
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        return {
            each.student.id: round(max(0.0, each.score - each.late_submission_penalty), 2)
            for each in gradebook.assignment_submissions("tiny")
            if each.student.id not in {"crashes-1", "ends-2"}
        }


def exported(course: Course, *arguments: str | Path, code: int = 0) -> tuple[str, list[str]]:
    """What `autograder export tiny` prints, and what it says besides."""
    done = autograder(course.root, "export", "tiny", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, [line for line in done.stderr.splitlines() if not HOW_FAR.search(line)]


def test_csv_has_the_scores_of_the_gradebook_and_nothing_for_whoever_waits(marked: Course) -> None:
    printed, told = exported(marked, "--to", "csv")
    assert printed.splitlines() == ["course/exports/tiny.csv", "8 rows filled, 0 unmatched, 4 skipped"]
    assert told == [
        "note: excused, as course/settings.toml says: ends-2, nobody",
        "note: of these, nobody knows nobody",
        "note: no grade, not graded yet: new-1",
        f"note: no grade, not handed in: {ABSENT}",
        "note: no grade, waits for a person: crashes-1",
    ]
    path = marked.data / "exports" / "tiny.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    rows = {row["student_id"]: row for row in importers.spreadsheet(path.read_bytes().decode())}
    assert {student: float(row["score"]) for student, row in rows.items() if row["score"]} == final(marked)
    assert (rows["right-2"]["double"], rows["right-2"]["score"]) == ("14.50", "51.62")  # by hand, and extra credit
    assert (rows["late-1"]["late_submission_penalty"], rows["late-1"]["score"]) == ("80.00", "7.12")
    assert (rows["blank-1"]["status"], rows["blank-1"]["double"]) == ("cannot be graded", "0.00")
    assert rows["wrong-1"]["last_name"] == '=Zoë, "O\'Neil"'
    blank = {student: row["status"] for student, row in rows.items() if not row["score"]}
    assert blank == {
        "crashes-1": "waits for a person",
        "ends-2": "excused",
        "new-1": "not graded yet",
        ABSENT: "not handed in",
    }


def test_json_is_written_to_standard_output_and_nothing_else_is(marked: Course) -> None:
    printed, told = exported(marked, "--to", "json", "--output", "-")
    students = {each["student"]: each for each in json.loads(printed)["students"]}
    assert {name: round(each["score"], 2) for name, each in students.items() if each["score"] is not None} == final(
        marked
    )
    assert told[-1] == "8 rows filled, 0 unmatched, 4 skipped"
    assert students["wrong-1"]["report"]["exercises"][0]["misconception"]["id"] == "three-times"


def test_a_template_of_canvas_is_filled_and_who_is_not_in_it_is_named_with_code_2(
    marked: Course, tmp_path: Path
) -> None:
    template, filled = tmp_path / "exported.csv", tmp_path / "filled.csv"
    students = [student for student in STUDENTS if student != "wrong-2"]
    rows = ["Student,ID,SIS Login ID,Section,Tiny (7)", "    Points Possible,,,,100", "Somebody,8,else,S,"]
    template.write_text(
        "\n".join([*rows, *(f"A Name,9{place},{name},S," for place, name in enumerate(students))]) + "\n"
    )
    options = ("--to", "canvas", "--template", template, "--column", "Tiny (7)", "--output", filled)
    printed, told = exported(marked, *options, code=2)
    assert printed.splitlines() == [str(filled), "6 rows filled, 1 unmatched, 1 skipped"]
    assert told[-1] == "autograder: 3 have a grade and are not in the template: blank-1, late-1, wrong-2"
    taken = importers.canvas(filled.read_text(), {name: name for name in STUDENTS}, {7: "Tiny"})
    assert taken == {
        "Tiny": {name: grade for name, grade in final(marked).items() if name in students} | {"ends-2": "EX"}
    }


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--to", "word"), "--to is csv, json, canvas, moodle, jplag, not word."),
        (("--to", "gradescope"), "`autograder grade FILE --form gradescope=RESULT` writes it"),
        (("--to", "moodle"), "Only a worksheet that Moodle gave out can be filled"),
        (("--to", "csv", "--column", "x"), "--template and --column are for canvas and moodle"),
        (("--to", "csv", "--output", "course"), "course cannot be written: Is a directory"),
        (("--to", "canvas", "--template", "nowhere.csv"), "nowhere.csv cannot be read: No such file"),
    ],
)
def test_an_export_that_cannot_be_made_is_one_line(marked: Course, arguments: tuple[str, ...], says: str) -> None:
    (printed, told) = exported(marked, *arguments, code=2)
    assert printed == ""
    assert says in told[-1]
    assert not list(marked.root.glob(".course.*"))
