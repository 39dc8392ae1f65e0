"""Values to messages and back: a JSON header, {"value": tree, "arrays": [[dtype, shape], ...]}, and the bytes of its arrays in C order.

An array in Fortran order travels as its transpose, so that it arrives in that order.

None, bool, int, float, str and lists stand for themselves in the tree; everything else is an object with one key, its tag. Sizes are
checked before memory is taken, and a header that lies about its arrays is a `WireError`, as is every other fault of the sender.

What a worker sends may be more than its contents tell: a named tuple, a tensor, a dict that holds one list twice. Such a value
travels as its contents and a number, {"k": [number, contents]}; sent back under its number, it is the very object again.
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


NAMES = {dtype: name for name, dtype in DTYPES.items()}
KINDS = ("object", "function", "generator", "class", "module", "set", "complex", "dict", "array", "text")

to_json = json.JSONEncoder(separators=(",", ":")).encode
Encode = Callable[[Any], dict[str, Any]]
Decode = Callable[[str, Any], Any]
Number = Callable[[Any], int]
Keep = Callable[[int, Any], Any]


# --- values to trees -------------------------------------------------------------------------------------------------


class Encoder:
    """Turns one value into a tree and a list of buffers. `other` encodes what is no plain data, as a tagged object.

    Where there is `number`, it says under which number a value is known that contents alone would not bring back as it was.
    """

    def __init__(self, other: Encode, number: Number | None = None) -> None:
        """Encode with `other` for everything that has no form of its own."""
        self.other = other
        self.number = number
        self.arrays: list[np.ndarray | bytes] = []
        self.nodes = 0
        self._path: list[int] = []  # what is being encoded, from the outside in
        self._met: dict[int, tuple[int, ...]] = {}  # where each value that can be changed was met first
        self._sharing: set[int] = set()  # what holds such a value at two places

    def tree(self, value: Any, depth: int = 0) -> Any:
        """The JSON tree of `value`; its arrays go to `self.arrays`."""
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise Unencodable("nested too deeply, or made of too many parts")
        if value is None or value is True or value is False or type(value) in (str, float):
            return value
        if type(value) is int:
            return _small(value)
        node = self.nodes
        self._path.append(node)
        tree, exact = (self.other(value), True) if self._meet(value) else self._contents(value, depth + 1)
        self._path.pop()
        if self.number is None or (exact and node not in self._sharing):
            return tree
        return {"k": [self.number(value), tree]}

    def _meet(self, value: Any) -> bool:
        """Note what holds `value` twice, where it can be changed: copies would not change together. Whether it holds itself."""
        while isinstance(value, np.ndarray) and value.base is not None:
            value = value.base
        if self.number is None or isinstance(value, tuple | bytes | np.generic):
            return False
        here = tuple(self._path)
        before = self._met.setdefault(id(value), here)
        if before is here:
            return False
        around = [one for one, other in zip(before, here, strict=False) if one == other]
        self._sharing.update(around[-1:])
        return len(around) == len(before)

    def _contents(self, value: Any, depth: int) -> tuple[Any, bool]:
        """The tree of what is in `value`, and whether that is all there is to it: as plain data, it would be the same value."""
        if isinstance(value, np.generic | np.ndarray):
            return self._array(value)
        if isinstance(value, bytes | bytearray):
            return {"b": self._buffer(bytes(value))}, type(value) is bytes
        if isinstance(value, tuple):
            return {"t": [self.tree(item, depth) for item in tuple.__iter__(value)]}, type(value) is tuple
        if isinstance(value, list):
            return [self.tree(item, depth) for item in list.__iter__(value)], type(value) is list
        if isinstance(value, dict) and all(type(key) is str for key in dict.keys(value)):
            return {"d": {key: self.tree(item, depth) for key, item in dict.items(value)}}, type(value) is dict
        return self._rare(value)

    def _rare(self, value: Any) -> tuple[Any, bool]:
        """Subclasses of numbers and text, numpy generators, torch tensors; then everything else."""
        if isinstance(value, int):
            return _small(int(value)), False
        if isinstance(value, float):
            return float(value), False
        if isinstance(value, str):
            return str.__str__(value), False
        if isinstance(value, np.random.Generator) and isinstance(value.bit_generator, np.random.PCG64):
            state = value.bit_generator.state
            return {
                "g": [state["state"]["state"], state["state"]["inc"], state["has_uint32"], state["uinteger"]]
            }, False
        numbers = _numbers_of_a_tensor(value)
        return (self.other(value), True) if numbers is None else (self._array(numbers)[0], False)

    def _array(self, value: np.ndarray | np.generic) -> tuple[Any, bool]:
        if value.dtype.kind == "U" and isinstance(value, np.generic):
            return str(value), False
        dtype = value.dtype.newbyteorder("=")  # no byte-swapped array travels: the name of a dtype does not tell
        if dtype not in NAMES:
            return self.other(value), True
        plain = value if value.dtype.isnative else value.astype(dtype)
        if isinstance(value, np.generic):
            return {"s": self._buffer(np.ascontiguousarray(plain).reshape(()))}, True
        flags = value.flags
        exact = type(value) is np.ndarray and value.dtype.isnative and flags.behaved and flags.forc
        if plain.flags.f_contiguous and not plain.flags.c_contiguous:
            return {"f": self._buffer(np.ascontiguousarray(plain.T))}, exact
        return {"a": self._buffer(np.ascontiguousarray(plain).reshape(value.shape))}, exact

    def _buffer(self, buffer: np.ndarray | bytes) -> int:
        self.arrays.append(buffer)
        return len(self.arrays) - 1


def _small(value: int) -> int:
    """An integer, unless it is too large to travel."""
    if value.bit_length() > MAX_BITS:
        raise Unencodable(f"an integer of more than {MAX_BITS} bits")
    return value


def _numbers_of_a_tensor(value: Any) -> np.ndarray | None:
    """The numbers of a torch tensor, where it is one and numpy has its type."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(value, torch.Tensor):
        return None
    try:
        numbers: np.ndarray = value.detach().cpu().numpy()
    except (TypeError, RuntimeError, ValueError, NotImplementedError):
        return None
    return numbers if numbers.dtype in NAMES else None


def encode(value: Any, other: Encode, number: Number | None = None) -> tuple[bytes, list[Any]]:
    """The header of a message, and the buffers of its body."""
    encoder = Encoder(other, number)
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
        if self.keep is None or not isinstance(tree, dict) or tree.keys() != {"k"}:
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
