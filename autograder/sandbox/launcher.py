"""The grader's side of isolation: starts the forkserver, forks workers, asks them with a deadline, and knows how they ended."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from autograder.course.assignment import GraderError, Limits
from autograder.sandbox import bubblewrap, scratch, shared, wire
from autograder.sandbox.devices import NO_DEVICES, Devices
from autograder.sandbox.patience import Patience
from autograder.sandbox.usage import Usage

Mode = Literal["bubblewrap", "landlock", "none"]
NAMES: dict[Mode, str] = {"bubblewrap": "landlock+bubblewrap", "landlock": "landlock", "none": "none"}  # in reports
START_SECONDS = 900.0  # only a process that hangs takes so long; one that ends is noticed at once
STILL_SECONDS = 60.0  # a worker that starts computes for less than this, and waits for less than this
GRACE_SECONDS = 0.5
CLOSE_SECONDS = 60.0
MESSAGE = 1 << 16
LONGEST_REASON = 300
NO_PROBES: Mapping[str, str] = {}
KEPT_BYTES = 64 << 20  # of answers that can be handed back
OF_A_PROCESS = (
    "memory_mb",
    "cpu_seconds",
    "output_mb",
    "scratch_mb",
    "scratch_files",
    "shared_mb",
)  # limits that a process has of its own
ENGINE = Path(__file__).resolve().parent.parent
# The forkserver runs the engine that the grader runs, wherever that was imported from, and nothing else from beside it.
BOOT = """
import sys
sys.path.insert(0, sys.argv[1])
from autograder.sandbox.forkserver import main
del sys.path[0]
main(int(sys.argv[2]))
"""
# Of these, Python may use one object for all that are equal; an instance of a subclass is found again by its identity.
OF_ITS_OWN = {kind: type(kind.__name__, (kind,), {}) for kind in (int, float, str, bytes, tuple)}
UNFIT = "the function that was passed in cannot take these arguments"


class IsolationError(GraderError):
    """Student code cannot be confined here; the message says what is missing."""


@dataclass(frozen=True)
class End:
    """How a process ended: its wait status, the seconds that it computed, whether its scratch folder or its memory had become too large."""

    status: int = 0
    cpu_seconds: float = 0.0
    scratch_full: bool = False
    memory_full: bool = False


class WorkerDied(Exception):  # noqa: N818  (an event, not a fault of the grader's)
    """The worker's process ended while it owed an answer: whether a limit ended it, and which."""

    def __init__(self, end: End, limits: Limits) -> None:
        """`limits` are those that the process had."""
        super().__init__(end.status)
        number = os.WTERMSIG(end.status) if os.WIFSIGNALED(end.status) else None
        killed, used_up = number == signal.SIGKILL, end.cpu_seconds >= limits.cpu_seconds
        self.scratch_full, self.memory_full = end.scratch_full, end.memory_full
        self.out_of_cpu = number == signal.SIGXCPU or (killed and used_up)
        self.too_much_output = number == signal.SIGXFSZ
        # A worker cannot send signals, not even to itself.
        self.stopped = killed and not used_up and not end.scratch_full and not end.memory_full


class TooManyCallbacks(Exception):  # noqa: N818  (the worker's doing, not a fault of the grader's)
    """A function that was passed in was called more often than it may be within one call."""


@dataclass
class _Lately:
    """One answer: which values of it can be handed back, and how much memory all of it may take."""

    identities: list[int] = field(default_factory=list)
    size: int = 0


class Kept:
    """What a worker sent lately and may be handed back, by its identity: of the last answers, fewer where they are large."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._known: dict[int, tuple[Any, int, _Lately]] = {}  # identity -> value, its number, its answer
        self._answers: deque[_Lately] = deque()

    def next_answer(self) -> None:
        """What comes from now on belongs to another answer."""
        self._answers.append(_Lately())

    def arrived(self, size: int) -> None:
        """So much has come for the last answer. The oldest are forgotten, where there are too many or they are too large."""
        self._answers[-1].size += size
        while len(self._answers) > wire.REMEMBERED or (
            len(self._answers) > 1 and sum(answer.size for answer in self._answers) > KEPT_BYTES
        ):
            oldest = self._answers.popleft()
            for identity in oldest.identities:
                if self._known[identity][2] is oldest:
                    del self._known[identity]

    def keep(self, number: int, value: Any) -> Any:
        """Note under which number the worker knows `value`; values that Python may share get a place of their own."""
        last = self._answers[-1]
        if len(last.identities) < wire.MAX_NUMBERED:
            value = OF_ITS_OWN.get(type(value), _itself)(value)
            last.identities.append(id(value))
            self._known[id(value)] = value, number, last
        return value

    def as_known(self, value: Any) -> Any:
        """`value`, with a handle for whatever in it came from the worker, as more than plain data, and is passed back."""
        return self._replaced(value) if self._known else value

    def _replaced(self, value: Any) -> Any:
        if id(value) in self._known:
            return wire.Handle(self._known[id(value)][1], "object")
        if type(value) is dict:
            return {key: self._replaced(item) for key, item in value.items()}
        return type(value)(map(self._replaced, value)) if type(value) in {list, tuple} else value


@dataclass
class WorkerProcess:
    """One confined process, and the channel to it."""

    pid: int
    channel: wire.Channel
    launcher: Launcher
    limits: Limits
    functions: list[wire.Given] = field(default_factory=list)
    kept: Kept = field(default_factory=Kept)
    idle_seconds: float = 0.0  # that it waited, rather than computed or waited for a processor, while it owed an answer
    _end: End | None = None

    def ask(  # noqa: PLR0913, PLR0917  (each of them a limit)
        self,
        request: dict[str, Any],
        seconds: float,
        reply_bytes: int,
        callbacks: int = Limits.callbacks,
        waiting: float | None = None,
        in_all: float = math.inf,
        memory: float = math.inf,
    ) -> dict[str, Any]:
        """Send `request` and return the answer; functions of the grader's that the worker calls are called in between.

        seconds, waiting: how long it may compute, and how long wait without computing (default: as long)
        in_all: for how many seconds on the clock it is waited for, whatever it does
        memory: bytes that all which it has sent may take when it is kept
        Raises wire.Late, wire.WireError, TooManyCallbacks or WorkerDied; then the process is of no use and must be closed.
        """
        patience = Patience(lambda: self.launcher.usage(self.pid), seconds, waiting or seconds, in_all)
        try:
            self.channel.send(self.kept.as_known(request), self._encode_other, patience)
            self.kept.next_answer()
            made = 0
            while True:
                before = self.channel.taken
                answer = self.channel.receive(_decode_other, reply_bytes, patience, self.kept.keep)
                self.kept.arrived(self.channel.taken - before)
                if self.channel.taken > memory:
                    raise wire.TooMuch("answers that together take too much memory")
                if not isinstance(answer, dict):
                    raise wire.WireError("an answer that is none")
                if "callback" not in answer:
                    return answer
                made += 1
                if made > callbacks:
                    raise TooManyCallbacks
                self._reply(self._call_back(answer), patience)
                patience.heard()
        except wire.Closed as closed:
            raise WorkerDied(self.close(grace=GRACE_SECONDS), self.limits) from closed
        finally:
            self.idle_seconds += patience.idle

    @property
    def cpu_seconds(self) -> float:
        """What it computed; known when the process has ended."""
        return 0.0 if self._end is None else self._end.cpu_seconds

    def close(self, grace: float = 0.0) -> End:
        """End the process, whatever it is doing; how it ended. One that is about to end has `grace` seconds to do so itself."""
        if self._end is None:
            self.channel.close()
            self._end = self.launcher.kill(self.pid, grace)
        return self._end

    def _reply(self, message: dict[str, Any], patience: Patience) -> None:
        """Answer a call of a function of the grader's; a result that cannot travel comes from the student's arguments."""
        try:
            self.channel.send(self.kept.as_known(message), self._encode_other, patience)
        except wire.Unencodable:
            self.channel.send({"error": UNFIT}, self._encode_other, patience)

    def _encode_other(self, value: Any) -> dict[str, Any]:
        if isinstance(value, wire.Handle):
            return {"h": value.id}
        if isinstance(value, wire.Named):
            return {"n": value.name}
        if isinstance(value, wire.Given):
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


def _itself(value: Any) -> Any:
    return value


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


def _environment(mode: Mode) -> dict[str, str]:
    """What the forkserver is started with: of the grader's environment, only where its user's files lie."""
    kept = ("HOME", "XDG_CACHE_HOME", "MPLCONFIGDIR", *(() if mode == "bubblewrap" else ("TMPDIR",)))
    home = {name: os.environ[name] for name in kept if name in os.environ}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {"LANG": "C.UTF-8", "MPLBACKEND": "Agg", "PATH": os.defpath, **home, **threads}


class Launcher:
    """One forkserver for one grading run. Use as a context manager."""

    def __init__(  # noqa: PLR0913  (what a launcher needs)
        self,
        *,
        mode: Mode,
        path: Path,
        preload: tuple[str, ...],
        readable: tuple[Path, ...],
        devices: Devices = NO_DEVICES,
        probes: Mapping[str, str] = NO_PROBES,
    ) -> None:
        """Start the forkserver.

        mode: "landlock" confines workers, "bubblewrap" the forkserver as well, "none" nothing.
        path: where `preload` finds the starter code.
        readable: what workers may read besides the interpreter and its packages.
        devices: what they may use besides the processor.
        probes: functions of the course that may be asked for, by name, and the module of each: no program can take their place.
        """
        self.mode: Mode = mode
        self.devices = devices
        self.pid = os.getpid()
        sandbox = bubblewrap.command((*readable, *devices.readable), devices.files) if mode == "bubblewrap" else []
        self.control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        setup = {
            "path": [str(path)],
            "preload": list(preload),
            "probes": dict(probes),
            "readable": [str(folder) for folder in (*readable, *devices.readable)],
            "devices": [str(file) for file in devices.files],
            "environment": dict(devices.environment),
            "warm_up": devices.warm_up,
            "driver_mb": devices.driver_mb,
            "wide": devices.wide,
            "confined": mode != "none",
        }
        with tempfile.TemporaryFile() as said:
            with other, self._startable():  # until the forkserver has it: when that ends, nobody holds the other end
                self.process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
                    [*sandbox, sys.executable, "-I", "-c", BOOT, str(ENGINE.parent), str(other.fileno())],
                    pass_fds=[other.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=said,
                    env={**_environment(mode), **devices.environment},
                    cwd="/",
                )
            self.control.settimeout(START_SECONDS)
            ready = self._exchange(setup)
            # In bubblewrap the folder is in the sandbox's own memory.
            self.folder = ready.get("folder") if mode != "bubblewrap" else None
            if not ready:
                self.close()
                raise IsolationError(f"the process that starts workers did not come up{_last_line(said)}.")

    @contextlib.contextmanager
    def _startable(self) -> Iterator[None]:
        """A program that cannot be run at all is a refusal like any other."""
        try:
            yield
        except OSError as error:
            self.control.close()
            what = error.filename or "a process"
            raise IsolationError(f"{what} cannot be started ({error.strerror}).") from error

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

    def spawn(self, limits: Limits, *, service: str = "") -> WorkerProcess:
        """Fork a confined worker. It runs a program, or `serve` of the engine's module that is named as its `service`."""
        ours, theirs = socket.socketpair()
        memory = [shared.make(limits.shared_mb)] if limits.shared_mb else []
        with theirs:
            order = {"spawn": {name: getattr(limits, name) for name in OF_A_PROCESS}, "service": service}
            answer = self._exchange(order, [theirs.fileno(), *memory])
        channel = wire.Channel(ours, *map(shared.mapped, memory))
        if "pid" not in answer:
            raise IsolationError("the process that starts workers is gone.")
        worker = WorkerProcess(answer["pid"], channel, self, limits)
        try:
            patience = Patience(lambda: self.usage(worker.pid), STILL_SECONDS, STILL_SECONDS, START_SECONDS)
            greeting = worker.channel.receive(_decode_other, MESSAGE, patience)
        except (wire.Closed, wire.Late, wire.WireError):
            greeting = {"refusal": "it ended before it was ready"}
        if greeting["refusal"]:
            worker.close()
            raise IsolationError(f"a worker could not be confined: {greeting['refusal']}.")
        return worker

    def kill(self, pid: int, grace: float) -> End:
        """End the worker `pid`; how it ended."""
        return End(**self._exchange({"kill": pid, "grace": grace}))

    def usage(self, pid: int) -> Usage:
        """What the worker `pid` has used so far."""
        return Usage(**self._exchange({"usage": pid}) or {"cpu": 0.0, "queued": None})

    def close(self) -> None:
        """Hang up: the forkserver kills its workers, removes their folders, and ends."""
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(CLOSE_SECONDS)
        self.process.kill()
        self.process.wait()
        if self.folder and Path(self.folder).is_dir():  # somebody killed the process that would have removed it
            scratch.remove(self.folder)

    def _exchange(self, message: dict[str, Any], descriptors: list[int] | None = None) -> dict[str, Any]:
        try:
            socket.send_fds(self.control, [json.dumps(message).encode()], descriptors or [])
            answer: dict[str, Any] = json.loads(self.control.recv(MESSAGE) or b"{}")
        except OSError:
            return {}
        return answer
