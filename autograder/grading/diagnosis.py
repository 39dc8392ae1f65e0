"""Which known misconception explains a failed exercise, if exactly one does.

Each failed test is run again with a variant of the reference in the student's place, on the same seed; what the two answered is compared,
call by call. A variant explains the student when that agrees in every failed test, and when it passes the tests that the student passed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.grading.comparing import all_numbers
from autograder.grading.misconceptions import Misconception
from autograder.grading.report import Finding
from autograder.grading.student import Respondent, StudentFault

RTOL = 1e-6
ATOL = 1e-9
NUMBERS = (bool, int, float, np.ndarray, np.generic)
PLAIN = (*NUMBERS, str, bytes, list, tuple, dict, type(None))

Transcript = list[tuple[str, Any]]
# Runs one test, by its place in the exercise, with a misconception in the student's place: whether it passed, and what was said.
Rerun = Callable[[Misconception, int], tuple[bool, Transcript]]


def diagnose(
    candidates: Sequence[Misconception], passed: Sequence[bool], transcripts: Sequence[Transcript], rerun: Rerun
) -> Finding | None:
    """The one misconception that reproduces the student's transcripts of one exercise, if there is exactly one."""
    order = sorted(
        range(len(passed)), key=lambda test: passed[test]
    )  # failed tests first: they tell most variants apart

    def explains(candidate: Misconception) -> bool:
        for test in order:
            now_passed, transcript = rerun(candidate, test)
            if now_passed != passed[test] or (not now_passed and not same(transcript, transcripts[test])):
                return False
        return True

    found = [candidate for candidate in candidates if explains(candidate)]
    if len(found) != 1:
        return None
    return Finding(found[0].id, found[0].title, f"{found[0].hint} Read on: {found[0].read_on}.")


class Diverged(Exception):  # noqa: N818  (an outcome, not a fault)
    """The misconception said something else than the student: it explains nothing, and need not be asked on."""


class Repeating:
    """A respondent that is asked no further than it repeats what the student said, call by call."""

    def __init__(self, respondent: Respondent, said: Transcript, *, own_state: bool = False) -> None:
        """Compare the answers of `respondent` with `said`; with `own_state`, `said` is without_state, and so is what is compared."""
        self.respondent = respondent
        self.said = iter(said)
        self.own_state = own_state

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """See Respondent."""
        answer: Any
        try:
            answer = returned = self.respondent.call(function, args, kwargs, inputs=inputs)
        except StudentFault as fault:
            answer, returned = (fault.state, str(fault)), fault
        heard = without_state(answer) if self.own_state else answer
        if not same((function, heard), next(self.said, None)):
            raise Diverged
        if isinstance(returned, StudentFault):
            raise returned
        return returned


def without_state(answer: Any) -> Any:
    """The answer with nothing in its dicts: they are a student's own memory from call to call."""
    if isinstance(answer, dict):
        return {}
    if isinstance(answer, list | tuple):
        return [without_state(part) for part in answer]
    return answer


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
        return bool(np.allclose(one, other, rtol=RTOL, atol=ATOL, equal_nan=True))
    return type(one) is type(other) and isinstance(one, str | bytes | type(None)) and bool(one == other)


def _as_array(value: Any) -> Any:
    """A list of numbers as the array that another right answer would be; anything else as it is."""
    if isinstance(value, list | tuple) and all_numbers(value):
        with contextlib.suppress(ValueError, TypeError, OverflowError, MemoryError):
            return np.array(value)
    return value
