"""Copies of what a hidden test passes and of what the reference returns."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np

IMMUTABLE = {bool, int, float, complex, str, bytes, type(None)}


def copied(value: Any) -> Any:
    """A copy of plain data, as it would arrive in a worker: what was one list in two places is two. Anything else by `deepcopy`.

    That takes eight times as long for the small dicts and tuples that most questions are made of.
    """
    kind = type(value)
    if kind in IMMUTABLE:
        return value
    if kind is np.ndarray and not value.dtype.hasobject:
        return value.copy(order="K")
    if kind is dict:
        return {key: copied(part) for key, part in value.items()}
    if kind is list:
        return [copied(part) for part in value]
    if kind is tuple:
        return tuple([copied(part) for part in value])
    return deepcopy(value)
