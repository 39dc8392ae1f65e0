"""Where tasks are worked on: this process, others of this machine, or the workers of a Dask cluster.

Jobs of Slurm are one more such place, in `slurm`.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Literal, Protocol

import pyprctl

from autograder.course.assignment import CourseError, GraderError
from autograder.sandbox.one_core import compute_on_one_core

PULSE = 10.0  # seconds
STOPPING_SECONDS = 20.0  # that processes which were killed may take to be gone
CLUSTER_SECONDS = 120.0  # seconds that a cluster may take to answer, and be without a worker
Needs = Literal["cpu", "gpu"]


class Pool(Protocol):
    """Works on tasks.

    window: how many it wants at a time, so that nobody waits and little is lost when it breaks
    shared_fate: whether one process that dies takes along all tasks that the pool has
    pulse: seconds without a result, after which it is to look after those who work
    """

    window: int
    shared_fate: bool
    pulse: float

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """Work on `function(*args)`."""

    def broken_by(self, fault: BaseException) -> bool:
        """Whether `fault` says that the process died in which a task was worked on, rather than what the task raised."""

    def renew(self) -> None:
        """Go on after a process has died."""

    def look_after(self) -> None:
        """Do what there is to do for those who work; raises GraderError when nobody is left to."""

    def close(self) -> None:
        """Stop what runs, and free everything."""


class LocalPool:
    """Processes of this machine. They end with the process that made this pool, whatever ends that."""

    shared_fate = True
    pulse = PULSE

    def __init__(self, processes: int) -> None:
        """Use so many processes."""
        self.window = 2 * processes
        self.processes = processes
        self._executor = self._made()

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """See Pool."""
        return self._executor.submit(function, *args)

    def broken_by(self, fault: BaseException) -> bool:
        """See Pool."""
        return isinstance(fault, BrokenProcessPool | CancelledError)

    def renew(self) -> None:
        """See Pool."""
        _stop(self._executor)
        self._executor = self._made()

    def look_after(self) -> None:
        """See Pool. There is nothing to do: processes that die are noticed."""

    def close(self) -> None:
        """See Pool. Processes that are in the middle of something are killed, and what they started with them."""
        _stop(self._executor)

    def _made(self) -> ProcessPoolExecutor:
        compute_on_one_core()  # which the processes inherit
        # Spawned, not by a forkserver: that would be their parent, and it lives on with them when the driver is killed.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.processes, context, initializer=_begin, initargs=(os.getpid(),))


class Here:
    """This process: each task is worked on as it is submitted."""

    window = 1
    shared_fate = False
    pulse = PULSE

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """See Pool."""
        future: Future[Any] = Future()
        with _heard_later():
            try:
                future.set_result(function(*args))
            except Exception as fault:  # noqa: BLE001  (as in a process of its own)
                future.set_exception(fault)
        return future

    def broken_by(self, fault: BaseException) -> bool:
        """See Pool. It would be this process."""
        del fault
        return False

    def renew(self) -> None:
        """See Pool."""

    def look_after(self) -> None:
        """See Pool."""

    def close(self) -> None:
        """See Pool."""


@contextmanager
def _heard_later() -> Iterator[None]:
    """Whoever ends this process waits for what it is doing: libraries take a KeyboardInterrupt for a failure of their own."""
    came: list[int] = []
    main = threading.current_thread() is threading.main_thread()
    heard = [number for number in (signal.SIGINT, signal.SIGTERM) if main and callable(signal.getsignal(number))]
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in came[:1]:
            signal.raise_signal(late)


def _stop(executor: ProcessPoolExecutor) -> None:
    """Kill the processes of `executor`, and wait until the thread has ended that looks after them.

    A thread that is still at it when Python ends closes a pipe just when Python writes to it, and a traceback is the last that is seen.
    """
    running = list((getattr(executor, "_processes", None) or {}).values())
    thread: threading.Thread | None = getattr(executor, "_executor_manager_thread", None)
    executor.shutdown(wait=False, cancel_futures=True)
    for process in running:
        process.kill()
    if thread is not None:
        thread.join(STOPPING_SECONDS)


def _begin(driver: int) -> None:
    """In a new process: end with the driver, and leave Ctrl-C to it."""
    pyprctl.set_pdeathsig(signal.SIGKILL)
    if os.getppid() != driver:  # it ended before
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class ClusterPool:
    """The workers of the Dask scheduler at an address. Each task takes one `cpu` or one `gpu` of a worker's resources."""

    shared_fate = False
    pulse = PULSE

    def __init__(self, address: str, needs: Needs = "cpu") -> None:
        """Connect; raises CourseError where the extra is not installed, GraderError where nobody answers."""
        try:
            from dask import config  # noqa: PLC0415  (an extra)
            from distributed import Client  # noqa: PLC0415
        except ImportError:
            raise CourseError("--scheduler needs the extra 'cluster': pip install -e '.[cluster]'.") from None
        if address.startswith("tls://") and not config.get("distributed.comm.tls.client.cert", None):
            raise CourseError(f"{address} needs certificates, and none are set; docs/cluster.md says how.")
        try:
            self._client = Client(address, timeout=CLUSTER_SECONDS, set_as_default=False)
        except (OSError, ValueError) as fault:
            raise GraderError(f"No scheduler answers at {address}: {str(fault) or type(fault).__name__}.") from fault
        self._needs = needs
        self._seen = time.monotonic()
        slots = self._slots()
        if not slots:
            self._client.close()
            raise GraderError(
                f"No worker at {address} offers the resource '{needs}'; start them with --resources {needs}=1."
            )
        self.window = 2 * slots
        self._executor = self._client.get_executor(pure=False, retries=0, resources={needs: 1})

    def submit(self, function: Callable[..., Any], *args: Any) -> Future[Any]:
        """See Pool."""
        future: Future[Any] = self._executor.submit(function, *args)
        return future

    def broken_by(self, fault: BaseException) -> bool:
        """See Pool."""
        from distributed import KilledWorker  # noqa: PLC0415
        from distributed.comm import CommClosedError  # noqa: PLC0415

        return isinstance(fault, KilledWorker | CommClosedError | CancelledError)

    def renew(self) -> None:
        """See Pool. The cluster looks after its workers itself."""

    def look_after(self) -> None:
        """See Pool. Workers may come back for a while."""
        if self._slots():
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > CLUSTER_SECONDS:
            raise GraderError("No worker is left; start some, and run the same command again to go on.")

    def _slots(self) -> int:
        workers = self._client.scheduler_info(-1)["workers"].values()
        return sum(int(worker.get("resources", {}).get(self._needs, 0)) for worker in workers)

    def close(self) -> None:
        """See Pool."""
        self._client.close()
