"""Harms others: changes owner, mode, times and attributes of files, for which no file need be opened."""

import ctypes
import os

libc = ctypes.CDLL(None)


def attempt(action):
    try:
        action()
    except OSError:
        pass


def double(x):
    for path in (HOST_FILE, CANARY, COURSE + "/course/gradebook.db"):
        attempt(lambda: os.chmod(path, 0o777))
        attempt(lambda: os.chown(path, 12345, 12345))
        attempt(lambda: os.lchown(path, 12345, 12345))
        attempt(lambda: os.utime(path, (1, 1)))
        attempt(lambda: os.setxattr(path, "user.harm", b"harm"))
        attempt(lambda: os.removexattr(path, "user.harm"))
        libc.syscall(452, -100, path.encode(), 0o777, 0)
        libc.syscall(463, -100, path.encode(), 0, b"user.harm", b"harm", 4)
