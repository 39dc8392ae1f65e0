"""Several jobs on the GPUs of one machine: how many there is memory for, which GPU each takes, and whether that still answers."""

from __future__ import annotations

import errno
import fcntl
import itertools
import os
import platform
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from autograder.course.assignment import Assignment, GraderError, Limits
from autograder.course.devices import Device
from autograder.course.folders import Course
from autograder.sandbox import wire
from autograder.sandbox.devices import MASK, NO_DEVICES, gpu, visible
from autograder.sandbox.launcher import Launcher
from autograder.sandbox.selftest import Isolation
from autograder.sandbox.worker_process import WorkerDied
from autograder.suite.workers import start_launcher

SLOTS = "AUTOGRADER_GPUS"  # in the environment of a pool's processes: the number of the GPU of each slot, such as 0,1,1
GPU_SECONDS = 60.0  # seconds that a GPU has to answer
REPLY_BYTES = 1 << 20
PROBE = "import torch; torch.ones(2, device='cuda').sum().item()"


def placed(room: Sequence[int]) -> list[int]:
    """The GPU of each slot, where GPU number n has room for `room[n]` jobs: they take turns as long as there is room."""
    turns = range(max(room, default=0))
    return [number for turn in turns for number, jobs in enumerate(room) if turn < jobs]


def share_gpus(gpu_mb: int) -> int:
    """Decide, for this process and those that it starts, which slot is on which GPU; how many slots there is free memory for.

    gpu_mb: that one job needs
    """
    import torch  # noqa: PLC0415  (slow to import)

    free = [torch.cuda.mem_get_info(number)[0] for number in range(torch.cuda.device_count())]
    taken = placed([memory // (gpu_mb << 20) for memory in free])
    os.environ[SLOTS] = ",".join(map(str, taken))
    return len(taken)


@cache
def own_slot() -> int:
    """The number of this process among those of this machine that use its GPUs: the lowest that is free, until the process ends.

    Held by a name in the kernel's list of local sockets: given to one process only, and free when that has ended, however it did.
    """
    for number in itertools.count():
        holder = socket.socket(socket.AF_UNIX)
        try:
            holder.bind(f"\0autograder-slot-{os.getuid()}-{number}")
        except OSError as fault:
            holder.close()
            if fault.errno != errno.EADDRINUSE:
                raise
        else:
            holder.detach()  # it stays open, and is closed with the process
            return number
    raise AssertionError


def gpu_of(slot: int, order: str | None, count: int) -> int:
    """The number of the GPU of a slot, in the order that the driver has decided on, else in turns over `count` GPUs."""
    numbers = list(map(int, order.split(","))) if order else list(range(count))
    return numbers[slot % len(numbers)] if numbers else 0


def own_gpu() -> int:
    """The number of the GPU that this process shares with its workers, as PyTorch counts them here."""
    import torch  # noqa: PLC0415

    return gpu_of(own_slot(), os.environ.get(SLOTS), torch.cuda.device_count())


def gpu_name(number: int) -> str:
    """What CUDA_VISIBLE_DEVICES calls the GPU with a number, for a process that was given the mask that this one was given."""
    import torch  # noqa: PLC0415

    return visible(os.environ.get(MASK), torch.cuda.device_count())[number]


def launcher_for(course: Course, assignment: Assignment, isolation: Isolation, device: Device) -> Launcher:
    """Processes that may use what training on a device needs. What this thread computes on a GPU is then on the same one."""
    if device == "cpu":
        return start_launcher(course, assignment, isolation, NO_DEVICES)
    import torch  # noqa: PLC0415

    number = own_gpu()
    torch.cuda.set_device(number)
    return start_launcher(course, assignment, isolation, gpu(gpu_name(number)))


def gpu_answers(launcher: Launcher) -> bool:
    """Whether a process of our own, without a line of a student's, can compute on the GPU."""
    return not gpu_trouble(launcher)


def gpu_trouble(launcher: Launcher) -> str:
    """Why such a process cannot compute on the GPU; empty where it can."""
    try:
        worker = launcher.spawn(Limits())
    except GraderError as refusal:  # a GPU that does not answer does not start in a worker
        return str(refusal)
    try:
        answer = worker.ask({"do": "run", "source": PROBE, "title": "cell 0"}, GPU_SECONDS, REPLY_BYTES)
    except (WorkerDied, wire.Late, wire.WireError) as ended:
        return f"a worker does not compute on it ({type(ended).__name__})."
    finally:
        worker.close()
    return "" if "ok" in answer else f"a worker does not compute on it ({answer['error']['text']})."


def has_room(gpu_mb: int) -> bool:
    """Whether the GPU of this process has memory for one job."""
    import torch  # noqa: PLC0415

    torch.cuda.empty_cache()
    free: int = torch.cuda.mem_get_info(own_gpu())[0]
    return free >= gpu_mb << 20


@contextmanager
def sharing(course: Course, gpu_number: int, *, alone: bool = False) -> Iterator[None]:
    """Use a GPU beside others of this course's; `alone`: once those have ended what they are at, and before they go on."""
    folder = course.data / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{platform.node()}-gpu-{gpu_number}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
