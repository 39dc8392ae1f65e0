"""A whole class in parallel: nothing is graded twice, nothing is lost, whatever ends a run, and nobody pays for another's poison."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import wait
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.course.assignment import GraderError
from autograder.course.folders import Course
from autograder.course.report import Report
from autograder.whole_class import store
from autograder.whole_class.dispatch import Failure, dispatch
from autograder.whole_class.pools import LocalPool
from autograder.whole_class.store import Store
from tests.support.classroom import (
    ANSWERS,
    PATIENCE,
    STUDENTS,
    command,
    hand_in,
    make_classroom,
    reports,
    run,
    scores,
    stored,
    timeless,
)
from tests.support.handins import autograder, grade
from tests.support.mini_course import edit


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_classroom(tmp_path / "course")


def test_a_class_gets_what_each_would_get_alone_and_is_graded_once(course: Course) -> None:
    said, _ = run(course)
    assert "8 submissions: 8 graded now, 0 before with the same content; 8 put into the gradebook." in said
    alone = grade(course, *(course.submitted(student, "tiny") / "tiny.ipynb" for student in STUDENTS))
    assert reports(course) == {value["student"]: timeless(Report.from_json(value)) for value in alone}
    assert scores(course) == {student: 80 if "right" in student else 30 for student in STUDENTS}
    assert all((course.data / "feedback" / student / "tiny" / "tiny.html").is_file() for student in STUDENTS)
    said, _ = run(course)
    assert "8 submissions: 0 graded now, 8 before with the same content; 0 put into the gradebook." in said


def test_only_what_changed_is_graded_again(course: Course) -> None:
    run(course)
    hand_in(course, "wrong-1", ANSWERS["right"])
    said, told = run(course, "--dry-run")
    assert said.split() == ["wrong-1"]
    assert "1 of 8 submissions would be graded" in told
    assert "1 graded now, 7 before" in run(course)[0]
    assert scores(course)["wrong-1"] == 80
    edit(course, "tests/hidden/tiny/test_double.py", '"""Positive numbers are doubled."""', '"""Twice as much."""')
    said, told = run(course, "--dry-run")
    assert said == ""
    assert "0 of 8 submissions would be graded; 8 were graded again, and nothing was recorded." in told
    assert "0 graded now, 8 before with the same content; 8 put into the gradebook" in run(course)[0]


def test_which_file_was_graded_which_time_is_none_and_what_was_not_collected_is_told(course: Course) -> None:
    folder = course.submitted("wrong-1", "tiny")
    (folder / "tiny.ipynb").rename(folder / "tiny-Copy1.ipynb")
    (course.submitted("wrong-2", "tiny") / "timestamp.txt").write_text("soon")
    shutil.rmtree(course.submitted("ends-1", "tiny"))
    course.submitted("ends-1", "tiny").mkdir()
    (course.submitted("ends-1", "tiny") / "work.zip").write_text("PK")
    inbound = course.data / "exchange" / "trainable_networks" / "inbound"
    for student, written in {
        "right-1": "23:00:00.000000 +08",
        "right-2": "09:00:00.000000 -03",
        "new": "10:00:00 UTC",
    }.items():
        (inbound / f"{student}+tiny+2026-01-01 {written}+x_-1").mkdir(parents=True)
    (course.submitted("right-1", "tiny") / "timestamp.txt").write_text(
        "2026-01-01 12:00:00.000000 -03"
    )  # the same moment
    (course.submitted("right-2", "tiny") / "timestamp.txt").write_text(
        "2026-01-01 11:00:00.000000 UTC"
    )  # an hour before
    (inbound / "new+other+2026-01-01 10:00:00 UTC+1").mkdir()
    said, told = run(course)
    assert "8 submissions: 8 graded now" in said
    assert [line for line in told.splitlines() if not line.startswith(("grading:", "recording:"))] == [
        "note: wrong-1: tiny-Copy1.ipynb was graded: tiny.ipynb was not handed in",
        "note: wrong-2: timestamp.txt holds no time that can be read, so it counts as in time: soon",
        "1 submission lies in the exchange and was not collected: new; `nbgrader collect tiny`.",
        "1 resubmission lies in the exchange and was not collected: right-2; `nbgrader collect tiny --update`.",
    ]
    assert scores(course)["wrong-1"] == 30
    assert reports(course)["ends-1"]["reason"] == "There is no notebook; what was handed in: work.zip."  # type: ignore[index]
    page = (course.data / "feedback" / "ends-1" / "tiny" / "tiny.html").read_text()
    assert "what was handed in: work.zip." in page
    assert (course.submitted("wrong-2", "tiny") / "timestamp.txt").read_text() == "soon"


@pytest.mark.parametrize("after", [1, 4])
def test_a_run_that_is_killed_goes_on_and_leaves_no_process(course: Course, after: int) -> None:
    process = command(course)
    known = psutil.Process(process.pid)
    descendants: set[psutil.Process] = set()
    until = time.monotonic() + PATIENCE
    while stored(course) < after and time.monotonic() < until:
        descendants |= set(known.children(recursive=True))
        time.sleep(0.01)
    process.kill()
    process.communicate()
    _, alive = psutil.wait_procs(descendants, timeout=PATIENCE)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
    before = stored(course)
    assert after <= before
    said, _ = run(course)
    assert f"8 submissions: {8 - before} graded now, {before} before with the same content; 8 put into" in said
    assert len(reports(course)) == stored(course) == 8


def test_ctrl_c_ends_a_run_with_a_word_and_it_goes_on(course: Course) -> None:
    process = command(course)
    until = time.monotonic() + PATIENCE
    while not stored(course) and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    *progress, last = told.splitlines()
    assert last == "autograder: stopped. What was graded is kept; run the same command again to go on."
    assert all(line.startswith("grading: ") for line in progress)
    assert run(course)[0].startswith("8 submissions")
    assert len(reports(course)) == 8


def test_a_student_who_cannot_be_recorded_is_named_and_the_others_are(course: Course) -> None:
    (course.data / "autograded").mkdir()
    (course.data / "autograded" / "right-1").write_text("in the way")
    _, told = run(course, code=3)
    assert "right-1: nbgrader could not record right-1" in told
    assert {student for student, score in scores(course).items() if score} >= set(STUDENTS) - {"right-1"}
    (course.data / "autograded" / "right-1").unlink()
    assert "0 graded now, 8 before with the same content; 1 put into" in run(course)[0]
    assert scores(course)["right-1"] == 80


def test_a_suite_that_cannot_be_used_ends_the_run_in_one_sentence_and_is_no_students_fault(course: Course) -> None:
    edit(course, "tests/hidden/tiny/test_double.py", "@pytest.mark.points(20)", "@pytest.mark.points(21)")
    said, told = run(course, code=3)
    assert (said, told.count("\n")) == ("", 1)
    assert "the tests of double are worth 51 points, the notebook says 50" in told
    assert stored(course) == 0


def test_two_runs_at_a_time_are_refused(course: Course) -> None:
    first = command(course)
    until = time.monotonic() + PATIENCE
    while not stored(course) and time.monotonic() < until:
        time.sleep(0.01)
    assert first.poll() is None
    os.kill(first.pid, signal.SIGSTOP)
    assert "being graded already" in run(course, code=2)[1]
    os.kill(first.pid, signal.SIGCONT)
    first.communicate(timeout=PATIENCE)
    assert first.returncode == 0


@pytest.mark.parametrize(
    ("command_line", "says"),
    [
        (["grade"], "Missing argument 'SUBMISSION'"),
        (["grade", "--course", "tiny", "x.ipynb"], "No such option: --course"),
        (["grade-class"], "Missing argument 'NAME'"),
        (["grade-class", "tiny", "x.ipynb"], "Got unexpected extra argument"),
        (["grade-class", "tiny", "--json", "-"], "No such option: --json"),
        (["grade-class", "tiny", "--fail-under", "0"], "No such option: --fail-under"),
        (["grade-class", "tiny", "--no-training"], "No such option: --no-training"),
        (["grade", "x.ipynb", "--scheduler", "tcp://127.0.0.1:9"], "No such option: --scheduler"),
        (["grade", "x.ipynb", "--dry-run"], "No such option: --dry-run"),
    ],
)
def test_files_or_a_course_are_named_and_no_option_is_passed_over(
    course: Course, command_line: list[str], says: str
) -> None:
    done = autograder(course.root, *command_line)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_a_class_that_handed_in_nothing_is_told_so(course: Course) -> None:
    shutil.rmtree(course.data / "submitted")
    assert "run `nbgrader collect tiny`" in run(course, code=2)[1].replace("takes them in", "").replace(
        "`nbgrader", "run `nbgrader"
    )


# --- the store -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def report(course: Course) -> Report:
    return Report.from_json(grade(course, course.submitted("wrong-1", "tiny") / "tiny.ipynb"))


def test_a_report_comes_back_as_it_was_put(tmp_path: Path, report: Report) -> None:
    with Store(tmp_path / "reports.db") as kept:
        kept.put("k", report)
        assert report.exercises[0].misconception is not None
        assert kept.get("k") == report
        assert kept.get("other") is None


def test_a_full_disk_is_one_sentence_and_loses_nothing(tmp_path: Path, report: Report) -> None:
    with Store(tmp_path / "reports.db") as kept:
        kept.put("first", report)
        pages = kept._database.execute("pragma page_count").fetchone()[0]
        kept._database.execute(f"pragma max_page_count = {pages}")  # as SQLite itself limits a file
        with pytest.raises(GraderError, match=r"cannot be used: database or disk is full.*run the same command again"):
            [kept.put(str(number), report) for number in range(50)]
    with Store(tmp_path / "reports.db") as kept:
        assert kept.get("first") == report


def test_a_locked_file_is_waited_for_and_then_one_sentence(
    tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "WRITING_SECONDS", 0.1)
    with Store(tmp_path / "reports.db") as kept:
        other = sqlite3.connect(tmp_path / "reports.db", isolation_level=None)
        other.execute("begin immediate")
        with pytest.raises(GraderError, match="database is locked"):
            kept.put("k", report)
        other.execute("rollback")
        kept.put("k", report)


# --- dispatching -----------------------------------------------------------------------------------------------------------


def worked(item: str) -> str:
    """What a task does here: some end their process, some raise."""
    if item.startswith("poison"):
        os.kill(os.getpid(), signal.SIGKILL)
    if item.startswith("raise"):
        raise ValueError(item)
    return item.upper()


@pytest.fixture
def pool() -> Iterator[LocalPool]:
    made = LocalPool(2)
    yield made
    made.close()


def dies_late(item: str) -> str:
    """Whoever is poison here takes a while to die."""
    time.sleep(0.3 if item == "poison" else 0)
    return worked(item)


def test_poison_that_takes_its_time_is_left_out_too(pool: LocalPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalPool, "pulse", 0.01)
    done: dict[str, str] = {}
    failed: dict[str, Failure] = {}
    dispatch(["a", "poison", "b"], dies_late, pool, done.__setitem__, failed.__setitem__)
    assert (done, list(failed)) == ({"a": "A", "b": "B"}, ["poison"])


def test_what_a_result_leads_to_is_worked_on_next_and_no_more_is_asked_for_than_there_is_room(pool: LocalPool) -> None:
    done: list[str] = []

    def items() -> Iterator[str]:
        for number in range(20):
            assert number - len(done) <= pool.window
            yield f"first {number}"

    def follow(item: str, result: str) -> list[str]:
        done.append(result)
        return [item.replace("first", "then")] if item.startswith("first") else []

    dispatch(items(), worked, pool, follow, lambda item, why: pytest.fail(f"{item}: {why}"))
    assert sorted(done) == sorted(f"{step} {number}" for step in ("FIRST", "THEN") for number in range(20))


@pytest.mark.parametrize(("function", "argument"), [(abs, -1), (time.sleep, 60), (worked, "poison")])
def test_nothing_of_a_pool_is_left_when_it_is_closed(function: Callable[[Any], Any], argument: object) -> None:
    """Neither a process nor a thread, which would still be at it when Python ends."""
    before = {*threading.enumerate(), *multiprocessing.active_children()}
    pool = LocalPool(2)
    futures = [pool.submit(function, argument) for _ in range(3)]
    wait(futures, timeout=1)
    pool.close()
    assert {*threading.enumerate(), *multiprocessing.active_children()} <= before


def test_poison_is_left_out_and_takes_nobody_along(pool: LocalPool) -> None:
    items = ["a", "poison 1", "b", "raise 1", *map(str, range(20)), "poison 2", "z"]
    done: dict[str, str] = {}
    failed: dict[str, Failure] = {}
    dispatch(items, worked, pool, done.__setitem__, failed.__setitem__)
    assert done == {item: item.upper() for item in items if not item.startswith(("poison", "raise"))}
    assert {item: str(failure) for item, failure in failed.items()} == {
        "poison 1": "the process that worked on it died 2 times",
        "poison 2": "the process that worked on it died 2 times",
        "raise 1": "ValueError: raise 1",
    }
    assert [item for item, failure in failed.items() if isinstance(failure.fault, ValueError)] == ["raise 1"]
