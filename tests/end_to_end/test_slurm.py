"""The same grading in jobs of Slurm: as processes of this machine, and, where it is installed, in Slurm itself, started by this test.

A class of four is spread over jobs; drivers and jobs are killed. What comes of it is what comes of grading here.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from autograder.course.folders import Course
from autograder.whole_class import slurm_queue
from autograder.whole_class.grading import Summary, grade_new
from autograder.whole_class.plan import alone, plan
from autograder.whole_class.pools import ClusterPool, LocalPool, Pool
from autograder.whole_class.slurm import SlurmPool
from autograder.whole_class.slurm_options import slurm_options
from autograder.whole_class.slurm_queue import LocalQueue
from autograder.whole_class.store import Store
from tests.support.classroom import STUDENTS as ALL
from tests.support.classroom import command, make_classroom, reports, run, scores
from tests.support.dask_cluster import Cluster
from tests.support.needs import SLURM
from tests.support.slurm import asked, slurm

pytest.importorskip("submitit", reason="the extra 'slurm' is not installed")
PATIENCE = 120
STUDENTS = [student for student in ALL if student.endswith("1")]
OPTIONS = {
    "local": "local,chunk=2",
    "slurm": "partition=main,gres=gpu:1,mem=1G,cpus-per-task=1,time=5,chunk=2",
}
WAYS = [pytest.param(name, marks=SLURM if name == "slurm" else ()) for name in OPTIONS]


@pytest.fixture(scope="module")
def configuration() -> Iterator[Path]:
    with slurm() as started:
        yield started


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param == "slurm":
        monkeypatch.setenv("SLURM_CONF", str(request.getfixturevalue("configuration")))
        monkeypatch.setattr(slurm_queue.SlurmQueue, "asks", 0.5)
        monkeypatch.setattr(slurm_queue.SlurmQueue, "settles", 1.0)
        monkeypatch.setenv(
            "SLURM_MEM_PER_CPU", "1"
        )  # as in a session that is a job itself, which would stand against `mem`
    monkeypatch.setattr(SlurmPool, "pulse", 0.1)
    return request.param


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return classroom(tmp_path / "course")


def classroom(root: Path) -> Course:
    """A class of four, whose hidden inputs are the same in each copy."""
    course = make_classroom(root)
    for student in set(ALL) - set(STUDENTS):
        shutil.rmtree(course.submitted(student, "tiny"))
    (course.data / "secret").write_bytes(bytes(range(32)))
    return course


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The reports of the class when it is graded by processes of this machine."""
    course = classroom(tmp_path_factory.mktemp("here") / "course")
    grade_with(course, lambda _: LocalPool(2))
    return reports(course)


def grade_with(course: Course, pool: Callable[[list[str]], Pool]) -> Summary:
    """Grade all that is new in a pool, which is made for its keys."""
    with alone(course), Store(course.store) as store:
        everything, new = plan(course, "tiny", "auto", store)
        summary = Summary.of(everything, new)
        with closing(pool([task.key for task in new])) as made:
            grade_new(new, store, made, summary, lambda *_: None)
    return summary


def base_of(course: Course) -> Path:
    return course.data / "slurm" / "tiny"


def jobs(course: Course, told: list[str], way: str, pool: type[SlurmPool] = SlurmPool) -> Callable[[list[str]], Pool]:
    return lambda keys: pool(base_of(course), slurm_options(OPTIONS[way]), keys, told.append)


def until(holds: Callable[[], Any]) -> None:
    limit = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.05)


def processes(course: Course) -> set[int]:
    """The processes of jobs, wherever they run: all are on this machine."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if b"submitit" in line and os.fsencode(base_of(course)) in line:
            found.add(int(path.parent.name))
    return found


def blocked(number: int) -> int:
    """The signals that a process does not hear, as bits; all of one that has ended."""
    try:
        found = re.search(r"SigBlk:\s*(\w+)", Path(f"/proc/{number}/status").read_text())
    except OSError:
        return -1
    return int(found[1], 16) if found else 0


def test_a_class_gets_what_it_would_get_here_and_nothing_is_left_running(
    way: str, course: Course, here: dict[str, Any]
) -> None:
    said, told = run(course, "--slurm", OPTIONS[way])
    assert "4 submissions: 4 graded now, 0 before with the same content; 4 put into the gradebook." in said
    assert told.count("has 2 to grade") == told.count(": done") == 2
    assert reports(course) == here
    assert scores(course) == {student: 80 if "right" in student else 30 for student in STUDENTS}
    until(lambda: not processes(course))


def test_on_a_dask_cluster_it_is_the_same(course: Course, here: dict[str, Any], tmp_path: Path) -> None:
    pytest.importorskip("dask", reason="the extra 'cluster' is not installed")
    with ExitStack() as stack:
        cluster = Cluster(tmp_path / "cluster", stack)
        cluster.worker("cpu=1")
        assert grade_with(course, lambda _: ClusterPool(cluster.address)).graded == len(STUDENTS)
    assert reports(course) == here


class Killing(SlurmPool):
    """Has a job killed as soon as it is at a submission, for which it first has to collect the suite."""

    kill: Callable[[], None]
    killed = False

    def look_after(self) -> None:
        super().look_after()
        at = [job for job in self._working() if list(job.results.glob("*.begun"))]
        if at and not self.killed:
            type(self).killed = True
            self.kill(at[0].number)


def kill_processes(course: Course) -> None:
    for number in processes(course):
        os.kill(number, signal.SIGKILL)


def test_when_jobs_are_killed_nobody_loses_anything(way: str, course: Course, here: dict[str, Any]) -> None:
    def kill(_: object, number: str) -> None:
        if way == "slurm":
            asked(Path(os.environ["SLURM_CONF"]), "scancel", "--signal=KILL", "--full", number)
        else:
            kill_processes(course)

    told: list[str] = []
    pool = type("KillingNow", (Killing,), {"kill": kill, "killed": False})
    summary = grade_with(course, jobs(course, told, way, pool))
    assert summary.failures == {}
    assert reports(course) == here
    assert pool.killed
    assert any("the others are asked again" in line for line in told)


def test_when_the_driver_is_killed_its_jobs_go_on_and_the_next_takes_them_up(
    way: str, course: Course, here: dict[str, Any]
) -> None:
    driver = command(course, "--slurm", OPTIONS[way])
    until(lambda: len(list(base_of(course).glob("*/*_submitted.pkl"))) == 2)
    driver.kill()
    driver.communicate()
    before = {path.name for path in base_of(course).iterdir()}
    assert len(before) == 2
    told: list[str] = []
    seen: set[str] = set()

    class Looking(SlurmPool):
        def look_after(self) -> None:
            super().look_after()
            seen.update(path.name for path in self._base.iterdir())

    summary = grade_with(course, jobs(course, told, way, Looking))
    assert (summary.graded, summary.failures) == (len(STUDENTS), {})
    assert reports(course) == here
    assert seen == before
    assert not any("to grade" in line for line in told)
    assert sum("of an earlier run" in line for line in told) == 2


def test_ctrl_c_cancels_the_jobs_and_says_so(way: str, course: Course) -> None:
    driver = command(course, "--slurm", OPTIONS[way])
    until(lambda: list(base_of(course).glob("*/results/*.begun")))
    if way == "local":  # a terminal sends Ctrl-C to them as well; they leave it to the driver
        assert all(blocked(number) & 1 << signal.SIGINT - 1 for number in processes(course))
    driver.send_signal(signal.SIGINT)
    _, told = driver.communicate(timeout=PATIENCE)
    assert driver.returncode == 130
    assert "cancelled" in told
    assert "what was graded there is kept." in told
    assert "run the same command again to go on." in told
    until(lambda: not processes(course))
    assert len(list(base_of(course).glob("*/results/*.json"))) < len(STUDENTS)


@SLURM
def test_a_partition_that_is_down_is_waited_for(
    configuration: Path, course: Course, here: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLURM_CONF", str(configuration))
    monkeypatch.setattr(slurm_queue.SlurmQueue, "asks", 0.2)
    monkeypatch.setattr(SlurmPool, "pulse", 0.1)
    partition = partial(asked, configuration, "scontrol", "update", "PartitionName=main")
    partition("State=DOWN")
    told: list[str] = []

    class Waiting(SlurmPool):
        looks = 0

        def look_after(self) -> None:
            super().look_after()
            self.looks += any("pending (PartitionDown)" in line for line in told)
            if self.looks == 10:
                assert self._heard > 0
                assert not [line for line in told if "running" in line or "gone" in line]
                partition("State=UP")

    try:
        assert grade_with(course, jobs(course, told, "slurm", Waiting)).graded == len(STUDENTS)
    finally:
        partition("State=UP")
    assert reports(course) == here


@SLURM
def test_what_slurm_refuses_is_one_line(configuration: Path, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLURM_CONF", str(configuration))
    _, told = run(course, "--slurm", "partition=nope", code=2)
    (line,) = told.splitlines()
    assert line.startswith("autograder: Slurm takes no job: sbatch: error: invalid partition specified: nope ")


def test_without_slurm_and_with_both_engines_it_is_one_line(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(course.root))
    _, told = run(course, "--slurm", "partition=main", code=2)
    assert told == "autograder: --slurm needs Slurm's commands, and sbatch is not here; --slurm local does without.\n"
    _, told = run(course, "--slurm", "local", "--scheduler", "tcp://127.0.0.1:9", code=2)
    assert told == "autograder: --slurm and --scheduler: one of them grades, not both.\n"


def test_a_local_queue_sees_its_own_jobs_alone(tmp_path: Path) -> None:
    queue = LocalQueue(tmp_path, slurm_options("local"))
    assert queue.states() == {}
    queue.cancel(["0" * 3 + str(2**22 + 1)])  # a number that no process has
