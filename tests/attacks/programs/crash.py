"""Stops the batch: ends its process by reading at address zero."""

import ctypes


def double(x):
    ctypes.string_at(0)
