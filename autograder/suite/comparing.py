"""How hidden tests look at what students return. Every access to a student's value goes through one of these.

Each raises `Mismatch`, whose message may be shown to students: it gives names, shapes, sizes and places, never a hidden number. While
answers are `gathered`, those after which a test can go on note it instead, so that a test asks all of its questions before it fails:
the first answer to be off may be off in the same way for many reasons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from autograder.sandbox.wire import Handle, all_numbers
from autograder.suite.errors import StudentFault

SENSIBLE = 1e100
MOST_NUMBERS = 1_000_000  # of one answer: many times of what any test asks for
FAR = 10  # times the largest expected value
NEAR = 0.01  # percent of it
ARTICLES = {
    "object": "an object",
    "array": "an array of an unsupported type",
    "dict": "a dict without a key of text",
}


class Mismatch(Exception):  # noqa: N818  (an outcome of a test, not a fault of the grader's)
    """An answer that is not what the exercise asks for."""


@dataclass(frozen=True)
class Compared:
    """Numbers of a student's beside those that were expected, and which of them are off."""

    what: str
    got: np.ndarray
    want: np.ndarray
    wrong: np.ndarray


@dataclass
class Gathered:
    """What one test has found so far: mismatches, and all numbers that it compared.

    to_the_end: whether the test goes on after a mismatch where it can
    """

    to_the_end: bool = True
    mismatches: list[Mismatch] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)


_gathered: ContextVar[Gathered | None] = ContextVar("gathered", default=None)


@contextmanager
def gathering(*, to_the_end: bool = True) -> Iterator[Gathered]:
    """Within, a mismatch after which a test can go on is noted, and raised only where the test is not taken `to_the_end`."""
    gathered = Gathered(to_the_end)
    token = _gathered.set(gathered)
    try:
        yield gathered
    finally:
        _gathered.reset(token)


def _mismatch(sentence: str) -> None:
    """Note a mismatch, or raise it."""
    gathered, mismatch = _gathered.get(), Mismatch(sentence)
    if gathered is not None:
        gathered.mismatches.append(mismatch)
    if gathered is None or not gathered.to_the_end:
        raise mismatch


def expect(condition: bool, sentence: str) -> None:  # noqa: FBT001  (reads as an assertion)
    """A mismatch unless `condition` holds. The sentence must hold no hidden number."""
    if not condition:
        _mismatch(sentence)


def expect_any(*attempts: Callable[[], None]) -> None:
    """Pass when one of `attempts` passes, else fail as the first one did: for contracts that leave students a choice.

    No further attempt is made after a timeout or when there is nothing to ask.
    """
    first: Mismatch | StudentFault | None = None
    for attempt in attempts:
        token = _gathered.set(None)  # each attempt ends where it fails
        try:
            return attempt()
        except (Mismatch, StudentFault) as fault:
            first = first or fault
            if isinstance(fault, StudentFault) and fault.state not in {"crashed", "bad-reply"}:
                break
        finally:
            _gathered.reset(token)
    raise first or Mismatch("nothing was tried")


def expect_tuple(what: str, got: Any, length: int) -> tuple[Any, ...]:
    """`got` as a tuple of `length` values; a list will do."""
    values = f"{length} value{'s' * (length != 1)}"
    if not isinstance(got, tuple | list):
        raise Mismatch(f"{what} should return {values}, and returned {described(got)}")
    if len(got) != length:
        raise Mismatch(f"{what} should return {values}, and returned {'more' if len(got) > length else 'fewer'}")
    return tuple(got)


def expect_keys(what: str, got: Any, keys: tuple[str, ...] | list[str]) -> dict[str, Any]:
    """`got` as a dict that has `keys`; more keys are allowed."""
    if not isinstance(got, dict):
        raise Mismatch(f"{what} should be a dict, and is {described(got)}")
    if missing := [key for key in keys if key not in got]:
        raise Mismatch(f"{what} should have the key {', '.join(repr(key) for key in missing)}")
    return got


def expect_none(what: str, got: Any) -> None:
    """`got` is None."""
    if got is not None:
        _mismatch(f"{what} should be None, and is {described(got)}")


def expect_close(what: str, got: Any, want: Any, *, rtol: float, atol: float = 0.0) -> None:
    """`got` equals the array or number `want`: same shape, and each |got - want| <= atol + rtol |want|."""
    expected = np.asarray(want)
    values = _numbers(what, got, "an array of numbers" if expected.shape else "a number")
    if values.shape != expected.shape:
        _mismatch(_other_shape(what, values, expected.shape))
        return
    values = values.astype(np.float64)  # not before: a large array of truth values would take eight times its size
    with np.errstate(invalid="ignore"):
        off = np.abs(values - expected)  # of two infinities, not a number
    sizes = np.where(np.isfinite(expected), np.abs(expected), 0.0)  # infinity is near to nothing but itself
    room = atol + rtol * sizes
    wrong = ~((off <= room) | (values == expected))  # also where a value is not a number
    if gathered := _gathered.get():
        gathered.compared.append(Compared(what, values, expected, wrong))
    if not wrong.any():
        return
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    telling = wrong.size > 1 and expected.dtype.kind == "f"  # of a count or a single number, code could spell it
    where = _at(place) if telling else ""
    if not np.isfinite(values[place]):
        _mismatch(f"{what} is not finite{where}")
        return
    count = f"{int(wrong.sum())} of {wrong.size} values are off" if wrong.size > 1 else "the value is off"
    if telling:
        scale = float(np.max(np.abs(expected))) or 1.0
        count += f", the first{where} by {_size(float(off[place]) / scale)} the largest expected value"
    _mismatch(f"{what}: {count}")


def expect_array(what: str, got: Any, shape: tuple[int, ...]) -> np.ndarray:
    """`got` as a float64 array of this shape, of finite numbers that a test can work with: squares of them do not overflow."""
    values = _numbers(what, got)
    if values.shape != shape:
        raise Mismatch(_other_shape(what, values, shape))
    values = values.astype(np.float64)
    if not (np.abs(values) < SENSIBLE).all():
        raise Mismatch(f"{what} should hold finite numbers of a sensible size.")
    return values


def expect_worked(what: str, got: Any, shape: tuple[int, ...], *given: np.ndarray | None) -> np.ndarray:
    """The same, as numbers that somebody computed: not all alike, and none of the arrays that were `given`.

    For tests of a single corner of a contract. They compare an answer with another one of the same student, so that a slip which has
    a test of its own is not charged again, and this is what keeps an answer without work in it from passing them.
    """
    values = expect_array(what, got, shape)
    expect(bool(np.ptp(values) > 0), f"all entries of {what} are the same; for these inputs they should differ.")
    for passed in given:
        expect(passed is None or not np.array_equal(values, passed), f"{what} should not be what was passed in.")
    return values


def _other_shape(what: str, values: np.ndarray, shape: tuple[int, ...]) -> str:
    return f"{what} should have the shape {shape}, and {_beside(values.shape, shape)}"


def _beside(got: tuple[int, ...], want: tuple[int, ...]) -> str:
    """What a shape is beside the right one, in one of a few sentences: code chooses it, and could spell a hidden number with it."""
    if not got:
        return "is a single number"
    if sorted(got) == sorted(want):
        return "has the same lengths, on other axes"
    if len(got) != len(want):
        return f"has {'more' if len(got) > len(want) else 'fewer'} axes"
    return "has as many axes of other lengths"


def _size(ratio: float) -> str:
    """How far off a value is, in one digit and within bounds: students choose how far, and could spell a hidden number with it."""
    if ratio >= FAR:
        return f"more than {FAR} times"
    if ratio >= 1.5:  # noqa: PLR2004  (what is rounded to two)
        return f"{ratio:.0f} times"
    if 100 * ratio < NEAR:
        return f"less than {NEAR} % of"
    return f"{float(f'{100 * ratio:.1g}'):g} % of"


def _at(place: tuple[int, ...]) -> str:
    return f" at [{', '.join(map(str, place))}]" if place else ""


def as_numbers(what: str, got: Any) -> np.ndarray:
    """`got` as an array of real numbers; nested lists and tuples of numbers will do."""
    return _numbers(what, got).astype(np.float64)


def _numbers(what: str, got: Any, asked: str = "an array of numbers") -> np.ndarray:  # noqa: RET503  (_refuse never returns)
    """The same, in the type in which it came. `asked`: what it should be, in words."""
    if all_numbers(got):
        try:
            values = np.asarray(got)
        except (ValueError, TypeError, OverflowError, MemoryError):
            _refuse(what, got, asked)
        if values.size > MOST_NUMBERS:
            raise Mismatch(f"{what} holds more than {MOST_NUMBERS:,} numbers.")
        if values.dtype.kind in "biuf":
            return values
    _refuse(what, got, asked)


def _refuse(what: str, got: Any, asked: str) -> NoReturn:
    is_of_it = "an int that is far too large" if isinstance(got, int) else described(got)
    raise Mismatch(f"{what} should be {asked}, and is {is_of_it}")


def described(got: Any) -> str:
    """What `got` is, in words that hold nothing of the student's own text."""
    if got is None:
        return "None"
    if isinstance(got, np.ndarray):
        return "an array"
    if isinstance(got, Handle):
        return ARTICLES.get(got.kind, f"a {got.kind}")
    if isinstance(got, tuple | list):
        return f"a {type(got).__name__}"
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        ((bool, np.bool_), "a bool"),
        ((int, np.integer), "an int"),
        ((float, np.floating), "a float"),
        (str, "text"),
        (bytes, "bytes"),
        (dict, "a dict"),
    )
    return next((words for kind, words in kinds if isinstance(got, kind)), "an object")
