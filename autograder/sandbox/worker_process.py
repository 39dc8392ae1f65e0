"""A worker as the grader sees it: asked with a deadline, called back from, and known by how it ended. Started by the launcher."""

from __future__ import annotations

import math
import os
import signal
from dataclasses import dataclass, field
from typing import Any, Protocol

from autograder.course.assignment import Limits
from autograder.sandbox import wire
from autograder.sandbox.kept import Kept
from autograder.sandbox.patience import Patience
from autograder.sandbox.usage import Usage

GRACE_SECONDS = 0.5
UNFIT = "the function that was passed in cannot take these arguments"


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


class Starter(Protocol):
    """What has started a worker: it alone can look at it, and end it."""

    def usage(self, pid: int) -> Usage:
        """What the worker `pid` has used so far."""

    def kill(self, pid: int, grace: float) -> End:
        """End the worker `pid`; how it ended."""


@dataclass
class WorkerProcess:
    """One confined process, and the channel to it."""

    pid: int
    channel: wire.Channel
    launcher: Starter
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
                answer = self.channel.receive(decode_other, reply_bytes, patience, self.kept.keep)
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


def decode_other(tag: str, content: Any) -> Any:
    """Handles from a worker; a callback that comes back is opaque too."""
    if tag == "c":
        return wire.Handle(-1, "function")
    if tag != "h" or not isinstance(content, list) or len(content) != 2:  # noqa: PLR2004
        raise wire.WireError("an unknown tag")
    number, kind = content
    if type(number) is not int or kind not in wire.KINDS:
        raise wire.WireError("a malformed handle")
    return wire.Handle(number, kind)
