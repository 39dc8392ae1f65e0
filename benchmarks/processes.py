"""One command and all its processes, timed and weighed. Used by benchmarks."""

from __future__ import annotations

import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

EVERY = 0.05  # seconds between two looks


@dataclass
class Run:
    """What a command took: seconds by the clock, seconds of computing by all its processes, the most memory that they held."""

    seconds: float = 0.0
    cpu: float = 0.0
    memory: int = 0  # bytes, of all processes
    first_memory: int = 0  # bytes, of the first process
    printed: str = ""
    course: list[tuple[float, float]] = field(default_factory=list)  # (time, seconds of computing up to then)

    def cpu_until(self, moment: float) -> float:
        """Seconds of computing up to a moment of `time.time`."""
        return max((cpu for at, cpu in self.course if at <= moment), default=0.0)


def run(command: list[str], cwd: Path, environment: dict[str, str]) -> Run:
    """Run a command to its end; raises CalledProcessError."""
    result = Run()
    begin = time.perf_counter()
    with subprocess.Popen(  # noqa: S603  (commands of the benchmark)
        command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(psutil.Process(process.pid), over, result))
        watcher.start()
        result.printed = process.communicate()[0]
        result.seconds = time.perf_counter() - begin
        over.set()
        watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, result.printed)
    return result


def _watch(first: psutil.Process, over: threading.Event, result: Run) -> None:
    """Look at the processes until they are gone. Those that come and go are counted where their parents have waited for them."""
    while not over.wait(EVERY):
        cpu, memory = 0.0, 0
        try:
            processes = [first, *first.children(recursive=True)]
        except psutil.Error:
            continue
        for process in processes:
            try:
                times, held = process.cpu_times(), process.memory_info().rss
            except psutil.Error:
                continue
            cpu += times.user + times.system + times.children_user + times.children_system
            memory += held
            if process.pid == first.pid:
                result.first_memory = max(result.first_memory, held)
        result.cpu = max(result.cpu, cpu)
        result.memory = max(result.memory, memory)
        result.course.append((time.time(), result.cpu))
