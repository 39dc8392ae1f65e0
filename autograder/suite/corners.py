"""What any hidden test of a function of arrays should try: special numbers, another order in memory, inputs that must stay as they are.

Answers that are right for most inputs stop being right at zeros, at equal numbers, and where memory is not in C order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from autograder.suite.arguments import everywhere, in_order
from autograder.suite.comparing import expect
from autograder.suite.free import unchanged
from autograder.suite.student import Question


def corners(*arguments: Any) -> Iterator[tuple[Any, ...]]:
    """The same arguments, special in one way each: copies, in which arrays of float64 inside of lists, tuples and dicts change as well.

    All arrays in Fortran order; an exact zero in each; two equal numbers in each; then one array after the other all zeros. Last, if
    an argument is a dict, the keys of all dicts from A to Z, and from Z to A.
    """
    found: list[np.ndarray] = []
    everywhere(arguments, lambda array: found.append(array) if _is_plain(array) else None)
    for change in (np.asfortranarray, _with_a_zero, _with_a_tie):
        yield everywhere(arguments, partial(_changed, change, found))
    for array in found:
        yield everywhere(arguments, partial(_changed, np.zeros_like, [array]))
    for backwards in (False, True) if any(isinstance(argument, dict) for argument in arguments) else ():
        yield everywhere(in_order(arguments, backwards=backwards), np.copy)


def _changed(change: Callable[[np.ndarray], np.ndarray], these: list[np.ndarray], array: np.ndarray) -> np.ndarray:
    """A copy of an array, changed if it is one of `these`."""
    return change(array.copy()) if any(array is one for one in these) else array.copy()


def _is_plain(array: np.ndarray) -> bool:
    return array.dtype == np.float64 and array.size > 0


def _with_a_zero(array: np.ndarray) -> np.ndarray:
    array.flat[array.size // 2] = 0.0
    return array


def _with_a_tie(array: np.ndarray) -> np.ndarray:
    array.flat[-1] = array.flat[0]
    return array


def expect_unmodified(question: Question, names: str, *arguments: Any) -> Any:
    """What the student's function returns for these arguments, each of which must afterwards be what it was before.

    question: a function of the student's, such as `student.f`
    names: what the arguments are called, with blanks between them; "-" for one that may change
    """
    result, after = question.with_inputs(*arguments)
    for name, before, then in zip(names.split(), arguments, after, strict=True):
        expect(
            name == "-" or unchanged(before, then),
            f"{name}, or something in it, was changed by the call: work on a copy.",
        )
    return result
