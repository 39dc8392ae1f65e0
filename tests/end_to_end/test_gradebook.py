"""The stock nbgrader commands, run for real: they grade with the engine, and no student can stop or trick them."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook
from traitlets.config.loader import PyFileConfigLoader

from autograder.authoring.generate import build
from autograder.course.folders import Course
from autograder.course.report import ExerciseResult, Finding, Report, TestResult
from autograder.gradebook import RecordScores, clean_html
from autograder.gradebook.pages import markdown_to_html
from autograder.gradebook.scores import score_of
from autograder.reporting.as_html import exercise_html
from autograder.reporting.as_text import exercise_text
from autograder.reporting.exercise import reason_for
from tests.support.feedback_pages import overview, page_at, words
from tests.support.mini_course import FIGURE, make_course
from tests.support.nbgrader_class import ANSWERS, ROOT, SCRIPT, hand_in, nbgrader, notebook, solved


def _without_metadata(full: dict[str, Any]) -> dict[str, Any]:
    cells = [{key: value for key, value in cell.items() if key != "id"} | {"metadata": {}} for cell in full["cells"]]
    return full | {"cells": cells, "metadata": {}, "nbformat_minor": 4}


def _shuffled(full: dict[str, Any]) -> dict[str, Any]:
    """Grade cells deleted, an untouched copy of an answer at the end, everything turned round."""
    stub = next(cell for cell in full["cells"] if cell["id"] == "answer-double") | {
        "source": "def double(x):\n    raise NotImplementedError"
    }
    return full | {"cells": [*[c for c in full["cells"] if c["id"] not in {"double", "shift"}], stub][::-1]}


def _old_metadata(full: dict[str, Any]) -> dict[str, Any]:
    for cell in full["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = 1
            cell["metadata"]["nbgrader"]["points"] = 5000
    return full


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course whose class has handed in, been graded and got feedback, all by nbgrader's commands."""
    course = make_course(tmp_path_factory.mktemp("course"))
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny")
    hand_in(course, "right", solved(course))
    hand_in(course, "untouched", notebook(course))
    positive = "def double(x):\n    return np.abs(x) * 2"
    hand_in(course, "partly", notebook(course, answer_double=positive, answer_shift=ANSWERS["answer-shift"]))
    noisy = "import sys\ndef double(x):\n    print('fine', file=sys.stderr)\n    return np.asarray(x) * 2"
    hand_in(course, "noisy", solved(course, answer_double=noisy))
    hand_in(
        course,
        "script",
        solved(course, why=SCRIPT, answer_shift="def shift(x, by=1.0):\n    raise ValueError('<script>')"),
    )
    hand_in(course, "stripped", _without_metadata(solved(course)))
    hand_in(course, "shuffled", _shuffled(solved(course)))
    hand_in(course, "old", _old_metadata(solved(course)))
    hand_in(course, "text", b"this is not JSON {")
    hand_in(course, "empty", b"")
    hand_in(course, "utf16", json.dumps(solved(course)).encode("utf-16"))
    hand_in(course, "format3", {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": []}]})
    hand_in(course, "name", solved(course), name="tiny-Copy1.ipynb")
    hand_in(course, "names", solved(course), name="tiny-Copy1.ipynb")
    (course.submitted("names", "tiny") / "tiny-Copy2.ipynb").write_text(json.dumps(notebook(course)))
    hand_in(course, "copied", notebook(course))
    (course.submitted("copied", "tiny") / "tiny-Copy1.ipynb").write_text(json.dumps(solved(course)))
    hand_in(course, "dotted", solved(course), name="tiny (1).ipynb")
    (course.submitted("dotted", "tiny") / "._tiny.ipynb").write_bytes(b"\0\5\x16\7")
    hand_in(course, "archive", b"PK", name="work.zip")
    hand_in(course, "deeper", b"", name="readme.txt")
    (course.submitted("deeper", "tiny") / "work").mkdir()
    (course.submitted("deeper", "tiny") / "work" / "tiny.ipynb").write_text(json.dumps(solved(course)))
    hand_in(course, "zoned", solved(course))
    (course.submitted("zoned", "tiny") / "timestamp.txt").write_text("2030-01-01 21:30:00.000000 -0330")
    hand_in(course, "unreadable", solved(course))
    (course.submitted("unreadable", "tiny") / "timestamp.txt").write_text("in the evening")
    split = solved(course, why="One half.")
    split["cells"].append(split["cells"][-1] | {"id": "half", "source": "The other half."})
    hand_in(course, "split", split)
    hand_in(
        course,
        "cells",
        notebook(course) | {"cells": [1, None, {"cell_type": "odd"}, {"cell_type": "code", "source": 5}]},
    )
    course.submitted("folder", "tiny").joinpath("tiny.ipynb").mkdir(parents=True)
    (course.root / "autograde.log").write_text(nbgrader(course, "autograde", "tiny"))
    nbgrader(course, "generate_feedback", "tiny")
    return course


def scores(course: Course, student: str) -> dict[str, float | None]:
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        submission = gradebook.find_submission_notebook("tiny", "tiny", student)
        return {grade.name: grade.auto_score for grade in submission.grades}


def comments(course: Course, student: str) -> dict[str, str | None]:
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        submission = gradebook.find_submission_notebook("tiny", "tiny", student)
        return {comment.name: comment.auto_comment for comment in submission.comments}


def feedback(course: Course, student: str) -> str:
    return (course.data / "feedback" / student / "tiny" / "tiny.html").read_text()


# --- scores -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("student", "double", "shift", "why"),
    [
        ("right", 50.0, 30.0, None),  # None: waits for a grader
        ("untouched", 0.0, 0.0, 0.0),
        ("partly", 20.0, 30.0, 0.0),
        ("noisy", 50.0, 30.0, None),
        ("script", 50.0, 0.0, None),
        ("stripped", 50.0, 30.0, None),
        ("shuffled", 50.0, 30.0, None),
        ("old", 50.0, 30.0, None),
        ("name", 50.0, 30.0, None),
        *(
            (student, 50.0, 30.0, None)
            for student in ("names", "copied", "dotted", "deeper", "zoned", "unreadable", "split")
        ),
        *((student, 0.0, 0.0, 0.0) for student in ("text", "empty", "utf16", "format3", "archive", "cells", "folder")),
    ],
)
def test_scores_are_what_the_hidden_suite_gave(
    course: Course, student: str, double: float, shift: float, why: float | None
) -> None:
    assert scores(course, student) == {"double": double, "shift": shift, "why": why}


@pytest.mark.parametrize("student", ["text", "empty", "utf16", "format3", "archive", "cells", "folder"])
def test_a_file_that_cannot_be_graded_gets_the_reason_in_gradebook_and_feedback(course: Course, student: str) -> None:
    reason = comments(course, student)["answer-double"] or ""
    assert reason.startswith("0 points: the submission cannot be graded.")
    assert "what was handed in: work.zip." in reason if student == "archive" else "tiny" in reason
    assert reason in feedback(course, student)


def test_the_autograded_notebook_holds_the_whole_report_and_every_released_cell(course: Course) -> None:
    for student in ("shuffled", "text"):
        graded = nbformat.read(course.data / "autograded" / student / "tiny" / "tiny.ipynb", as_version=4)
        ids = {cell.metadata.nbgrader.grade_id for cell in graded.cells if "nbgrader" in cell.metadata}
        assert ids == {"setup", "answer-double", "double", "answer-shift", "shift", "why"}
        assert graded.metadata.autograder.report.student == student


@pytest.mark.parametrize(
    ("student", "note"),
    [
        ("copied", "tiny-Copy1.ipynb was graded: tiny.ipynb was not filled in"),
        ("names", "tiny-Copy1.ipynb was graded: tiny.ipynb was not handed in"),
        ("dotted", "tiny (1).ipynb was graded: tiny.ipynb was not handed in"),
        ("deeper", "work/tiny.ipynb was graded: tiny.ipynb was not handed in"),
    ],
)
def test_which_file_was_graded_is_told_to_both_sides(course: Course, student: str, note: str) -> None:
    assert f"<li>{note}.</li>" in feedback(course, student)
    assert f"{student}: {note}" in (course.root / "autograde.log").read_text()


def test_both_halves_of_a_written_answer_are_on_the_page(course: Course) -> None:
    page = feedback(course, "split")
    for text in ("One half.", "The other half.", "was split into 2 cells, which have been joined."):
        assert page.count(text) == 1


def test_a_time_of_any_zone_is_read_and_one_that_cannot_be_is_kept_and_told(course: Course) -> None:
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        assert gradebook.find_submission("tiny", "zoned").timestamp == datetime(2030, 1, 2, 1)  # noqa: DTZ001
        assert gradebook.find_submission("tiny", "unreadable").timestamp is None
    assert (course.submitted("unreadable", "tiny") / "timestamp.txt").read_text() == "in the evening"
    told = (course.root / "autograde.log").read_text()
    assert "submitted/unreadable/tiny: timestamp.txt holds no time that can be read" in told
    assert "in the evening" in told


def test_points_that_a_student_wrote_into_the_notebook_change_nothing(course: Course) -> None:
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        assert gradebook.find_submission("tiny", "old").max_score == 100.0


def test_grading_again_gives_the_same_and_asks_again_where_a_person_had_graded_something_else(course: Course) -> None:
    before = scores(course, "partly")
    path = course.submitted("partly", "tiny") / "tiny.ipynb"
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.find_grade("double", "tiny", "tiny", "partly").manual_score = 33.0
        gradebook.db.commit()
    for text, asked in ((path.read_text(), False), (path.read_text() + "\n", True)):
        path.write_text(text)
        nbgrader(course, "autograde", "tiny", "--student", "partly", "--force")
        with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
            grade = gradebook.find_grade("double", "tiny", "tiny", "partly")
            assert (grade.manual_score, grade.needs_manual_grade) == (33.0, asked)
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.find_grade("double", "tiny", "tiny", "partly").manual_score = None
        gradebook.db.commit()
    assert scores(course, "partly") == before


# --- recording: fail closed ---------------------------------------------------------------------------------

TESTS = (
    TestResult("test_a", "A title", 20.0, 20.0, "passed", "", 0.1),
    TestResult("test_b", "B", 0.0, 30.0, "failed", "off", 0.1),
)
DOUBLE = ExerciseResult("double", 20.0, 50.0, "failed", 0.2, Finding("id", "A <title>", "A <hint>"), TESTS)
REPORT = Report("tiny", "tiny.ipynb", "anna", "", "", "", "none", "graded", None, 20.0, 80.0, 0.2, (DOUBLE,))


@pytest.mark.parametrize(
    ("report", "score"),
    [
        (REPORT, 20.0),
        (replace(REPORT, exercises=(replace(DOUBLE, points=70.0),)), 50.0),
        (replace(REPORT, exercises=(replace(DOUBLE, points=-3.0),)), 0.0),
        (replace(REPORT, exercises=()), 0.0),
        (replace(REPORT, status="ungradable", reason="It is empty."), 0.0),
        (None, 0.0),
        (replace(REPORT, status="grader-error", exercises=()), None),
        (replace(REPORT, status="grader-error", exercises=(replace(DOUBLE, status="grader-error"),)), None),
        (replace(REPORT, status="grader-error", exercises=(DOUBLE,)), 20.0),
    ],
)
def test_a_score_lies_within_the_cells_points_and_no_result_is_zero(report: Report | None, score: float | None) -> None:
    assert score_of(report, "double", 50.0) == score
    has_result = report is not None and report.status != "ungradable" and bool(report.exercises) and score is not None
    assert bool(reason_for(report, "double")) == (not has_result)


def test_no_text_of_a_students_looks_like_a_result() -> None:
    result = exercise_html(REPORT, "double", 50.0)
    assert "panel-primary" in result
    assert "table-bordered" in result
    context: Any = {"cell": {}, "resources": {"metadata": {}}}
    for imitation in (result, result.replace('"', "'"), "| Result | Points |\n|-|-|\n| ✓ passed | 20 of 20 |"):
        shown = markdown_to_html(context, imitation)
        assert "passed" in shown
        assert not {"panel", "autograder", "table-bordered", "text-muted"} & set(re.findall(r"[\w-]+", shown))


@pytest.mark.parametrize(
    ("report", "expected"), [(None, 0.0), (replace(REPORT, status="grader-error", exercises=()), None)]
)
def test_a_grade_cell_that_is_not_even_in_the_notebook_is_recorded(
    course: Course, tmp_path: Path, report: Report | None, expected: float | None
) -> None:
    database = shutil.copy(course.gradebook, tmp_path)
    known = {"notebook": "tiny", "assignment": "tiny", "student": "right", "db_url": f"sqlite:///{database}"}
    RecordScores().preprocess(nbformat.v4.new_notebook(), {"nbgrader": known, "autograder": report})
    with Gradebook(f"sqlite:///{database}") as gradebook:
        grade = gradebook.find_grade("double", "tiny", "tiny", "right")
        assert (grade.auto_score, grade.needs_manual_grade) == (expected, expected is None)
        assert gradebook.find_comment("answer-double", "tiny", "tiny", "right").auto_comment


@pytest.mark.parametrize(
    ("can_be_earned", "score", "waits"), [(50.0, 20.0, False), (30.0, 20.0, True), (0.0, None, True)]
)
def test_points_of_training_that_could_not_be_earned_here_wait_for_a_person(
    course: Course,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    can_be_earned: float,
    score: float | None,
    waits: bool,
) -> None:
    """With the cell of an exercise in the place of the training stage's."""
    monkeypatch.setattr("autograder.reporting.exercise.TRAINING", "double")
    report = replace(REPORT, exercises=(replace(DOUBLE, max_points=can_be_earned),))
    database = shutil.copy(course.gradebook, tmp_path)
    known = {"notebook": "tiny", "assignment": "tiny", "student": "right", "db_url": f"sqlite:///{database}"}
    RecordScores().preprocess(nbformat.v4.new_notebook(), {"nbgrader": known, "autograder": report})
    with Gradebook(f"sqlite:///{database}") as gradebook:
        grade = gradebook.find_grade("double", "tiny", "tiny", "right")
        assert (grade.auto_score, grade.needs_manual_grade) == (score, waits)


# --- pages --------------------------------------------------------------------------------------------------


def test_feedback_shows_title_points_and_message_of_every_hidden_test(course: Course) -> None:
    page = page_at(course, "partly")
    assert overview(page)["double"] == "◐ in part 20 of 50"
    rows = [words(row) for row in page.select("#exercise-double ~ table tbody tr")]
    assert rows[0] == "✓ passed Positive numbers are doubled. 20 of 20"
    assert rows[1].startswith("✗ failed Negative numbers are doubled. double(x): ")
    assert rows[1].endswith(" 0 of 30")
    assert "&lt;td" not in feedback(course, "partly")
    assert "&lt;tbody" not in feedback(course, "partly")


def test_no_script_of_a_student_reaches_a_page(course: Course) -> None:
    page = feedback(course, "script")
    assert "<script>alert" not in page
    assert "onerror=" not in page.replace("{onerror", "")
    assert 'href="javascript' not in page
    assert 'href="data:' not in page
    assert "<mi>a</mi><mo>&lt;</mo><mi>b</mi>" in page


def test_figures_of_the_assignment_are_inside_the_page_and_no_other_file_is(course: Course) -> None:
    page = feedback(course, "script")
    assert page.count('src="data:image/svg+xml;base64,') == 1  # the one that the answer refers to
    assert "U1FMaXRl" not in page  # "SQLite" in base64
    assert FIGURE not in page


def test_a_result_survives_the_sanitizer_unchanged() -> None:
    html = exercise_html(REPORT, "double", 50.0)
    assert clean_html(html) == html
    assert "A &lt;title&gt;" in html
    assert "A &lt;hint&gt;" in html
    assert exercise_text(REPORT, "double", 50.0).splitlines()[0] == "double: 20 of 50 points"


# --- release and exchange -----------------------------------------------------------------------------------


def test_generate_assignment_refuses_to_release_a_secret(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    build(course, "tiny")
    (course.source("tiny") / "notes.txt").write_text("So: return factor * np.asarray(x)")
    output = nbgrader(course, "generate_assignment", "tiny", code=1)
    assert "notes.txt contains line 15 of solutions/tiny/reference.py" in output
    assert not course.release("tiny").exists()


def test_an_assignment_goes_through_the_exchange_and_back(course: Course, tmp_path: Path) -> None:
    home = tmp_path / "anna"
    home.mkdir()
    nbgrader(course, "release_assignment", "tiny")
    assert "tiny" in nbgrader(course, "list")
    theirs = ("--student=anna", f"--Exchange.assignment_dir={home}")
    nbgrader(course, "fetch_assignment", "tiny", *theirs)
    path = home / "tiny" / "tiny.ipynb"
    assert "You did not provide a response" in nbgrader(course, "validate", str(path))
    path.write_text(json.dumps(solved(course)))
    assert "Your notebook passes all the tests" in nbgrader(course, "validate", str(path))
    nbgrader(course, "submit", "tiny", *theirs)
    nbgrader(course, "collect", "tiny", "--ExchangeCollect.check_owner=False")
    nbgrader(course, "autograde", "tiny", "--student=anna")
    assert scores(course, "anna") == {"double": 50.0, "shift": 30.0, "why": None}
    nbgrader(course, "generate_feedback", "tiny", "--student=anna")
    nbgrader(course, "release_feedback", "tiny", "--student=anna")
    nbgrader(course, "fetch_feedback", "tiny", *theirs)
    assert len(list(home.rglob("tiny.html"))) == 1
    nbgrader(course, "export", f"--to={tmp_path / 'grades.csv'}")
    assert "80.0" in (tmp_path / "grades.csv").read_text()
    nbgrader(course, "export")
    exported = course.data / "grades.csv"
    assert exported.read_text() == (tmp_path / "grades.csv").read_text()
    assert {path.stat().st_mode & 0o077 for path in (course.data, exported, tmp_path / "grades.csv")} == {0}


def test_feedback_of_a_notebook_of_another_name_comes_back_and_nobody_stops_the_others(
    course: Course, tmp_path: Path
) -> None:
    home = tmp_path / "bea"
    home.mkdir()
    nbgrader(course, "release_assignment", "tiny", "--force")
    theirs = ("--student=bea", f"--Exchange.assignment_dir={home}")
    nbgrader(course, "fetch_assignment", "tiny", *theirs)
    (home / "tiny" / "tiny.ipynb").rename(home / "tiny" / "my work.ipynb")
    (home / "tiny" / "my work.ipynb").write_text(json.dumps(solved(course)))
    nbgrader(course, "submit", "tiny", *theirs, "--Exchange.timezone=America/Sao_Paulo")
    nbgrader(course, "collect", "tiny", "--ExchangeCollect.check_owner=False")
    nbgrader(course, "autograde", "tiny", "--student=bea")
    nbgrader(course, "generate_feedback", "tiny", "--student=bea")
    (course.data / "feedback" / "archive" / "tiny" / "submission_secret.txt").write_text("its secret")
    (course.data / "feedback" / "archive" / "tiny" / "timestamp.txt").unlink()
    told = nbgrader(course, "release_feedback", "tiny")
    assert "text: the feedback was not released: [Errno 2] No such file or directory" in told  # there is no secret
    assert "archive: there is no timestamp.txt, so the time of submission is not known" in told
    assert "Released the feedback of archive" in told
    assert "Released the feedback of bea" in told
    nbgrader(course, "fetch_feedback", "tiny", *theirs)
    (page,) = home.rglob("my work.html")
    assert overview(BeautifulSoup(page.read_text(), "html.parser"))["double"] == "✓ passed 50 of 50"


def test_the_exchange_is_the_courses_own_unless_the_site_or_the_environment_names_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exchange() -> str:
        return str(PyFileConfigLoader("nbgrader_config.py", str(ROOT)).load_config().Exchange.root)

    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    monkeypatch.delenv("NBGRADER_EXCHANGE", raising=False)
    assert exchange() == str(ROOT / "course" / "exchange")
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\nc.Exchange.root = '/srv/site'\n")
    assert exchange() == "/srv/site"
    monkeypatch.setenv("NBGRADER_EXCHANGE", "/srv/environment")
    assert exchange() == "/srv/environment"


def test_a_suite_that_cannot_grade_changes_nothing_and_says_so_in_one_line(course: Course, tmp_path: Path) -> None:
    broken = Course(shutil.copytree(course.root, tmp_path / "repo"))
    suite = broken.suite("tiny") / "test_double.py"
    suite.write_text(suite.read_text().replace("points(20)", "points(25)"))
    graded = broken.data / "autograded/right/tiny/tiny.ipynb"
    before = graded.stat().st_mtime_ns
    output = nbgrader(broken, "autograde", "tiny", "--force", code=1)
    assert "Nothing was graded: the tests of double are worth 55 points, the notebook says 50." in output
    assert "Traceback" not in output
    assert graded.stat().st_mtime_ns == before
