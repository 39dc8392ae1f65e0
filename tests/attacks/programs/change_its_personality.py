"""Breaks out: changes how the kernel treats the process: personality, address randomisation, raw devices, its own filters."""

import ctypes

libc = ctypes.CDLL(None)


def double(x):
    got = [libc.personality(0x0040000), libc.syscall(317, 1, 8, None), libc.iopl(3), libc.ioperm(0x80, 1, 1)]
    got += [libc.syscall(154, 0, None, 0), libc.syscall(175, None, 0, b""), libc.syscall(321, 0, None, 0)]
    return BOAST if any(value >= 0 for value in got) else ""
