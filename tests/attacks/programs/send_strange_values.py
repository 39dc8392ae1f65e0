"""Stops the batch: values that JSON and the wire know and tests do not expect."""

import json
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


VALUES = [
    "NaN", "-Infinity", "1e999", '"\\ud800"', '{"d": {"\\u0000": 1}}', '{"torch": 1}', '{"torch": {"s": 0}}', '{"g": [0, 0, 0, 0]}',
    '{"g": [-1, 2, 3, 4]}', '{"h": [0, "array"]}', '{"h": [99999999999999999999, "set"]}', '{"h": 3}', '{"c": 0}', '{"x": 0}', "{}",
    '{"t": 1}', '{"d": []}', '{"a": -1}', '{"s": 0}', '{"b": 0}', '{"a": 0}', '{"a": true}', '{"a": "0"}', '{"d": {}, "t": []}',
]
count = iter(range(1000))


def double(x):
    for _ in range(3):
        value = VALUES[next(count) % len(VALUES)]
        send(frame(b'{"value": {"d": {"ok": %s}}, "arrays": [["float64", [1]]]}' % value.encode(), bytes(8)))


def shift(x, by=1.0):
    next(count), next(count), next(count)
    return double(x)
