"""What hidden tests ask: `student.f(x)` calls the function f of the submission in its worker and returns plain data.

Of a class, a *probe* is asked, a function of the starter code: `student.probe(student.C, x)` hands it the class C of the submission.

`Answers` is one program in (successive) workers; `Student` is the face of it that a test sees, and the transcript of what was said.
"""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from autograder import wire
from autograder.course import Assignment, Course, Limits
from autograder.grading.report import State
from autograder.isolation import (
    NO_DEVICES,
    Devices,
    Isolation,
    Launcher,
    TooManyCallbacks,
    WorkerDied,
    WorkerProcess,
    start_proven,
)
from autograder.submissions import ProgramCell

MAX_TEXT = 200
MAX_LINE = 100_000
AFRESH = "; a fresh process goes on"


class StudentFault(Exception):  # noqa: N818  (an outcome of a test, not a fault of the grader's)
    """A question got no answer through the student's doing: which state that is, and a sentence about it."""

    def __init__(self, state: State, sentence: str) -> None:
        """`sentence` may be shown to students."""
        super().__init__(sentence)
        self.state: State = state


class Stopped(StudentFault):
    """The process was killed, and neither by itself nor for a limit: whoever can go on elsewhere should."""


class Respondent(Protocol):
    """Anything that answers calls: a submission in a worker, or a variant of the reference in the grader."""

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """What `function` returns; with `inputs`, a pair of that and the arguments after the call. Raises StudentFault."""


def start_launcher(
    course: Course, assignment: Assignment, isolation: Isolation, devices: Devices = NO_DEVICES
) -> Launcher:
    """A forkserver for one assignment, whose confinement has been proven; raises IsolationError when it does not hold."""
    forbidden = (course.root / "solutions", course.root / "tests", course.data, course.root)
    return start_proven(
        isolation,
        path=course.root,
        preload=(*assignment.preload, "starter_code", *assignment.starter_modules),
        readable=(course.starter_code,),
        forbidden=tuple(folder for folder in forbidden if folder.is_dir()),
        devices=devices,
    )


class Answers:
    """One program, executed cell by cell in a worker. After a crash or a timeout, a fresh worker continues."""

    def __init__(self, program: tuple[ProgramCell, ...], launcher: Launcher, limits: Limits) -> None:
        """Nothing runs before the first call."""
        self.program = program
        self.launcher = launcher
        self.limits = limits
        self.worker: WorkerProcess | None = None
        self.seconds = 0.0
        self.cpu_seconds = 0.0  # of workers that have ended
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
        answer = self._ask(worker, request, f"{function} did not return")
        if "ok" in answer:
            if inputs and not _is_result_and_inputs(answer["ok"], len(args)):
                raise StudentFault("bad-reply", f"{function} sent something else than an answer")
            return answer["ok"]
        kind = error_of(answer)["type"]
        if kind == "missing":
            raise self._missing(function)
        if kind == "NotImplementedError":
            raise StudentFault("not-attempted", f"{function} is not written yet")
        if kind in {"MemoryError", "memory"}:
            raise StudentFault("out-of-memory", f"{function} needs more than {self.limits.memory_mb} MB")
        if kind == "unencodable":
            raise StudentFault("bad-reply", f"{function} returned something too deep or too large to be an answer")
        raise StudentFault("crashed", raised(function, kind))

    def close(self) -> None:
        """End the worker, if one runs."""
        if self.worker is not None:
            self.worker.close()
            self.cpu_seconds += self.worker.cpu_seconds
            self.worker = None

    def _start(self) -> WorkerProcess:
        """A worker in which the program has run; cells that killed an earlier worker are left out."""
        while True:
            left = self.limits.cpu_seconds - self.cpu_seconds
            if left <= 0:
                used = f"the submission used up its {self.limits.cpu_seconds:g} seconds of computing"
                raise StudentFault("out-of-cpu", used)
            worker = self.worker = self._spawn(left)
            for cell in self.program:
                if cell.title not in self.deadly and not self._run(worker, cell):
                    break
            else:
                return worker

    def _spawn(self, cpu_seconds: float) -> WorkerProcess:
        """A fresh worker; the time that it takes is the submission's."""
        self._expect_time()
        begin = time.monotonic()
        try:
            return self.launcher.spawn(replace(self.limits, cpu_seconds=cpu_seconds))
        finally:
            self.seconds += time.monotonic() - begin

    def _run(self, worker: WorkerProcess, cell: ProgramCell) -> bool:
        """Run one cell; whether the worker is still of use."""
        request = {"do": "run", "source": cell.source, "title": cell.title}
        try:
            answer = self._ask(worker, request, f"{cell.title} did not end")
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
        """The seconds that are left; raises StudentFault when there are none."""
        if not (left := self._left()):
            raise StudentFault("timed-out", f"the submission used up its {self.limits.wall_seconds:g} seconds")
        return left

    def _left(self) -> float:
        return max(0.0, self.limits.wall_seconds - self.seconds)

    def _exhausted(self) -> bool:
        """Whether no further process may be started."""
        return not self._left() or self.cpu_seconds >= self.limits.cpu_seconds

    def _ask(self, worker: WorkerProcess, request: dict[str, Any], late: str) -> dict[str, Any]:
        """The worker's answer; on a fault the worker is ended, and the next call starts another."""
        seconds = min(self.limits.call_seconds, self._expect_time())
        begin = time.monotonic()
        try:
            return worker.ask(request, seconds, self.limits.reply_mb << 20, self.limits.callbacks)
        except wire.Unencodable:  # nothing has been sent
            raise StudentFault("bad-reply", "an earlier answer is too large to be handed on in a call") from None
        except (wire.Late, wire.WireError, TooManyCallbacks, WorkerDied) as ended:
            state, reason = self._why(ended, seconds)
            kind = Stopped if isinstance(ended, WorkerDied) and ended.stopped else StudentFault
        finally:
            self.seconds += time.monotonic() - begin
        self.close()
        raise kind(state, f"{late}{reason}{'' if self._exhausted() else AFRESH}")

    def _why(self, ended: Exception, seconds: float) -> tuple[State, str]:  # noqa: PLR0911  (one for each limit)
        """How a question ended that got no answer, and the second half of a sentence about it."""
        limits = self.limits
        if isinstance(ended, wire.Late):
            within = (
                f"{seconds:g} seconds"
                if seconds == limits.call_seconds
                else f"the submission's {limits.wall_seconds:g} seconds"
            )
            return "timed-out", f" within {within}"
        if isinstance(ended, TooManyCallbacks):
            return "too-many-calls", f" before it had called a function that it was given {limits.callbacks:,} times"
        if isinstance(ended, wire.TooLarge):
            return "reply-too-large", f" an answer of at most {limits.reply_mb} MB"
        if isinstance(ended, WorkerDied) and ended.out_of_cpu:
            return "out-of-cpu", f" within {limits.cpu_seconds:g} seconds of computing"
        if isinstance(ended, WorkerDied) and ended.too_much_output:
            return "too-much-output", f": it printed more than {limits.output_mb} MB"
        if isinstance(ended, WorkerDied):
            return "crashed", ": it ended the whole process"
        return "bad-reply", " an answer that could be read"

    def _missing(self, function: str) -> StudentFault:
        """Why a function is not there: its cell failed, another cell failed, or nobody wrote it."""
        for cell in self.program:
            if cell.title in self.failures and (cell.exercise and function in cell.source):
                return StudentFault("crashed", f"{function} is not defined, because {self.failures[cell.title]}")
        if self.failures:
            return StudentFault("crashed", f"{function} is not defined; {next(iter(self.failures.values()))}")
        return StudentFault("not-attempted", f"{function} is not defined in the submission")


def _is_result_and_inputs(reply: Any, count: int) -> bool:
    """Whether `reply` is a pair of a result and `count` arguments."""
    pair = isinstance(reply, tuple) and len(reply) == 2  # noqa: PLR2004
    return pair and isinstance(reply[1], tuple) and len(reply[1]) == count


def subject(function: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Whose answer a call asks for: the first thing of the student's that a probe is handed, else the function itself."""
    handed = (argument.name for argument in (*args, *kwargs.values()) if isinstance(argument, wire.Named))
    return next(handed, function)


def error_of(answer: dict[str, Any]) -> dict[str, Any]:
    """The error part of an answer, with every field of the type that it should have."""
    error = answer.get("error")
    error = error if isinstance(error, dict) else {}
    kind, text, line = error.get("type"), error.get("text"), error.get("line")
    return {
        "type": kind if isinstance(kind, str) else "",
        "text": text[:MAX_TEXT] if isinstance(text, str) else "",
        "line": line if type(line) is int else None,
    }


def raised(function: str, kind: str) -> str:
    """What is said of an exception that a call raised; of a variant's too, so that diagnosis can compare the two."""
    return f"{function} raised {named(kind)}"


def named(kind: str) -> str:
    """The name of a built-in exception; any other name is the student's own text and is not shown."""
    known = getattr(builtins, kind, None) if kind.isidentifier() else None
    is_error = isinstance(known, type) and issubclass(known, BaseException)
    return f"{'an' if kind[:1] in 'AEIOU' else 'a'} {kind}" if is_error else "an exception of its own"


def sentence(error: dict[str, Any]) -> str:
    """An error that came before any hidden input was sent: it may be told in full."""
    where = f" in line {error['line']}" if error["line"] is not None and error["line"] <= MAX_LINE else ""
    text = " ".join("".join(c if c.isprintable() else " " for c in error["text"]).split())
    return f"{named(error['type'])}{where}" + (f" ({text})" if text else "")


class Student:
    """The `student` fixture: attribute f is the student's function or class f. Keeps a transcript of calls and outcomes."""

    def __init__(self, respondent: Respondent) -> None:
        """Ask `respondent`."""
        self._respondent = respondent
        self.transcript: list[tuple[str, Any]] = []

    def __getattr__(self, name: str) -> Question:
        """The student's function `name`."""
        if name.startswith("_"):
            raise AttributeError(name)
        return Question(name, self._respondent, self.transcript)


class Question:
    """One function of the student's. As an argument of another one it stands for what the student has under its name."""

    def __init__(self, name: str, respondent: Respondent, transcript: list[tuple[str, Any]]) -> None:
        """Ask `respondent` for `name`, and write down what it says."""
        self._ask: Callable[..., Any] = respondent.call
        self._name = name
        self._transcript = transcript

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the student's function returns for these arguments. Raises StudentFault."""
        return self._answer(args, kwargs, inputs=False)

    def with_inputs(self, *args: Any, **kwargs: Any) -> tuple[Any, tuple[Any, ...]]:
        """The result, and the positional arguments as they are after the call."""
        result, after = self._answer(args, kwargs, inputs=True)
        return result, after

    def _answer(self, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        args, kwargs = tuple(map(_named, args)), {key: _named(value) for key, value in kwargs.items()}
        try:
            answer = self._ask(self._name, args, kwargs, inputs=inputs)
        except StudentFault as fault:
            self._transcript.append((self._name, (fault.state, str(fault))))
            raise
        self._transcript.append((self._name, answer))
        return answer


def _named(argument: Any) -> Any:
    """An argument as it travels: a question by its name."""
    return wire.Named(argument._name) if isinstance(argument, Question) else argument  # noqa: SLF001  (our own class)
