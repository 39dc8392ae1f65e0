"""Twists of what a function returns: wrong where something holds of the arguments, wrong in one part, or of another type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from inspect import Parameter
from typing import Any

import numpy as np

from autograder.quality.twists import Ask, AskedFunction, Memory, Twist, if_array
from autograder.suite.arguments import Arguments, Path, always, is_number, is_numbers, path_text
from autograder.suite.features import Feature
from autograder.suite.free import Free

# Which branch of a contract it is.
DECISIVE = {"is True", "is False", "is None", "is not None", "is empty", "is not empty"}
PossibleFeatures = list[tuple[Path, Feature]]  # of the arguments of a function


def twisted_results(asked: AskedFunction, possible: PossibleFeatures, ask: Ask) -> Iterator[tuple[str, Twist]]:
    """All twists of the result of a function, each with what it says of itself."""
    yield from _wrong_where(asked, possible, ask)
    yield from _wrong_parts(asked, ask)


def spoilt(answer: Any) -> Any:
    """Every number one larger."""
    if isinstance(answer, bool):
        return not answer
    if is_number(answer):
        return answer + 1
    if isinstance(answer, list | tuple):
        return type(answer)(map(spoilt, answer))
    if isinstance(answer, dict):
        return {key: spoilt(value) for key, value in answer.items()}
    if isinstance(answer, np.ndarray) and answer.dtype.kind in "iuf":
        return answer + 1
    return answer


def _free_at(free: Free | None) -> tuple[Any, ...]:
    return () if free is None or free.returned is None else (free.returned,)


def _within(answer: Any, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    """The answer with `change` made at the end of a path of keys and places."""
    if not path:
        return change(answer)
    if isinstance(answer, dict) and path[0] in answer:
        return {**answer, path[0]: _within(answer[path[0]], path[1:], change)}
    if isinstance(answer, list | tuple) and isinstance(path[0], int) and path[0] < len(answer):
        return type(answer)(_within(part, path[1:], change) if n == path[0] else part for n, part in enumerate(answer))
    return answer


def _outside_free(answer: Any, free: Free | None, change: Callable[[Any], Any]) -> Any:
    """The answer with `change` made to all of it that is not free."""
    changed = change(answer)
    for place in _free_at(free):
        kept = answer[place] if isinstance(answer, dict | list | tuple) else None
        changed = _within(changed, (place,), partial(always, kept))
    return changed


def _result_parts(answer: Any, free: Free | None, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The numbers and arrays of an answer, where it is not free."""
    if path and path[:1] == _free_at(free):
        return
    if isinstance(answer, dict):
        for key, value in answer.items():
            yield from _result_parts(value, free, (*path, key))
    elif isinstance(answer, list | tuple) and not (is_numbers(answer) and not path):
        for place, value in enumerate(answer[:4]):
            yield from _result_parts(value, free, (*path, place))
    elif is_number(answer) or is_numbers(answer) or isinstance(answer, bool):
        yield path, answer


def _wrong_where(asked: AskedFunction, possible: PossibleFeatures, ask: Ask) -> Iterator[tuple[str, Twist]]:
    """The result, or what is remembered, is wrong where an argument has a feature; where that decides on a branch, also one part of it."""

    def wrong(holds: Callable[[Arguments], bool], spoil: Callable[[Any], Any]) -> Twist:
        def twist(ask: Ask, arguments: Arguments, _: Memory) -> Any:
            answer = ask(arguments)
            return spoil(answer) if holds(arguments) else answer

        return twist

    def everything(answer: Any) -> Any:
        return _outside_free(answer, asked.free, spoilt)

    places = {path: None for sample in asked.samples[:8] for path, _ in _result_parts(ask(sample), asked.free)}
    conditions: dict[str, tuple[Callable[[Arguments], bool], bool]] = {}
    for path, feature in possible:
        decisive = feature.name in DECISIVE
        conditions[f"where {path_text(path)} {feature.name}"] = partial(_is_in, feature, path), decisive
    for name, parameter in asked.signature.parameters.items():
        if parameter.default is not Parameter.empty:
            conditions[f"where {name} is left out"] = partial(_left_out, name), True
            conditions[f"where {name} is passed"] = partial(_passed, name), True
    for where, (holds, decisive) in conditions.items():
        yield f"wrong {where}", wrong(holds, everything)
        for place in places if decisive and len(places) > 1 else ():
            yield f"{_told(place)} wrong {where}", wrong(holds, partial(_within, path=place, change=spoilt))
        if decisive and asked.free is not None and asked.free.returned is not None:
            lost = partial(_within, path=(asked.free.returned,), change=lambda _: {})
            yield f"what is free is lost {where}", wrong(holds, lost)
    yield from _in_shapes(asked, ask, everything)


def _is_in(feature: Feature, path: Path, arguments: Arguments) -> bool:
    return feature.is_in(arguments, path)


def _left_out(name: str, arguments: Arguments) -> bool:
    return name not in arguments


def _passed(name: str, arguments: Arguments) -> bool:
    return name in arguments


def _in_shapes(asked: AskedFunction, ask: Ask, everything: Callable[[Any], Any]) -> Iterator[tuple[str, Twist]]:
    """The result is wrong where it has one or several entries along an axis."""
    shapes = {
        (path, axis, array.ndim, array.shape[axis] == 1)
        for sample in asked.samples
        for path, array in _result_parts(ask(sample), asked.free)
        if isinstance(array, np.ndarray) and len(path) <= 1
        for axis in range(array.ndim)
    }

    def twist_for(path: tuple[Any, ...], axis: int, count: int, single: bool) -> Twist:  # noqa: FBT001
        def twist(ask: Ask, arguments: Arguments, _: Memory) -> Any:
            answer = ask(arguments)
            here = [part for other, part in _result_parts(answer, asked.free) if other == path]
            fits = any(
                isinstance(part, np.ndarray) and part.ndim == count and (part.shape[axis] == 1) == single
                for part in here
            )
            return everything(answer) if fits else answer

        return twist

    for path, axis, count, single in sorted(shapes, key=str):
        many = "one entry" if single else "several entries"
        yield f"wrong where {_told(path)} has {many} in axis {axis} of {count}", twist_for(path, axis, count, single)


def _told(place: tuple[Any, ...]) -> str:
    return "result" + "".join(f"[{key!r}]" for key in place)


# --- wrong in one part -----------------------------------------------------------------------------------------------


def _but_first(array: np.ndarray, axis: int) -> np.ndarray:
    """One larger everywhere but in the first entry along an axis."""
    answer = np.array(array + 1)
    index = (slice(None),) * axis + (0,)
    answer[index] = array[index]
    return answer


def _but_last(array: np.ndarray, axis: int) -> np.ndarray:
    flipped = np.flip(array, axis)
    return np.flip(_but_first(flipped, axis), axis)


def _only_last(array: np.ndarray, axis: int) -> np.ndarray:
    answer = np.array(array)
    index = (slice(None),) * axis + (-1,)
    answer[index] = array[index] + 1
    return answer


def _wrong_parts(asked: AskedFunction, ask: Ask) -> Iterator[tuple[str, Twist]]:
    """One part of the result is wrong, or all but the first or the last entry of it, or it comes in another type."""
    found = {path: part for sample in asked.samples for path, part in _result_parts(ask(sample), asked.free)}

    def changed(path: tuple[Any, ...], change: Callable[[Any], Any]) -> Twist:
        return lambda ask, arguments, _: _within(ask(arguments), path, change)

    for path, part in found.items():
        yield f"{_told(path)} wrong", changed(path, spoilt)
        if not isinstance(part, np.ndarray) or part.dtype.kind not in "iuf":
            continue
        for axis in range(part.ndim):
            for name, change in (
                ("right in the first entry only", _but_first),
                ("right in the last entry only", _but_last),
                ("wrong in the last entry only", _only_last),
            ):
                yield (
                    f"{_told(path)} {name}, in axis {axis} of {part.ndim}",
                    changed(path, if_array(partial(change, axis=axis), axis)),
                )
        yield (
            f"{_told(path)} in half precision",
            changed(path, if_array(lambda a: a.astype(np.float16).astype(a.dtype))),
        )
        yield f"{_told(path)} cut to integers", changed(path, if_array(np.trunc))
        yield f"{_told(path)} in the type of an integer input", _as_inputs(path)


def _as_inputs(path: tuple[Any, ...]) -> Twist:
    """Where an array of integers is passed, this part of the result becomes one."""

    def twist(ask: Ask, arguments: Arguments, _: Memory) -> Any:
        answer = ask(arguments)
        kinds = [
            value.dtype for value in arguments.values() if isinstance(value, np.ndarray) and value.dtype.kind in "iu"
        ]
        return _within(answer, path, if_array(lambda array: array.astype(kinds[0]))) if kinds else answer

    return twist
