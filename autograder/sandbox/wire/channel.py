"""Messages over a connected socket, each with a size cap and a deadline. Both the grader and a worker hold one end.

13 bytes: header length, body length, where the body is    header: JSON, see `values`    body: the bytes of the arrays

A large body does not go through the socket where both ends hold the same memory: it is copied there, and copied out of there once, since
the other side can write to it at any time. The two take turns to speak, so that one place is enough.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.sandbox.wire.values import (
    DTYPES,
    MAX_HEADER,
    Closed,
    Decode,
    Decoder,
    Encode,
    Keep,
    Late,
    Number,
    TooLarge,
    WireError,
    encode,
    read_header,
)

PREFIX = struct.Struct("<IQB")  # 0, or 1: the body is in the shared memory
SMALL = 64 << 10
OF_TEXT = 40  # bytes of memory that a byte of JSON can take
# When a message must be complete: a time of the monotonic clock, or a function that says for how many seconds to wait before it is
# asked again, and raises Late when that is enough.
Deadline = float | Callable[[], float]


def _joined(buffers: list[Any]) -> list[Any]:
    """Small buffers as one, so that a small message is one system call."""
    return [b"".join(buffers)] if sum(map(len, buffers)) < SMALL else buffers


def _flat(array: bytearray | np.ndarray) -> memoryview:
    """The bytes of an array that is not empty."""
    flat: Any = array if isinstance(array, bytearray) else array.reshape(-1)
    return memoryview(flat).cast("B")


class Channel:
    """Messages over a connected socket, each with a size cap and a deadline."""

    def __init__(self, sock: socket.socket, shared: memoryview | None = None) -> None:
        """Own `sock`. `shared`: memory that the other end holds, too; its size is fixed for both."""
        self.sock = sock
        self.shared = shared
        self.taken = 0  # bytes of memory that all messages that were received may take, if they are kept
        self._ahead = memoryview(b"")  # what was received beyond the message before

    def close(self) -> None:
        """Close the socket; the other side sees the end."""
        self.sock.close()

    def send(self, value: Any, other: Encode, deadline: Deadline | None = None, number: Number | None = None) -> None:
        """Send `value`; raises Unencodable before a byte is sent."""
        header, arrays = encode(value, other, number)
        buffers: list[Any] = [memoryview(array).cast("B") for array in arrays if memoryview(array).nbytes]
        size = sum(buffer.nbytes for buffer in buffers)
        shared = self.shared is not None and SMALL <= size <= self.shared.nbytes
        prefix = PREFIX.pack(len(header), size, shared)
        if shared:
            self._lay_down(buffers)
            buffers = []
        for buffer in _joined([prefix + header, *buffers]):
            view = memoryview(buffer)
            while view.nbytes:
                view = view[self._within(deadline, self.sock.send, view) :]

    def receive(self, other: Decode, limit: int, deadline: Deadline | None = None, keep: Keep | None = None) -> Any:
        """The next message, of at most `limit` bytes."""
        header_length, body_length, shared = PREFIX.unpack(self._read(bytearray(PREFIX.size), deadline))
        if header_length > MAX_HEADER:
            raise WireError("a message with a header that no sender of ours makes")
        if body_length > limit:
            raise TooLarge("a message that is too large")
        if shared and (self.shared is None or body_length > self.shared.nbytes):
            raise WireError("a message whose body is where there is no memory")
        self.taken += body_length + OF_TEXT * header_length
        header = self._read(bytearray(header_length), deadline)
        tree, specs = read_header(bytes(header), body_length)
        arrays: list[Any] = []
        laid = self.shared if shared else None
        for name, shape, size in specs:
            array = bytearray(size) if name == "bytes" else np.empty(shape, DTYPES[name])
            if size and laid is not None:
                _flat(array)[:] = laid[:size]
                laid = laid[size:]
            elif size:
                self._read(_flat(array), deadline)
            arrays.append(bytes(array) if isinstance(array, bytearray) else array)
        return Decoder(arrays, other, keep).value(tree)

    def _lay_down(self, buffers: list[Any]) -> None:
        """Copy buffers into the shared memory, one after the other."""
        assert self.shared is not None  # noqa: S101  (whoever calls has looked)
        start = 0
        for buffer in buffers:
            self.shared[start : start + buffer.nbytes] = buffer
            start += buffer.nbytes

    def _read(self, buffer: bytearray | memoryview, deadline: Deadline | None) -> bytearray | memoryview:
        view = memoryview(buffer)
        while view.nbytes:
            if not self._ahead.nbytes:
                if view.nbytes >= SMALL:  # large arrays go straight to where they belong
                    count = self._within(deadline, self.sock.recv_into, view)
                else:
                    self._ahead = memoryview(self._within(deadline, self.sock.recv, SMALL))
                    count = 0
                if not count and not self._ahead.nbytes:
                    raise Closed
            else:
                count = min(view.nbytes, self._ahead.nbytes)
                view[:count] = self._ahead[:count]
                self._ahead = self._ahead[count:]
            view = view[count:]
        return buffer

    def _within(self, deadline: Deadline | None, operation: Callable[..., Any], argument: Any) -> Any:
        """What the operation on the socket returns; tried again, after a time-out, as long as the deadline allows."""
        while True:
            left = None if deadline is None else deadline() if callable(deadline) else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise Late
            try:
                self.sock.settimeout(left)
                return operation(argument)
            except TimeoutError:
                continue
            except OSError as gone:
                raise Closed from gone
