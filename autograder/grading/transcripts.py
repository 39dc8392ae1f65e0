"""What was said, call by call: whether two answers agree, and a respondent that is asked no further than it repeats somebody."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.sandbox.wire import all_numbers
from autograder.suite.errors import StudentFault
from autograder.suite.free import FreePlaces, without_free
from autograder.suite.student import NOTHING_FREE, Respondent

RTOL = 5e-6  # of the largest number in an array: as far as float32 may be off
ATOL = 1e-9
NUMBERS = (bool, int, float, np.ndarray, np.generic)
PLAIN = (*NUMBERS, str, bytes, list, tuple, dict, type(None))

Transcript = Sequence[tuple[str, Any]]


class Diverged(Exception):  # noqa: N818  (an outcome, not a fault)
    """A respondent said something else than the one whom it should repeat, and need not be asked on."""


class Repeating:
    """A respondent that is asked no further than it repeats what the student said, call by call."""

    def __init__(self, respondent: Respondent, said: Transcript, free: FreePlaces = NOTHING_FREE) -> None:
        """Compare the answers of `respondent` with `said`, in which there is nothing that is `free`, by the names of functions."""
        self.respondent = respondent
        self.said = deque(said)
        self.free = free
        self.diverged = False

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """See Respondent. A call that crashed, and after which the test went on, was free to crash: it does so here."""
        named, said = self.said.popleft() if self.said else ("", None)
        crash = crash_told(said) if self.said and named == function else None
        if crash is not None:
            raise StudentFault("crashed", crash)
        answer: Any
        try:
            returned = self.respondent.call(function, args, kwargs, inputs=inputs)
            answer = without_free(returned, args, self.free.get(function), inputs=inputs)
        except StudentFault as fault:
            answer, returned = (fault.state, str(fault)), fault
        if named != function or not same(answer, said):
            self.diverged = True
            raise Diverged
        if isinstance(returned, StudentFault):
            raise returned
        return returned


def crash_told(said: Any) -> str | None:
    """The sentence about a call that crashed, where that is what a transcript says."""
    if isinstance(said, tuple) and [type(part) for part in said] == [str, str] and said[0] == "crashed":
        return str(said[1])
    return None


def same(one: Any, other: Any) -> bool:
    """Whether two answers agree. Keys that only one of two dicts has do not count: students may keep more, under other names."""
    if not isinstance(one, PLAIN) or not isinstance(other, PLAIN):
        return not isinstance(one, PLAIN) and not isinstance(other, PLAIN)  # two things that cannot be looked into
    if isinstance(one, dict) and isinstance(other, dict):
        shared = one.keys() & other.keys()
        return bool(shared or not (one or other)) and all(same(one[key], other[key]) for key in shared)
    if isinstance(one, np.ndarray) != isinstance(other, np.ndarray):
        one, other = _as_array(one), _as_array(other)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, NUMBERS) and isinstance(other, NUMBERS):
        one, other = np.asarray(one), np.asarray(other)
        if one.shape != other.shape or not {one.dtype.kind, other.dtype.kind} <= set(
            "biuf"
        ):  # an integer beyond 64 bits
            return False
        return _close(one.astype(np.float64), other.astype(np.float64))
    alike = any(isinstance(one, kind) and isinstance(other, kind) for kind in (str, bytes, type(None)))
    return alike and bool(one == other)


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two arrays differ by no more than the rounding of an answer that computes in float32 inside."""
    finite = np.isfinite(one) & np.isfinite(other)
    if not np.array_equal(one[~finite], other[~finite], equal_nan=True):
        return False
    one, other = one[finite], other[finite]
    scale = max(np.abs(one).max(initial=0.0), np.abs(other).max(initial=0.0))
    return bool((np.abs(one - other) <= ATOL + RTOL * scale).all())


def _as_array(value: Any) -> Any:
    """A list of numbers as the array that another right answer would be; anything else as it is."""
    if isinstance(value, list | tuple) and all_numbers(value):
        with contextlib.suppress(ValueError, TypeError, OverflowError, MemoryError):
            return np.array(value)
    return value
