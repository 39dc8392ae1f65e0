"""A course after a term: of a person who is removed, no byte is left in any file of it; and it goes on where its back-up is restored.

Everybody else has what they had, each time.
"""

from __future__ import annotations

import gzip
import io
import os
import shutil
import sqlite3
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.cli import app as cli
from autograder.cli import grade_class, pictures
from autograder.course.attempts import Attempt
from autograder.course.folders import Course
from autograder.course.regrade import Regrade
from autograder.gradebook import forgetting, person
from autograder.whole_class import store as stores
from autograder.whole_class.plan import alone
from autograder.whole_class.store import Store
from autograder.whole_class.tasks import tasks
from tests.support.forking import HerePool, by_ours, forked, nbgrader
from tests.support.handins import code, filled, save, solved, with_cells
from tests.support.mini_course import edit, make_course
from tests.support.nbgrader_class import ROOT, rows, without_times
from tests.support.term import SHIFT, hand_in, released

WHO = "zebedee"
NAMES = (WHO, "Quuxington", "zeb@quux.example")
PLANTED = (
    "plantedcode",
    "plantedcomment",
    "plantedanswer",
    "plantedoutput",
    "plantedfile",
    "plantedmark",
    "plantedfirst",
    "plantedfreed",
)
DOUBLE = (
    "def double(x):\n    # plantedcomment\n    plantedcode = 2\n    print('plantedoutput')\n    return plantedcode * x"
)
SETTINGS = """\
# Who has more time, by my decision.
[late]
percent = 10  # for each day

[extensions.tiny]
anna = 2
zebedee = 3  # was ill

[excused]
other = ["ben", "zebedee"]
"""
EXCHANGE = "exchange/trainable_networks"


def planted(course: Course, day: int, **more: str) -> None:
    """What the person hands in."""
    folder = course.submitted(WHO, "tiny")
    folder.mkdir(parents=True, exist_ok=True)
    work = with_cells(filled(solved(course, "tiny"), double=DOUBLE, shift=SHIFT), code("print('plantedoutput')"))
    for cell in work["cells"]:
        cell["source"] = more.get(cell["id"], "plantedanswer" if cell["id"] == "why" else cell["source"])
    save(folder / "tiny.ipynb", work)
    (folder / "timestamp.txt").write_text(f"2030-01-{day:02} 12:00:00.000000 UTC")
    (folder / "submission_secret.txt").write_text(f"secret of {WHO}")
    (folder / "plantedfile.txt").write_text("plantedfile")
    with zipfile.ZipFile(folder / "more.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("plantedfile.py", "plantedcode" * 100)


def enrolled(course: Course) -> None:
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.update_or_create_student(WHO, first_name="Zebedee", last_name="Quuxington", email="zeb@quux.example")


def regraded(course: Course) -> None:
    with Store(course.store) as store:
        again = Regrade(WHO, "", datetime(2030, 1, 9, tzinfo=UTC), 1.0, 2.0, ("tests",), "Zebedee was right.")
        store.remember("tiny", "report", {}, [again])
        store.keep_attempt("tiny", Attempt(WHO, "digest", datetime(2030, 1, 9, tzinfo=UTC), "counted"))


def marked(course: Course) -> None:
    with Gradebook(f"sqlite:///{course.gradebook}") as gradebook:
        gradebook.find_comment("answer-double", "tiny", "tiny", WHO).manual_comment = "plantedmark"
        gradebook.find_grade("why", "tiny", "tiny", "anna").manual_score = 17.0
        gradebook.db.commit()


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """A term of three: handed in, graded, marked, handed in again, graded again with another suite, and given back."""
    course = make_course(tmp_path_factory.mktemp("forgetting") / "course")
    shutil.copy(ROOT / "nbgrader_config.py", course.root)
    with pytest.MonkeyPatch.context() as patch:
        for module in (grade_class, pictures):
            patch.setattr(module, "LocalPool", HerePool)
        released(course)
        nbgrader(course, "db", "assignment", "add", "tiny", "--duedate=2030-01-10 12:00:00 UTC")
        enrolled(course)
        planted(course, 8, why="plantedfirst")
        for student, answer in (("anna", "right"), ("ben", "wrong")):
            hand_in(course, student, answer, 9)
            (course.submitted(student, "tiny") / "submission_secret.txt").write_text(f"secret of {student}")
        by_ours(course)
        marked(course)
        regraded(course)
        forked(course, cli.main, "pictures", "tiny", "--everybody", "--jobs", "1")
        planted(course, 9)
        edit(
            course,
            "tests/hidden/tiny/test_double.py",
            "reference.double(positive), rtol=1e-12",
            "reference.double(positive), rtol=1.0",
        )
        (course.data / "settings.toml").write_text(SETTINGS)
        by_ours(course)
        forked(course, cli.main, "pictures", "tiny", "--everybody", "--jobs", "1")
        yield given_back(course)


def given_back(course: Course) -> Course:
    """Pages and grades have left the gradebook, some of them into folders of the course."""
    (course.data / "exchange").mkdir(mode=0o777)
    nbgrader(course, "release_feedback", "tiny")
    inbound = course.data / EXCHANGE / "inbound"
    for student in ("anna", WHO, f"{WHO}-2"):
        folder = inbound / f"{student}+tiny+2030-01-09 12:00:00 UTC"
        folder.mkdir(parents=True)
        (folder / "tiny.ipynb").write_text("plantedcode" if student == WHO else "work")
    forked(course, cli.main, "report", "tiny")
    forked(course, cli.main, "report", "tiny", "--anonymous")
    forked(course, cli.main, "export", "tiny", "--to", "csv")
    forked(course, cli.main, "export", "tiny", "--to", "jplag")
    nbgrader(course, "export")
    for left in (
        "slurm/tiny/autograder-1/results/1.json",
        "watch/tiny.html",
    ):  # of a job whose driver was killed, and of a page
        (course.data / left).parent.mkdir(parents=True)
        (course.data / left).write_text(f'{{"report": {{"student": "{WHO}"}}}}')
    shutil.copytree(course.data / EXCHANGE, course.data / "exchange" / "last_year")
    (course.data / "board").mkdir()
    (course.data / "board" / "tiny.html").write_text("amber avocet 11")
    for folder in ("demo", "given_back"):
        (course.data / folder / WHO).mkdir(parents=True)
        (course.data / folder / WHO / "tiny.ipynb").write_text("plantedcode")
    for path in (course.gradebook, course.store):
        freed(path)
    shutil.copy(course.gradebook, course.data / "gradebook.db.2030-01-09")  # as nbgrader makes before it upgrades one
    return course


def freed(path: Path) -> None:
    """Leave words of the person in pages that are free, as SQLite does where it is not built to clear them."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("pragma secure_delete = off").fetchall()
        database.execute("create table gone (word text)")
        database.executemany("insert into gone values (?)", [("plantedfreed" * 100,)] * 50)
        database.commit()
        database.execute("drop table gone")
        database.commit()


@pytest.fixture
def course(graded: Course, tmp_path: Path) -> Course:
    return Course(Path(shutil.copytree(graded.root, tmp_path / "course")))


def forget(course: Course, *more: str, who: str = WHO, code: int = 0) -> str:
    return forked(course, cli.main, "forget", who, *more, code=code)


def contents(path: Path) -> Iterator[bytes]:
    """What is in a file, and what is packed in it."""
    content = path.read_bytes()
    yield content
    if content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield name.encode() + archive.read(name)


def traces(course: Course) -> set[str]:
    """The files below `course/` in which, or in whose names, there is any byte of the person's, but for those of another of a like name."""
    words = [word.lower().encode() for word in (*NAMES, *PLANTED)]
    found = set()
    for path in course.data.rglob("*"):
        name = str(path.relative_to(course.data)).replace(f"{WHO}-2+tiny", "")
        texts = [name.encode(), *(contents(path) if path.is_file() else ())]
        if any(word in text.lower() for word in words for text in texts):
            found.add(str(path.relative_to(course.data)).partition("+")[0])
    return found


def of_others(course: Course) -> Any:
    """What the others have in the gradebook, on their pages and in the exchange."""
    pages = {path: without_times(path.read_text()) for path in course.data.glob("feedback/*/tiny/tiny.html")}
    return (
        {student: row for student, row in rows(course).items() if student != WHO},
        {path.parent.parent.name: page for path, page in pages.items() if WHO not in path.parts},
    )


# --- all of it ---------------------------------------------------------------------------------------------------------------


def test_what_is_planted_is_found_everywhere_before(graded: Course) -> None:
    found = traces(graded)
    for name in (
        *("gradebook.db", "reports.db", "settings.toml", "grades.csv", "exports/tiny.csv", "reports/tiny.html"),
        *(f"{step}/{WHO}" for step in ("submitted", "autograded", "feedback", "given_back", "demo")),
        *("gradebook.db.2030-01-09", f"{EXCHANGE}/inbound/{WHO}", "slurm/tiny/autograder-1/results/1.json"),
        *("exports/tiny-jplag/info.csv", "watch/tiny.html"),
    ):
        assert name in found, name
    assert any(name.startswith(f"{EXCHANGE}/feedback/") for name in found)
    assert len([name for name in found if name.startswith("snapshots/")]) >= 2
    for path in (graded.store, graded.gradebook):
        content = path.read_bytes()
        assert all(word.encode() in content for word in (WHO, "plantedfreed"))
    assert b"plantedoutput" in graded.store.read_bytes()
    assert b"plantedmark" in graded.gradebook.read_bytes()


def test_no_byte_of_a_person_is_left_and_others_have_what_they_had(course: Course) -> None:
    before = of_others(course)
    told = forget(course, "--yes")
    assert traces(course) == set()
    assert of_others(course) == before
    for line in (
        f"course/submitted/{WHO}: 5 files\n",
        "course/settings.toml, a file of yours: extensions.tiny\n",
        "of submitted_assignment",
        "1 of regrade",
        "1 of attempt",
    ):
        assert line in told, line
    assert f"Nothing of {WHO} is left in {course.data}." in told
    assert "`autograder report tiny`" in told
    assert (course.data / "settings.toml").read_text() == SETTINGS.replace("zebedee = 3  # was ill\n", "").replace(
        ', "zebedee"', ""
    )
    (inbound,) = {path.name.partition("+")[0] for path in (course.data / EXCHANGE / "inbound").iterdir()} - {"anna"}
    assert inbound == f"{WHO}-2"
    again = by_ours(course)
    assert "2 submissions: 0 graded now, 2 before with the same content; 0 put into the gradebook." in again
    assert forked(course, cli.main, "pictures", "tiny", "--everybody").startswith("2 submissions: 0 run now, 2 before.")


def test_the_rows_are_those_that_nbgrader_would_remove(course: Course, tmp_path: Path) -> None:
    copy = tmp_path / "gradebook.db"
    shutil.copy(course.gradebook, copy)
    with Gradebook(f"sqlite:///{copy}") as gradebook:
        gradebook.remove_student(WHO)
    forget(course, "--yes")
    assert dumped(course.gradebook) == dumped(copy)


def dumped(path: Path) -> list[str]:
    with sqlite3.connect(path) as database:
        return sorted(database.iterdump())


def test_a_trial_lists_it_and_removes_nothing(course: Course) -> None:
    before = {path: path.read_bytes() for path in course.data.rglob("*") if path.is_file() and path.suffix != ".lock"}
    told = forget(course, "--dry-run")
    assert f"course/autograded/{WHO}: " in told
    for page, command in (
        ("reports/tiny.html", "autograder report tiny"),
        ("reports/tiny-anonymous.html", "autograder report tiny --anonymous"),
        ("exports/tiny.csv", "autograder export tiny --to FORMAT"),
        ("exports/tiny-jplag", "autograder export tiny --to FORMAT"),
        ("board/tiny.html", "autograder board tiny"),
        ("slurm/tiny", "autograder grade-class tiny --slurm OPTIONS"),
        ("watch/tiny.html", "autograder watch tiny"),
        ("grades.csv", "nbgrader export"),
    ):
        assert f"course/{page}, which names them or counts them in; `{command}` makes it anew\n" in told
    assert "of report" in told
    now = {path: path.read_bytes() for path in before}
    assert {path.name for path in before if before[path] != now[path]} == set()


@pytest.mark.parametrize(("answer", "code"), [("", 2), ("n\n", 2), ("\n", 2), ("y\n", 0)])
def test_it_asks_first(course: Course, monkeypatch: pytest.MonkeyPatch, answer: str, code: int) -> None:
    before = traces(course)
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    told = forget(course, code=code)
    assert "Remove all of this about zebedee? Nothing brings it back [y/N]:" in told
    assert ("nothing was removed" in told) == bool(code)
    assert traces(course) == (before if code else set())


def test_the_person_may_be_called_by_any_name_of_a_folder_and_by_no_path(course: Course) -> None:
    for name in ("../submitted", "..", ".", "", "a/b", "x" * 300):
        assert "no path" in forget(course, "--yes", who=name, code=2)
    with Store(course.store) as store:
        store.keep_shown("key of an older text", {})
    assert "is about nobody-here" in forget(course, "--yes", who="nobody-here", code=2)
    assert (course.data / "submitted" / "anna").is_dir()


def test_what_another_process_has_open_is_cleared_too_or_it_is_said(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "WRITING_SECONDS", 0.1)
    with closing(sqlite3.connect(course.store, isolation_level=None)) as other:
        other.execute("create table written (word text)")
        other.execute("insert into written values ('plantedfreed')")
        other.execute("drop table written")  # the log beside the file still has it
        assert b"plantedfreed" in course.store.with_name("reports.db-wal").read_bytes()
        other.execute("begin")
        other.execute("select * from report").fetchone()
        assert "another process is reading it" in forget(course, "--yes", code=3)
        other.execute("commit")
        assert f"Nothing of {WHO} is left" in forget(course, "--yes")
        assert traces(course) == set()


def test_a_broken_course_can_be_backed_up(course: Course, tmp_path: Path) -> None:
    (course.data / "nbgrader_config.py").write_text("{}[0]")
    (course.data / "settings.toml").write_text("[")
    (course.root / "assignments" / "tiny" / "tiny.md").write_text("---")
    told = forked(course, cli.main, "backup", str(tmp_path / "backup.tar.gz"))
    assert told.count("note: the back-up does not say all of this course: ") == 3
    shutil.rmtree(course.data)
    assert "Nobody is graded again" not in forked(course, cli.main, "restore", str(tmp_path / "backup.tar.gz"))
    assert course.gradebook.is_file()


def test_while_the_class_is_graded_nobody_is_removed(course: Course) -> None:
    with alone(course):
        assert "being graded already" in forget(course, "--yes", code=2)


# --- to another place --------------------------------------------------------------------------------------------------------


def moved(course: Course, root: Path) -> tuple[Course, str]:
    """The course in another checkout, by a back-up; and what was said there."""
    shutil.copytree(course.root, root, ignore=shutil.ignore_patterns("course", "home"))
    forked(course, cli.main, "backup", str(root / "backup.tar.gz"))
    other = Course(root)
    return other, forked(other, cli.main, "restore", "backup.tar.gz")


def test_a_restored_course_grades_nobody_again_and_draws_the_same_inputs(course: Course, tmp_path: Path) -> None:
    other, told = moved(course, tmp_path / "somewhere" / "else")
    assert "Nobody is graded again" in told
    assert "lines of its own" not in told
    assert of_others(other) == of_others(course)
    assert "3 submissions: 0 graded now, 3 before with the same content; 0 put into the gradebook." in by_ours(other)
    assert (other.data / "secret").stat().st_mode & 0o777 == 0o600
    assert (other.data / "exchange").stat().st_mode == (course.data / "exchange").stat().st_mode
    assert seeds(other) == seeds(course)
    (other.data / "secret").write_bytes(bytes(32))
    assert seeds(Course(other.root)) != seeds(course)


def seeds(course: Course) -> list[str]:
    """What each student's hidden inputs are drawn from."""
    return [each.seed for each in tasks(course, course.assignment("tiny"), "auto")]


def test_where_another_suite_grades_that_is_said(course: Course, tmp_path: Path) -> None:
    edit(course, "tests/hidden/tiny/test_double.py", "Hidden tests of double.", "Hidden.")
    shutil.copytree(course.root, tmp_path / "other", ignore=shutil.ignore_patterns("course"))
    forked(course, cli.main, "backup", str(tmp_path / "backup.tar.gz"))
    other = Course(tmp_path / "other")
    edit(other, "tests/hidden/tiny/test_double.py", '"""Hidden."""', '"""Other."""')
    told = forked(other, cli.main, "restore", str(tmp_path / "backup.tar.gz"))
    assert (
        "tiny is not graded by the same here (suite): `autograder grade-class tiny --dry-run` says what would change"
        in told
    )
    assert "other is not" not in told


def test_what_a_back_up_does_not_hold_is_said_on_both_sides(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBGRADER_EXCHANGE", "/srv/exchange")
    monkeypatch.setenv("AUTOGRADER_SECRET", "word")
    (course.data / "settings.toml").write_text("[training]\ndata = '/srv/images'\n")
    with (course.data / "nbgrader_config.py").open("a") as config:
        config.write("print()\n")
    told = forked(course, cli.main, "backup", str(tmp_path / "backup.tar.gz"))
    assert "The exchange, /srv/exchange/trainable_networks, is not in the back-up" in told
    shutil.rmtree(course.data)
    restored = forked(course, cli.main, "restore", str(tmp_path / "backup.tar.gz"))
    assert "The exchange was /srv/exchange/trainable_networks" in restored
    assert "Read course/nbgrader_config.py: it has lines of its own" in restored
    for sentence in (
        "AUTOGRADER_SECRET in the environment, which is not in the back-up",
        "learns from /srv/images, which is",
    ):
        assert sentence in told
        assert sentence in restored


# --- what others have written ------------------------------------------------------------------------------------------------


def test_files_of_an_instructor_that_name_the_person_are_told_and_it_is_not_done(course: Course) -> None:
    (course.data / "notes.txt").write_text("call\nZebedee, or zeb@quux.example\n")
    member = tarfile.TarInfo("roster.csv")
    member.size = len(WHO)
    with tarfile.open(course.data / "old.tar.gz", "w:gz") as archive:
        archive.addfile(member, io.BytesIO(WHO.encode()))
    with zipfile.ZipFile(course.data / "old.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("roster.csv", "Quuxington, Zebedee")
    (course.data / f"{WHO}.txt").write_text("")
    told = forget(course, "--yes", code=2)
    assert "course/notes.txt names them in line 2\n" in told
    assert "course/old.tar.gz names them in what is packed in it\n" in told
    assert "course/old.zip names them in what is packed in it\n" in told
    assert f"course/{WHO}.txt names them by its own name\n" in told
    assert "not done: course/notes.txt, course/old.tar.gz, course/old.zip" in told
    assert traces(course) == {"notes.txt", "old.tar.gz", "old.zip", f"{WHO}.txt"}
    assert forget(course, "--yes", code=2).count("names them") == 4
    for name in traces(course):
        (course.data / name).unlink()
    assert "Nothing in" in forget(course, "--yes", code=2)


def test_what_others_wrote_stays_and_is_told(course: Course) -> None:
    with (course.submitted("anna", "tiny") / "with.txt").open("w") as file:
        file.write(f"together with {WHO}")
    told = forget(course, "--yes")
    assert (
        f"note: {WHO} is a word in 3 files of others, or with what is about others, and that stays: course/exchange"
        in told
    )
    assert traces(course) == {"submitted/anna/tiny/with.txt"}


# --- whatever ends it --------------------------------------------------------------------------------------------------------


def after(calls: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, of which a call kills the process."""

    def killed(*arguments: Any) -> Any:
        nonlocal calls
        if (calls := calls - 1) < 0:
            os._exit(9)
        return function(*arguments)

    return killed


@pytest.mark.parametrize(
    ("module", "name", "calls"),
    [
        (person, "remove", 2),
        (stores, "scrub", 0),
        (forgetting, "scrub", 0),
        (forgetting, "scrub", 2),
        (person, "mentions", 1),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)).rpartition(".")[2],
)
def test_what_was_ended_is_taken_up_again(
    course: Course, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, calls: int
) -> None:
    monkeypatch.setattr(module, name, after(calls, getattr(module, name)))
    forget(course, "--yes", code=9)
    monkeypatch.undo()
    assert f"Nothing of {WHO} is left" in forget(course, "--yes")
    assert traces(course) == set()


def test_what_was_not_ended_comes_first(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person, "remove", after(0, person.remove))
    forget(course, "--yes", code=9)
    assert f"The removal of {WHO} was not ended" in forget(course, "--yes", who="anna", code=2)
    assert "was not ended" in forked(course, cli.main, "backup", str(course.root / "b.tar.gz"), code=2)
    assert f"{WHO}, whose removal was begun" in forget(course, "--dry-run")
    (course.data / "forgetting.json").write_bytes(b"[]")
    assert "cannot be read" in forget(course, "--yes", code=2)
