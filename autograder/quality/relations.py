"""Features that two arguments of a call have together, such as equal numbers, or keys in different orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import numpy as np

from autograder.suite.arguments import Arguments, Path, is_number, is_numbers, put
from autograder.suite.features import Feature


def relations_of(arguments: Arguments) -> Iterator[tuple[Path, Feature]]:
    """What may hold between two of these arguments, each with the path of the one that is changed to make it hold."""
    for one, two in permutations(arguments, 2):
        first, second = arguments[one], arguments[two]
        if one < two and _is_whole(first) and _is_whole(second):
            yield (one,), _between(one, two, f"equals {two}", _are_equal, lambda _, other: other)
        if one < two and isinstance(first, dict) and isinstance(second, dict):
            what = f"has the keys of {two} in another order"
            yield (one,), _between(one, two, what, _differ_in_order, lambda value, _: dict(reversed(value.items())))
        if isinstance(first, np.ndarray) and is_numbers(first) and isinstance(second, dict):
            what = f"is all zeros beside a filled {two}"
            yield (one,), _between(one, two, what, _is_zero_beside_filled, lambda value, _: np.zeros_like(value))


def _between(
    one: str, two: str, what: str, holds: Callable[[Any, Any], bool], make: Callable[[Any, Any], Any]
) -> Feature:
    """A feature of the arguments `one` and `two`, which is made by a change of the first."""

    def is_in(arguments: Arguments, _: Path) -> bool:
        return one in arguments and two in arguments and bool(holds(arguments[one], arguments[two]))

    def made(arguments: Arguments, path: Path) -> Arguments | None:
        return put(arguments, path, lambda value: make(value, arguments[two])) if two in arguments else None

    return Feature(what, is_in, made)


def _is_whole(value: Any) -> bool:
    return is_number(value) and isinstance(value, int | np.integer)


def _are_equal(value: Any, other: Any) -> bool:
    return _is_whole(value) and _is_whole(other) and bool(value == other)


def _differ_in_order(value: Any, other: Any) -> bool:
    both = isinstance(value, dict) and isinstance(other, dict)
    return both and set(value) == set(other) and list(value) != list(other)


def _is_zero_beside_filled(value: Any, other: Any) -> bool:
    zeros = isinstance(value, np.ndarray) and value.size > 0 and not value.any()
    return zeros and isinstance(other, dict) and bool(other)
