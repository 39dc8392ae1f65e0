"""The grader's side of isolation: starts the forkserver, has it fork confined workers, and ends them."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from autograder.course.assignment import GraderError, Limits
from autograder.sandbox import scratch, shared, wire
from autograder.sandbox.backends.backend import Backend
from autograder.sandbox.backends.table import BACKENDS
from autograder.sandbox.devices import NO_DEVICES, Devices
from autograder.sandbox.one_core import ONE_CORE
from autograder.sandbox.patience import Patience
from autograder.sandbox.readable import ENGINE
from autograder.sandbox.usage import Usage
from autograder.sandbox.worker_process import End, WorkerProcess, decode_other

START_SECONDS = 900.0  # only a process that hangs takes so long; one that ends is noticed at once
STILL_SECONDS = 60.0  # a worker that starts computes for less than this, and waits for less than this
CLOSE_SECONDS = 60.0
LONGEST_REASON = 300
NO_PROBES: Mapping[str, str] = {}
OF_A_PROCESS = (
    "memory_mb",
    "cpu_seconds",
    "output_mb",
    "scratch_mb",
    "scratch_files",
    "shared_mb",
)  # limits that a process has of its own
# The forkserver runs the engine that the grader runs, wherever that was imported from, and nothing else from beside it.
BOOT = """
import sys
sys.path.insert(0, sys.argv[1])
from autograder.sandbox.forkserver import main
del sys.path[0]
main(int(sys.argv[2]))
"""


class IsolationError(GraderError):
    """Student code cannot be confined here; the message says what is missing."""


@dataclass
class Launcher:
    """One forkserver, which runs, for one grading run. Made by `launch`; use as a context manager.

    control: the line to it; folder: where its workers' scratch folders are, unless in a memory of its own
    when_named: modules that it imports for programs that name their package
    """

    backend: Backend
    devices: Devices
    process: subprocess.Popen[bytes]
    control: socket.socket
    pid: int  # of the process that has started it
    folder: str | None = None
    when_named: tuple[str, ...] = ()

    @property
    def mode(self) -> str:
        """How workers are confined, as the command line names it."""
        return self.backend.name

    @property
    def name(self) -> str:
        """How workers are confined, as reports name it."""
        return self.backend.reported

    def __enter__(self) -> Launcher:
        """This launcher."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the forkserver and every worker."""
        self.close()

    def spawn(self, limits: Limits, *, service: str = "", program: Collection[str] | None = None) -> WorkerProcess:
        """Fork a confined worker. It runs a program, or `serve` of the engine's module that is named as its `service`.

        program: its cells; of `when_named`, the modules are imported first that they name. Without it, all of them are
        """
        needs = [name for name in self.when_named if program is None or _is_named(name, program)]
        ours, theirs = socket.socketpair()
        memory = [shared.make(limits.shared_mb)] if limits.shared_mb else []
        with theirs:
            bounds = {name: getattr(limits, name) for name in OF_A_PROCESS}
            order = {"spawn": bounds, "service": service, "needs": needs}
            answer = self.exchange(order, [theirs.fileno(), *memory])
        channel = wire.Channel(ours, *map(shared.mapped, memory))
        if "pid" not in answer:
            raise IsolationError("the process that starts workers is gone.")
        worker = WorkerProcess(answer["pid"], channel, self, limits)
        try:
            patience = Patience(lambda: self.usage(worker.pid), STILL_SECONDS, STILL_SECONDS, START_SECONDS)
            greeting = worker.channel.receive(decode_other, wire.CONTROL, patience)
        except (wire.Closed, wire.Late, wire.WireError):
            greeting = {"refusal": "it ended before it was ready"}
        if greeting["refusal"]:
            worker.close()
            raise IsolationError(f"a worker could not be confined: {greeting['refusal']}.")
        return worker

    def kill(self, pid: int, grace: float) -> End:
        """End the worker `pid`; how it ended."""
        return End(**self.exchange({"kill": pid, "grace": grace}))

    def usage(self, pid: int) -> Usage:
        """What the worker `pid` has used so far."""
        return Usage(**self.exchange({"usage": pid}) or {"cpu": 0.0, "queued": None})

    def exchange(self, message: dict[str, Any], descriptors: list[int] | None = None) -> dict[str, Any]:
        """What the forkserver answers; nothing where it is gone."""
        try:
            socket.send_fds(self.control, [json.dumps(message).encode()], descriptors or [])
            answer: dict[str, Any] = json.loads(self.control.recv(wire.CONTROL) or b"{}")
        except OSError:
            return {}
        return answer

    def close(self) -> None:
        """Hang up: the forkserver kills its workers, removes their folders, and ends."""
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(CLOSE_SECONDS)
        self.process.kill()
        self.process.wait()
        if self.folder and Path(self.folder).is_dir():  # somebody killed the process that would have removed it
            scratch.remove(self.folder)


def launch(  # noqa: PLR0913  (what a launcher needs)
    mode: str,
    *,
    path: Path,
    preload: tuple[str, ...],
    readable: tuple[Path, ...],
    when_named: tuple[str, ...] = (),
    devices: Devices = NO_DEVICES,
    probes: Mapping[str, str] = NO_PROBES,
) -> Launcher:
    """Start the forkserver; raises IsolationError when it does not come up.

    mode: a name of `backends.table`
    path: where `preload` finds the starter code
    readable: what workers may read besides the interpreter and its packages
    when_named: modules that are imported, once for all, when the first program names their package
    devices: what they may use besides the processor
    probes: functions of the course that may be asked for, by name, and the module of each: no program can take their place
    """
    backend = BACKENDS[mode]
    readable = (*readable, *devices.readable)
    setup = {
        "path": [str(path)],
        "preload": list(preload),
        "probes": dict(probes),
        "readable": [str(folder) for folder in readable],
        "devices": [str(file) for file in devices.files],
        "environment": dict(devices.environment),
        "warm_up": devices.warm_up,
        "driver_mb": devices.driver_mb,
        "wide": devices.wide,
        "confined": backend.confines,
    }
    with tempfile.TemporaryFile() as said:
        launcher = _forkserver(backend, readable, devices, said)
        ready = launcher.exchange(setup)
        if not ready:
            launcher.close()
            raise IsolationError(f"the process that starts workers did not come up{_last_line(said)}.")
    launcher.folder, launcher.when_named = None if backend.own_files else ready.get("folder"), when_named
    return launcher


def _forkserver(backend: Backend, readable: tuple[Path, ...], devices: Devices, said: IO[bytes]) -> Launcher:
    """The forkserver, which has been told nothing so far; what goes wrong there is written to `said`."""
    sandbox = backend.command(readable, devices.files)
    control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    control.settimeout(START_SECONDS)
    with other, _startable(control):  # until the forkserver has it: when that ends, nobody holds the other end
        process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
            [*sandbox, sys.executable, "-I", "-c", BOOT, str(ENGINE.parent), str(other.fileno())],
            pass_fds=[other.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env={**_environment(backend), **devices.environment},
            cwd="/",
        )
    return Launcher(backend, devices, process, control, os.getpid())


@contextlib.contextmanager
def _startable(control: socket.socket) -> Iterator[None]:
    """A program that cannot be run at all is a refusal like any other."""
    try:
        yield
    except OSError as error:
        control.close()
        what = error.filename or "a process"
        raise IsolationError(f"{what} cannot be started ({error.strerror}).") from error


def _environment(backend: Backend) -> dict[str, str]:
    """What the forkserver is started with: of the grader's environment, only where its user's files lie."""
    kept = ("HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR", *(() if backend.own_files else ("TMPDIR",)))
    home = {name: os.environ[name] for name in kept if name in os.environ}
    return {"LANG": "C.UTF-8", "MPLBACKEND": "Agg", "PATH": os.defpath, **home, **ONE_CORE}


def _is_named(module: str, program: Collection[str]) -> bool:
    """Whether the text of a program has the name of the package of `module` anywhere: rather once too often."""
    package = module.partition(".")[0]
    return any(package in source for source in program)


def _last_line(file: IO[bytes]) -> str:
    """The last line that was written to `file`, as the second half of a sentence: nothing of a student's is in it."""
    file.seek(0)
    lines = file.read().decode(errors="replace").strip().splitlines()
    return f" ({' '.join(lines[-1].split())[:LONGEST_REASON]})" if lines else ""
