"""The process that forks workers: warm (numpy and the like imported), clean (it never held a hidden test or an answer), idle.

The launcher starts it in a Python of its own and talks to it over a socket, one JSON message at a time: first the setup, then
{"spawn": limits, ...} with the worker's socket, {"usage": pid} or {"kill": pid}. When the grader is gone, so is it, with all workers.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import itertools
import json
import math
import os
import select
import signal
import socket
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from typing import Any

from autograder.sandbox import bounded, scratch, shared, wire, worker
from autograder.sandbox.probes import Probes
from autograder.sandbox.readable import readable_paths
from autograder.sandbox.usage import memory_of, usage_of

MOST_DESCRIPTORS = 2  # of one message: the socket of a worker, and the memory that it shares
WATCH_SECONDS = 0.05  # between two looks at what workers write
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Child:
    """A worker: its folder, what may lie in there, and how many bytes of memory it may take."""

    folder: str
    bounds: scratch.Bounds
    memory: float

    def is_full(self, pid: int) -> bool:
        """Whether it takes more memory than that."""
        return self.memory < math.inf and memory_of(pid) > self.memory


class Forkserver:
    """Forks confined workers on request."""

    def __init__(self, control: socket.socket) -> None:
        """Take orders over `control`."""
        self.control = control
        self.children: dict[int, Child] = {}
        self.overfull: dict[int, dict[str, Any]] = {}  # how children ended that took too much, until somebody asks
        self.watched = 0.0
        self.pid = os.getpid()
        self.folder = ""
        self.environment: dict[str, str] = {}  # what modules are imported with
        self.of_workers: dict[str, str] = {}
        self.imported: set[str] = set()
        self.readable: list[str] = []
        self.devices: list[str] = []
        self.warm_up, self.driver_mb = "", 0
        self.system_calls: Any = None  # the compiled filter; none where workers are not confined

    def run(self) -> None:
        """Serve until the grader hangs up; then leave no child behind."""
        try:
            setup = json.loads(self.control.recv(wire.CONTROL))
            self.folder = tempfile.mkdtemp(prefix="autograder-scratch-")
            self.answer(self.prepare(setup))
            while True:
                self.wait()
                message, descriptors, _, _ = socket.recv_fds(self.control, wire.CONTROL, MOST_DESCRIPTORS)
                if not message:
                    return
                self.obey(json.loads(message), descriptors)
        finally:
            for child in tuple(self.children):
                self.kill(child)
            if self.folder:
                scratch.remove(self.folder)

    def wait(self) -> None:
        """Until there is a message; whoever takes too much meanwhile is ended."""
        ready = False
        while not ready:
            if self.children and time.monotonic() >= self.watched + WATCH_SECONDS:
                for pid, child in tuple(self.children.items()):
                    too_much = {
                        "scratch_full": scratch.exceeds(child.folder, child.bounds),
                        "memory_full": child.is_full(pid),
                    }
                    if any(too_much.values()):
                        self.overfull[pid] = self.kill(pid) | too_much
                self.watched = time.monotonic()
            ready = bool(select.select([self.control], [], [], WATCH_SECONDS if self.children else None)[0])

    def answer(self, message: dict[str, Any]) -> None:
        """Send one answer to the grader."""
        self.control.send(json.dumps(message).encode())

    def prepare(self, setup: dict[str, Any]) -> dict[str, Any]:
        """Import what all programs need, and compile the rules."""
        self.environment, self.of_workers = dict(os.environ), setup["environment"]
        sys.path[:0] = setup["path"]
        self.bring(setup["preload"])
        self.probes = Probes(setup["probes"])
        del sys.path[: len(setup["path"])]
        self.devices, self.warm_up, self.driver_mb = setup["devices"], setup["warm_up"], setup["driver_mb"]
        if setup["confined"]:
            from autograder.sandbox import confine  # noqa: PLC0415  (Linux only)

            confine.find_libc()
            self.readable = readable_paths(setup["readable"])
            self.system_calls = confine.system_call_filter(devices=bool(self.devices), wide=setup["wide"])
        return {"folder": self.folder}

    def bring(self, names: list[str]) -> None:
        """Import modules, each once for all that are forked from now on."""
        self.imported.update(names)
        os.environ.update(self.environment)
        gc.disable()  # what is imported stays: to look for garbage meanwhile takes a quarter of the time
        for name in names:
            with contextlib.suppress(ImportError):  # a student who needs it hears of it
                importlib.import_module(name)
        os.environ.clear()  # a worker has no environment to read, but for which GPU is its own
        os.environ.update(self.of_workers)
        if torch := sys.modules.get("torch"):
            torch.backends.cpu.get_cpu_capability()  # it looks into /proc/cpuinfo, once, which workers cannot
        gc.collect()
        gc.freeze()  # the pages of warm objects stay shared with every worker
        gc.enable()

    def obey(self, order: dict[str, Any], descriptors: list[int]) -> None:
        """Do what one message asks."""
        if "kill" in order:
            self.answer(self.kill(order["kill"], order["grace"]))
            return
        if "usage" in order:
            self.answer(asdict(usage_of(order["usage"])))
            return
        if not self.imported.issuperset(order["needs"]):
            self.bring(order["needs"])
        limits = order["spawn"]
        bounds = scratch.Bounds(limits.pop("scratch_mb"), limits.pop("scratch_files"))
        folder, shared_mb = scratch.make(self.folder), limits.pop("shared_mb")
        own = (limits["memory_mb"] + self.driver_mb + shared_mb) << 20
        memory = memory_of(self.pid) + own if self.devices else math.inf  # elsewhere the kernel bounds all addresses
        if order["service"]:
            importlib.import_module(order["service"])  # once, for all that are forked later
        child = os.fork()
        if child == 0:
            self.become_worker(limits, descriptors, folder, order["service"])
        for descriptor in descriptors:
            os.close(descriptor)
        self.children[child] = Child(folder, bounds, memory)
        self.answer({"pid": child})

    def become_worker(self, limits: dict[str, Any], descriptors: list[int], folder: str, service: str) -> None:
        """In the forked child: give everything up, say so, then serve: run a program, or do what `service` does. Never returns."""
        try:
            self.control.close()
            self.environment.clear()  # nor does it hold the one that modules are imported with
            sock = socket.socket(fileno=descriptors[0])
            memory = list(map(shared.mapped, descriptors[1:]))
            for number in STOP_SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            confined = self.system_calls is not None
            worker.silence(os.memfd_create("output") if confined else os.open(os.devnull, os.O_WRONLY))
            os.chdir(folder)
            os.environ["TMPDIR"] = tempfile.tempdir = folder
            try:
                if confined:
                    self.confine(limits, sock, folder)
            except Exception as fault:  # noqa: BLE001  (a layer that fails is a refusal, whatever the reason)
                worker.announce(sock, f"{type(fault).__name__}: {fault}")
            else:
                worker.announce(sock, "")
                if service:
                    sys.modules[service].serve(sock)
                else:
                    worker.serve(wire.Channel(sock, *memory), self.probes)
        finally:
            os._exit(0)

    def confine(self, limits: dict[str, Any], sock: socket.socket, folder: str) -> None:
        """Apply every layer."""
        from autograder.sandbox import confine  # noqa: PLC0415  (Linux only)

        confine.tie_to_parent(self.pid)
        close_all_but(0, 1, 2, sock.fileno())
        confine.limit_resources(**limits, driver_mb=self.driver_mb if self.devices else None)
        confine.drop_capabilities()
        files = confine.file_rules(self.readable, folder, self.devices)
        if self.devices:
            confine.allow_own_threads(files)
        files.restrict()
        files.close()
        self.start_devices()
        self.system_calls.load()

    def start_devices(self) -> None:
        """Start what computes on the devices, behind Landlock, which binds the threads that this starts; the filter comes after."""
        try:
            exec(compile(self.warm_up, "warm-up", "exec"), {"__name__": "warm_up"})  # noqa: S102  (the launcher's own)
        except Exception as fault:
            raise RuntimeError(f"the device does not start ({type(fault).__name__}: {fault})") from fault

    def kill(self, child: int, grace: float = 0.0) -> dict[str, Any]:
        """End a worker, collect it and remove its folder: its wait status, and the seconds that it computed.

        One that is already ending has `grace` seconds of computing or idling, so that its status is its own.
        """
        if child not in self.children:
            return self.overfull.pop(child, {})
        if grace:
            let_end(child, grace)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status, used = os.wait4(child, 0)
        ended = self.children.pop(child)
        full = scratch.exceeds(ended.folder, ended.bounds)
        scratch.remove(ended.folder)
        return {"status": status, "cpu_seconds": used.ru_utime + used.ru_stime, "scratch_full": full}


def let_end(child: int, seconds: float) -> None:
    """Wait until a child has ended, or has taken so many seconds for it; those in which others have the processors do not count."""
    ending, taken, then, before = os.pidfd_open(child), 0.0, time.monotonic(), usage_of(child)
    while taken < seconds and not select.select([ending], [], [], min(seconds, WATCH_SECONDS))[0]:
        now, usage = time.monotonic(), usage_of(child)
        taken += usage.cpu - before.cpu + usage.idle_since(before, now - then)
        then, before = now, usage
    os.close(ending)


def close_all_but(*keep: int) -> None:
    """Close every open descriptor that is not listed."""
    edges = [-1, *sorted(keep), 1 << 20]
    for left, right in itertools.pairwise(edges):
        if left + 1 < right:  # an empty range would close everything
            os.closerange(left + 1, right)


def main(control: int) -> None:
    """Run on the socket with the descriptor `control`."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)  # Ctrl-C is the grader's to handle; it hangs up, and this process ends
    bounded.lift()
    Forkserver(socket.socket(fileno=control)).run()
