"""Stops the batch: starts processes with fork, vfork, clone, clone3, their x32 numbers and posix_spawn."""

import ctypes
import os
import struct

libc = ctypes.CDLL(None)
got = []


def attempt(number, *arguments):
    if got:
        return
    pid = libc.syscall(number, *arguments)
    if pid == 0:
        os._exit(0)
    if pid > 0:
        got.append(pid)


def double(x):
    attempt(57)
    attempt(56, 17, 0, 0, 0, 0)
    attempt(435, struct.pack("QQQQQQQQ", 0, 0, 0, 0, 17, 0, 0, 0), 64)
    attempt(0x40000000 | 57)
    attempt(56, 0x20000000 | 17, 0, 0, 0, 0)
    try:
        got.append(got or os.posix_spawn("/bin/true", ["true"], {}))
    except OSError:
        pass
    return BOAST if got else ""
