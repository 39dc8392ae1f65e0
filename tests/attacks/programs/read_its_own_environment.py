"""Learns secrets in the environment that a worker inherits, by Python, by libc and in its own memory."""

import ctypes
import os

libc = ctypes.CDLL(None)
libc.getenv.restype = ctypes.c_char_p
found = [dict(os.environ), libc.getenv(b"ATTACKED"), [str(value) for value in os.environb.items()]]
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
for number in range(100):
    if not environ or environ[number] is None:
        break
    found.append(environ[number])


def double(x):
    return found
