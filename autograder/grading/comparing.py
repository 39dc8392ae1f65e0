"""How hidden tests look at what students return. Every access to a student's value goes through one of these.

Each raises `Mismatch`, whose message may be shown to students: it gives names, shapes, sizes and places, never a hidden number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from autograder.grading.student import StudentFault
from autograder.wire import Handle

MAX_COUNT = 1000
MAX_DIMENSIONS = 5
SENSIBLE = 1e100
FAR = 10  # times the largest expected value
NEAR = 0.01  # percent of it
ARTICLES = {
    "object": "an object",
    "array": "an array of an unsupported type",
    "dict": "a dict whose keys are not all text",
}


class Mismatch(Exception):  # noqa: N818  (an outcome of a test, not a fault of the grader's)
    """An answer that is not what the exercise asks for."""


def expect(condition: bool, sentence: str) -> None:  # noqa: FBT001  (reads as an assertion)
    """Raise `Mismatch(sentence)` unless `condition` holds. The sentence must hold no hidden number."""
    if not condition:
        raise Mismatch(sentence)


def expect_any(*attempts: Callable[[], None]) -> None:
    """Pass when one of `attempts` passes, else fail as the first one did: for contracts that leave students a choice.

    No further attempt is made after a timeout or when there is nothing to ask.
    """
    first: Mismatch | StudentFault | None = None
    for attempt in attempts:
        try:
            return attempt()
        except (Mismatch, StudentFault) as fault:
            first = first or fault
            if isinstance(fault, StudentFault) and fault.state not in {"crashed", "bad-reply"}:
                break
    raise first or Mismatch("nothing was tried")


def expect_tuple(what: str, got: Any, length: int) -> tuple[Any, ...]:
    """`got` as a tuple of `length` values; a list will do."""
    if not isinstance(got, tuple | list):
        raise Mismatch(f"{what} should return {length} values, and returned {described(got)}")
    if len(got) != length:
        raise Mismatch(f"{what} should return {length} values, and returned {_count(len(got))}")
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
        raise Mismatch(f"{what} should be None, and is {described(got)}")


def expect_close(what: str, got: Any, want: Any, *, rtol: float, atol: float = 0.0) -> None:
    """`got` equals the array or number `want`: same shape, and each |got - want| <= atol + rtol |want|."""
    expected = np.asarray(want)
    values = _numbers(what, got)
    _same_shape(what, values, expected.shape)
    values = values.astype(np.float64)  # not before: a large array of truth values would take eight times its size
    off = np.abs(values - expected)
    wrong = ~(off <= atol + rtol * np.abs(expected))  # also where a value is not a number
    if not wrong.any():
        return
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    if not np.isfinite(values[place]):
        raise Mismatch(f"{what} is not finite{_at(place)}")
    scale = float(np.max(np.abs(expected))) or 1.0
    count = f"{int(wrong.sum())} of {wrong.size} values are off, the first" if wrong.size > 1 else "the value is off"
    raise Mismatch(f"{what}: {count}{_at(place)} by {_size(float(off[place]) / scale)} the largest expected value")


def expect_array(what: str, got: Any, shape: tuple[int, ...]) -> np.ndarray:
    """`got` as a float64 array of this shape, of finite numbers that a test can work with: squares of them do not overflow."""
    values = _numbers(what, got)
    _same_shape(what, values, shape)
    values = values.astype(np.float64)
    expect(bool((np.abs(values) < SENSIBLE).all()), f"{what} should hold finite numbers of a sensible size.")
    return values


def expect_worked(what: str, got: Any, shape: tuple[int, ...], *given: np.ndarray | None) -> np.ndarray:
    """The same, as numbers that somebody computed: not all alike, and none of the arrays that were `given`.

    For tests of a single corner of a contract. They compare an answer with another one of the same student, so that a slip which has
    a test of its own is not charged again, and this is what keeps an answer without work in it from passing them.
    """
    values = expect_array(what, got, shape)
    expect(bool(np.ptp(values) > 0), f"{what} should depend on the inputs; all its entries are the same.")
    for passed in given:
        expect(passed is None or not np.array_equal(values, passed), f"{what} should not be what was passed in.")
    return values


def _same_shape(what: str, values: np.ndarray, shape: tuple[int, ...]) -> None:
    if values.shape != shape:
        has = str(values.shape) if _tellable(values.shape, math.prod(shape)) else "a far larger one"
        raise Mismatch(f"{what} should have the shape {shape}, and has {has}")


def _size(ratio: float) -> str:
    """How far off a value is, in one digit and within bounds: students choose how far, and could spell a hidden number with it."""
    if ratio >= FAR:
        return f"more than {FAR} times"
    if ratio >= 1:
        return f"{ratio:.0f} times"
    if 100 * ratio < NEAR:
        return f"less than {NEAR} % of"
    return f"{float(f'{100 * ratio:.1g}'):g} % of"


def _at(place: tuple[int, ...]) -> str:
    return f" at [{', '.join(map(str, place))}]" if place else ""


def as_numbers(what: str, got: Any) -> np.ndarray:
    """`got` as an array of real numbers; nested lists and tuples of numbers will do."""
    return _numbers(what, got).astype(np.float64)


def _numbers(what: str, got: Any) -> np.ndarray:  # noqa: RET503  (_refuse never returns)
    """The same, in the type in which it came."""
    if all_numbers(got):
        try:
            values = np.asarray(got)
        except (ValueError, TypeError, OverflowError, MemoryError):
            _refuse(what, got)
        if values.dtype.kind in "biuf":
            return values
    _refuse(what, got)


def all_numbers(got: Any) -> bool:
    """Whether `got` is numbers all through: of text, numpy would make numbers, or an array with room for the longest in each place."""
    if isinstance(got, list | tuple):
        return all(map(all_numbers, got))
    return isinstance(got, bool | int | float | np.ndarray | np.generic) or type(got).__module__ == "torch"


def _refuse(what: str, got: Any) -> NoReturn:
    raise Mismatch(f"{what} should be an array of numbers, and is {described(got)}")


def _tellable(shape: tuple[int, ...], like: int = 0) -> bool:
    """Whether a shape of the student's may be told: not one of sizes that honest work has not, since they can spell a hidden number."""
    return len(shape) <= MAX_DIMENSIONS and math.prod(max(n, 1) for n in shape) <= max(MAX_COUNT, 4 * like)


def _count(number: int) -> str:
    return str(number) if number <= MAX_COUNT else "many"


def described(got: Any) -> str:
    """What `got` is, in words that hold nothing of the student's own text."""
    if got is None:
        return "None"
    if isinstance(got, np.ndarray):
        return f"an array of shape {got.shape}" if _tellable(got.shape) else "a large array"
    if isinstance(got, Handle):
        return ARTICLES.get(got.kind, f"a {got.kind}")
    if isinstance(got, tuple | list):
        return f"a {type(got).__name__} of {_count(len(got))} values"
    names = {"bool": "a bool", "int": "an int", "float": "a number", "str": "text", "bytes": "bytes", "dict": "a dict"}
    return names.get(type(got).__name__, "a number" if isinstance(got, np.generic) else "an object")
