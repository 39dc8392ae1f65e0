"""What is wrong with signature mutants: a twist of a function for each thing that an answer which is right for most inputs gets wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from inspect import Parameter, Signature
from types import FunctionType
from typing import Any

import numpy as np

from autograder.sandbox.wire import Named
from autograder.suite.features import (
    EACH,
    Arguments,
    Feature,
    Path,
    at,
    instead,
    is_number,
    is_numbers,
    parts,
    put,
    shown,
)
from autograder.suite.free import Free

Memory = dict[Any, Any]
Ask = Callable[[Arguments], Any]  # what the reference returns for these arguments
# What the twisted function returns. It may change its arguments in place, as a student's function may.
Twist = Callable[[Ask, Arguments, Memory], Any]
DECISIVE = {
    "is True",
    "is False",
    "is None",
    "is not None",
    "is empty",
    "is not empty",
}  # which branch of a contract it is


KEEP = "keep"  # in the memory of a twist: it differs in what samples do not show
Held = list[tuple[Path, Feature]]


@dataclass
class Asked:
    """One function that a suite asks; for a probe, also the class that it is handed."""

    function: str
    about: str
    signature: Signature
    free: Free | None
    doc: str
    samples: list[Arguments] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The function or the class."""
        return self.about or self.function

    @property
    def own(self) -> str | None:
        """The argument that is free, what is in it the student's own affair."""
        passed = None if self.free is None else self.free.passed
        return None if passed is None else list(self.signature.parameters)[passed]

    def parts(self, arguments: Arguments) -> Iterator[tuple[Path, Any]]:
        """The parts of the arguments, but for what is in the one that is free."""
        return ((path, value) for path, value in parts(arguments) if path[0] != self.own or len(path) == 1)


def twists(asked: Asked, held: Held, ask: Ask) -> Iterator[tuple[str, Twist]]:
    """All twists of a function, each with what it says of itself."""
    yield from _wrong_where(asked, held, ask)
    yield from _wrong_parts(asked, ask)
    yield from _uncounted(asked)
    yield from _mistaken(asked)
    yield from _modified(asked)
    yield from _remembering(asked)
    yield from _asked_again(asked)


def copied(value: Any) -> Any:
    """An argument as a call gets it: of its own, but for functions and names."""
    return value if isinstance(value, Named | FunctionType) else deepcopy(value)


# --- wrong where something holds -------------------------------------------------------------------------------------


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
    """The answer with `change` made at a path of keys and places."""
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
        changed = _within(changed, (place,), partial(instead, kept))
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


def _wrong_where(asked: Asked, held: Held, ask: Ask) -> Iterator[tuple[str, Twist]]:
    """The result, or what is remembered, is wrong where an argument has a feature; of two branches, also in one part of the result."""

    def wrong(holds: Callable[[Arguments], bool], spoil: Callable[[Any], Any]) -> Twist:
        def twist(ask: Ask, arguments: Arguments, _: Memory) -> Any:
            answer = ask(arguments)
            return spoil(answer) if holds(arguments) else answer

        return twist

    def everything(answer: Any) -> Any:
        return _outside_free(answer, asked.free, spoilt)

    places = {path: None for sample in asked.samples[:8] for path, _ in _result_parts(ask(sample), asked.free)}
    conditions: dict[str, tuple[Callable[[Arguments], bool], bool]] = {}
    for path, feature in held:
        decisive = feature.name in DECISIVE
        conditions[f"where {shown(path)} {feature.name}"] = partial(_is_in, feature, path), decisive
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


def _in_shapes(asked: Asked, ask: Ask, everything: Callable[[Any], Any]) -> Iterator[tuple[str, Twist]]:
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


def _wrong_parts(asked: Asked, ask: Ask) -> Iterator[tuple[str, Twist]]:
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
                    changed(path, _if_array(partial(change, axis=axis), axis)),
                )
        yield (
            f"{_told(path)} in half precision",
            changed(path, _if_array(lambda a: a.astype(np.float16).astype(a.dtype))),
        )
        yield f"{_told(path)} cut to integers", changed(path, _if_array(np.trunc))
        yield f"{_told(path)} in the type of an integer input", _as_inputs(path)


def _if_array(change: Callable[[Any], Any], axis: int = -1) -> Callable[[Any], Any]:
    """`change` for arrays that have the axis, and are not empty; nothing for other values."""
    return lambda value: change(value) if isinstance(value, np.ndarray) and value.ndim > axis and value.size else value


def _as_inputs(path: tuple[Any, ...]) -> Twist:
    """Where an array of integers is passed, this part of the result becomes one."""

    def twist(ask: Ask, arguments: Arguments, _: Memory) -> Any:
        answer = ask(arguments)
        kinds = [
            value.dtype for value in arguments.values() if isinstance(value, np.ndarray) and value.dtype.kind in "iu"
        ]
        return _within(answer, path, _if_array(lambda array: array.astype(kinds[0]))) if kinds else answer

    return twist


# --- arguments that do not count, are modified, or are remembered ---------------------------------------------------


def _uncounted(asked: Asked) -> Iterator[tuple[str, Twist]]:
    """An argument does not count: its default stands in its place, always or where it is falsy, or what the first call passed does."""

    def without(name: str, when: Callable[[Any], bool]) -> Twist:
        def twist(ask: Ask, arguments: Arguments, _: Memory) -> Any:
            left_out = name in arguments and when(arguments[name])
            return ask({key: value for key, value in arguments.items() if not (left_out and key == name)})

        return twist

    def first(name: str) -> Twist:
        def twist(ask: Ask, arguments: Arguments, memory: Memory) -> Any:
            if name in arguments:
                memory.setdefault(name, copied(arguments[name]))
            return ask({key: memory.get(key, value) if key == name else value for key, value in arguments.items()})

        return twist

    for name, parameter in asked.signature.parameters.items():
        if parameter.default is not Parameter.empty:
            yield f"{name} is its default, whatever is passed", without(name, lambda _: True)
            yield f"{name} is its default where it is falsy", without(name, _falsy)
        yield f"{name} of the first call counts for ever", first(name)


def _falsy(value: Any) -> bool:
    return not np.any(value) if is_numbers(value) or is_number(value) else value is not None and not value


def _mistaken(asked: Asked) -> Iterator[tuple[str, Twist]]:
    """An argument is taken for another: zeros stand in its place, its signs are lost, or of several entries one counts."""

    def replaced(path: Path, change: Callable[[Any], Any]) -> Twist:
        return lambda ask, arguments, _: ask(put(arguments, path, change))

    for path in {path: None for sample in asked.samples for path, _ in asked.parts(sample)}:
        values = [value for sample in asked.samples for value in at(sample, path)]
        if any(isinstance(value, np.ndarray) for value in values):
            yield f"{shown(path)} is taken for zeros", replaced(path, _if_array(np.zeros_like))
            yield f"zeros in {shown(path)} are taken for None", replaced(path, _none_if_zeros)
            yield f"signs in {shown(path)} do not count", replaced(path, _if_array(np.abs))
        if any(isinstance(value, list | tuple) and len(value) > 1 for value in values) and EACH not in path:
            for told, change in PARTLY.items():
                yield f"of {shown(path)}, {told}", replaced(path, partial(_if_entries, change))


def _none_if_zeros(value: Any) -> Any:
    return None if isinstance(value, np.ndarray) and not value.any() else value


def _if_entries(change: Callable[[Any], Any], value: Any) -> Any:
    return change(value) if isinstance(value, list | tuple) and value else value


PARTLY: dict[str, Callable[[Any], Any]] = {
    "the first stands for all": lambda value: type(value)([value[0]] * len(value)),
    "the last stands for all": lambda value: type(value)([value[-1]] * len(value)),
    "the order is turned round": lambda value: value[::-1],
    "only the first is used": lambda value: value[:1],
    "only the last is used": lambda value: value[-1:],
    "the last is left out": lambda value: value[:-1],
}


def _modified(asked: Asked) -> Iterator[tuple[str, Twist]]:
    """An input is not as it was: a number of an array, a key more in a dict, an entry more in a list."""

    def modifying(path: Path) -> Twist:
        def twist(ask: Ask, arguments: Arguments, _: Memory) -> Any:
            answer = deepcopy(ask(arguments))
            for value in at(arguments, path):
                if isinstance(value, np.ndarray) and value.size and value.dtype.kind in "iuf":
                    value.flat[0] += 1
                elif isinstance(value, dict):
                    value["seen"] = 1.0
                elif isinstance(value, list):
                    value.append(1.0)
            return answer

        return twist

    for path in {path: None for sample in asked.samples for path, _ in parts(sample)}:
        yield f"{shown(path)} is modified", modifying(path)


def _remembering(asked: Asked) -> Iterator[tuple[str, Twist]]:
    """Memory in a global: an answer given again, or state that is not the one that was passed."""

    def again(ask: Ask, arguments: Arguments, memory: Memory) -> Any:
        looks = str([(path, np.shape(value) if is_numbers(value) else type(value)) for path, value in parts(arguments)])
        return deepcopy(memory.setdefault(looks, deepcopy(ask(arguments))))

    yield "the first answer for these shapes is given again", again
    free = asked.free
    if free is None or free.passed is None or free.returned is None:
        return
    name = list(asked.signature.parameters)[free.passed]

    def in_a_global(ask: Ask, arguments: Arguments, memory: Memory, *, starts_anew: bool) -> Any:
        fresh = starts_anew and not arguments.get(name)
        memory[KEEP] = True
        answer = ask(arguments if fresh or "state" not in memory else {**arguments, name: memory["state"]})
        memory["state"] = deepcopy(answer[free.returned])
        return answer

    yield f"{name} is kept in a global", partial(in_a_global, starts_anew=True)
    yield f"{name} is kept in a global and never starts anew", partial(in_a_global, starts_anew=False)


def _asked_again(asked: Asked) -> Iterator[tuple[str, Twist]]:
    """A function that is passed in is called twice where once is due, or once more in the end."""

    def twice(name: str) -> Twist:
        def twist(ask: Ask, arguments: Arguments, memory: Memory) -> Any:
            memory[KEEP] = True
            function = arguments[name]

            def calling(*args: Any) -> Any:
                function(*args)
                return function(*args)

            return ask({**arguments, name: calling})

        return twist

    def once_more(name: str) -> Twist:
        def twist(ask: Ask, arguments: Arguments, memory: Memory) -> Any:
            memory[KEEP] = True
            function, asked_for = arguments[name], list[Any]()

            def calling(*args: Any) -> Any:
                asked_for[:] = args
                return function(*args)

            answer = ask({**arguments, name: calling})
            if asked_for:
                function(*asked_for)
            return answer

        return twist

    for name in asked.signature.parameters:
        if any(isinstance(sample.get(name), FunctionType) for sample in asked.samples):
            yield f"{name} is called twice each time", twice(name)
            yield f"{name} is called once more in the end", once_more(name)
