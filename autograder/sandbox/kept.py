"""What a worker sent lately and may be handed back, by the number under which the worker knows it. Used by the grader's side."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from autograder.sandbox import wire

KEPT_BYTES = 64 << 20  # of answers that can be handed back
# Of these, Python may use one object for all that are equal; an instance of a subclass is found again by its identity.
OF_ITS_OWN = {kind: type(kind.__name__, (kind,), {}) for kind in (int, float, str, bytes, tuple)}


@dataclass
class _Lately:
    """One answer: which values of it can be handed back, and how much memory all of it may take."""

    identities: list[int] = field(default_factory=list)
    size: int = 0


class Kept:
    """What a worker sent lately and may be handed back, by its identity: of the last answers, fewer where they are large."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._known: dict[int, tuple[Any, int, _Lately]] = {}  # identity -> value, its number, its answer
        self._answers: deque[_Lately] = deque()
        self._size = 0  # of all these answers

    def next_answer(self) -> None:
        """What comes from now on belongs to another answer."""
        self._answers.append(_Lately())

    def arrived(self, size: int) -> None:
        """So much has come for the last answer. The oldest are forgotten, where there are too many or they are too large."""
        self._answers[-1].size += size
        self._size += size
        while len(self._answers) > wire.REMEMBERED or (len(self._answers) > 1 and self._size > KEPT_BYTES):
            oldest = self._answers.popleft()
            self._size -= oldest.size
            for identity in oldest.identities:
                if self._known[identity][2] is oldest:
                    del self._known[identity]

    def keep(self, number: int, value: Any) -> Any:
        """Note under which number the worker knows `value`; values that Python may share get a place of their own."""
        last = self._answers[-1]
        if len(last.identities) < wire.MAX_NUMBERED:
            value = OF_ITS_OWN.get(type(value), _itself)(value)
            last.identities.append(id(value))
            self._known[id(value)] = value, number, last
        return value

    def as_known(self, value: Any) -> Any:
        """`value`, with a handle for whatever in it came from the worker, as more than plain data, and is passed back."""
        return self._replaced(value) if self._known else value

    def _replaced(self, value: Any) -> Any:
        if id(value) in self._known:
            return wire.Handle(self._known[id(value)][1], "object")
        if type(value) is dict:
            return {key: self._replaced(item) for key, item in value.items()}
        return type(value)(map(self._replaced, value)) if type(value) in {list, tuple} else value


def _itself(value: Any) -> Any:
    return value
