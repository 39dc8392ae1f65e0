"""Jobs of a queue, one step at a time: what they write, who is asked again when one dies, and what a second driver takes up.

The queue is a stand-in that starts and ends jobs when a test says so; `tests/end_to_end/test_slurm.py` has Slurm itself.
"""

from __future__ import annotations

import json
import os
import pickle
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from autograder.course.assignment import CourseError, GraderError
from autograder.course.report import Report
from autograder.whole_class import slurm
from autograder.whole_class.slurm import SlurmPool
from autograder.whole_class.slurm_job import LARGEST, result_of
from autograder.whole_class.slurm_options import SlurmOptions, slurm_options
from autograder.whole_class.slurm_queue import JobState, LocalQueue, Queue, Refused, SlurmQueue
from autograder.whole_class.tasks import Task


class Dies(BaseException):
    """As a job does that is killed: nothing of it is caught."""


class Desk:
    """A queue in which jobs wait until a test has them run."""

    title, asks, settles = "job", 0.0, 0.0

    def __init__(self) -> None:
        self.waiting: dict[str, Callable[[], None]] = {}
        self.numbers: dict[str, str] = {}
        self.state, self.refusal, self.answers = "PENDING", "", True
        self.cancelled: list[str] = []

    def start(self, folder: Path, function: Callable[..., None], *args: Any) -> str:
        if self.refusal:
            raise Refused(self.refusal)
        self.waiting[folder.name] = partial(function, *args)
        self.numbers[folder.name] = str(len(self.numbers) + 1)
        return self.numbers[folder.name]

    def states(self) -> dict[str, JobState] | None:
        return {name: JobState(self.numbers[name], self.state) for name in self.waiting} if self.answers else None

    def cancel(self, numbers: Iterable[str]) -> None:
        self.cancelled += numbers
        self.waiting = {name: work for name, work in self.waiting.items() if self.numbers[name] not in self.cancelled}

    def run(self) -> None:
        """Have all jobs work and end, or die."""
        for name in list(self.waiting):
            with suppress(Dies):
                self.waiting[name]()
            del self.waiting[name]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    made = Desk()
    monkeypatch.setattr(slurm, "queue_for", lambda *_: made)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGUSR2, signal.SIGTERM)}
    yield made
    for number, handler in handlers.items():
        signal.signal(number, handler)


class Driver:
    """A driver: its pool, what it was told, and the futures of the students whom it has asked for."""

    def __init__(self, base: Path, students: str, wanted: str = "", **options: Any) -> None:
        self.told: list[str] = []
        keys = {task_of(student).key for student in wanted or students}
        self.pool = SlurmPool(base, SlurmOptions(**options), keys, self.told.append)
        self.futures = {student: self.pool.submit(grade, task_of(student)) for student in students}

    def results(self) -> dict[str, Any]:
        return {student: outcome(future) for student, future in self.futures.items() if future.done()}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return tmp_path / "slurm" / "tiny"


def task_of(student: str) -> Task:
    environment = (("suite", "s"),)
    return Task("/course", "tiny", student, f"/{student}.ipynb", f"sha of {student}", "", "seed", "auto", environment)


def report(student: str, sha256: str | None = None) -> dict[str, Any]:
    sha256 = sha256 or f"sha of {student}"
    return Report(
        "tiny", "tiny.ipynb", student, sha256, "s", "seed", "landlock", "graded", None, 1.0, 2.0, 0.1, ()
    ).as_json()


graded: list[str] = []
deadly: set[str] = set()  # who kills the job
slow: set[str] = set()  # during whom its time is nearly over


@pytest.fixture(autouse=True)
def _afresh() -> None:
    graded.clear()
    deadly.clear()
    slow.clear()


def grade(task: Task) -> dict[str, Any]:
    graded.append(task.student)
    if task.student in deadly:
        raise Dies
    if task.student in slow:
        signal.raise_signal(signal.SIGUSR2)
    if task.student == "?":
        raise GraderError("another machine")
    if task.student == "!":
        raise ZeroDivisionError("of a\nsuite")
    return report(task.student)


def outcome(future: Future[Any]) -> Any:
    return str(future.exception()) if future.exception() else future.result()


def test_a_class_is_spread_evenly_and_each_gets_its_own_report(desk: Desk, base: Path) -> None:
    driver = Driver(base, "abcdefg", chunk=3)
    driver.pool.look_after()
    assert sorted(len(work.args[2]) for work in desk.waiting.values()) == [2, 2, 3]
    desk.run()
    driver.pool.look_after()
    assert driver.results() == {student: report(student) for student in "abcdefg"}
    assert sorted(graded) == list("abcdefg")
    driver.pool.close()
    assert list(base.iterdir()) == []
    assert desk.cancelled == []


def test_what_is_raised_in_a_job_arrives_as_what_it_is(desk: Desk, base: Path) -> None:
    driver = Driver(base, "?!a")
    driver.pool.look_after()
    desk.run()
    driver.pool.look_after()
    assert driver.results() == {"?": "another machine", "!": "ZeroDivisionError: of a suite", "a": report("a")}
    assert all(isinstance(driver.futures[student].exception(), GraderError) for student in "?!")


@pytest.mark.parametrize("queue", [LocalQueue, SlurmQueue])
def test_a_job_that_is_not_seen_for_a_moment_is_not_gone(
    desk: Desk, base: Path, monkeypatch: pytest.MonkeyPatch, queue: type[Queue]
) -> None:
    monkeypatch.setattr(slurm.time, "monotonic", lambda: 0.0)
    desk.settles, desk.state = queue.settles, "RUNNING"
    driver = Driver(base, "a")
    driver.pool.look_after()
    hidden, desk.waiting = desk.waiting, {}
    driver.pool.look_after()
    desk.waiting = hidden
    driver.pool.look_after()
    assert list(base.iterdir()) == [base / name for name in hidden]
    desk.run()
    driver.pool.look_after()
    assert (driver.results(), graded) == ({"a": report("a")}, ["a"])


def test_a_queue_of_hours_is_waited_for_and_told_of_once(
    desk: Desk, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 0.0
    monkeypatch.setattr(slurm.time, "monotonic", lambda: clock)
    driver = Driver(base, "a")
    for hour in range(100):
        clock = 3600.0 * hour
        driver.pool.look_after()
    assert driver.results() == {}
    assert driver.told.count("job 1: pending") == 1
    assert driver.told.count("waiting for job 1 (pending)") == 99
    desk.state = "RUNNING"
    driver.pool.look_after()
    desk.run()
    driver.pool.look_after()
    assert driver.results() == {"a": report("a")}


def test_who_was_being_graded_when_a_job_died_is_tried_alone_and_left_out_after_two_deaths(
    desk: Desk, base: Path
) -> None:
    deadly.add("b")
    driver = Driver(base, "abcd", chunk=4)
    driver.pool.look_after()
    desk.run()
    driver.pool.look_after()  # it is seen to be gone ...
    driver.pool.look_after()  # ... and what is undone is in two jobs
    assert sorted([task.student for task in work.args[2]] for work in desk.waiting.values()) == [["b"], ["c", "d"]]
    desk.run()
    driver.pool.look_after()
    results = driver.results()
    assert {student: results[student] for student in "acd"} == {student: report(student) for student in "acd"}
    assert "2 jobs died while it was being graded" in results["b"]
    assert graded.count("b") == 2
    driver.pool.close()
    (kept,) = base.iterdir()  # with the log
    assert str(kept) in results["b"]


def test_a_job_that_dies_before_it_begins_is_no_fault_of_anybody_and_is_not_tried_for_ever(
    desk: Desk, base: Path
) -> None:
    driver = Driver(base, "ab")
    for _ in range(2):
        driver.pool.look_after()
        desk.waiting.clear()
        driver.pool.look_after()
    assert all("2 jobs died before they had begun to grade" in said for said in driver.results().values())
    assert len(driver.results()) == 2
    driver.pool.look_after()
    assert desk.waiting == {}


def test_a_job_whose_time_is_nearly_over_ends_after_the_task_that_it_is_at(desk: Desk, base: Path) -> None:
    driver = Driver(base, "abc")
    slow.add("a")
    driver.pool.look_after()
    desk.run()
    driver.pool.look_after()
    driver.pool.look_after()
    assert list(driver.results()) == ["a"]
    assert [[task.student for task in work.args[2]] for work in desk.waiting.values()] == [["b", "c"]]
    desk.run()
    driver.pool.look_after()
    assert list(driver.results()) == ["a", "b", "c"]


def test_a_job_that_is_begun_again_goes_on_where_it_was(desk: Desk, base: Path) -> None:
    driver = Driver(base, "abc")
    driver.pool.look_after()
    deadly.add("b")
    (work,) = desk.waiting.values()
    with pytest.raises(Dies):
        work()
    deadly.clear()  # its node was lost, and Slurm has put it back
    driver.pool.look_after()
    desk.run()
    driver.pool.look_after()
    assert list(driver.results()) == ["a", "b", "c"]
    assert graded == ["a", "b", "b", "c"]
    assert len(desk.numbers) == 1


def test_a_second_driver_takes_up_what_is_written_and_what_runs_and_starts_nothing_again(
    desk: Desk, base: Path
) -> None:
    first = Driver(base, "abcd", chunk=2)
    first.pool.look_after()
    early, late = desk.waiting
    desk.waiting[early]()
    del desk.waiting[early], first  # the driver is killed; one job has ended, one waits
    second = Driver(base, "abcd", chunk=2)
    second.pool.look_after()
    assert list(desk.waiting) == [late]
    assert sorted(graded) == ["a", "c"] == sorted(second.results())
    assert any("of an earlier run has left results: 2" in line for line in second.told)
    assert any("job 2 of an earlier run goes on: 2" in line for line in second.told)
    desk.run()
    second.pool.look_after()
    assert sorted(second.results()) == list("abcd")
    assert sorted(graded) == list("abcd")
    second.pool.close()
    assert list(base.iterdir()) == []


def test_only_what_a_job_of_an_earlier_run_has_not_done_is_asked_again(desk: Desk, base: Path) -> None:
    first = Driver(base, "abc")
    first.pool.look_after()
    deadly.add("b")
    desk.run()
    deadly.clear()
    del first
    second = Driver(base, "abc")
    second.pool.look_after()
    (work,) = desk.waiting.values()
    assert [task.student for task in work.args[2]] == ["b", "c"]
    desk.run()
    second.pool.look_after()
    assert sorted(second.results()) == list("abc")


def test_jobs_that_work_on_nothing_that_is_asked_for_are_cancelled_and_others_are_left_alone(
    desk: Desk, base: Path
) -> None:
    Driver(base, "abcd", chunk=2).pool.look_after()
    _, useful = desk.waiting
    trial = Driver(base, "b", wanted="bd")  # as a dry run asks: not for all that has no report
    trial.pool.look_after()
    assert desk.cancelled == ["1"]
    assert list(desk.waiting) == [useful]
    desk.run()
    trial.pool.look_after()
    trial.pool.close()
    assert (base / useful).is_dir()  # what it has for somebody else is still to be read
    last = Driver(base, "d")
    last.pool.look_after()
    assert list(last.results()) == ["d"]
    assert sorted(graded) == ["b", "d"]


def test_when_a_driver_is_stopped_its_jobs_are_cancelled_and_what_they_did_is_kept(desk: Desk, base: Path) -> None:
    driver = Driver(base, "abcd", chunk=2)
    driver.pool.look_after()
    deadly.add("c")
    for work in desk.waiting.values():
        with suppress(Dies):
            work()
    driver.pool.close()
    assert driver.told[-1] == "cancelled job 1, 2; what was graded there is kept."
    assert desk.waiting == {}
    deadly.clear()
    again = Driver(base, "abcd")
    again.pool.look_after()
    assert [task.student for work in desk.waiting.values() for task in work.args[2]] == ["c"]
    assert sorted(again.results()) == ["a", "b", "d"]


def test_a_refusal_is_one_sentence_and_patience_where_others_of_ours_are_there(
    desk: Desk, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.refusal = "sbatch: error: invalid partition specified: nope"
    driver = Driver(base, "ab", chunk=1)
    with pytest.raises(CourseError, match="Slurm takes no job: sbatch: error: invalid partition specified: nope"):
        driver.pool.look_after()
    assert list(base.iterdir()) == []
    desk.refusal = ""
    driver = Driver(base, "ab", chunk=1, jobs=1)
    driver.pool.look_after()
    assert len(desk.waiting) == 1  # no more at a time than was asked for
    driver.pool._most = 2
    desk.refusal = "too many jobs"
    driver.pool.look_after()
    driver.pool.look_after()
    assert driver.told.count("Slurm takes no further job for now: too many jobs") == 1
    desk.refusal = ""
    monkeypatch.setattr(slurm, "FULL_SECONDS", 0.0)
    driver.pool.look_after()
    assert len(desk.waiting) == 2


def test_a_queue_that_does_not_answer_costs_nobody_anything(desk: Desk, base: Path) -> None:
    driver = Driver(base, "ab")
    driver.pool.look_after()
    desk.answers = False
    for _ in range(3):
        driver.pool.look_after()
    assert driver.results() == {}
    desk.run()
    driver.pool.look_after()
    assert sorted(driver.results()) == ["a", "b"]
    driver.pool.close()
    assert len(list(base.iterdir())) == 1  # for all that anybody knows, the job is still at it
    with pytest.raises(GraderError, match="Slurm does not answer"):
        Driver(base, "ab")


def test_files_that_may_still_turn_up_are_waited_for(desk: Desk, base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.settles = 15.0
    clock = 0.0
    monkeypatch.setattr(slurm.time, "monotonic", lambda: clock)
    driver = Driver(base, "a")
    driver.pool.look_after()
    late = desk.waiting.popitem()[1]
    driver.pool.look_after()
    clock = 10.0
    driver.pool.look_after()
    late()
    driver.pool.look_after()
    assert driver.results() == {"a": report("a")}
    driver = Driver(base, "b")
    driver.pool.look_after()
    desk.waiting.clear()
    driver.pool.look_after()
    clock = 20.0
    driver.pool.look_after()
    assert desk.waiting == {}
    clock = 30.0
    driver.pool.look_after()
    driver.pool.look_after()
    assert len(desk.waiting) == 1


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o707])
def test_a_folder_that_others_can_reach_is_refused(desk: Desk, base: Path, mode: int) -> None:
    base.mkdir(parents=True)
    base.parent.chmod(0o700)
    base.chmod(mode)
    with pytest.raises(GraderError, match=r"closed to others \(chmod 700\)"):
        Driver(base, "a")


def test_all_that_jobs_load_and_write_is_for_its_owner_alone(desk: Desk, base: Path) -> None:
    Driver(base, "a").pool.look_after()
    desk.run()
    folders = [base.parent, base, *(path for path in base.rglob("*") if path.is_dir())]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    (result,) = base.rglob("*/results/*.json")
    assert result.stat().st_mode & 0o777 == 0o600


class Bomb:
    def __reduce__(self) -> Any:
        return os.mkdir, ("exploded",)


RESULTS = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a number": b"1",
    "no report": b'{"report": {"score": 1}}',
    "nested too deeply": b"[" * 100_000,
    "a fault that is none": b'{"raised": 3}',
    "not a number": json.dumps({"report": {**report("a"), "score": float("nan")}}).encode(),
    "a pickle": pickle.dumps(Bomb()),
    "another's": json.dumps({"report": report("b")}).encode(),
    "of another file": json.dumps({"report": report("a", "other")}).encode(),
    "too large": b'{"report": ' + b" " * LARGEST + json.dumps(report("a")).encode() + b"}",
}


@pytest.mark.parametrize("what", RESULTS)
def test_a_result_that_is_no_report_of_this_submission_is_a_fault_of_the_grader(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "result.json"
    path.write_bytes(RESULTS[what])
    with pytest.raises(GraderError, match=r"holds no report\.|holds the report of another submission\."):
        result_of(path, task_of("a"))
    assert not (tmp_path / "exploded").exists()


def test_nothing_that_a_job_has_pickled_is_loaded_by_the_driver(
    desk: Desk, base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    driver = Driver(base, "a")
    driver.pool.look_after()
    (folder,) = base.iterdir()
    for name in ("1_0_result.pkl", "1_submitted.pkl"):
        (folder / name).write_bytes(pickle.dumps(("success", Bomb())))
    desk.run()
    driver.pool.look_after()
    assert driver.results() == {"a": report("a")}
    again = Driver(base, "a")
    again.pool.look_after()
    again.pool.close()
    assert not (tmp_path / "exploded").exists()


OPTIONS = {
    "partition=gpu,gres=gpu:a100:1,time=2:00:00": SlurmOptions(
        minutes=120, sbatch=(("partition", "gpu"), ("gres", "gpu:a100:1"))
    ),
    "local": SlurmOptions(local=True),
    "local,chunk=5,jobs=2": SlurmOptions(local=True, chunk=5, jobs=2),
    "time=30": SlurmOptions(minutes=30),
    " account=a , time=1-00:30:59": SlurmOptions(minutes=1470, sbatch=(("account", "a"),)),
}


@pytest.mark.parametrize("text", OPTIONS)
def test_options_mean_what_sbatch_means_by_them(text: str) -> None:
    assert slurm_options(text) == OPTIONS[text]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "'' is not OPTION=VALUE"),
        ("gpu", "'gpu' is not OPTION=VALUE"),
        ("partition=a,local", "'local' is not OPTION=VALUE"),
        ("wrap=x", "'wrap=x' is not OPTION=VALUE"),
        ("partition=", "partition= has a character that no value has, or no value"),
        ("partition=a b", "partition=a b has a character"),
        ("partition=a\nb", "has a character"),
        ("partition=a,partition=b", "partition is given twice"),
        ("chunk=0", "chunk is a number from 1 to 200, not 0"),
        ("jobs=many", "jobs is a number from 1 to 1000, not many"),
        ("time=00:00:30", "time is in minutes"),
        ("time=2h", "time is in minutes"),
        ("local,gres=gpu:1", "gres is asked of Slurm, which 'local' does without"),
    ],
)
def test_any_other_option_is_refused_in_one_line(text: str, why: str) -> None:
    with pytest.raises(CourseError) as refusal:
        slurm_options(text)
    assert why in str(refusal.value)
