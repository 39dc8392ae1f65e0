"""Features that values of arguments can have, such as an exact zero, an axis of length one, or Fortran order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from autograder.suite.arguments import Arguments, Path, always, at, everywhere, in_order, is_number, is_numbers, put

HUGE = 1e6


@dataclass(frozen=True)
class Feature:
    """Something that may hold for the value at a path of the arguments.

    make: returns arguments in which it holds, or None; it may change others too
    """

    name: str
    is_in: Callable[[Arguments, Path], bool]
    make: Callable[[Arguments, Path], Arguments | None]

    def made(self, arguments: Arguments, path: Path) -> Arguments | None:
        """Arguments in which it holds; None where it cannot hold for values of this type."""
        try:
            changed = self.make(arguments, path)
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
        return changed if changed is not None and self.is_in(changed, path) else None


def features_of(value: Any, doc: str, *, whole: bool) -> Iterator[Feature]:
    """What may hold for values like this one.

    doc: the docstring of the function that they are passed to
    whole: whether it is an argument, rather than a part of one, whose size follows from other arguments
    """
    if value is not None:
        yield _plain("is not None", lambda other: other is not None)
    if isinstance(value, bool | str) or value is None:
        yield from _of_names(value)
    elif is_number(value):
        yield from _of_numbers(value)
    elif isinstance(value, np.ndarray) and is_numbers(value):
        yield from _of_arrays(doc, whole=whole)
        if value.ndim > 1:
            yield _plain("is in Fortran order", _in_fortran_order, np.asfortranarray)
        if whole:
            yield from _of_axes(value, doc)
    elif isinstance(value, list | tuple):
        yield from _of_counts(value)
        if is_numbers(value) and not all(isinstance(number, int) for number in value):
            yield from _of_arrays(doc, whole=whole)
    elif isinstance(value, dict):
        yield from _of_dicts()


def _of_dicts() -> Iterator[Feature]:
    yield _plain("is empty", lambda v: isinstance(v, dict) and not v)
    yield _plain("is not empty", lambda v: isinstance(v, dict) and bool(v))
    for name, backwards in (("A to Z", False), ("Z to A", True)):
        holds, make = (partial(function, backwards=backwards) for function in (_is_in_order, in_order))
        yield _plain(f"has its keys from {name}", holds, make)


def _is_in_order(value: Any, *, backwards: bool) -> bool:
    """Whether a dict has several keys, all of them texts, in this order."""
    texts = isinstance(value, dict) and len(value) > 1 and all(isinstance(key, str) for key in value)
    return texts and list(value) == sorted(value, reverse=backwards)


def _of_names(value: Any) -> Iterator[Feature]:
    def is_it(wanted: Any, other: Any) -> bool:
        return type(other) is type(wanted) and bool(other == wanted)

    for wanted in (value, not value) if isinstance(value, bool) else (value,):
        yield _plain(f"is {wanted!r}", partial(is_it, wanted), partial(always, wanted))


def _plain(name: str, holds: Callable[[Any], bool], make: Callable[[Any], Any] | None = None) -> Feature:
    """A feature of a value alone, which is made in one place."""
    return _wide(name, holds, lambda arguments, path: None if make is None else put(arguments, path, make))


def _wide(
    name: str, holds: Callable[[Any], bool], make: Callable[[Arguments, Path], Arguments | None] = lambda *_: None
) -> Feature:
    """A feature of a value alone, which may take changes in other arguments to make."""
    return Feature(name, lambda arguments, path: any(map(holds, at(arguments, path))), make)


def _two(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(map(is_number, value))  # noqa: PLR2004


def _of_numbers(value: Any) -> Iterator[Feature]:
    def is_it(wanted: int, other: Any) -> bool:
        return is_number(other) and bool(other == wanted)

    whole = isinstance(value, int | np.integer)
    for wanted in (0, 1) if whole else (0,):
        yield _plain(f"is {wanted}", partial(is_it, wanted), partial(always, type(value)(wanted)))
    if whole:
        yield _plain("is even", lambda v: is_number(v) and v % 2 == 0, lambda v: v + 1)
        yield _plain("is odd", lambda v: is_number(v) and v % 2 == 1, lambda v: v + 1)
    else:
        yield _plain("is negative", lambda v: is_number(v) and v < 0, lambda v: -abs(v))


def _of_counts(value: Any) -> Iterator[Feature]:
    def counted(other: Any) -> int:
        return len(other) if isinstance(other, list | tuple) else -1

    yield _plain("is empty", lambda v: counted(v) == 0, lambda v: v[:0])
    yield _plain("has one entry", lambda v: counted(v) == 1, lambda v: v[:1])
    yield _plain("has two entries", lambda v: counted(v) == 2, lambda v: (v * 2)[:2])  # noqa: PLR2004
    yield _plain("has more than two entries", lambda v: counted(v) > 2, lambda v: v * 3)  # noqa: PLR2004
    if len(value) == 2:  # noqa: PLR2004
        yield _plain("has two equal entries", lambda v: _two(v) and bool(v[0] == v[1]), lambda v: type(v)((v[0], v[0])))
        yield _plain("has two different entries", lambda v: _two(v) and bool(v[0] != v[1]))


def _in_fortran_order(value: Any) -> bool:
    return isinstance(value, np.ndarray) and not value.flags.c_contiguous


def _array(value: Any) -> np.ndarray:
    """The numbers of an array or a list; none for anything else."""
    return np.asarray(value) if is_numbers(value) else np.empty(0)


def _like(value: Any, array: np.ndarray) -> Any:
    """An array as what `value` is: a list for a list."""
    return array if isinstance(value, np.ndarray) else type(value)(array.tolist())


def _with(value: Any, number: float) -> Any:
    array = np.array(value, dtype=None if np.isfinite(number) else np.float64)
    if array.size:
        array.flat[array.size // 2] = number
    return _like(value, array)


def _tied(value: Any) -> Any:
    array = np.array(value)
    if array.size > 1:
        array.flat[1] = array.flat[0]
    return _like(value, array)


def _of_arrays(doc: str, *, whole: bool) -> Iterator[Feature]:
    yield _plain("has an exact zero", lambda v: bool((_array(v) == 0).any()), lambda v: _with(v, 0))
    yield _plain("is all zeros", _all_zeros, lambda v: _like(v, np.zeros_like(np.array(v))))
    yield _plain("has two equal numbers", lambda v: len(np.unique(_array(v))) < _array(v).size, _tied)
    if not whole:
        return
    yield _plain(
        "has a negative number", lambda v: bool((_array(v) < 0).any()), lambda v: _like(v, -np.abs(np.array(v)))
    )
    yield _plain(
        "has huge numbers",
        lambda v: bool((np.abs(_array(v)) > HUGE / 10).any()),
        lambda v: _like(v, np.array(v) * HUGE),
    )
    if "infinit" in doc:
        yield _plain("has an infinite number", lambda v: bool(np.isinf(_array(v)).any()), lambda v: _with(v, np.inf))
    if "integer" in doc:
        yield _plain("holds integers", lambda v: _array(v).dtype.kind in "iu", lambda v: _like(v, _whole_numbers(v)))
    if "float32" in doc:
        yield _plain(
            "is float32", lambda v: _array(v).dtype == np.float32, lambda v: _like(v, np.array(v).astype(np.float32))
        )


def _all_zeros(value: Any) -> bool:
    return _array(value).size > 0 and not _array(value).any()


def _whole_numbers(value: Any) -> np.ndarray:
    return np.asarray(np.rint(3 * np.array(value)).astype(int))


def _of_axes(value: np.ndarray, doc: str) -> Iterator[Feature]:
    count = value.ndim

    def lengths(other: Any, *axes: int) -> list[int]:
        return [other.shape[axis] for axis in axes] if isinstance(other, np.ndarray) and other.ndim == count else []

    def single(axis: int, other: Any) -> bool:
        return lengths(other, axis) == [1]

    def several(axis: int, other: Any) -> bool:
        return any(length > 1 for length in lengths(other, axis))

    def alike(one: int, two: int, other: Any) -> bool:
        return len(set(lengths(other, one, two))) == 1

    def unlike(one: int, two: int, other: Any) -> bool:
        return len(set(lengths(other, one, two))) > 1

    for axis in range(count):
        where = f"axis {axis} of {count}"
        yield _wide(f"has length one in {where}", partial(single, axis), partial(_shorter, axis=axis, to=1))
        yield _wide(f"has more than length one in {where}", partial(several, axis))
    for one, two in combinations(range(count), 2):
        where = f"axes {one} and {two} of {count}"
        yield _wide(f"is as long in {where}", partial(alike, one, two), partial(_equal, pair=(one, two)))
        yield _wide(f"is not as long in {where}", partial(unlike, one, two))
    if "any shape" in doc:
        for axes in range(4):
            yield _wide(f"has {axes} axes", partial(_has_axes, axes), partial(_reshaped, count=axes))


def _has_axes(count: int, value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.ndim == count


def _sliced(arguments: Arguments, length: int, to: int) -> Arguments:
    """The arguments, with all arrays cut along each axis that is `length` long: sizes that belong together stay together."""

    def cut(array: np.ndarray) -> np.ndarray:
        return array[tuple(slice(to) if n == length else slice(None) for n in array.shape)].copy()

    return {name: everywhere(value, cut) for name, value in arguments.items()}


def _shorter(arguments: Arguments, path: Path, *, axis: int, to: int) -> Arguments | None:
    for value in at(arguments, path):
        if isinstance(value, np.ndarray) and value.ndim > axis:
            return _sliced(arguments, value.shape[axis], to)
    return None


def _equal(arguments: Arguments, path: Path, *, pair: tuple[int, int]) -> Arguments | None:
    for value in at(arguments, path):
        if isinstance(value, np.ndarray) and value.ndim > max(pair):
            lengths = [value.shape[axis] for axis in pair]
            return _sliced(arguments, max(lengths), min(lengths))
    return None


def _reshaped(arguments: Arguments, path: Path, *, count: int) -> Arguments | None:
    whole = next((value for value in at(arguments, path) if isinstance(value, np.ndarray)), None)
    if whole is None:
        return None

    def change(array: np.ndarray) -> np.ndarray:
        if array.shape != whole.shape:
            return array
        return array.reshape(-1)[0].reshape(()) if count == 0 else array.reshape((*[1] * (count - 1), array.size))

    return {name: everywhere(other, change) for name, other in arguments.items()}
