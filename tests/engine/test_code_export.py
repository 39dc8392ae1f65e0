"""What students wrote, in a folder for programs that compare code: who is in it, what is, and above all what is not."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from autograder.cli.export_code import export_code
from autograder.course.assignment import CourseError
from autograder.course.folders import Course
from tests.support.handins import code, filled, released, save, solved, with_cells
from tests.support.mini_course import edit, make_course

NAME = """=1+1 Zoë "O'Neil", -x"""
GIVEN = "factor_of_a_demonstration = 2"
HELPER = "%matplotlib inline\ndef helper(x):\n    return factor_of_a_demonstration * x"
SHIFT = "def shift(x, by=1.0):\n    return x + by\ndef unshift(x, by=1.0):\n    return x - by"
DOUBLE = "def double(x):\n    return helper(x)"


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("code") / "course")
    edit(course, "assignments/tiny/tiny.md", "print(double(np.ones(3)))", f"{GIVEN}\nprint(double(np.ones(3)))")
    path = course.release("tiny")
    path.mkdir(parents=True)
    save(path / "tiny.ipynb", released(course, "tiny"))
    stub = released(course, "tiny")
    own = with_cells(filled(stub, double=DOUBLE, shift=SHIFT), code(HELPER, outputs=[]), at=2)
    for student, notebook in {
        "ada": own,
        NAME: filled(stub, shift=SHIFT),
        "untouched": stub,
        "broken": b"\xff\xfe no notebook",
        "other": b'{"nbformat": 4, "cells": []}',
    }.items():
        hand_in(course, student, notebook)
    (course.submitted("nothing", "tiny")).mkdir(parents=True)
    return course


def hand_in(course: Course, student: str, notebook: object) -> None:
    folder = course.submitted(student, "tiny")
    folder.mkdir(parents=True)
    save(folder / "tiny.ipynb", notebook)  # type: ignore[arg-type]


@pytest.fixture
def course(handed_in: Course, tmp_path: Path) -> Course:
    return Course(Path(shutil.copytree(handed_in.root, tmp_path / "course")))


def export(course: Course, target: Path | None = None) -> dict[str, str]:
    """The texts of all files that are written."""
    assert export_code(course, "tiny", "jplag", None if target is None else str(target)) == 0
    folder = target or course.data / "exports" / "tiny-jplag"
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_each_student_has_a_folder_and_the_base_code_stands_beside_them(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    files = export(course)
    assert set(files) == {"base-code/tiny.py", "info.csv", "submissions/ada/tiny.py", f"submissions/{NAME}/tiny.py"}
    said = capsys.readouterr()
    assert said.out.splitlines() == ["course/exports/tiny-jplag", "code of 2 students, 4 left out"]
    assert said.err.splitlines() == [
        "note: broken is left out: tiny.ipynb is not UTF-8 text, so it is no notebook.",
        "note: nothing is left out: There is no notebook; what was handed in: nothing.",
        "note: other is left out: tiny.ipynb is no submission of tiny: none of its exercises is in it.",
        "note: untouched is left out: nothing was filled in.",
    ]


def test_the_list_for_dolos_names_each_file_as_it_is_and_runs_in_no_spreadsheet(course: Course) -> None:
    files = export(course)
    rows = list(csv.DictReader(files["info.csv"].splitlines()))
    assert [row["filename"] for row in rows] == [f"submissions/{NAME}/tiny.py", "submissions/ada/tiny.py"]
    assert [row["full_name"] for row in rows] == [f"'{NAME}", "ada"]
    assert all(row["filename"] in files for row in rows)


def test_the_base_code_is_what_students_were_given(course: Course) -> None:
    cells = {cell["id"]: cell["source"] for cell in released(course, "tiny")["cells"]}
    expected = [f"# {name}\n{cells[f'answer-{name}'].strip()}\n" for name in ("double", "shift")]
    assert export(course)["base-code/tiny.py"] == "\n".join(expected)
    assert "raise NotImplementedError" in expected[0]


def test_of_a_submission_there_are_answers_and_own_cells_as_they_are_graded(course: Course) -> None:
    text = export(course)["submissions/ada/tiny.py"]
    assert DOUBLE in text
    assert SHIFT in text
    assert "def helper(x):" in text
    compile(text, "tiny.py", "exec")  # a magic would be no Python
    for given in (GIVEN, "check_double", "print(double", "import numpy as np"):
        assert given not in text


def test_nothing_of_hidden_tests_and_answers_is_in_it(course: Course) -> None:
    texts = "\n".join(export(course).values())
    reference = (course.solution("tiny") / "reference.py").read_text()
    answers = [
        line.strip()
        for region in reference.split("### BEGIN SOLUTION")[1:]
        for line in region.split("### END SOLUTION")[0].splitlines()
        if line.strip()
    ]
    hidden = [line.strip() for path in course.suite("tiny").rglob("*.py") for line in path.read_text().splitlines()]
    assert len(answers) > 3
    assert [line for line in answers if line in texts] == []
    assert [line for line in hidden if len(line) > 20 and line in texts] == []
    assert "SOLUTION" not in texts


def test_whoever_solves_it_as_the_course_does_has_only_their_own_file(course: Course) -> None:
    """Else the test above could not fail."""
    hand_in(course, "solver", solved(course, "tiny"))
    files = export(course)
    assert [name for name, text in files.items() if "factor = 2.0" in text] == ["submissions/solver/tiny.py"]


def test_another_export_takes_the_place_of_the_first_and_of_nothing_else(course: Course, tmp_path: Path) -> None:
    export(course)
    shutil.rmtree(course.submitted("ada", "tiny"))
    assert "submissions/ada/tiny.py" not in export(course)
    target = tmp_path / "mine"
    export(course, target)
    (target / "notes.txt").write_text("mine")
    with pytest.raises(CourseError, match=r"holds notes\.txt, which would be lost"):
        export(course, target)
    assert (target / "notes.txt").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course", "mine"]


def test_it_is_for_its_owner_alone(course: Course) -> None:
    export(course)
    folder = course.data / "exports" / "tiny-jplag"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()} == {0o600}


def test_what_cannot_be_written_is_one_sentence(course: Course, tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="jplag is a folder; --output takes its name"):
        export_code(course, "tiny", "jplag", "-")
    (tmp_path / "file").write_text("")
    with pytest.raises(CourseError, match="cannot be written"):
        export_code(course, "tiny", "jplag", str(tmp_path / "file"))
    with pytest.raises(CourseError, match="is not there, or cannot be read; `nbgrader generate_assignment other`"):
        export_code(course, "other", "jplag", None)
    shutil.rmtree(course.data / "submitted")
    with pytest.raises(CourseError, match="Nobody has handed in tiny with anything filled in"):
        export_code(course, "tiny", "jplag", None)
