"""Stops the batch: recursion without end, in Python and in C."""

import sys

sys.setrecursionlimit(1 << 30)


def double(x):
    deep = []
    for _ in range(1 << 18):
        deep = [deep]
    return deep == [deep]


def shift(x, by=1.0):
    return shift(x, by)
