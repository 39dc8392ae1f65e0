"""Messages over a connected socket, each with a size cap and a deadline. Both the grader and a worker hold one end.

13 bytes: header length, body length, where the body is    header: JSON, see `encoding`    body: the bytes of the arrays

A large body does not go through the socket where both ends hold the same memory: it is copied there, and copied out of there once, since
the other side can write to it at any time. The two take turns to speak, so that one place is enough.
"""

from __future__ import annotations

import math
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.sandbox.wire.decoding import Decode, Decoder, Keep, read_header
from autograder.sandbox.wire.encoding import Encode, Number, encode
from autograder.sandbox.wire.values import DTYPES, MAX_HEADER, Closed, Late, TooLarge, WireError

PREFIX = struct.Struct("<IQB")  # 0, or 1: the body is in the shared memory
SMALL = 64 << 10
TICK = 0.01  # seconds; by as much a deadline may be passed
OF_TEXT = 40  # bytes of memory that a byte of JSON can take
# When a message must be complete: a time of the monotonic clock, or a function that says for how many seconds to wait before it is
# asked again, and raises Late when that is enough.
Deadline = float | Callable[[], float]


class Channel:
    """Messages over a connected socket, each with a size cap and a deadline."""

    def __init__(self, sock: socket.socket, shared: memoryview | None = None) -> None:
        """Own `sock`. `shared`: memory that the other end holds, too; its size is fixed for both."""
        self.sock = sock
        self.shared = shared
        self.taken = 0  # bytes of memory that all messages that were received may take, if they are kept
        self._waits: float | None = None  # for how long the socket waits
        sock.settimeout(None)
        self._ahead = memoryview(b"")  # what was received beyond the message before

    def close(self) -> None:
        """Close the socket; the other side sees the end."""
        self.sock.close()

    def send(self, value: Any, other: Encode, deadline: Deadline | None = None, number: Number | None = None) -> None:
        """Send `value`; raises Unencodable before a byte is sent."""
        header, arrays = encode(value, other, number)
        size = sum(len(array) if type(array) is bytes else array.nbytes for array in arrays)
        shared = self.shared is not None and SMALL <= size <= self.shared.nbytes
        beginning = PREFIX.pack(len(header), size, shared) + header
        if size < SMALL:  # one system call
            buffers = [memoryview(b"".join([beginning, *arrays]))]
        else:
            buffers = [memoryview(array).cast("B") for array in arrays if memoryview(array).nbytes]
            if shared:
                self._lay_down(buffers)
                buffers = []
            buffers.insert(0, memoryview(beginning))
        for view in buffers:
            rest = view
            while rest.nbytes:
                rest = rest[self._within(deadline, self.sock.send, rest) :]

    def receive(self, other: Decode, limit: int, deadline: Deadline | None = None, keep: Keep | None = None) -> Any:
        """The next message, of at most `limit` bytes."""
        header_length, body_length, shared = PREFIX.unpack(self._next(PREFIX.size, deadline))
        if header_length > MAX_HEADER:
            raise WireError("a message with a header that no sender of ours makes")
        if body_length > limit:
            raise TooLarge("a message that is too large")
        if shared and (self.shared is None or body_length > self.shared.nbytes):
            raise WireError("a message whose body is where there is no memory")
        self.taken += body_length + OF_TEXT * header_length
        tree, specs = read_header(self._next(header_length, deadline), body_length)
        laid = self.shared if shared else None
        arrays: list[Any] = []
        for name, shape, size in specs:
            if laid is None and size >= SMALL:
                arrays.append(self._large(name, shape, size, deadline))
                continue
            body = self._next(size, deadline) if laid is None else laid[:size]
            laid = None if laid is None else laid[size:]
            arrays.append(bytes(body) if name == "bytes" else np.ndarray(shape, DTYPES[name], body).copy())
        return Decoder(arrays, other, keep).value(tree)

    def _lay_down(self, buffers: list[Any]) -> None:
        """Copy buffers into the shared memory, one after the other."""
        assert self.shared is not None  # noqa: S101  (whoever calls has looked)
        start = 0
        for buffer in buffers:
            self.shared[start : start + buffer.nbytes] = buffer
            start += buffer.nbytes

    def _next(self, count: int, deadline: Deadline | None) -> memoryview:
        """The next `count` bytes, which mostly came with those before."""
        if not self._ahead.nbytes and count:
            self._ahead = self._more(deadline)
        if self._ahead.nbytes < count:
            return memoryview(self._filled(bytearray(count), deadline))
        taken, self._ahead = self._ahead[:count], self._ahead[count:]
        return taken

    def _large(self, name: str, shape: tuple[int, ...], size: int, deadline: Deadline | None) -> bytes | np.ndarray:
        """What comes next, read to where it belongs."""
        if name == "bytes":
            return bytes(self._filled(bytearray(size), deadline))
        array = np.empty(shape, DTYPES[name])
        self._filled(array.reshape(-1).data.cast("B"), deadline)
        return array

    def _filled(self, buffer: bytearray | memoryview, deadline: Deadline | None) -> bytearray | memoryview:
        """The buffer, full of what comes next."""
        view = memoryview(buffer)
        while view.nbytes:
            if not self._ahead.nbytes and view.nbytes >= SMALL:  # large arrays go straight to where they belong
                count = self._within(deadline, self.sock.recv_into, view)
                if not count:
                    raise Closed
            else:
                self._ahead = self._ahead if self._ahead.nbytes else self._more(deadline)
                count = min(view.nbytes, self._ahead.nbytes)
                view[:count] = self._ahead[:count]
                self._ahead = self._ahead[count:]
            view = view[count:]
        return buffer

    def _more(self, deadline: Deadline | None) -> memoryview:
        """What has come, at least one byte."""
        came = self._within(deadline, self.sock.recv, SMALL)
        if not came:
            raise Closed
        return memoryview(came)

    def _within(self, deadline: Deadline | None, operation: Callable[..., Any], argument: Any) -> Any:
        """What the operation on the socket returns; tried again, after a time-out, as long as the deadline allows."""
        while True:
            left = None if deadline is None else deadline() if callable(deadline) else deadline - time.monotonic()
            if left is not None and left <= 0:
                raise Late
            try:
                self._wait_at_most(left)
                return operation(argument)
            except TimeoutError:
                continue
            except OSError as gone:
                raise Closed from gone

    def _wait_at_most(self, seconds: float | None) -> None:
        """Tell the socket, where it is not what it knows: that is a system call, and each message would make it twice."""
        waits = seconds and math.ceil(seconds / TICK) * TICK
        if waits != self._waits:
            self.sock.settimeout(waits)
            self._waits = waits
