"""What confinement costs: a worker from nothing to its first answer, a small call, large arrays, the self-test; each mode side by side.

Run `python -m benchmarks.isolation`; it prints medians with the spread (first and third quartile).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograder.course.assignment import Limits
from autograder.course.folders import Course
from autograder.sandbox.backends.table import UNCONFINED, modes_here
from autograder.sandbox.launcher import Launcher, launch
from autograder.sandbox.selftest import self_test
from autograder.sandbox.worker_process import WorkerProcess

PROGRAM = """
import numpy as np
def same(x):
    return x
"""
WITH_TORCH = """
import torch
def same(x):
    y = torch.ones(1, 1, 8, 8, requires_grad=True)
    torch.nn.functional.conv2d(y, torch.ones(1, 1, 3, 3)).sum().backward()
    return x
"""
LIMITS = Limits(memory_mb=2048)


def ask(worker: WorkerProcess, value: Any) -> None:
    """One call of the worker's function."""
    request = {"do": "call", "function": "same", "args": (value,), "kwargs": {}, "inputs": False}
    if "ok" not in worker.ask(request, 30, 1 << 30):
        raise RuntimeError("the worker did not answer")


def begin(launcher: Launcher, program: str) -> WorkerProcess:
    """A worker that has run the program."""
    worker = launcher.spawn(LIMITS)
    worker.ask({"do": "run", "source": program, "title": "cell 1"}, 30, 1 << 20)
    return worker


def first_answer(launcher: Launcher, program: str) -> None:
    """From nothing to the first answer, and the end of the worker."""
    worker = begin(launcher, program)
    ask(worker, np.ones(3))
    worker.close()


def timed(action: Callable[[], object], times: int) -> list[float]:
    """Seconds of each repetition, after one that does not count."""
    action()
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return seconds


def spread(seconds: list[float], unit: float, name: str) -> str:
    """Median and quartiles."""
    low, middle, high = statistics.quantiles(seconds, n=4)
    return f"{middle / unit:8.2f} {name} ({low / unit:.2f} to {high / unit:.2f})"


def main() -> None:
    """Measure every mode in turn, several rounds, so that drift of the machine touches all alike."""
    course = Course.find()
    modes = (UNCONFINED, *modes_here())
    for preload, program in (("numpy", PROGRAM), ("torch", WITH_TORCH)):
        launchers = {
            mode: launch(mode, path=course.root, preload=("numpy", preload), readable=(course.starter_code,))
            for mode in modes
        }
        first: dict[str, list[float]] = {mode: [] for mode in modes}
        for _ in range(5):
            for mode, launcher in launchers.items():
                first[mode] += timed(partial(first_answer, launcher, program), 10)
        print(f"worker with {preload}: nothing to first answer and end")
        plain = statistics.median(first[UNCONFINED])
        for mode in modes:
            added = (statistics.median(first[mode]) - plain) * 1e3
            print(f"  {mode:10} {spread(first[mode], 1e-3, 'ms')}   {added:+.2f} ms against unconfined")
        if preload == "numpy":
            large = np.ones(8 << 20)  # 64 MB
            for mode, launcher in launchers.items():
                worker = begin(launcher, program)
                small = timed(partial(ask, worker, np.ones(3)), 500)
                both = timed(partial(ask, worker, large), 10)
                rate = 2 * large.nbytes / statistics.median(both) / 1e9
                print(f"  {mode:10} small call {spread(small, 1e-6, 'µs')}   64 MB each way at {rate:.2f} GB/s")
                worker.close()
            folders = tuple(course.root / name for name in ("assignments", "solutions", "tests"))
            for mode in modes_here():
                test = timed(partial(self_test, launchers[mode], folders), 20)
                print(f"  {mode:10} self-test  {spread(test, 1e-3, 'ms')}")
        for launcher in launchers.values():
            launcher.close()


if __name__ == "__main__":
    main()
