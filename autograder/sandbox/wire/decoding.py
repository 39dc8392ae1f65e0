"""Messages to values: nothing of what arrives is believed. See `encoding` for what a message is made of."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.sandbox.wire.values import (
    AS_IT_IS,
    DTYPES,
    MAX_BITS,
    MAX_DEPTH,
    MAX_DIMENSIONS,
    MAX_ELEMENTS,
    MAX_NODES,
    WireError,
)

from_json = json.JSONDecoder().decode
Decode = Callable[[str, Any], Any]
Keep = Callable[[int, Any], Any]


class Decoder:
    """Turns a tree and its buffers into a value. `other` decodes the tags that it does not know itself.

    Where there is `keep`, it is handed each value that has a number, as its contents, and says what stands for it.
    """

    def __init__(self, arrays: list[Any], other: Decode, keep: Keep | None = None) -> None:
        """Decode with `arrays` for the body and `other` for handles and callbacks."""
        self.arrays = arrays
        self.other = other
        self.keep = keep
        self.nodes = 0

    def value(self, tree: Any, depth: int = 0) -> Any:
        """The value of `tree`; raises WireError when it breaks the rules."""
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("a message nested too deeply, or of too many parts")
        if type(tree) in AS_IT_IS:
            return tree
        if self.keep is None or not isinstance(tree, dict) or len(tree) != 1 or "k" not in tree:
            return self._contents(tree, depth)
        content = tree["k"]
        if not isinstance(content, list) or len(content) != 2 or type(content[0]) is not int:  # noqa: PLR2004
            raise WireError("a malformed number of a value")
        return self.keep(content[0], self._contents(content[1], depth))

    def _contents(self, tree: Any, depth: int) -> Any:  # noqa: PLR0911  (one case per tag)
        if isinstance(tree, list):
            return [self.value(item, depth + 1) for item in tree]
        if not isinstance(tree, dict):
            return _plain(tree)
        if len(tree) != 1:
            raise WireError("a message with an object of several tags")
        ((tag, content),) = tree.items()
        if tag == "t" and isinstance(content, list):
            return tuple(self.value(item, depth + 1) for item in content)
        if tag == "d" and isinstance(content, dict):
            return {key: self.value(item, depth + 1) for key, item in content.items()}
        if tag in {"a", "f", "s", "b"}:
            return self._buffer(tag, content)
        if tag == "g":
            return _generator(content)
        return self.other(tag, content)

    def _buffer(self, tag: str, index: Any) -> Any:
        if type(index) is not int or not 0 <= index < len(self.arrays):
            raise WireError("a message that refers to an array that it does not hold")
        array, self.arrays[index] = self.arrays[index], None
        if array is None:  # else a small message could stand for more memory than it has bytes
            raise WireError("a message that refers to an array twice")
        if isinstance(array, bytes) != (tag == "b"):
            raise WireError("a message that takes bytes for an array")
        if tag == "s":
            if array.shape != ():
                raise WireError("a message that takes an array for a number")
            return array[()]
        return array.T if tag == "f" else array  # in Fortran order, as it was


def _plain(leaf: Any) -> Any:
    if type(leaf) is int and leaf.bit_length() > MAX_BITS:
        raise WireError("an integer that no sender of ours makes")
    return leaf


def _generator(state: Any) -> np.random.Generator:
    limits = (1 << 128, 1 << 128, 2, 1 << 32)
    if not isinstance(state, list) or len(state) != len(limits):
        raise WireError("a malformed random generator")
    for number, limit in zip(state, limits, strict=True):
        if type(number) is not int or not 0 <= number < limit:
            raise WireError("a malformed random generator")
    bits = np.random.PCG64()
    inner: Any = {"state": state[0], "inc": state[1]}
    bits.state = {"bit_generator": "PCG64", "state": inner, "has_uint32": state[2], "uinteger": state[3]}
    return np.random.Generator(bits)


def read_header(header: bytes | memoryview, body_length: int) -> tuple[Any, list[tuple[str, tuple[int, ...], int]]]:
    """The tree of a message and the dtype, shape and size of its arrays, checked against the length of its body."""
    try:
        message = from_json(str(header, "utf-8"))
        tree, arrays = message["value"], message["arrays"]
        specs = [_spec(*spec) for spec in arrays]
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise WireError("a malformed message") from fault
    if len(specs) > MAX_NODES:
        raise WireError("a message of too many parts")
    if sum(size for _, _, size in specs) != body_length:
        raise WireError("a message whose arrays do not have the size that it says")
    return tree, specs


def _spec(name: str, shape: list[int]) -> tuple[str, tuple[int, ...], int]:
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
        raise ValueError
    size = room = 1
    for side in shape:
        if type(side) is not int or side < 0:
            raise ValueError
        size, room = size * side, room * (side or 1)
    if room > MAX_ELEMENTS:
        raise ValueError
    if name == "bytes":
        (size,) = shape
        return name, (size,), size
    return name, tuple(shape), size * DTYPES[name].itemsize
