"""What the contract of a function leaves to students, and nobody compares: memory for its next call, numbers drawn at will.

A hidden test says with `@pytest.mark.free` where that is; `student` writes transcripts without it, for `diagnosis`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

STAND_IN = "free"


@dataclass(frozen=True)
class Free:
    """Where a function returns it, and where it is passed in: a place in a tuple or a key of a dict, and a place among the arguments."""

    returned: int | str | None = None
    passed: int | None = None


FreePlaces = Mapping[str, Free]  # by the names of functions


def without_free(answer: Any, args: tuple[Any, ...], free: Free | None, *, inputs: bool) -> Any:
    """The answer to a call, with a word in the places where students are free; of what was passed in there, only whether it has changed."""
    if free is None:
        return answer
    if not inputs:
        return _replaced(answer, free.returned, STAND_IN)
    result, after = answer
    place = free.passed
    if place is not None and place < len(args):
        after = _replaced(after, place, unchanged(args[place], after[place]))
    return _replaced(result, free.returned, STAND_IN), after


def _replaced(values: Any, place: int | str | None, stand_in: Any) -> Any:
    """`values` with `stand_in` in one place, or unchanged where they have no such place."""
    if isinstance(place, str) and isinstance(values, dict) and place in values:
        return {**values, place: stand_in}
    if isinstance(place, int) and isinstance(values, tuple | list) and place < len(values):
        return (*values[:place], stand_in, *values[place + 1 :])
    return values


def unchanged(before: Any, after: Any) -> bool:
    """Whether two values of any kind are the same; things that cannot be looked into count as the same."""
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(unchanged(before[key], after[key]) for key in before)
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return len(before) == len(after) and all(map(unchanged, before, after))
    if isinstance(before, np.ndarray | np.generic | float) and isinstance(after, np.ndarray | np.generic | float):
        return np.array_equal(before, after, equal_nan=True)
    return type(before) is type(after) and (not isinstance(before, int | str | bytes) or before == after)
