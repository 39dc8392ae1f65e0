"""Outlives its grading: runs when the process ends, by atexit, finalizers, threads and signals."""

import atexit
import signal
import threading
import weakref


def harm(*_):
    try:
        open(CANARY + "/at-exit", "w").close()
    except OSError:
        pass


class Odd:
    __del__ = harm


atexit.register(harm)
threading._register_atexit(harm)
odd = Odd()
weakref.finalize(odd, harm)
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGXCPU, signal.SIGALRM):
    signal.signal(number, harm)


def double(x):
    raise SystemExit
