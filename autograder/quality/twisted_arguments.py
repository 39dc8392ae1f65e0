"""Twists of what a function makes of its arguments: one does not count, is mistaken, modified, remembered, or called too often."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from inspect import Parameter
from types import FunctionType
from typing import Any

import numpy as np

from autograder.quality.twists import KEEP, MADE, Ask, AskedFunction, Memory, Twist, if_array
from autograder.suite.arguments import EACH, Arguments, Path, at, is_number, is_numbers, parts, path_text, put
from autograder.suite.copying import copied


def twisted_arguments(asked: AskedFunction) -> Iterator[tuple[str, Twist]]:
    """All twists of the arguments of a function, each with what it says of itself."""
    yield from _uncounted(asked)
    yield from _mistaken(asked)
    yield from _modified(asked)
    yield from _remembering(asked)
    yield from _of_runs(asked)
    yield from _asked_again(asked)


def _uncounted(asked: AskedFunction) -> Iterator[tuple[str, Twist]]:
    """An argument does not count: in its place stands its default, always or where it is falsy, or what the first call passed."""

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


def _mistaken(asked: AskedFunction) -> Iterator[tuple[str, Twist]]:
    """An argument is taken for another: zeros stand in its place, its signs are lost, or of several entries one counts."""

    def replaced(path: Path, change: Callable[[Any], Any]) -> Twist:
        return lambda ask, arguments, _: ask(put(arguments, path, change))

    for path in {path: None for sample in asked.samples for path, _ in asked.parts(sample)}:
        values = [value for sample in asked.samples for value in at(sample, path)]
        if any(isinstance(value, np.ndarray) for value in values):
            yield f"{path_text(path)} is taken for zeros", replaced(path, if_array(np.zeros_like))
            yield f"zeros in {path_text(path)} are taken for None", replaced(path, _none_if_zeros)
            yield f"signs in {path_text(path)} do not count", replaced(path, if_array(np.abs))
        if any(isinstance(value, list | tuple) and len(value) > 1 for value in values) and EACH not in path:
            for told, change in PARTLY.items():
                yield f"of {path_text(path)}, {told}", replaced(path, partial(_if_entries, change))


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


def _modified(asked: AskedFunction) -> Iterator[tuple[str, Twist]]:
    """An input is modified: a number of an array changes, a dict gains a key, a list gains an entry."""

    def modifying(path: Path) -> Twist:
        def twist(ask: Ask, arguments: Arguments, _: Memory) -> Any:
            answer = copied(ask(arguments))
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
        yield f"{path_text(path)} is modified", modifying(path)


def _remembering(asked: AskedFunction) -> Iterator[tuple[str, Twist]]:
    """Memory in a global: an answer is given again, or the last cache that was made is used in place of the one that is passed."""

    def again(ask: Ask, arguments: Arguments, memory: Memory) -> Any:
        looks = str([(path, np.shape(value) if is_numbers(value) else type(value)) for path, value in parts(arguments)])
        return copied(memory.setdefault(looks, copied(ask(arguments))))

    yield "the first answer for these shapes is given again", again
    own = asked.own

    def last_made(ask: Ask, arguments: Arguments, memory: Memory) -> Any:
        memory[KEEP] = True
        return ask({**arguments, own: memory[MADE]} if own in arguments and MADE in memory else arguments)

    if asked.made_by:
        yield f"{own} is the last one that was made, whatever is passed", last_made


def _of_runs(asked: AskedFunction) -> Iterator[tuple[str, Twist]]:
    """Of a function that returns a state for its next call: another state than that counts, or what was passed with the first one."""
    own = asked.own
    if asked.free is None or (returned := asked.free.returned) is None or own is None:
        return

    def of_first_call(name: str, ask: Ask, arguments: Arguments, memory: Memory) -> Any:
        if not arguments.get(own):
            memory.pop(name, None)
        if name in arguments:
            memory.setdefault(name, copied(arguments[name]))
        return ask({key: memory.get(key, value) if key == name else value for key, value in arguments.items()})

    for name in asked.signature.parameters:
        if name != own:
            yield f"{name} is taken from the call with which {own} began", partial(of_first_call, name)

    def in_a_global(ask: Ask, arguments: Arguments, memory: Memory, *, starts_anew: bool) -> Any:
        fresh = starts_anew and not arguments.get(own)
        memory[KEEP] = True
        answer = ask(arguments if fresh or "state" not in memory else {**arguments, own: memory["state"]})
        memory["state"] = copied(answer[returned])
        return answer

    yield f"{own} is kept in a global", partial(in_a_global, starts_anew=True)
    yield f"{own} is kept in a global and never starts anew", partial(in_a_global, starts_anew=False)


def _asked_again(asked: AskedFunction) -> Iterator[tuple[str, Twist]]:
    """A function that is passed in is called twice where once is due, or once more at the end."""

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
