"""A Dask cluster on this machine: a real scheduler and real workers, each of one slot."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]  # where workers find the functions of tests that they run
PATIENCE = 120
SETTINGS = {
    "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",
    "OMP_NUM_THREADS": "1",
    "PYTHONPATH": str(ROOT),
}  # as docs/cluster.md says


@contextmanager
def started(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the cluster, which is gone afterwards."""
    with (folder / f"{arguments[0]}-{time.monotonic_ns()}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments], cwd=folder, env=os.environ | SETTINGS, stdout=log, stderr=log
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


class Cluster:
    """A scheduler on a loopback address, and its workers."""

    def __init__(self, folder: Path, stack: ExitStack, protocol: str = "tcp") -> None:
        folder.mkdir()
        self.folder, self.stack = folder, stack
        connection = folder / "scheduler.json"
        stack.enter_context(
            started("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                    "--protocol", protocol, "--scheduler-file", str(connection), folder=folder)
        )  # fmt: skip
        until = time.monotonic() + PATIENCE
        while not connection.is_file() and time.monotonic() < until:
            time.sleep(0.05)
        from distributed import Client  # noqa: PLC0415  (an extra)

        self.client: Any = stack.enter_context(Client(scheduler_file=str(connection), set_as_default=False))
        self.address: str = self.client.scheduler.address

    def worker(self, resources: str) -> subprocess.Popen[bytes]:
        """One more worker, of one slot."""
        count = len(self.client.scheduler_info(-1)["workers"])
        process = self.stack.enter_context(
            started("distributed.cli.dask_worker", self.address, "--host", "127.0.0.1", "--no-nanny", "--no-dashboard",
                    "--nthreads", "1", "--resources", resources, "--name", f"{resources}-{count}", folder=self.folder)
        )  # fmt: skip
        self.client.wait_for_workers(count + 1, timeout=PATIENCE)
        return process
