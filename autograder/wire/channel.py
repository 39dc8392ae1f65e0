"""Messages over a connected socket, each with a size cap and a deadline. Both the grader and a worker hold one end.

12 bytes: header length, body length    header: JSON, see `values`    body: the bytes of the arrays
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.wire.values import (
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

PREFIX = struct.Struct("<IQ")
SMALL = 64 << 10
OF_TEXT = 40  # bytes of memory that a byte of JSON can take
# When a message must be complete: a time of the monotonic clock, or a function that says for how many seconds to wait before it is
# asked again, and raises Late when that is enough.
Deadline = float | Callable[[], float]


def _joined(buffers: list[Any]) -> list[Any]:
    """Small buffers as one, so that a small message is one system call."""
    return [b"".join(buffers)] if sum(map(len, buffers)) < SMALL else buffers


class Channel:
    """Messages over a connected socket, each with a size cap and a deadline."""

    def __init__(self, sock: socket.socket) -> None:
        """Own `sock`."""
        self.sock = sock
        self.taken = 0  # bytes of memory that all messages that were received may take, if they are kept
        self._ahead = memoryview(b"")  # what was received beyond the message before

    def close(self) -> None:
        """Close the socket; the other side sees the end."""
        self.sock.close()

    def send(self, value: Any, other: Encode, deadline: Deadline | None = None, number: Number | None = None) -> None:
        """Send `value`; raises Unencodable before a byte is sent."""
        header, arrays = encode(value, other, number)
        buffers: list[Any] = [memoryview(array).cast("B") for array in arrays if memoryview(array).nbytes]
        prefix = PREFIX.pack(len(header), sum(buffer.nbytes for buffer in buffers))
        for buffer in _joined([prefix + header, *buffers]):
            view = memoryview(buffer)
            while view.nbytes:
                view = view[self._within(deadline, self.sock.send, view) :]

    def receive(self, other: Decode, limit: int, deadline: Deadline | None = None, keep: Keep | None = None) -> Any:
        """The next message, of at most `limit` bytes."""
        header_length, body_length = PREFIX.unpack(self._read(bytearray(PREFIX.size), deadline))
        if header_length > MAX_HEADER:
            raise WireError("a message with a header that no sender of ours makes")
        if body_length > limit:
            raise TooLarge("a message that is too large")
        self.taken += body_length + OF_TEXT * header_length
        header = self._read(bytearray(header_length), deadline)
        tree, specs = read_header(bytes(header), body_length)
        arrays: list[Any] = []
        for name, shape, size in specs:
            if name == "bytes":
                arrays.append(bytes(self._read(bytearray(size), deadline)))
            else:
                array = np.empty(shape, DTYPES[name])
                if size:
                    flat: Any = array.reshape(-1)
                    self._read(memoryview(flat).cast("B"), deadline)
                arrays.append(array)
        return Decoder(arrays, other, keep).value(tree)

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
