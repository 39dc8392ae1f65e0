"""Several jobs on one GPU: how many there is memory for, and which GPU each takes."""

from __future__ import annotations

import os

from autograder import wire
from autograder.course import Assignment, Course, Limits
from autograder.grading.student import start_launcher
from autograder.isolation import NO_DEVICES, Isolation, Launcher, WorkerDied, gpu
from autograder.training.contract import Device

SLOT = "AUTOGRADER_SLOT"  # in the environment of a process of a pool: its number
PATIENCE = 60.0  # seconds that a GPU has to answer
REPLY_BYTES = 1 << 20
PROBE = "import torch; torch.ones(2, device='cuda').sum().item()"
SLOT_MB = 3 * 1024  # of GPU memory for one job: room for CUDA itself and for a run on small images


def gpus() -> int:
    """How many GPUs there are."""
    import torch  # noqa: PLC0415  (slow to import)

    return torch.cuda.device_count()


def slots() -> int:
    """How many jobs the GPUs of this machine have free memory for."""
    import torch  # noqa: PLC0415

    free = [torch.cuda.mem_get_info(number)[0] for number in range(gpus())]
    return sum(memory // (SLOT_MB << 20) for memory in free)


def own_slot() -> int:
    """The number of this process among those that share the GPUs."""
    return int(os.environ.get(SLOT, "0"))


def launcher_for(course: Course, assignment: Assignment, isolation: Isolation, device: Device) -> Launcher:
    """Processes that may use what training on a device needs."""
    devices = gpu(own_slot(), gpus()) if device == "cuda" else NO_DEVICES
    return start_launcher(course, assignment, isolation, devices)


def gpu_answers(launcher: Launcher) -> bool:
    """Whether a process of our own, without a line of a student's, can compute on the GPU."""
    worker = launcher.spawn(Limits())
    try:
        answer = worker.ask({"do": "run", "source": PROBE, "title": "cell 0"}, PATIENCE, REPLY_BYTES)
    except (WorkerDied, wire.Late, wire.WireError):
        return False
    finally:
        worker.close()
    return "ok" in answer
