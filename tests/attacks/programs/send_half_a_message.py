"""Stops the batch: sends half of a message and dies, or waits, or drips one byte at a time."""

import os
import struct
import time


def frame(header, body=b"", length=None):
    return struct.pack("<IQ", len(header), len(body) if length is None else length) + header + body


def send(content):
    for number in range(3, 64):
        try:
            os.write(number, content)
        except OSError:
            pass



def double(x):
    send(frame(b'{"value": 1, "arrays": []}')[:20])
    os._exit(0)


def shift(x, by=1.0):
    for byte in frame(b'{"value": 1, "arrays": []}' + b" " * 100_000):
        send(bytes([byte]))
        time.sleep(0.01)
