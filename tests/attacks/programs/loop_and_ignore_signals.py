"""Stops the batch: ignores all signals and never returns."""

import signal

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass


def double(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
