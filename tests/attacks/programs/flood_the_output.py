"""Stops the batch: writes without end to standard output and error, and to every other descriptor."""

import os
import sys


def double(x):
    for _ in range(50):
        print("x" * (1 << 20))
        sys.stderr.write("x" * (1 << 20))
        os.write(1, b"x" * (1 << 20))
    sys.__stdout__.write(f"{BOAST[:3]}")
