"""Harms another's grade: kills the worker of another submission."""

import os
import signal


def double(x):
    os.kill(SIBLING, signal.SIGKILL)
