"""Of all calls of a function, which ones were answered wrongly, and what is missing in them: patterns that the calls themselves show.

That something holds for just the calls that are off proves nothing, so it is tried: calls that were answered rightly are changed until
it holds for them as well, and most of these must be answered wrongly.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from autograder.grading.patterns import Told
from autograder.grading.transcripts import crash_told, same
from autograder.suite.arguments import EACH, Arguments, Path, at, is_number, parts, path_text
from autograder.suite.comparing import SENSIBLE
from autograder.suite.errors import StudentFault
from autograder.suite.features import Feature, features_of
from autograder.suite.free import Free, without_free
from autograder.suite.misconceptions import Variant
from autograder.suite.student import Call, Respondent

ENOUGH = 2  # calls that were answered rightly, without which nothing is said of the others
TRIED = 6  # of these are changed
RTOL = 1e-5
SPENT = {"timed-out", "out-of-cpu", "too-many-calls"}
Make = Callable[[Arguments], Arguments | None]
Condition = tuple[str, Callable[[Arguments], bool], Make]


@dataclass(frozen=True)
class Asked:
    """One call of a function of the exercise, and what was answered, without what is free."""

    call: Call
    answer: Any
    free: Free | None


@dataclass(frozen=True)
class _Judged:
    """The arguments of a call, what was returned and what the reference returns, and whether an input is no longer what it was."""

    arguments: Arguments
    got: Any
    want: Any
    modified: bool
    free: bool  # whether a part of what is returned is

    @property
    def fits(self) -> bool:
        """Whether all of it is right."""
        return same(self.got, self.want) and not self.modified


def in_calls(asked: Sequence[Asked], right: Variant, respondent: Respondent) -> Iterator[Told]:
    """What all calls have in common that were answered wrongly, if they are of one function.

    right: the reference; respondent: who was asked, and is asked some calls more
    """
    judged: dict[str, tuple[list[_Judged], list[_Judged]]] = {}
    for each in asked:
        if found := _judged(each, right):
            judged.setdefault(each.call.function, ([], []))[found.fits].append(found)
    off = {function: sides for function, sides in judged.items() if sides[False]}
    if len(off) != 1:
        return
    ((function, (wrong, fine)),) = off.items()
    if all(crash_told(each.got) for each in wrong) and len({str(each.got[1]) for each in wrong}) == 1:
        yield f"crash-{function}", f"Wherever {function} is not right, it ends in the same way: {wrong[0].got[1]}."
    doc = inspect.getdoc(right.namespace[function]) or ""
    yield from _lacking(function, doc, wrong)
    if len(fine) < ENOUGH:
        return
    free = next(each.free for each in asked if each.call.function == function)
    places = inspect.signature(right.namespace[function])
    for told, holds, make in _conditions(wrong[0].arguments, places, doc):
        decides = all(holds(each.arguments) for each in wrong) and not any(holds(each.arguments) for each in fine)
        if decides and _is_tried(function, fine, make, free, right, respondent):
            yield f"where-{function}", f"{function} is right, except in calls in which {told}."


def in_results(asked: Sequence[Asked], right: Variant) -> Iterator[Told]:
    """What says less: which part of all results is off, and to which side."""
    found = [judged for each in asked if (judged := _judged(each, right)) and not judged.fits]
    if found and all(same(each.got, each.want) for each in found):
        yield "modified", "All that is returned is right, and an input is not what it was before the call."
    found = [each for each in found if not same(each.got, each.want)]
    if not found or any(crash_told(each.got) for each in found):
        return
    off = {tuple(_parts_off(each)) for each in found if not each.free}
    if len(off) == 1 and (keys := next(iter(off))) and len(keys) < len(found[0].want):
        yield "parts", f"Of what is returned, this alone is off: {', '.join(keys)}."
    gaps = [gap for each in found for gap in _gaps(each.got, each.want)]
    if not gaps or any(gap is None for gap in gaps):
        return
    numbers = np.concatenate([_not_rounding(gap) for gap in gaps if gap is not None])
    if len(numbers) >= ENOUGH and (numbers > 0).all():
        yield "too-small", "Every number that is off is too small."
    if len(numbers) >= ENOUGH and (numbers < 0).all():
        yield "too-large", "Every number that is off is too large."


def _parts_off(judged: _Judged) -> Iterator[str]:
    """The parts of a result that are off, as they are known: by their keys or their places."""
    got, want = judged.got, judged.want
    if isinstance(want, dict) and isinstance(got, dict):
        yield from (str(key) for key in want if key in got and not same(got[key], want[key]))
    elif isinstance(want, tuple) and isinstance(got, list | tuple) and len(got) == len(want):
        pairs = enumerate(zip(got, want, strict=True), start=1)
        yield from (f"value {place} of {len(want)}" for place, (one, other) in pairs if not same(one, other))


def _judged(asked: Asked, right: Variant) -> _Judged | None:
    """A call beside what the reference answers; None where nobody but the student can tell."""
    call, free = asked.call, asked.free
    if free is not None and free.passed is not None and free.passed < len(call.args) and call.args[free.passed]:
        return None
    try:
        answer = right.call(call.function, call.args, call.kwargs, inputs=call.inputs)
    except StudentFault:
        return None
    places = inspect.signature(right.namespace[call.function])
    arguments = dict(places.bind(*call.args, **call.kwargs).arguments)
    got, want = asked.answer, without_free(answer, call.args, free, inputs=call.inputs)
    modified = False
    if call.inputs and not crash_told(got) and isinstance(got, tuple):
        (got, after), (want, before) = got, want
        modified = not same(after, before)
    return _Judged(arguments, got, want, modified, free=free is not None and free.returned is not None)


# --- something is missing, or there twice --------------------------------------------------------------------------------


def _lacking(function: str, doc: str, wrong: list[_Judged]) -> Iterator[Told]:
    """All that is off is off by just one of the arguments."""
    gaps = [list(_gaps(each.got, each.want)) for each in wrong]
    if not all(gaps) or any(gap is None for each in gaps for gap in each):
        return
    tellable = _parts(wrong[0].arguments, doc)
    for path in {path: None for path, value in tellable if isinstance(value, np.ndarray)}:
        for sign, told in ((1, "lacks"), (-1, "has once too often")):
            if all(_is_off_by(each, gap, path, sign) for each, of in zip(wrong, gaps, strict=True) for gap in of):
                yield (
                    f"{told.split()[0]}-{function}",
                    f"What is off in the result of {function} {told} {_in_words(path)}.",
                )


def _gaps(got: Any, want: Any) -> Iterator[np.ndarray | None]:
    """By how much each number or array that is off is too small; None for what cannot be compared."""
    if isinstance(want, dict) and isinstance(got, dict):
        for key in want.keys() & got.keys():
            yield from _gaps(got[key], want[key])
    elif isinstance(want, list | tuple) and isinstance(got, list | tuple) and len(want) == len(got):
        for one, other in zip(got, want, strict=True):
            yield from _gaps(one, other)
    elif not same(got, want):
        yield (
            np.asarray(want) - np.asarray(got)
            if _is_plain(got) and _is_plain(want) and np.shape(got) == np.shape(want)
            else None
        )


def _not_rounding(gap: np.ndarray) -> np.ndarray:
    """The numbers of a gap that are not next to nothing beside its largest one: another result may be larger by far."""
    numbers: np.ndarray = np.ravel(gap).astype(np.float64)
    larger: np.ndarray = numbers[np.abs(numbers) > RTOL * np.abs(numbers).max(initial=0.0)]
    return larger


def _is_plain(value: Any) -> bool:
    """Whether a value is finite numbers of a sensible size."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biuf" and bool((np.abs(value.astype(np.float64)) < SENSIBLE).all())
    plain = value.item() if isinstance(value, np.generic) else value
    return is_number(plain) and -SENSIBLE < plain < SENSIBLE


def _is_off_by(judged: _Judged, gap: np.ndarray | None, path: Path, sign: int) -> bool:
    """Whether a gap is an argument, spread over the axes that it does not have."""
    if gap is None:
        return False
    for value in at(judged.arguments, path):
        array = np.asarray(value)
        shapes = [array.shape, (*array.shape, *[1] * max(0, gap.ndim - array.ndim - 1))]  # a number for each channel
        for shape in shapes:
            try:
                spread = np.broadcast_to(sign * array.reshape(shape), gap.shape)
            except ValueError:
                continue
            if (
                spread.size
                and np.ptp(spread) > 0
                and np.allclose(gap, spread, rtol=RTOL, atol=RTOL * np.abs(spread).max())
            ):
                return True
    return False


# --- something holds where it is off --------------------------------------------------------------------------------------


def _parts(arguments: Arguments, doc: str) -> Iterator[tuple[Path, Any]]:
    """The parts of arguments that may be told: a cache comes from the student, so nothing of it that the docstring does not name."""
    words = set(re.findall(r"\w+", doc))
    for path, value in parts(arguments):
        if all(key == EACH or key in words for key in path[1:]) and (not isinstance(value, str) or value in words):
            yield path, value


def _in_words(path: Path) -> str:
    """A part of an argument, as students are told of it."""
    return f"an entry of {path_text(path[:-1])}" if path[-1] == EACH else path_text(path)


def _conditions(arguments: Arguments, places: inspect.Signature, doc: str) -> Iterator[Condition]:
    """What may hold for the arguments of a call, and how to make it hold for others."""

    def left_out(name: str, other: Arguments) -> bool:
        return name not in other

    def leave_out(name: str, other: Arguments) -> Arguments:
        return {key: value for key, value in other.items() if key != name}

    def has(path: Path, feature: Feature, other: Arguments) -> bool:
        return feature.is_in(other, path)

    def give(path: Path, feature: Feature, other: Arguments) -> Arguments | None:
        return feature.made(other, path)

    for name in places.parameters:
        if name not in arguments:
            yield f"{name} is left out", partial(left_out, name), partial(leave_out, name)
    for path, value in _parts(arguments, doc):
        for feature in features_of(value, doc, whole=set(path[1:]) <= {EACH}):
            yield f"{_in_words(path)} {feature.name}", partial(has, path, feature), partial(give, path, feature)


def _is_tried(  # noqa: PLR0913, PLR0917  (whom to ask, and what)
    function: str, fine: list[_Judged], make: Make, free: Free | None, right: Variant, respondent: Respondent
) -> bool:
    """Whether calls that were answered rightly are answered wrongly once the condition holds: most of them, since some may be by luck."""
    places = inspect.signature(right.namespace[function])
    tried = wrong = 0
    for each in fine[:TRIED]:
        arguments = make(each.arguments)
        if arguments is None:
            continue
        bound = places.bind_partial()
        bound.arguments.update(arguments)
        try:
            want = without_free(
                right.call(function, bound.args, bound.kwargs, inputs=False), bound.args, free, inputs=False
            )
        except StudentFault:
            continue
        tried += 1
        try:
            got = respondent.call(function, bound.args, bound.kwargs, inputs=False)
        except StudentFault as fault:
            if fault.state in SPENT:
                return False
            wrong += 1
        else:
            wrong += not same(without_free(got, bound.args, free, inputs=False), want)
    return 2 * wrong > tried
