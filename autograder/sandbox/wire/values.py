"""What travels between the grader and a worker, and how large it may be. See `encoding` for what becomes of it on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

CONTROL = 1 << 16  # bytes of a message between the grader and the process that starts workers
UNLIMITED = 1 << 62  # bytes of a message from the grader, which is trusted
AS_IT_IS = {str, float, bool, type(None)}  # types of what stands for itself in a message
MAX_HEADER = 2 << 20  # JSON can take 40 times its size in memory
MAX_DEPTH = 48
MAX_NODES = 100_000
MAX_BITS = 4096  # of an integer: JSON would refuse far larger ones
MAX_DIMENSIONS = 32
REMEMBERED = 32  # answers of a worker: for so long, it and the grader know by its number what was in them
MAX_NUMBERED = 10_000  # values in one answer that the grader keeps under their numbers
MAX_ELEMENTS = 1 << 40  # also where one side is 0: numpy cannot work with an empty array whose other sides are endless
DTYPES = {
    name: np.dtype(name)
    for name in (
        *("bool", "int8", "int16", "int32", "int64"),
        *("uint8", "uint16", "uint32", "uint64", "float32", "float64"),
    )
}


class WireError(Exception):
    """What arrived breaks the rules of the wire; the sender is at fault."""


class TooLarge(WireError):  # noqa: N818  (said of a message)
    """What arrives is larger than it may be; none of it has been read."""


class TooMuch(WireError):  # noqa: N818  (said of messages)
    """What has arrived so far takes more memory than it may."""


class Unencodable(Exception):  # noqa: N818  (said of a value, not of a fault)
    """A value that cannot travel: too deep, too many parts, or a number without end."""


class Closed(Exception):  # noqa: N818
    """The other side is gone."""


class Late(Exception):  # noqa: N818
    """The deadline passed before the message was complete."""


@dataclass(frozen=True)
class Handle:
    """An object that stays in the worker. `kind` is one of KINDS, never text of the student's."""

    id: int
    kind: str


@dataclass(frozen=True)
class Named:
    """What the worker's program has under a name, as an argument of a call. Only the grader sends these."""

    name: str


class Given:
    """A function of the grader's that is passed to a submission: it computes with numbers of these shapes, and with nothing else."""

    def __init__(self, function: Callable[..., Any], *shapes: tuple[int, ...]) -> None:
        """`function` takes one array for each of `shapes`."""
        self._function = function
        self._shapes = shapes

    def __call__(self, *args: Any) -> Any:
        """What the function returns. Raises ValueError, before it is called, where something else is passed than it takes."""
        arrays = [np.asarray(value) for value in args if all_numbers(value)]
        fits = len(args) == len(arrays) and tuple(array.shape for array in arrays) == self._shapes
        if not fits or any(array.dtype.kind not in "biuf" for array in arrays):
            raise ValueError(f"This function takes numbers of the shapes {self._shapes}.")
        return self._function(*arrays)


def all_numbers(value: Any) -> bool:
    """Whether `value` is numbers all through: of text, numpy would make numbers, or an array with room for the longest in each place."""
    if isinstance(value, list | tuple):
        return all(map(all_numbers, value))
    return isinstance(value, bool | int | float | np.ndarray | np.generic) or type(value).__module__ == "torch"


KINDS = ("object", "function", "generator", "class", "module", "set", "complex", "dict", "array", "text")
