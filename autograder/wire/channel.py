"""Messages over a connected socket, each with a size cap and a deadline. Both the grader and a worker hold one end.

12 bytes: header length, body length    header: JSON, see `values`    body: the bytes of the arrays
"""

from __future__ import annotations

import socket
import struct
import time
from typing import Any

import numpy as np

from autograder.wire.values import (
    DTYPES,
    MAX_HEADER,
    Closed,
    Decode,
    Decoder,
    Encode,
    Late,
    TooLarge,
    WireError,
    encode,
    read_header,
)

PREFIX = struct.Struct("<IQ")
SMALL = 64 << 10


def _joined(buffers: list[Any]) -> list[Any]:
    """Small buffers as one, so that a small message is one system call."""
    return [b"".join(buffers)] if sum(map(len, buffers)) < SMALL else buffers


class Channel:
    """Messages over a connected socket, each with a size cap and a deadline."""

    def __init__(self, sock: socket.socket) -> None:
        """Own `sock`."""
        self.sock = sock
        self._ahead = memoryview(b"")  # what was received beyond the message before

    def close(self) -> None:
        """Close the socket; the other side sees the end."""
        self.sock.close()

    def send(self, value: Any, other: Encode, deadline: float | None = None) -> None:
        """Send `value`; raises Unencodable before a byte is sent."""
        header, arrays = encode(value, other)
        buffers: list[Any] = [memoryview(array).cast("B") for array in arrays if memoryview(array).nbytes]
        prefix = PREFIX.pack(len(header), sum(buffer.nbytes for buffer in buffers))
        try:
            for buffer in _joined([prefix + header, *buffers]):
                self._set_timeout(deadline)
                self.sock.sendall(buffer)
        except TimeoutError as late:
            raise Late from late
        except OSError as gone:
            raise Closed from gone

    def receive(self, other: Decode, limit: int, deadline: float | None = None) -> Any:
        """The next message, of at most `limit` bytes."""
        header_length, body_length = PREFIX.unpack(self._read(bytearray(PREFIX.size), deadline))
        if header_length > MAX_HEADER:
            raise WireError("a message with a header that no sender of ours makes")
        if body_length > limit:
            raise TooLarge("a message that is too large")
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
        return Decoder(arrays, other).value(tree)

    def _read(self, buffer: bytearray | memoryview, deadline: float | None) -> bytearray | memoryview:
        view = memoryview(buffer)
        try:
            while view.nbytes:
                if not self._ahead.nbytes:
                    self._set_timeout(deadline)
                    if view.nbytes >= SMALL:  # large arrays go straight to where they belong
                        count = self.sock.recv_into(view)
                    else:
                        self._ahead = memoryview(self.sock.recv(SMALL))
                        count = 0
                    if not count and not self._ahead.nbytes:
                        raise Closed
                else:
                    count = min(view.nbytes, self._ahead.nbytes)
                    view[:count] = self._ahead[:count]
                    self._ahead = self._ahead[count:]
                view = view[count:]
        except TimeoutError as late:
            raise Late from late
        except OSError as gone:
            raise Closed from gone
        return buffer

    def _set_timeout(self, deadline: float | None) -> None:
        if deadline is None:
            self.sock.settimeout(None)
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise Late
        self.sock.settimeout(left)
