"""Values to messages and back: a JSON header, {"value": tree, "arrays": [[dtype, shape], ...]}, and the bytes of its arrays in C order.

None, bool, int, float, str and lists stand for themselves in the tree; everything else is an object with one key, its tag. Sizes are
checked before memory is taken, and a header that lies about its arrays is a `WireError`, as is every other fault of the sender.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_HEADER = 2 << 20  # JSON can take 40 times its size in memory
MAX_DEPTH = 48
MAX_NODES = 100_000
MAX_BITS = 4096  # of an integer: JSON would refuse far larger ones
MAX_DIMENSIONS = 32
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


NAMES = {dtype: name for name, dtype in DTYPES.items()}
KINDS = ("object", "function", "generator", "class", "module", "set", "complex", "dict", "array", "text")

to_json = json.JSONEncoder(separators=(",", ":")).encode
Encode = Callable[[Any], dict[str, Any]]
Decode = Callable[[str, Any], Any]


# --- values to trees -------------------------------------------------------------------------------------------------


class Encoder:
    """Turns one value into a tree and a list of buffers. `other` encodes what is no plain data, as a tagged object."""

    def __init__(self, other: Encode) -> None:
        """Encode with `other` for everything that has no form of its own."""
        self.other = other
        self.arrays: list[np.ndarray | bytes] = []
        self.nodes = 0

    def tree(self, value: Any, depth: int = 0) -> Any:  # noqa: C901, PLR0911  (one case per type)
        """The JSON tree of `value`; its arrays go to `self.arrays`."""
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise Unencodable("nested too deeply, or made of too many parts")
        if value is None or value is True or value is False or type(value) in (str, float):
            return value
        if type(value) is int:
            if value.bit_length() > MAX_BITS:
                raise Unencodable(f"an integer of more than {MAX_BITS} bits")
            return value
        if isinstance(value, np.generic | np.ndarray):
            return self._array(value)
        if isinstance(value, bytes | bytearray):
            return {"b": self._buffer(bytes(value))}
        if isinstance(value, tuple):
            return {"t": [self.tree(item, depth + 1) for item in value]}
        if isinstance(value, list):
            return [self.tree(item, depth + 1) for item in value]
        if isinstance(value, dict):
            if any(type(key) is not str for key in value):
                return self.other(value)
            return {"d": {key: self.tree(item, depth + 1) for key, item in value.items()}}
        return self._rare(value)

    def _rare(self, value: Any) -> Any:
        """Subclasses of numbers and text, numpy generators, torch tensors; then everything else."""
        for plain in (int, float, str):
            if isinstance(value, plain):
                return self.tree(plain(value))
        if isinstance(value, np.random.Generator) and isinstance(value.bit_generator, np.random.PCG64):
            state = value.bit_generator.state
            return {"g": [state["state"]["state"], state["state"]["inc"], state["has_uint32"], state["uinteger"]]}
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            return {"torch": self._array(value.detach().cpu().numpy())}
        return self.other(value)

    def _array(self, value: np.ndarray | np.generic) -> Any:
        if value.dtype.kind == "U" and isinstance(value, np.generic):
            return str(value)
        tag, shape = ("a" if isinstance(value, np.ndarray) else "s"), value.shape
        if not value.dtype.isnative:  # no byte-swapped array travels: the name of a dtype does not tell
            value = value.astype(value.dtype.newbyteorder("="))
        if value.dtype not in NAMES:
            return self.other(value)
        return {tag: self._buffer(np.ascontiguousarray(value).reshape(shape))}

    def _buffer(self, buffer: np.ndarray | bytes) -> int:
        self.arrays.append(buffer)
        return len(self.arrays) - 1


def encode(value: Any, other: Encode) -> tuple[bytes, list[Any]]:
    """The header of a message, and the buffers of its body."""
    encoder = Encoder(other)
    tree = encoder.tree(value)
    shapes = [
        ["bytes", [len(array)]] if isinstance(array, bytes) else [NAMES[array.dtype], array.shape]
        for array in encoder.arrays
    ]
    header = to_json({"value": tree, "arrays": shapes}).encode()
    if len(header) > MAX_HEADER:
        raise Unencodable("too many numbers outside of arrays")
    return header, encoder.arrays


# --- trees to values -------------------------------------------------------------------------------------------------


class Decoder:
    """Turns a tree and its buffers into a value. `other` decodes the tags that it does not know itself."""

    def __init__(self, arrays: list[Any], other: Decode) -> None:
        """Decode with `arrays` for the body and `other` for handles and callbacks."""
        self.arrays = arrays
        self.other = other
        self.nodes = 0

    def value(self, tree: Any, depth: int = 0) -> Any:  # noqa: PLR0911  (one case per tag)
        """The value of `tree`; raises WireError when it breaks the rules."""
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("a message nested too deeply, or of too many parts")
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
        if tag in {"a", "s", "b"}:
            return self._buffer(tag, content)
        if tag == "torch":
            return self._tensor(self.value(content, depth + 1))
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
        return array

    def _tensor(self, array: Any) -> Any:
        """A tensor where torch is in use; its numbers as an array where it is not."""
        torch = sys.modules.get("torch")
        if not isinstance(array, np.ndarray):
            raise WireError("a tensor without numbers")
        return array if torch is None else torch.from_numpy(array)


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


def read_header(header: bytes, body_length: int) -> tuple[Any, list[tuple[str, tuple[int, ...], int]]]:
    """The tree of a message and the dtype, shape and size of its arrays, checked against the length of its body."""
    try:
        message = json.loads(header)
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
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS or any(type(n) is not int or n < 0 for n in shape):
        raise ValueError
    if math.prod(n or 1 for n in shape) > MAX_ELEMENTS:
        raise ValueError
    if name == "bytes":
        (size,) = shape
        return name, (size,), size
    return name, tuple(shape), math.prod(shape) * DTYPES[name].itemsize
