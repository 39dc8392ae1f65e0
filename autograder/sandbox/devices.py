"""Device files that a worker may use, for computing on a GPU. Without them it has the processor and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

MASK = "CUDA_VISIBLE_DEVICES"
# What CUDA reads when it starts: which driver and which devices there are, and how memory lies in the machine.
DRIVER = (
    *("/proc/driver/nvidia*", "/proc/devices", "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/vm/mmap_min_addr"),
    *("/sys/devices/system", "/sys/bus/pci", "/sys/devices/pci*", "/sys/module/nvidia*", "/usr/local/nvidia"),
)
# Of the grader's environment, what decides which driver is found, and which GPU a number means.
PASSED_ON = ("LD_LIBRARY_PATH", "CUDA_DEVICE_ORDER")
# A context, cuDNN and cuBLAS: what starts threads, and asks for more than computing does.
WARM_UP = """
import torch

image, weight = (torch.ones(1, 1, size, size, device="cuda", requires_grad=True) for size in (8, 3))
torch.nn.functional.conv2d(image, weight).sum().backward()
torch.mm(torch.ones(64, 64, device="cuda"), torch.ones(64, 64, device="cuda")).sum().item()
"""
# False: a worker starts CUDA before the filter of system calls is loaded, and that stays narrow. True: the filter is wide enough to
# start CUDA behind it. `make check-gpu` tries both.
WIDE_FILTER = False


@dataclass(frozen=True)
class Devices:
    """Files that may be opened for reading, writing and control; what else must be readable; what the environment says.

    warm_up: Python that a worker runs once its files are taken from it, and before its system calls are
    wide: whether the filter lets through the system calls with which a driver starts
    driver_mb: memory that a driver takes in the process, besides what the student's code does
    """

    files: tuple[Path, ...] = ()
    readable: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    warm_up: str = ""
    wide: bool = False
    driver_mb: int = 4096


NO_DEVICES = Devices()


def visible(mask: str | None, count: int) -> tuple[str, ...]:
    """What CUDA_VISIBLE_DEVICES calls each of `count` GPUs in a process that was given `mask`: without one, its number."""
    if mask is None:
        return tuple(map(str, range(count)))
    return tuple(name.strip() for name in mask.split(","))[:count]


def gpu(name: str = "0", *, wide: bool | None = None) -> Devices:
    """The files of NVIDIA's driver, and the one GPU that CUDA_VISIBLE_DEVICES calls `name`; `wide`: see WIDE_FILTER."""
    files = [path for path in sorted(Path("/dev").glob("nvidia*")) if path.is_char_device()]
    caps = sorted(Path("/dev/nvidia-caps").glob("*"))
    environment = {MASK: name, "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    environment |= {each: os.environ[each] for each in PASSED_ON if each in os.environ}
    wide = WIDE_FILTER if wide is None else wide
    return Devices((*files, *caps), tuple(_readable()), environment, "" if wide else WARM_UP, wide)


def _readable() -> Iterator[Path]:
    """What of DRIVER is there, and folders of the driver's libraries that LD_LIBRARY_PATH names."""
    for pattern in DRIVER:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))
    for folder in map(Path, os.environ.get("LD_LIBRARY_PATH", "").split(":")):
        if folder.is_absolute() and next(folder.glob("libcuda.so*"), None):
            yield folder
