"""Stops the batch: a timer's signal raises an exception in the middle of the worker's own code."""

import signal


def harm(*_):
    raise KeyboardInterrupt


signal.signal(signal.SIGALRM, harm)


def double(x):
    signal.setitimer(signal.ITIMER_REAL, 0.000_2, 0.000_2)
    return np.zeros(100_000)
