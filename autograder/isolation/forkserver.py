"""The process that forks workers: warm (numpy and the like imported), clean (it never held a hidden test or an answer), idle.

The launcher starts it in a Python of its own and talks to it over a socket, one JSON message at a time:
first the setup, then {"spawn": limits} with the worker's socket, or {"kill": pid}. When the grader is gone, so is it, with all workers.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import itertools
import json
import os
import select
import signal
import socket
import sys
from typing import Any

from autograder import worker

MESSAGE = 1 << 16
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Forkserver:
    """Forks confined workers on request."""

    def __init__(self, control: socket.socket) -> None:
        """Take orders over `control`."""
        self.control = control
        self.children: set[int] = set()
        self.pid = os.getpid()
        self.rules: Any = None
        self.devices: list[str] = []

    def run(self) -> None:
        """Serve until the grader hangs up; then leave no child behind."""
        try:
            setup = json.loads(self.control.recv(MESSAGE))
            self.answer(self.prepare(setup))
            while True:
                message, descriptors, _, _ = socket.recv_fds(self.control, MESSAGE, 1)
                if not message:
                    return
                self.obey(json.loads(message), descriptors)
        finally:
            for child in tuple(self.children):
                self.kill(child)

    def answer(self, message: dict[str, Any]) -> None:
        """Send one answer to the grader."""
        self.control.send(json.dumps(message).encode())

    def prepare(self, setup: dict[str, Any]) -> dict[str, Any]:
        """Import what students will need, once, and compile the rules."""
        sys.path[:0] = setup["path"]
        absent = []
        for name in setup["preload"]:
            try:
                importlib.import_module(name)
            except ImportError:
                absent.append(name)
        del sys.path[: len(setup["path"])]
        os.environ.clear()  # a worker has no environment to read, but for which GPU is its own
        os.environ.update(setup["environment"])
        self.devices = setup["devices"]
        if setup["confined"]:
            from autograder.isolation import confine  # noqa: PLC0415  (Linux only)

            files = confine.file_rules(confine.readable_paths(setup["readable"]), self.devices)
            self.rules = (files, confine.system_call_filter(devices=bool(self.devices)))
        gc.collect()
        gc.freeze()  # the pages of warm objects stay shared with every worker
        return {"ready": True, "absent": absent}

    def obey(self, order: dict[str, Any], descriptors: list[int]) -> None:
        """Do what one message asks."""
        if "kill" in order:
            status, cpu_seconds = self.kill(order["kill"], order["grace"])
            self.answer({"status": status, "cpu_seconds": cpu_seconds})
            return
        (descriptor,) = descriptors
        child = os.fork()
        if child == 0:
            self.become_worker(order["spawn"], descriptor)
        os.close(descriptor)
        self.children.add(child)
        self.answer({"pid": child})

    def become_worker(self, limits: dict[str, Any], descriptor: int) -> None:
        """In the forked child: give everything up, say so, then serve. Never returns."""
        try:
            self.control.close()
            sock = socket.socket(fileno=descriptor)
            for number in STOP_SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            confined = self.rules is not None
            worker.silence(os.memfd_create("output") if confined else os.open(os.devnull, os.O_WRONLY))
            os.chdir("/")
            try:
                if confined:
                    self.confine(limits, sock)
            except Exception as fault:  # noqa: BLE001  (a layer that fails is a refusal, whatever the reason)
                worker.announce(sock, f"{type(fault).__name__}: {fault}")
            else:
                worker.announce(sock, "")
                worker.serve(sock)
        finally:
            os._exit(0)

    def confine(self, limits: dict[str, Any], sock: socket.socket) -> None:
        """Apply every layer."""
        from autograder.isolation import confine  # noqa: PLC0415  (Linux only)

        files, system_calls = self.rules
        self.rules = None
        confine.tie_to_parent(self.pid)
        close_all_but(0, 1, 2, sock.fileno(), files.fileno())
        confine.limit_resources(**limits, devices=bool(self.devices))
        confine.drop_capabilities()
        files.restrict()
        files.close()
        system_calls.load()

    def kill(self, child: int, grace: float = 0.0) -> tuple[int, float]:
        """End a worker and collect it: its wait status, and the seconds that it computed.

        One that is already ending has `grace` seconds, so that its status is its own.
        """
        if child not in self.children:
            return 0, 0.0
        if grace:
            ending = os.pidfd_open(child)
            select.select([ending], [], [], grace)
            os.close(ending)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status, used = os.wait4(child, 0)
        self.children.discard(child)
        return status, used.ru_utime + used.ru_stime


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
    Forkserver(socket.socket(fileno=control)).run()
