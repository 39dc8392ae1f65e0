"""The grader's side of isolation: starts the forkserver, forks workers, asks them with a deadline, and knows how they ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from autograder import wire
from autograder.course import GraderError, Limits
from autograder.isolation import bubblewrap
from autograder.isolation.devices import NO_DEVICES, Devices

Mode = Literal["bubblewrap", "landlock", "none"]
NAMES: dict[Mode, str] = {"bubblewrap": "landlock+bubblewrap", "landlock": "landlock", "none": "none"}  # in reports
START_SECONDS = 60.0
GRACE_SECONDS = 0.5
MESSAGE = 1 << 16
LONGEST_REASON = 300
ENGINE = Path(__file__).resolve().parent.parent
# The forkserver runs the engine that the grader runs, wherever that was imported from, and nothing else from beside it.
BOOT = """
import sys
sys.path.insert(0, sys.argv[1])
from autograder.isolation.forkserver import main
del sys.path[0]
main(int(sys.argv[2]))
"""
UNFIT = "the function that was passed in cannot take these arguments"


class IsolationError(GraderError):
    """Student code cannot be confined here; the message says what is missing."""


class WorkerDied(Exception):  # noqa: N818  (an event, not a fault of the grader's)
    """The worker's process ended while it owed an answer: whether a limit ended it, and which."""

    def __init__(self, status: int, *, cpu_used_up: bool) -> None:
        """`status` is a wait status; `cpu_used_up` says that the process computed for as long as it might."""
        super().__init__(status)
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        self.out_of_cpu = number == signal.SIGXCPU or (number == signal.SIGKILL and cpu_used_up)
        self.too_much_output = number == signal.SIGXFSZ
        self.stopped = number == signal.SIGKILL and not cpu_used_up  # a worker cannot send signals, not even to itself


class TooManyCallbacks(Exception):  # noqa: N818  (the worker's doing, not a fault of the grader's)
    """A function that was passed in was called more often than it may be within one call."""


@dataclass
class WorkerProcess:
    """One confined process, and the channel to it."""

    pid: int
    channel: wire.Channel
    launcher: Launcher
    limits: Limits
    functions: list[Callable[..., Any]] = field(default_factory=list)
    cpu_seconds: float = 0.0  # known when the process has ended
    _status: int | None = None

    def ask(
        self, request: dict[str, Any], seconds: float, reply_bytes: int, callbacks: int = Limits.callbacks
    ) -> dict[str, Any]:
        """Send `request` and return the answer; functions of the grader's that the worker calls are called in between.

        Raises wire.Late, wire.WireError, TooManyCallbacks or WorkerDied; then the process is of no use and must be closed.
        """
        deadline = time.monotonic() + seconds
        try:
            self.channel.send(request, self._encode_other, deadline)
            made = 0
            while True:
                answer = self.channel.receive(_decode_other, reply_bytes, deadline)
                if not isinstance(answer, dict):
                    raise wire.WireError("an answer that is none")
                if "callback" not in answer:
                    return answer
                made += 1
                if made > callbacks:
                    raise TooManyCallbacks
                self._reply(self._call_back(answer), deadline)
        except wire.Closed as closed:
            status = self.close(grace=GRACE_SECONDS)
            raise WorkerDied(status, cpu_used_up=self.cpu_seconds >= self.limits.cpu_seconds) from closed

    def close(self, grace: float = 0.0) -> int:
        """End the process, whatever it is doing; its wait status."""
        if self._status is None:
            self.channel.close()
            self._status, self.cpu_seconds = self.launcher.kill(self.pid, grace)
        return self._status

    def _reply(self, message: dict[str, Any], deadline: float) -> None:
        """Answer a call of a function of the grader's; a result that cannot travel comes from the student's arguments."""
        try:
            self.channel.send(message, self._encode_other, deadline)
        except wire.Unencodable:
            self.channel.send({"error": UNFIT}, self._encode_other, deadline)

    def _encode_other(self, value: Any) -> dict[str, Any]:
        if isinstance(value, wire.Handle):
            return {"h": value.id}
        if isinstance(value, wire.Named):
            return {"n": value.name}
        if callable(value):
            self.functions.append(value)
            return {"c": len(self.functions) - 1}
        raise wire.Unencodable(f"a {type(value).__name__}")

    def _call_back(self, message: dict[str, Any]) -> dict[str, Any]:
        number, args = message["callback"], message.get("args")
        if type(number) is not int or not 0 <= number < len(self.functions) or not isinstance(args, tuple):
            raise wire.WireError("a call of a function that was never passed in")
        try:
            return {"ok": self.functions[number](*args)}
        except Exception:  # noqa: BLE001  (whatever the student passed, the fault is on that side)
            return {"error": UNFIT}


def _decode_other(tag: str, content: Any) -> Any:
    """Handles from a worker; a callback that comes back is opaque too."""
    if tag == "c":
        return wire.Handle(-1, "function")
    if tag != "h" or not isinstance(content, list) or len(content) != 2:  # noqa: PLR2004
        raise wire.WireError("an unknown tag")
    number, kind = content
    if type(number) is not int or kind not in wire.KINDS:
        raise wire.WireError("a malformed handle")
    return wire.Handle(number, kind)


def _last_line(file: IO[bytes]) -> str:
    """The last line that was written to `file`, as the second half of a sentence: nothing of a student's is in it."""
    file.seek(0)
    lines = file.read().decode(errors="replace").strip().splitlines()
    return f" ({' '.join(lines[-1].split())[:LONGEST_REASON]})" if lines else ""


class Launcher:
    """One forkserver for one grading run. Use as a context manager."""

    def __init__(
        self,
        *,
        mode: Mode,
        path: Path,
        preload: tuple[str, ...],
        readable: tuple[Path, ...],
        devices: Devices = NO_DEVICES,
    ) -> None:
        """Start the forkserver.

        mode: "landlock" confines workers, "bubblewrap" the forkserver as well, "none" nothing.
        path: where `preload` finds the starter code.
        readable: what workers may read besides the interpreter and its packages.
        devices: what they may use besides the processor.
        """
        self.mode: Mode = mode
        self.devices = devices
        self.pid = os.getpid()
        self.control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        home = {name: os.environ[name] for name in ("HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR") if name in os.environ}
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        sandbox = bubblewrap.command((*readable, *devices.readable), devices.files) if mode == "bubblewrap" else []
        setup = {
            "path": [str(path)],
            "preload": list(preload),
            "readable": [str(folder) for folder in (*readable, *devices.readable)],
            "devices": [str(file) for file in devices.files],
            "environment": dict(devices.environment),
            "confined": mode != "none",
        }
        with tempfile.TemporaryFile() as said:
            with other:  # until the forkserver has it: when that ends, nobody holds the other end
                self.process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
                    [*sandbox, sys.executable, "-I", "-c", BOOT, str(ENGINE.parent), str(other.fileno())],
                    pass_fds=[other.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=said,
                    env={
                        "LANG": "C.UTF-8",
                        "MPLBACKEND": "Agg",
                        "PATH": os.defpath,
                        **home,
                        **threads,
                        **devices.environment,
                    },
                    cwd="/",
                )
            self.control.settimeout(START_SECONDS)
            if not self._exchange(setup).get("ready"):
                self.close()
                raise IsolationError(f"the process that starts workers did not come up{_last_line(said)}.")

    @property
    def name(self) -> str:
        """The mode, as reports name it."""
        return NAMES[self.mode]

    def __enter__(self) -> Launcher:
        """This launcher."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the forkserver and every worker."""
        self.close()

    def spawn(self, limits: Limits) -> WorkerProcess:
        """Fork a confined worker."""
        ours, theirs = socket.socketpair()
        with theirs:
            order = {"spawn": {name: getattr(limits, name) for name in ("memory_mb", "cpu_seconds", "output_mb")}}
            answer = self._exchange(order, [theirs.fileno()])
        if "pid" not in answer:
            raise IsolationError("the process that starts workers is gone.")
        worker = WorkerProcess(answer["pid"], wire.Channel(ours), self, limits)
        try:
            greeting = worker.channel.receive(_decode_other, MESSAGE, time.monotonic() + START_SECONDS)
        except (wire.Closed, wire.Late, wire.WireError):
            greeting = {"refusal": "it ended before it was ready"}
        if greeting["refusal"]:
            worker.close()
            raise IsolationError(f"a worker could not be confined: {greeting['refusal']}.")
        return worker

    def kill(self, pid: int, grace: float) -> tuple[int, float]:
        """End the worker `pid`: its wait status, and the seconds that it computed."""
        answer = self._exchange({"kill": pid, "grace": grace})
        return int(answer.get("status", 0)), float(answer.get("cpu_seconds", 0.0))

    def close(self) -> None:
        """Hang up: the forkserver kills its workers and ends."""
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()

    def _exchange(self, message: dict[str, Any], descriptors: list[int] | None = None) -> dict[str, Any]:
        try:
            socket.send_fds(self.control, [json.dumps(message).encode()], descriptors or [])
            answer: dict[str, Any] = json.loads(self.control.recv(MESSAGE) or b"{}")
        except OSError:
            return {}
        return answer
