"""The same grading on a Dask cluster: a real scheduler and real workers on this machine, some of which die."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from autograder.course.assignment import GraderError
from autograder.course.folders import Course
from autograder.whole_class import pools
from autograder.whole_class.dispatch import Failure, dispatch
from autograder.whole_class.pools import ClusterPool
from tests.support.classroom import STUDENTS, command, make_classroom, reports, run, scores, stored
from tests.support.dask_cluster import PATIENCE, Cluster
from tests.support.mini_course import edit

dask = pytest.importorskip("dask", reason="the extra 'cluster' is not installed")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make_classroom(tmp_path / "course")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with ExitStack() as stack:
        yield Cluster(tmp_path / "cluster", stack)


def test_a_class_is_graded_on_workers_of_which_one_and_then_the_driver_is_killed(
    cluster: Cluster, course: Course
) -> None:
    workers = [cluster.worker("cpu=1") for _ in range(3)]
    driver = command(course, "--scheduler", cluster.address)
    until = time.monotonic() + PATIENCE
    while not stored(course) and time.monotonic() < until:
        time.sleep(0.01)
    workers[0].kill()
    while stored(course) < 3 and time.monotonic() < until:
        time.sleep(0.01)
    driver.kill()
    driver.communicate()
    before = stored(course)
    assert before >= 3
    said, _ = run(course, "--scheduler", cluster.address)
    assert f"{len(STUDENTS) - before} graded now, {before} before" in said
    assert len(reports(course)) == stored(course) == len(STUDENTS)
    assert scores(course) == {student: 80 if "right" in student else 30 for student in STUDENTS}


def where(_: int) -> tuple[str, float, float]:
    """On which worker a task ran, and when."""
    from distributed import get_worker  # noqa: PLC0415

    begin = time.monotonic()
    time.sleep(0.2)  # long enough for two that ran at the same time to be seen
    return str(get_worker().name), begin, time.monotonic()


def test_gpu_jobs_run_on_the_gpu_worker_alone_and_one_at_a_time(cluster: Cluster) -> None:
    for resources in ("cpu=1", "cpu=1", "gpu=1"):
        cluster.worker(resources)
    pool = ClusterPool(cluster.address, "gpu")
    seen: list[tuple[str, float, float]] = []
    dispatch(
        range(6), where, pool, lambda _, value: seen.append(value), lambda item, why: pytest.fail(f"{item}: {why}")
    )
    pool.close()
    assert {name for name, _, _ in seen} == {"gpu=1-2"}
    times = sorted((begin, end) for _, begin, end in seen)
    assert all(end <= begin for (_, end), (begin, _) in pairwise(times))


def poisoned(item: int) -> int:
    if item == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return item * item


def test_poison_harms_no_other_job(cluster: Cluster) -> None:
    for _ in range(4):  # it costs three
        cluster.worker("cpu=1")
    pool = ClusterPool(cluster.address)
    done: dict[int, int] = {}
    failed: dict[int, Failure] = {}
    dispatch(range(8), poisoned, pool, done.__setitem__, failed.__setitem__)
    pool.close()
    assert done == {item: item * item for item in range(8) if item != 3}
    assert list(failed) == [3]


def test_a_worker_of_another_version_is_refused_by_name(cluster: Cluster, course: Course) -> None:
    cluster.worker("cpu=1")
    from autograder.whole_class.tasks import grade, tasks  # noqa: PLC0415

    (task, *_) = tasks(course, course.assignment("tiny"), "auto")
    other = tuple((name, "1.0" if name == "numpy" else value) for name, value in task.environment)
    failed: dict[str, Failure] = {}
    pool = ClusterPool(cluster.address)
    changed = type(task)(**{**vars(task), "environment": other})
    dispatch([changed], grade, pool, lambda *_: None, lambda item, why: failed.__setitem__(item.student, why))
    pool.close()
    assert "differs from the driver: numpy" in str(failed[task.student])
    assert isinstance(failed[task.student].fault, GraderError)  # it is known by its type, from wherever it comes


def test_a_worker_does_not_grade_with_a_suite_that_has_changed_since_it_was_imported(
    cluster: Cluster, course: Course
) -> None:
    cluster.worker("cpu=1")
    run(course, "--scheduler", cluster.address)
    edit(course, "tests/hidden/tiny/test_double.py", '"""Positive numbers are doubled."""', '"""Twice as much."""')
    _, told = run(course, "--scheduler", cluster.address, code=3)
    assert told.count("differs from the driver: suite") == len(STUDENTS)
    assert told.count("Start its workers again") == len(STUDENTS)
    assert stored(course) == len(STUDENTS)


def test_no_scheduler_and_no_worker_are_one_sentence_each(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(GraderError, match=r"No worker at .* offers the resource 'cpu'"):
        ClusterPool(cluster.address)
    monkeypatch.setattr(pools, "CLUSTER_SECONDS", 1.0)  # nobody is there who could answer later
    with pytest.raises(GraderError, match=r"No scheduler answers at tcp://127\.0\.0\.1:9"):
        ClusterPool("tcp://127.0.0.1:9")


def test_a_cluster_without_workers_is_not_waited_for_for_ever(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "CLUSTER_SECONDS", 0.5)
    monkeypatch.setattr(ClusterPool, "pulse", 0.2)
    worker = cluster.worker("cpu=1")
    pool = ClusterPool(cluster.address)
    worker.kill()
    with pytest.raises(GraderError, match="No worker is left"):
        dispatch(range(3), where, pool, lambda *_: None, lambda *_: None)
    pool.close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made with openssl, which is not here")
def test_with_tls_a_class_is_graded_and_who_has_no_certificate_is_turned_away(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"  # one for all, signed by itself
    options = ("-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=127.0.0.1")
    made = ["openssl", "req", *options, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(made, check=True, capture_output=True)
    setting = "DASK_DISTRIBUTED__COMM__TLS__"
    names = {f"{setting}CA_FILE": certificate}
    for who in ("SCHEDULER", "WORKER", "CLIENT"):
        names |= {f"{setting}{who}__CERT": certificate, f"{setting}{who}__KEY": key}
    for name, path in names.items():
        monkeypatch.setenv(name, str(path))
    tls = "distributed.comm.tls"
    own = {f"{tls}.ca-file": certificate, f"{tls}.client.cert": certificate, f"{tls}.client.key": key}
    with ExitStack() as stack, dask.config.set({name: str(path) for name, path in own.items()}):
        cluster = Cluster(tmp_path / "cluster", stack, "tls")
        cluster.worker("cpu=1")
        assert cluster.address.startswith("tls://")
        assert "8 graded now" in run(course, "--scheduler", cluster.address)[0]
        for name in names:
            monkeypatch.delenv(name)
        _, told = run(course, "--scheduler", cluster.address, "--isolation", "landlock", code=2)
        assert "needs certificates, and none are set; docs/cluster.md says how." in told
