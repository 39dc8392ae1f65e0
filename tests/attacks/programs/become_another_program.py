"""Outlives its grading: becomes a program that the filters were not made for."""

import os
import sys


def double(x):
    harm = f"open({CANARY + '/executed'!r}, 'w')"
    for command in (["/bin/sh", "-c", f": > {CANARY}/executed"], [sys.executable, "-c", harm], ["/lib64/ld-linux-x86-64.so.2"]):
        try:
            os.execv(command[0], command)
        except OSError:
            pass
