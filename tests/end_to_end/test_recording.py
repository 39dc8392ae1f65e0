"""What a whole class gets in the gradebook and on its pages is what nbgrader's own commands would have put there, and many at a time."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import LateSubmissionPlugin

from autograder.authoring.generate import build
from autograder.course.assignment import GraderError
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.gradebook import recording
from autograder.gradebook.conversion import settings
from autograder.gradebook.entries import SNAPSHOTS, Entries, snapshot
from autograder.gradebook.scores import OneTransaction
from tests.support.classroom import run
from tests.support.mini_course import make_course
from tests.support.nbgrader_class import ANSWERS, ROOT, SCRIPT, hand_in, nbgrader, notebook, rows, solved, without_times

LATE = "late"


def make_class(root: Path) -> Course:
    """A course whose class has handed in, some of them rubbish, one too late, one without a notebook: too many for one batch."""
    course = make_course(root)
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write("c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    build(course, "tiny")
    nbgrader(course, "generate_assignment", "tiny")
    hand_in(course, "right", solved(course))
    hand_in(course, "untouched", notebook(course))
    hand_in(course, "partly", notebook(course, answer_shift=ANSWERS["answer-shift"], why="So it is."))
    hand_in(course, "script", solved(course, why=SCRIPT))
    hand_in(course, "text", b"this is not JSON {")
    hand_in(course, "misnamed", solved(course), name="Untitled.ipynb")
    for student in ("also-right", "right-too", LATE):
        hand_in(course, student, solved(course))
    (course.submitted(LATE, "tiny") / "timestamp.txt").write_text("2031-01-01 00:00:00.000000 UTC")
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.update_or_create_assignment("tiny", duedate="2030-06-01 00:00:00.000000 UTC")
    return course


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, Course]:
    """The same class twice: recorded by the command for whole classes, and by nbgrader's commands."""
    whole = make_class(tmp_path_factory.mktemp("whole"))
    assert whole.secret  # is made now, and copied
    stock = Course(Path(shutil.copytree(whole.root, tmp_path_factory.mktemp("stock") / "course")))
    run(whole)
    nbgrader(stock, "autograde", "tiny")
    nbgrader(stock, "generate_feedback", "tiny")
    return whole, stock


def test_the_gradebook_is_the_same(both: tuple[Course, Course]) -> None:
    whole, stock = map(rows, both)
    assert whole == stock
    assert len(whole) == 9 > recording.TOGETHER  # so that processes of the pool record them
    assert (whole["right"][1], whole["text"][1], whole[LATE][2]) == (80, 0, 80)


def test_pages_and_graded_notebooks_are_the_same(both: tuple[Course, Course]) -> None:
    for student in rows(both[0]):
        for kind, name in (("feedback", "tiny.html"), ("autograded", "tiny.ipynb")):
            here, there = (course.data / kind / student / "tiny" / name for course in both)
            assert without_times(here.read_text()) == without_times(there.read_text()), (student, kind)


# --- one transaction -------------------------------------------------------------------------------------------------------


@pytest.fixture
def course(both: tuple[Course, Course], tmp_path: Path) -> Course:
    return Course(Path(shutil.copytree(both[0].root, tmp_path / "course")))


def report(score: float) -> Report:
    return Report(
        *("tiny", "tiny.ipynb", None, "", "", "", "landlock", "ungradable", "because"),
        score=score,
        max_score=80.0,
        seconds=0.0,
        exercises=(),
    )


def test_nothing_of_a_block_that_fails_is_kept_and_all_of_one_that_does_not(course: Course) -> None:
    url = f"sqlite:///{course.gradebook}"
    with pytest.raises(MissingEntry), OneTransaction(url) as gradebook:
        gradebook.find_submission(gradebook.update_or_create_student("new").id, "nobody")
    with OneTransaction(url) as gradebook:
        assert "new" not in [student.id for student in gradebook.students]
        gradebook.update_or_create_student("other")
    with Gradebook(url) as gradebook:
        assert "other" in [student.id for student in gradebook.students]


def test_one_student_who_cannot_be_saved_is_named_and_the_others_of_the_batch_are_saved(course: Course) -> None:
    (course.data / "autograded" / "untouched" / "tiny" / "tiny.ipynb").unlink()
    entries = Entries(course, settings(course))
    failures = entries.save("tiny", {name: report(0) for name in ("right", "untouched", "partly")})
    assert list(failures) == ["untouched"]
    assert failures["untouched"].startswith("nbgrader could not record untouched: FileNotFoundError")
    after = rows(course)
    assert (after["right"][1], after["partly"][1]) == (0, 0)
    assert "because" in {name: said for name, said, _ in after["right"][4]}["answer-double"]


class Refusing(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader carries no types
    """A plugin of a course's own that fails."""

    def late_submission_penalty(self, *_: object) -> float:
        raise RuntimeError("no such rule")


def test_a_plugin_that_fails_for_who_is_late_stops_nobody_else(course: Course) -> None:
    config = settings(course)
    config.AssignLatePenalties.plugin_class = Refusing
    failures = Entries(course, config).save("tiny", {name: report(0) for name in (LATE, "right")})
    assert failures == {LATE: "nbgrader could not record late: RuntimeError: no such rule"}
    assert rows(course)["right"][1] == 0


def test_a_gradebook_that_somebody_else_writes_to_ends_the_run_in_one_sentence(course: Course) -> None:
    other = sqlite3.connect(course.gradebook, isolation_level=None)
    other.execute("begin exclusive")
    with pytest.raises(GraderError, match=r"gradebook.db cannot be written: database is locked. Run the same command"):
        Entries(course, settings(course)).save("tiny", {"right": report(0)})
    other.execute("rollback")


def test_the_gradebook_is_copied_before_anything_is_recorded_and_the_last_copies_stay(course: Course) -> None:
    folder = course.data / "snapshots"
    (first,) = folder.glob("*.db")
    with sqlite3.connect(first) as database:
        assert database.execute("select count(*) from submitted_assignment").fetchone() == (0,)
    for _ in range(SNAPSHOTS + 2):
        snapshot(course)
    kept = sorted(folder.glob("*.db"))
    assert len(kept) == SNAPSHOTS
    assert first not in kept
    with sqlite3.connect(kept[-1]) as database:
        assert database.execute("select count(*) from submitted_assignment").fetchone() == (9,)


def test_a_batch_is_recorded_in_one_transaction(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    class Counted(OneTransaction):
        def __init__(self, url: str) -> None:
            opened.append(url)
            super().__init__(url)

    monkeypatch.setattr("autograder.gradebook.entries.OneTransaction", Counted)
    Entries(course, settings(course)).save("tiny", {name: report(0) for name in ("right", "untouched", "partly")})
    assert len(opened) == 1
    assert recording.TOGETHER > 1
