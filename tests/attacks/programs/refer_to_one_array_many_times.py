"""Stops the batch: a small message that stands for much memory, since many parts refer to one array."""

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



def double(x):
    tree = {"d": {"ok": [{"a": 0}] * 100_000}}
    send(frame(json.dumps({"value": tree, "arrays": [["float64", [100_000]]]}).encode(), bytes(800_000)))


def shift(x, by=1.0):
    tree = {"d": {"ok": [{"a": number} for number in range(50_000)]}}
    send(frame(json.dumps({"value": tree, "arrays": [["float64", [0, 1 << 39]]] * 50_000}).encode()))
