"""Functions whose answers do not depend on what they are passed: no work is in them.

They may fit a corner of a contract all the same: there a test compares an answer with another one of the same student, so that a slip
which has a test of its own is not charged again.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.sandbox import wire

ENOUGH_QUESTIONS = 3  # different questions with the same answer
NUMBER_TYPES = (bool, int, float, np.ndarray, np.generic)
LOOKED_AT = 16  # numbers of an argument


@dataclass(frozen=True)
class Answered:
    """One answer of a function: what it was asked, at a glance, and what came back."""

    function: str
    asked: Hashable
    answer: Any


class Glances:
    """What one student has answered, as far as it tells whether a function says the same to every question.

    Of a function that has answered two questions differently, that is known, and no more is kept.
    """

    def __init__(self) -> None:
        """Nothing is answered yet."""
        self.kept: list[Answered] = []
        self._first: dict[tuple[str, Hashable], Answered] = {}  # by function and form
        self._varied: set[str] = set()

    def add(self, function: str, asked: Any, answer: Any) -> None:
        """Keep an answer."""
        if function in self._varied:
            return
        form, count = _form(answer)
        each = Answered(function, at_a_glance(asked) if count > 1 else None, answer)
        self.kept.append(each)
        first = self._first.setdefault((function, form), each)
        if first.asked != each.asked and not _all_the_same([first, each]):
            self._varied.add(function)


def at_a_glance(value: Any) -> Hashable:
    """A value that is the same for the same numbers, whatever their type or their order in memory."""
    with np.errstate(all="ignore"):
        return _glance(value)


def _glance(value: Any) -> Hashable:
    if isinstance(value, NUMBER_TYPES):
        with contextlib.suppress(OverflowError):  # of an integer that a student has answered
            return np.ravel(value)[:LOOKED_AT].astype(np.float16).tobytes()
    if isinstance(value, list | tuple):
        return tuple(map(_glance, value[:LOOKED_AT]))
    if isinstance(value, dict):
        return tuple((str(key), _glance(part)) for key, part in sorted(value.items(), key=_name))
    return value.name if isinstance(value, wire.Named) else type(value).__name__ if callable(value) else str(value)


def _name(item: tuple[Any, Any]) -> str:
    return str(item[0])  # and not its contents, which may be large


def constant(answers: Iterable[Answered]) -> set[str]:
    """Functions that have answered ENOUGH_QUESTIONS different questions, always in the same way where the answer had the same form.

    A single number is no such answer: many questions have the same one.
    """
    groups: dict[str, dict[Hashable, list[Answered]]] = defaultdict(lambda: defaultdict(list))
    for each in answers:
        form, count = _form(each.answer)
        if count > 1:
            groups[each.function][form].append(each)
    found = set()
    for function, of_forms in groups.items():
        several = [group for group in of_forms.values() if len({each.asked for each in group}) > 1]
        most = max((len({each.asked for each in group}) for group in several), default=0)
        if most >= ENOUGH_QUESTIONS and all(map(_all_the_same, several)):
            found.add(function)
    return found


def _form(answer: Any) -> tuple[Hashable, int]:
    """The form of an answer, and how many numbers are in it."""
    if isinstance(answer, NUMBER_TYPES):
        return np.shape(answer), np.size(answer)
    if isinstance(answer, dict):
        parts = {str(key): _form(part) for key, part in answer.items()}
        return tuple((key, form) for key, (form, _) in sorted(parts.items())), sum(size for _, size in parts.values())
    if isinstance(answer, list | tuple):
        forms = list(map(_form, answer))
        return tuple(form for form, _ in forms), sum(size for _, size in forms)
    return type(answer).__name__, 0


def _all_the_same(group: list[Answered]) -> bool:
    first, *others = (list(_numbers(each.answer)) for each in group)
    return all(np.array_equal(one, two) for other in others for one, two in zip(first, other, strict=True))


def _numbers(answer: Any) -> Iterator[Any]:
    """All numbers of an answer, in the order of its form."""
    if isinstance(answer, NUMBER_TYPES):
        yield np.asarray(answer)
    elif isinstance(answer, dict):
        for key in sorted(answer, key=str):
            yield from _numbers(answer[key])
    elif isinstance(answer, list | tuple):
        for part in answer:
            yield from _numbers(part)
