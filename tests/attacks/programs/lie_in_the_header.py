"""Stops the batch: headers whose sizes, types and shapes do not agree with what follows, a new lie for each question."""

import json
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


LIES = [
    [["float64", [5]]],
    [["float64", [-5]]],
    [["float64", [1 << 62, 1 << 62]]],
    [["float64", [0, 1 << 62]]],
    [["object", [1]]],
    [["O", [1]]],
    [["float64", [True]]],
    [["float64", [1.0]]],
    [["float64", "5"]],
    [["float64"] * 3],
    [["bytes", [1, 2]]],
    [["bytes", []]],
    [["float64", [1] * 200]],
    {"float64": [1]},
    [["float64", None]],
    7,
]


def lie():
    lies = LIES[int(time.time_ns() // 1000) % len(LIES)]
    send(frame(json.dumps({"value": {"d": {"ok": {"a": 0}}}, "arrays": lies}).encode(), b"12345678"))


def double(x):
    lie()


def shift(x, by=1.0):
    lie()
