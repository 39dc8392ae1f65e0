"""Breaks out: mounts, and changes its root, with old and new calls."""

import ctypes
import os

libc = ctypes.CDLL(None)


def double(x):
    got = [libc.chroot(b"/"), libc.mount(b"none", CANARY.encode(), b"tmpfs", 0, None)]
    got += [libc.syscall(430, b"tmpfs", 0), libc.syscall(428, -100, b"/", 0x1)]
    got += [libc.umount2(CANARY.encode(), 2)]
    return BOAST if any(value >= 0 for value in got) else ""
