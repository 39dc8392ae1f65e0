"""The arguments of a call and their parts: which there are, what a path leads to, and the same arguments with one part changed.

A path is the name of an argument, then keys of dicts; EACH stands for every entry of a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

EACH = "each"
DEPTH = 3
Path = tuple[str, ...]
Arguments = dict[str, Any]


def path_text(path: Path) -> str:
    """A path as people write it."""
    name, *rest = path
    return name + "".join("[each]" if key == EACH else f"[{key!r}]" for key in rest)


def parts(arguments: Arguments) -> Iterator[tuple[Path, Any]]:
    """All parts of the arguments, with the paths that lead there."""
    for name, value in arguments.items():
        yield from _parts((name,), value)


def _parts(path: Path, value: Any) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if len(path) > DEPTH:
        return
    if isinstance(value, dict):
        for key, part in value.items():
            if isinstance(key, str):
                yield from _parts((*path, key), part)
    if isinstance(value, list | tuple) and not is_numbers(value):
        for part in value:
            yield from _parts((*path, EACH), part)


def at(arguments: Arguments, path: Path) -> list[Any]:
    """The values that a path leads to."""
    return [value for other, value in parts(arguments) if other == path]


def put(arguments: Arguments, path: Path, change: Callable[[Any], Any]) -> Arguments:
    """The arguments with `change` made to the values that a path leads to."""

    def changed(value: Any, rest: Path) -> Any:
        if not rest:
            return change(value)
        if rest[0] == EACH and isinstance(value, list | tuple):
            return type(value)(changed(part, rest[1:]) for part in value)
        if isinstance(value, dict) and rest[0] in value:
            return {**value, rest[0]: changed(value[rest[0]], rest[1:])}
        return value

    return {name: changed(value, path[1:]) if name == path[0] else value for name, value in arguments.items()}


def always(wanted: Any, _: Any) -> Any:
    """`wanted`, whatever was there: a change that does not look."""
    return wanted


def everywhere(value: Any, change: Callable[[np.ndarray], Any]) -> Any:
    """The value with `change` made to every array in it."""
    if isinstance(value, np.ndarray):
        return change(value)
    if isinstance(value, list | tuple) and type(value) in {list, tuple}:
        return type(value)(everywhere(part, change) for part in value)
    if isinstance(value, dict):
        return {key: everywhere(part, change) for key, part in value.items()}
    return value


def in_order(value: Any, *, backwards: bool = False) -> Any:
    """The value with the keys of every dict in it from A to Z, or from Z to A; of lists and tuples, what is in them."""
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: in_order(value[key], backwards=backwards) for key in sorted(value, reverse=backwards)}
    if isinstance(value, list | tuple) and type(value) in {list, tuple}:
        return type(value)(in_order(part, backwards=backwards) for part in value)
    return value


def is_number(value: Any) -> bool:
    """Whether a value is one number, and no truth value."""
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def is_numbers(value: Any) -> bool:
    """Whether a value is an array of numbers, or a list or tuple of them."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "iuf"
    return isinstance(value, list | tuple) and bool(value) and all(map(is_number, value))
