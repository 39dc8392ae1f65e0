"""A worker with devices: a driver starts in it, behind Landlock and before the filter, and then it can do no more than any other."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.course.assignment import Limits
from autograder.course.folders import Course
from autograder.sandbox import selftest
from autograder.sandbox.backends.table import BACKENDS, modes_here
from autograder.sandbox.devices import MASK, Devices, gpu, visible
from autograder.sandbox.launcher import IsolationError, Launcher
from autograder.sandbox.selftest import start_proven
from autograder.sandbox.worker_process import WorkerDied, WorkerProcess
from autograder.training.slots import gpu_of, placed
from benchmarks.check_gpu.confinement import STAND_IN

EPERM, EACCES = 1, 13
CONFINING = [name for name, each in BACKENDS.items() if each.confines]
DEVICE = Path("/dev/zero")
LIMITS = Limits(memory_mb=256, cpu_seconds=30)
# Besides what stands in for a driver: a thread that goes on to do what it is told, when the student's code runs.
WARM_UP = (
    STAND_IN
    + """
import builtins, queue

orders, answers = queue.SimpleQueue(), queue.SimpleQueue()

def obey():
    builtins.driver_thread = threading.get_native_id()
    while True:
        action = orders.get()
        try:
            answers.put(action())
        except OSError as error:
            answers.put(-error.errno)

threading.Thread(target=obey, daemon=True).start()

def in_driver_thread(action):
    orders.put(action)
    return answers.get(timeout=30)

builtins.in_driver_thread = in_driver_thread
in_driver_thread(lambda: 0)
"""
)
PROGRAM = """
import os, socket

def attempt(action):
    try:
        return bool(action()) or True
    except OSError as error:
        return -error.errno

def memory_file():
    return attempt(lambda: os.memfd_create("mine"))

def sockets():
    own = socket.socket(socket.AF_UNIX)
    own.bind(f"\\0mine-{os.getpid()}")
    own.listen()
    other = socket.socket(socket.AF_UNIX)
    return attempt(lambda: other.connect(own.getsockname())), attempt(lambda: socket.socket(socket.AF_INET))

def from_the_drivers_thread():
    return in_driver_thread(lambda: os.memfd_create("mine")), in_driver_thread(lambda: socket.socket(socket.AF_UNIX).fileno())

def name_of(pid, thread):
    return attempt(lambda: os.open(f"/proc/{pid}/task/{thread}/comm", os.O_RDWR))

def names():
    threads = sorted(os.listdir("/proc/self/task"))
    return [open(f"/proc/self/task/{thread}/comm").read().strip() for thread in threads]

def new_thread_names_itself():
    import threading
    said = []
    def work():
        said.append(name_of("self", threading.get_native_id()))
    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)
    return said[0]
"""


def started(real: Course, mode: Any, devices: Devices) -> Launcher:
    if mode not in modes_here():
        pytest.skip(f"{mode} is not installed")
    forbidden = (real.root / "solutions",)
    readable = (real.starter_code,)
    return start_proven(
        mode, path=real.root, preload=("numpy", "torch"), readable=readable, forbidden=forbidden, devices=devices
    )


@pytest.fixture(scope="module", params=CONFINING)
def launcher(request: pytest.FixtureRequest, real: Course) -> Iterator[Launcher]:
    """Starts workers with a device, and a driver that has started; the self-test has passed in such a worker."""
    with started(real, request.param, Devices((DEVICE,), warm_up=WARM_UP)) as launcher:
        yield launcher


@pytest.fixture
def worker(launcher: Launcher) -> Iterator[WorkerProcess]:
    worker = launcher.spawn(LIMITS)
    run(worker, PROGRAM)
    yield worker
    worker.close()


def run(worker: WorkerProcess, source: str) -> Any:
    return worker.ask({"do": "run", "source": textwrap.dedent(source), "title": "cell 1"}, 60, 1 << 20)


def call(worker: WorkerProcess, function: str, *args: Any) -> Any:
    request = {"do": "call", "function": function, "args": args, "kwargs": {}, "inputs": False}
    answer = worker.ask(request, 60, 1 << 20)
    return answer.get("ok", answer)


# --- what it may use ----------------------------------------------------------------------------------------------------

WHAT_IT_MAY = """
import os

def attempt(action):
    try:
        return action()
    except OSError as error:
        return error.errno

def use():
    import socket
    return {
        "the device": attempt(lambda: os.write(os.open("/dev/full", os.O_RDWR), b"x")),
        "another device": attempt(lambda: os.open("/dev/tty", os.O_RDWR)),
        "network": attempt(lambda: socket.socket().fileno()),
        "a file": attempt(lambda: os.open("/etc/passwd", os.O_RDONLY)),
        "environment": dict(os.environ),
    }
"""
ENOSPC, REFUSED = 28, {1, 2, 6, 13}  # the device is full; EPERM, ENOENT, ENXIO, EACCES


@pytest.mark.parametrize("mode", CONFINING)
def test_a_worker_with_a_device_may_use_that_and_nothing_more(real: Course, mode: str) -> None:
    devices = Devices((Path("/dev/full"),), (), {"CUDA_VISIBLE_DEVICES": "1"})
    with started(
        real, mode, devices
    ) as launcher:  # the self-test has passed: no other memory, files or processes either
        worker = launcher.spawn(Limits(memory_mb=256))
        run(worker, WHAT_IT_MAY)
        said = call(worker, "use")
        worker.close()
    assert set(said["environment"]) == {"CUDA_VISIBLE_DEVICES", "TMPDIR"}
    assert said.pop("environment")["CUDA_VISIBLE_DEVICES"] == "1"
    assert said.pop("the device") == ENOSPC
    assert set(said.values()) <= REFUSED, said


TAKES = """
import mmap, time

def take(kind, mb):
    flags = {"shared": mmap.MAP_SHARED, "growing": mmap.MAP_PRIVATE | 0x100}[kind] | mmap.MAP_ANONYMOUS
    memory = mmap.mmap(-1, mb << 20, flags=flags)
    for place in range(0, len(memory), 4096):
        memory[place] = 1
    time.sleep(2 if mb > 100 else 0)
    return len(memory) >> 20
"""


@pytest.mark.parametrize("mode", CONFINING)
@pytest.mark.parametrize("kind", ["shared", "growing"])
def test_memory_that_no_limit_of_the_kernels_counts_is_looked_at(real: Course, mode: str, kind: str) -> None:
    """A driver maps terabytes, so addresses cannot be bounded; what is taken can."""
    with started(real, mode, Devices((DEVICE,), driver_mb=64)) as launcher:
        worker = launcher.spawn(Limits(memory_mb=192))
        run(worker, TAKES)
        assert call(worker, "take", kind, 64) == 64
        with pytest.raises(WorkerDied) as died:
            call(worker, "take", kind, 1024)
        assert died.value.memory_full
        assert not died.value.stopped
        worker.close()


# --- a driver that starts before the filter ------------------------------------------------------------------------------


def test_a_driver_starts_and_the_students_code_cannot_do_what_it_did(worker: WorkerProcess) -> None:
    """It has made a file in memory and a socket, or there would be no worker."""
    assert call(worker, "memory_file") == -EPERM
    assert "driver" in call(worker, "names")


def test_threads_of_the_driver_are_bound_by_the_filter_too(worker: WorkerProcess) -> None:
    assert call(worker, "from_the_drivers_thread") == (-EPERM, -EPERM)


def test_threads_that_come_later_can_be_named_too(worker: WorkerProcess) -> None:
    assert call(worker, "new_thread_names_itself") is True


def test_a_worker_can_name_no_thread_of_another_worker(launcher: Launcher, worker: WorkerProcess) -> None:
    """Rules of a worker that was started before must not have become those of one that comes later."""
    if launcher.mode == "bubblewrap":
        pytest.skip("in there, a worker's number is another one than out here")
    other = launcher.spawn(LIMITS)
    run(other, PROGRAM)
    assert call(other, "name_of", "self", other.pid) is True
    assert call(other, "name_of", worker.pid, worker.pid) == -EACCES
    assert call(worker, "name_of", other.pid, other.pid) == -EACCES
    other.close()


@pytest.mark.parametrize("warm_up", ["import no_such_driver", "open('/etc/passwd')"])
def test_a_device_that_does_not_start_is_one_sentence_and_nothing_is_graded(real: Course, warm_up: str) -> None:
    with pytest.raises(
        IsolationError, match=r"could not be confined: RuntimeError: the device does not start \(\w+: .*"
    ):
        started(real, "landlock", Devices((DEVICE,), warm_up=warm_up))


# --- a driver that starts behind a wider filter --------------------------------------------------------------------------


@pytest.mark.parametrize("mode", CONFINING)
def test_behind_the_wide_filter_a_driver_starts_and_nobody_is_reached(real: Course, mode: str) -> None:
    with started(real, mode, Devices((DEVICE,), wide=True)) as launcher:
        worker = launcher.spawn(LIMITS)
        assert run(worker, STAND_IN) == {"ok": None}
        run(worker, PROGRAM)
        assert call(worker, "memory_file") is True
        assert call(worker, "sockets") == (-EPERM, -EPERM)
        worker.close()


def test_the_self_test_sees_a_socket_that_the_filter_should_have_refused(
    real: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker with the wide filter, that is said to have the narrow one."""
    with started(real, "landlock", Devices((DEVICE,), wide=True)) as launcher:
        monkeypatch.setattr(launcher, "devices", Devices((DEVICE,)))
        broken = [each.name for each in selftest.self_test(launcher, ()) if not each.holds]
    assert broken == ["socket"]


# --- which GPU -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mask", "count", "names"),
    [
        (None, 2, ("0", "1")),
        ("2", 1, ("2",)),
        ("0,3", 2, ("0", "3")),
        (" 0 , 3 ", 2, ("0", "3")),
        ("GPU-8f0c, GPU-17aa", 2, ("GPU-8f0c", "GPU-17aa")),
        ("MIG-41b3", 1, ("MIG-41b3",)),
        ("1,7", 1, ("1",)),  # there is no GPU 7: CUDA stops at the first name that means nothing
        ("", 0, ()),
        ("-1", 0, ()),
        (None, 0, ()),
    ],
)
def test_a_worker_gets_a_gpu_by_the_name_that_the_graders_mask_has_for_it(
    mask: str | None, count: int, names: tuple[str, ...]
) -> None:
    assert visible(mask, count) == names


def test_slots_take_turns_over_the_gpus() -> None:
    assert [gpu_of(slot, None, 2) for slot in range(4)] == [0, 1, 0, 1]


def test_slots_are_where_there_is_room_for_them() -> None:
    assert placed([1, 3]) == [0, 1, 1, 1]
    assert placed([0, 2, 1]) == [1, 2, 1]
    assert placed([0, 0]) == placed([]) == []
    assert [gpu_of(slot, "0,1,1,1", 2) for slot in range(5)] == [0, 1, 1, 1, 0]


def test_a_worker_is_told_its_gpu_and_where_the_driver_lies_and_no_more(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "libcuda.so.1").touch()
    monkeypatch.setenv("LD_LIBRARY_PATH", f"relative:{tmp_path}:{tmp_path.parent}")
    monkeypatch.setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    monkeypatch.setenv(MASK, "0,1")
    monkeypatch.setenv("HOME_OF_THE_GRADER", "secret")
    devices = gpu("MIG-41b3")
    assert devices.environment[MASK] == "MIG-41b3"
    assert set(devices.environment) == {MASK, "CUBLAS_WORKSPACE_CONFIG", "LD_LIBRARY_PATH", "CUDA_DEVICE_ORDER"}
    assert tmp_path in devices.readable
    assert tmp_path.parent not in devices.readable


@pytest.mark.parametrize("wide", [False, True])
def test_either_the_device_is_started_before_the_filter_or_the_filter_is_wide(wide: bool) -> None:
    devices = gpu("0", wide=wide)
    assert (bool(devices.warm_up), devices.wide) == (not wide, wide)
