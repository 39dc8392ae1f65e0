"""Memory that a grading process may take, whatever it is handed: beyond it there is a MemoryError, and not a machine without memory."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

STACK_MB = 32
HELD = re.compile(r"^VmData:\s*(\d+) kB$", re.MULTILINE)


@contextlib.contextmanager
def bounded_memory(megabytes: int) -> Iterator[None]:
    """While it lasts, this process may take so much memory more, threads aside; on Linux only. What it starts meanwhile lifts the limit."""
    if sys.platform != "linux":
        yield
        return
    import resource  # noqa: PLC0415  (absent on Windows)

    soft, hard = before = resource.getrlimit(resource.RLIMIT_DATA)
    held = HELD.search(Path("/proc/self/status").read_text(encoding="utf-8"))
    threads = STACK_MB * (os.cpu_count() or 1)  # of libraries that compute: each may start them when it is first used
    limit = ((int(held[1]) << 10) if held else 0) + ((megabytes + threads) << 20)
    limits = [one for one in (soft, hard, limit) if one != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(limits), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def lift() -> None:
    """In a process that was started within: it may take what its user may."""
    import resource  # noqa: PLC0415  (absent on Windows)

    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
