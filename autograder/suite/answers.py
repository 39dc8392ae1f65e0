"""A submission that answers questions: one program, executed in (successive) workers."""

from __future__ import annotations

import builtins
import time
from dataclasses import replace
from typing import Any

from autograder.course.assignment import Limits
from autograder.course.report import State
from autograder.sandbox import wire
from autograder.sandbox.launcher import Launcher
from autograder.sandbox.patience import Idle
from autograder.sandbox.usage import LOADED
from autograder.sandbox.worker_process import TooManyCallbacks, WorkerDied, WorkerProcess
from autograder.submission.submitted import ProgramCell
from autograder.suite.errors import Stalled, Stopped, StudentFault, error_of, raised, sentence
from autograder.suite.student import subject

FOR_DEMONSTRATIONS = 0.5  # of all computing that there may be, what one demonstration may do that an answer uses
MAX_TOLD = 3  # names in one sentence
KEPT_MB = 128.0
MB = 1 << 20
AFRESH = "; a fresh process goes on"


class Answers:
    """One program, executed cell by cell in a worker. After a crash or a timeout, a fresh worker continues."""

    def __init__(
        self, program: tuple[ProgramCell, ...], launcher: Launcher, limits: Limits, kept_mb: float = KEPT_MB
    ) -> None:
        """Nothing runs before the first call. All that workers send may take `kept_mb`, of whoever keeps it."""
        self.program = program
        self.launcher = launcher
        self.limits = limits
        self.kept_mb = kept_mb
        self.worker: WorkerProcess | None = None
        self.seconds = 0.0  # on the clock, that answers were waited for
        self.idle_seconds = 0.0  # that workers waited without computing, while they owed an answer
        self.cpu_seconds = 0.0  # of workers that have ended
        self.taken = 0  # bytes of memory that what they sent may take
        self.stalled = False  # whether any of this is to be asked again
        self.calls = 0
        self.asked = False  # whether a hidden input may be known to a worker, or to one that comes after it
        self.failures: dict[str, str] = {}  # title of a cell -> why it did not run to its end
        self.deadly: set[str] = set()  # titles of cells that ended or hung their process

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """See Respondent."""
        self.calls += 1
        if self.calls > self.limits.calls:
            raise StudentFault("too-many-calls", f"the submission used up its {self.limits.calls:,} calls")
        worker = self.worker or self._start()
        request = {"do": "call", "function": function, "args": args, "kwargs": kwargs, "inputs": inputs}
        self.asked = True
        function = subject(function, args, kwargs)
        answer = self._ask(worker, request, f"{function} did not return", self.limits.call_seconds)
        if "ok" in answer:
            if inputs and not _is_result_and_inputs(answer["ok"], len(args)):
                raise StudentFault("bad-reply", f"{function} sent something else than an answer")
            return answer["ok"]
        kind = error_of(answer)["type"]
        if kind == "missing":
            raise self._missing(function)
        if kind == "NotImplementedError":
            raise self._not_implemented(function)
        if kind in {"MemoryError", "memory"}:
            raise StudentFault("out-of-memory", f"{function} needs more than {self.limits.memory_mb} MB")
        if kind == "unencodable":
            raise StudentFault("bad-reply", f"{function} returned something too deep or too large to be an answer")
        raise StudentFault("crashed", raised(function, kind) + (self._undefined() if kind == "NameError" else ""))

    def close(self) -> None:
        """End the worker, if one runs."""
        if self.worker is not None:
            self.worker.close()
            self.cpu_seconds += self.worker.cpu_seconds
            self.taken += self.worker.channel.taken
            self.worker = None

    @property
    def notes(self) -> list[str]:
        """Why cells of the student's did not run to their end; demonstrations fail in silence, unless an answer uses them."""
        demonstrations = {cell.title for cell in self.program if not cell.whole}
        return [why for title, why in self.failures.items() if title not in demonstrations]

    def _start(self) -> WorkerProcess:
        """A worker in which the program has run; cells that killed an earlier worker are left out."""
        while True:
            left = self.limits.cpu_seconds - self.cpu_seconds
            if left <= 0:
                used = f"the submission used up its {self.limits.cpu_seconds:g} seconds of computing"
                raise StudentFault("out-of-cpu", used)
            if self.taken > self.kept_mb * MB:
                raise StudentFault("reply-too-large", f"the submission used up its {self.kept_mb:g} MB of answers")
            worker = self.worker = self._spawn(left)
            for cell in self.program:
                if cell.title not in self.deadly and not self._run(worker, cell):
                    break
            else:
                return worker

    def _spawn(self, cpu_seconds: float) -> WorkerProcess:
        """A fresh worker."""
        self._expect_time()
        limits = replace(self.limits, cpu_seconds=cpu_seconds)
        return self.launcher.spawn(limits, program=[cell.source for cell in self.program])

    def _run(self, worker: WorkerProcess, cell: ProgramCell) -> bool:
        """Run one cell; whether the worker is still of use."""
        request = {"do": "run", "source": cell.source, "title": cell.title, "keeps": cell.keeps}
        try:
            seconds = self.limits.call_seconds if cell.whole else self.limits.cpu_seconds * FOR_DEMONSTRATIONS
            answer = self._ask(worker, request, f"{cell.title} did not end", seconds)
        except StudentFault as fault:
            if self._exhausted():
                raise
            self._note(cell, str(fault))
            self.deadly.add(cell.title)
            return False
        if "ok" not in answer:
            self._note(cell, f"{cell.title} stopped with {sentence(error_of(answer))}")
        return True

    def _note(self, cell: ProgramCell, why: str) -> None:
        """Keep in mind why a cell did not run to its end.

        Once a hidden input was sent, neither which cell nor why may be told: the numbers of processes, the clock and the state of
        files can tell a later process what an earlier one has seen.
        """
        if cell.title in self.failures:
            return
        if self.asked:
            self.failures.setdefault("", "in a later process, a cell stopped that had run before")
        else:
            self.failures[cell.title] = why

    def _expect_time(self) -> float:
        """The seconds that may still be waited; raises StudentFault when there are none."""
        if not (left := self._left()):
            self.stalled = True
            raise Stalled("timed-out", f"the submission used up its {self.limits.wall_seconds:g} seconds of waiting")
        return left

    def _left(self) -> float:
        idle = self.limits.wall_seconds - self.idle_seconds
        return max(0.0, min(idle, self._in_all()))

    def _in_all(self) -> float:
        """Seconds on the clock that are left: far more than computing and waiting take where others have the processors."""
        return LOADED * (self.limits.wall_seconds + self.limits.cpu_seconds) - self.seconds

    def _exhausted(self) -> bool:
        """Whether no further process may be started."""
        return not self._left() or self.cpu_seconds >= self.limits.cpu_seconds or self.taken > self.kept_mb * MB

    def _ask(self, worker: WorkerProcess, request: dict[str, Any], late: str, seconds: float) -> dict[str, Any]:
        """The worker's answer, for which it may compute so many `seconds`; on a fault it is ended, and the next call starts another."""
        limits, begin, idle = self.limits, time.monotonic(), worker.idle_seconds
        waiting = min(limits.call_seconds, self._expect_time())
        try:
            left = self.kept_mb * MB - self.taken
            return worker.ask(request, seconds, limits.reply_mb * MB, limits.callbacks, waiting, self._in_all(), left)
        except wire.Unencodable:  # nothing has been sent
            raise StudentFault("bad-reply", "an earlier answer is too large to be handed on in a call") from None
        except (wire.Late, wire.WireError, TooManyCallbacks, WorkerDied) as ended:
            state, reason = self._why(ended, waiting, seconds)
            kind = _kind_of(ended)
        finally:
            self.seconds += time.monotonic() - begin
            self.idle_seconds += worker.idle_seconds - idle
        self.stalled |= kind is Stalled
        self.close()
        raise kind(state, f"{late}{reason}{'' if self._exhausted() else AFRESH}")

    def _why(self, ended: Exception, waiting: float, computing: float) -> tuple[State, str]:  # noqa: PLR0911  (one for each limit)
        """How a question ended that got no answer, and the second half of a sentence about it."""
        limits = self.limits
        if isinstance(ended, Idle):
            whose = "" if waiting == limits.call_seconds else "the submission's "
            seconds = limits.call_seconds if waiting == limits.call_seconds else limits.wall_seconds
            return "timed-out", f" within {whose}{seconds:g} seconds, in which it waited and did not compute"
        if isinstance(ended, wire.Late):
            return "timed-out", f" within {computing:g} seconds of computing"
        if isinstance(ended, TooManyCallbacks):
            return "too-many-calls", f" before it had called a function that it was given {limits.callbacks:,} times"
        if isinstance(ended, wire.TooMuch):
            return "reply-too-large", f" its answers in {self.kept_mb:g} MB"
        if isinstance(ended, wire.TooLarge):
            return "reply-too-large", f" an answer of at most {limits.reply_mb} MB"
        if isinstance(ended, WorkerDied):
            return self._why_died(ended)
        return "bad-reply", " an answer that could be read"

    def _why_died(self, ended: WorkerDied) -> tuple[State, str]:
        """The same of a process that ended."""
        limits = self.limits
        if ended.memory_full:
            return "out-of-memory", f": it took more than {limits.memory_mb} MB"
        if ended.out_of_cpu:
            return "out-of-cpu", f" within {limits.cpu_seconds:g} seconds of computing"
        if ended.scratch_full:
            many = f"{limits.scratch_mb} MB or {limits.scratch_files:,} files"
            return "too-much-output", f": it wrote more than {many}"
        if ended.too_much_output:
            return "too-much-output", f": it printed more than {limits.output_mb} MB, or wrote as much to one file"
        return "crashed", ": it ended the whole process"

    def _not_implemented(self, function: str) -> StudentFault:
        """What a function that raised NotImplementedError lacks, by its text alone."""
        cell = next((cell for cell in self.program if function in cell.keeps), None)
        if cell is None or function not in cell.functions:  # a class, of which a method may be what is missing
            return StudentFault("not-attempted", f"{function} is not written yet")
        if function in cell.with_stub:
            left = f"the stub's line `raise NotImplementedError` is still in {function}; delete it"
            return StudentFault("crashed", left)
        return StudentFault("crashed", f"{function} calls something that is not written yet")

    def _undefined(self) -> str:
        """Names that the program uses and nothing defines, and why: by its text, and by what happened before any hidden input."""
        used = sorted({name for cell in self.program for name in cell.uses if not hasattr(builtins, name)})
        told = []
        for name in used:
            makers = [cell.title for cell in self.program if name in cell.binds]
            if not makers:
                told.append(f"no cell defines {name}")
            elif all(title in self.failures for title in makers):
                told.append(f"{name} is not defined, because {self.failures[makers[-1]]}")
        return "".join(f"; {each}" for each in told[:MAX_TOLD])

    def _missing(self, function: str) -> StudentFault:
        """Why a function is not there: its cell failed, another cell failed, or nobody wrote it."""
        for cell in self.program:
            if cell.title in self.failures and (cell.exercise and function in cell.source):
                return StudentFault("crashed", f"{function} is not defined, because {self.failures[cell.title]}")
        if self.failures:
            return StudentFault("crashed", f"{function} is not defined; {next(iter(self.failures.values()))}")
        return StudentFault("not-attempted", f"{function} is not defined in the submission")


def _kind_of(ended: Exception) -> type[StudentFault]:
    """What a question is that got no answer, for whoever might ask again."""
    if isinstance(ended, Idle):
        return Stalled
    return Stopped if isinstance(ended, WorkerDied) and ended.stopped else StudentFault


def _is_result_and_inputs(reply: Any, count: int) -> bool:
    """Whether `reply` is a pair of a result and `count` arguments."""
    pair = isinstance(reply, tuple) and len(reply) == 2  # noqa: PLR2004
    return pair and isinstance(reply[1], tuple) and len(reply[1]) == count
