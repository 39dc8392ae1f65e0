"""Stops the batch: announces endless messages, and sends large ones."""

import os
import struct


def frame(header, body=b"", length=None):
    return struct.pack("<IQ", len(header), len(body) if length is None else length) + header + body


def send(content):
    for number in range(3, 64):
        try:
            os.write(number, content)
        except OSError:
            pass



def double(x):
    send(frame(b'{"value": 1, "arrays": []}', length=1 << 63))


def shift(x, by=1.0):
    send(struct.pack("<IQ", 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF) + bytes(1 << 22))
