"""Values to messages: a JSON header, {"value": tree, "arrays": [[dtype, shape], ...]}, and the bytes of its arrays in C order.

An array in Fortran order travels as its transpose, so that it arrives in that order.

None, bool, int, float, str and lists stand for themselves in the tree; everything else is an object with one key, its tag. Sizes are
checked before memory is taken, and a header that lies about its arrays is a `WireError`, as is every other fault of the sender.

What a worker sends may be more than its contents tell: a named tuple, a tensor, a dict that holds one list twice, or one that has other
keys beside those of text. Such a value travels as its contents and a number, {"k": [number, contents]}; sent back under its number, it is
the very object again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.sandbox.wire.values import AS_IT_IS, DTYPES, MAX_BITS, MAX_DEPTH, MAX_HEADER, MAX_NODES, Unencodable

NAMES = {dtype: name for name, dtype in DTYPES.items()}
NAMES_AT = {
    id(dtype): name for name, dtype in DTYPES.items()
}  # an array mostly has the very object: no need to hash it

to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode  # a tree has a depth that is known
Encode = Callable[[Any], dict[str, Any]]
Number = Callable[[Any], int]


class Encoder:
    """Turns one value into a tree and a list of buffers. `other` encodes what is no plain data, as a tagged object.

    Where there is `number`, it says under which number a value is known that contents alone would not bring back as it was.
    """

    def __init__(self, other: Encode, number: Number | None = None) -> None:
        """Encode with `other` for everything that has no form of its own."""
        self.other = other
        self.number = number
        self.arrays: list[np.ndarray | bytes] = []
        self.specs: list[tuple[str, tuple[int, ...]]] = []  # name of the dtype and shape of each
        self.nodes = 0
        self._path: list[int] = []  # what is being encoded, from the outside in
        self._met: dict[int, tuple[int, ...]] = {}  # where each value that can be changed was met first
        self._sharing: set[int] = set()  # what holds such a value at two places

    def tree(self, value: Any, depth: int = 0) -> Any:
        """The JSON tree of `value`; its arrays go to `self.arrays`."""
        self.nodes += 1
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise Unencodable("nested too deeply, or made of too many parts")
        kind = type(value)
        if kind in AS_IT_IS:
            return value
        if kind is int:
            return _small(value)
        if self.number is None:
            return self._contents(value, depth + 1)[0]
        node = self.nodes
        self._path.append(node)
        tree, exact = (self.other(value), True) if self._meet(value) else self._contents(value, depth + 1)
        self._path.pop()
        if exact and node not in self._sharing:
            return tree
        return {"k": [self.number(value), tree]}

    def _meet(self, value: Any) -> bool:
        """Note what holds `value` twice, where it can be changed: copies would not change together. Whether it holds itself."""
        while isinstance(value, np.ndarray) and value.base is not None:
            value = value.base
        if isinstance(value, tuple | bytes | np.generic):
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
        if isinstance(value, tuple):
            return {"t": [self.tree(item, depth) for item in tuple.__iter__(value)]}, type(value) is tuple
        if isinstance(value, dict) and (items := self._items(value)) is not None:
            whole = type(value) is dict and len(items) == dict.__len__(value)
            return {"d": {key: self.tree(item, depth) for key, item in items}}, whole
        if isinstance(value, list):
            return [self.tree(item, depth) for item in list.__iter__(value)], type(value) is list
        if isinstance(value, np.ndarray | np.generic):
            return self._array(value) if isinstance(value, np.ndarray) else self._number(value)
        if isinstance(value, bytes | bytearray):
            return {"b": self._buffer(bytes(value), "bytes", (len(value),))}, type(value) is bytes
        return self._rare(value)

    def _items(self, value: dict[Any, Any]) -> list[tuple[str, Any]] | None:
        """What of a dict travels; None where it does not. Of what a worker sends nobody asks for what has no key of text."""
        items = [(key, item) for key, item in dict.items(value) if type(key) is str]
        return items if len(items) == dict.__len__(value) or (items and self.number) else None

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

    def _array(self, value: np.ndarray) -> tuple[Any, bool]:
        flags, name = value.flags, NAMES_AT.get(id(value.dtype))
        if name is not None and type(value) is np.ndarray and flags.c_contiguous:
            return {"a": self._buffer(value, name, value.shape)}, flags.behaved
        dtype = value.dtype.newbyteorder("=")  # no byte-swapped array travels: the name of a dtype does not tell
        name = NAMES.get(dtype)
        if name is None and _is_longer_than_double(dtype):
            return self._array(value.astype(np.float64))[0], False
        if name is None:
            return self.other(value), True
        plain = value if value.dtype.isnative else value.astype(dtype)
        exact = type(value) is np.ndarray and value.dtype.isnative and flags.behaved and flags.forc
        if plain.flags.f_contiguous and not plain.flags.c_contiguous:
            return {"f": self._buffer(np.ascontiguousarray(plain.T), name, value.shape[::-1])}, exact
        return {"a": self._buffer(np.ascontiguousarray(plain).reshape(value.shape), name, value.shape)}, exact

    def _number(self, value: np.generic) -> tuple[Any, bool]:
        """One number of numpy's; text of numpy's as what it is."""
        if isinstance(value, np.str_):
            return str(value), False
        name = NAMES_AT.get(id(value.dtype)) or NAMES.get(value.dtype)
        if name is None and _is_longer_than_double(value.dtype):
            return float(value), False
        return (self.other(value) if name is None else {"s": self._buffer(np.asarray(value), name, ())}), True

    def _buffer(self, buffer: np.ndarray | bytes, name: str, shape: tuple[int, ...]) -> int:
        self.arrays.append(buffer)
        self.specs.append((name, shape))
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


def _is_longer_than_double(dtype: np.dtype[Any]) -> bool:
    """Whether these are numpy's longdouble; they travel as float64, for what they mean differs from machine to machine."""
    return dtype.kind == "f" and dtype.itemsize > 8  # noqa: PLR2004  (bytes of a float64)


def encode(value: Any, other: Encode, number: Number | None = None) -> tuple[bytes, list[Any]]:
    """The header of a message, and the buffers of its body."""
    encoder = Encoder(other, number)
    header = to_json({"value": encoder.tree(value), "arrays": encoder.specs}).encode()
    if len(header) > MAX_HEADER:
        raise Unencodable("too many numbers outside of arrays")
    return header, encoder.arrays
