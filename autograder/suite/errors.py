"""How a question to a submission ends that gets no answer, and what may be said of it."""

from __future__ import annotations

import builtins
from typing import Any

from autograder.course.report import State

MAX_TEXT = 200
MAX_LINE = 100_000
# Which exceptions of calls are named: those that slips raise. Code could choose among the others to spell what it was handed.
USUAL = {
    *("AssertionError", "AttributeError", "EOFError", "Exception", "ImportError", "IndexError", "KeyError"),
    *("ModuleNotFoundError", "NameError", "OverflowError", "RecursionError", "RuntimeError", "SystemExit", "TypeError"),
    *("UnboundLocalError", "ValueError", "ZeroDivisionError"),
}


class StudentFault(Exception):  # noqa: N818  (an outcome of a test, not a fault of the grader's)
    """A question got no answer through the student's doing: which state that is, and a sentence about it."""

    def __init__(self, state: State, sentence: str) -> None:
        """`sentence` may be shown to students."""
        super().__init__(sentence)
        self.state: State = state


class Stopped(StudentFault):
    """The process was killed, and neither by itself nor for a limit: whoever can go on elsewhere should."""


class Stalled(StudentFault):
    """The process neither answered nor computed: asleep, or on a machine that stood still. Asking again tells which."""


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
    return f"{function} raised {exception_named(kind) if kind in USUAL else 'an unusual exception'}"


def exception_named(kind: str) -> str:
    """The name of a built-in exception; any other name is the student's own text and is not shown."""
    known = getattr(builtins, kind, None) if kind.isidentifier() else None
    is_error = isinstance(known, type) and issubclass(known, BaseException)
    return f"{'an' if kind[:1] in 'AEIOU' else 'a'} {kind}" if is_error else "an exception of its own"


def sentence(error: dict[str, Any]) -> str:
    """An error that came before any hidden input was sent: it may be told in full."""
    where = f" in line {error['line']}" if error["line"] is not None and error["line"] <= MAX_LINE else ""
    text = " ".join("".join(c if c.isprintable() else " " for c in error["text"]).split())
    return f"{exception_named(error['type'])}{where}" + (f" ({text})" if text else "")
