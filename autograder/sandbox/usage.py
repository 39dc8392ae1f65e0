"""What a process has used so far, as the kernel counts it. Used by the forkserver, which is the parent of all workers.

The time of a process is computing, waiting for a processor that others have, or waiting for something else. Only the last of the
three is its own doing, and only the first two can be told from the wall clock without knowing how busy the machine is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

NANO = 1e-9
TAKEN = ("RssAnon:", "RssShmem:", "VmSwap:")  # of /proc/PID/status, in kB
LOADED = (
    20  # where a kernel does not tell how long a process was kept waiting, it was for all but this part of the time
)
CPU_CLOCK = (
    2  # of all threads of a process; how a clock's number is made of a process's stands in clock_getcpuclockid's source
)


@dataclass(frozen=True)
class Usage:
    """Seconds that a process has computed, and that it was ready and had no processor; None where the kernel does not tell that."""

    cpu: float
    queued: float | None

    def idle_since(self, earlier: Usage, passed: float) -> float:
        """How many of the `passed` seconds since `earlier` the process did nothing of its own accord."""
        rest = max(0.0, passed - (self.cpu - earlier.cpu))
        if self.queued is None or earlier.queued is None:
            return rest / LOADED
        return max(0.0, rest - (self.queued - earlier.queued))


def memory_of(pid: int) -> int:
    """Bytes that the process `pid` takes of the machine, mapped in whatever way; of one that is gone, none."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
        return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(TAKEN))
    except (OSError, ValueError, IndexError):
        return 0


def usage_of(pid: int) -> Usage:
    """What the process `pid` has used so far; of one that is gone, nothing."""
    try:
        cpu = time.clock_gettime((~pid << 3) | CPU_CLOCK)
    except OSError:
        return Usage(0.0, None)
    try:
        rows = [path.read_text(encoding="ascii").split() for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
        return Usage(cpu, sum(int(row[1]) for row in rows) * NANO if rows else None)
    except (OSError, ValueError, IndexError):
        return Usage(cpu, None)
