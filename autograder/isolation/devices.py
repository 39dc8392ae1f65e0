"""Device files that a worker may use, for computing on a GPU. Without them it has the processor and nothing else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# What CUDA reads when it starts: which driver and which devices there are, and how memory lies in the machine.
DRIVER = ("/proc/driver/nvidia", "/proc/devices", "/sys/devices/system", "/sys/bus/pci/devices", "/usr/local/nvidia")


@dataclass(frozen=True)
class Devices:
    """Files that may be opened for reading, writing and control; what else must be readable; what the environment says."""

    files: tuple[Path, ...] = ()
    readable: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


NO_DEVICES = Devices()


def gpu(slot: int = 0, count: int = 1) -> Devices:
    """The files of NVIDIA's driver, with the GPU of a slot: slots take turns over `count` GPUs."""
    files = [path for path in sorted(Path("/dev").glob("nvidia*")) if path.is_char_device()]
    caps = sorted(Path("/dev/nvidia-caps").glob("*"))
    readable = tuple(Path(path) for path in DRIVER if Path(path).exists())
    environment = {"CUDA_VISIBLE_DEVICES": str(slot % max(count, 1)), "CUBLAS_WORKSPACE_CONFIG": ":4096:8"}
    if "LD_LIBRARY_PATH" in os.environ:
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return Devices((*files, *caps), readable, environment)
