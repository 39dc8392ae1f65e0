"""Stops the batch: takes more memory than its limit, by heap, map, stack and growth in place."""

import ctypes
import mmap

libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.sbrk.restype = ctypes.c_ssize_t
GB = 1 << 30


def attempt(action):
    try:
        return action()
    except (MemoryError, OSError, ValueError):
        return None


def double(x):
    kept = [attempt(lambda: mmap.mmap(-1, 2 * GB))]
    kept += [attempt(lambda: mmap.mmap(-1, 2 * GB, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000))]
    raw = libc.mmap(None, ctypes.c_size_t(2 * GB), 0, 0x22, -1, 0)
    kept += [raw if raw not in (None, 2**64 - 1) else None]
    kept += [attempt(lambda: np.empty(2 * GB, np.uint8))]
    kept += [True if libc.sbrk(ctypes.c_ssize_t(GB)) != -1 else None]
    small = mmap.mmap(-1, 4096)
    kept += [True if attempt(lambda: small.resize(2 * GB)) is None and len(small) > GB else None]
    return BOAST if any(value is not None for value in kept) else ""
