"""What goes into the examples of the visible checks, and how it is shown where an answer to one is off."""

import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

WIDTH = 88  # characters in a line: a notebook shows them without breaking a word, a page without cutting them off
FEW = 18  # arrays of up to this many numbers are shown whole
SPARSE = 8  # of larger ones, all that is not 0 is shown, where it is no more than this
TOGETHER = "\N{NO-BREAK SPACE}"  # no line ends here
KEPT = 5  # of the times that a function was asked, so many are shown
LABEL = "  {:<9}  "  # stands before what went in, what is due and what came


@dataclass(frozen=True)
class Told:
    """An input that is passed on as it is, and shown in words."""

    value: object
    words: str


class Recorded:
    """A function that is passed on; it counts how often it is asked, and keeps where, and what it answered."""

    def __init__(self, words: str, function: Callable[[np.ndarray], np.ndarray]) -> None:
        """Keep the function, and what is said of it."""
        self.words, self.function = words, function
        self.times = 0
        self.kept: list[tuple[np.ndarray, np.ndarray]] = []

    def __call__(self, w: np.ndarray) -> np.ndarray:
        """Answer, and remember that."""
        answer = self.function(w)
        self.times += 1
        if len(self.kept) < KEPT:
            self.kept.append((np.array(w), answer.copy()))
        return answer


@dataclass(frozen=True)
class Example:
    """What goes into a call, by the names of the function's parameters and in their order.

    made: how inputs that are too large to be shown can be made again
    brief: shapes are enough to show of its arrays
    """

    inputs: Mapping[str, object]
    made: str = ""
    brief: bool = False

    def arguments(self) -> list[object]:
        """The inputs for one call. Arrays are copies, so that whoever writes into them spoils no later call."""
        return [_passed(each) for each in self.inputs.values()]

    def lines(self) -> list[str]:
        """All inputs, one below the other, each behind its name."""
        rows = [row for name, each in self.inputs.items() for row in _rows(name, each)]
        names = max((len(name) for name, _ in rows), default=0)
        room = WIDTH - len(LABEL.format("")) - names - len(" = ")
        lines: list[str] = []
        for name, each in rows:
            first, *others = _shown(each, room, brief=self.brief)
            lines += [f"{name:{names}} = {first}", *(" " * (names + 3) + other for other in others)]
        if self.made:
            lines += _wrapped(self.made, WIDTH - len(LABEL.format("")))
        return labelled("given", lines)


def given(**inputs: object) -> Example:
    """A worked example: all of it is shown. Text among the inputs is words about what cannot be shown otherwise."""
    return Example(inputs)


def drawn(made: str, **inputs: object) -> Example:
    """An example of random numbers, made as the text says: of its arrays, the shapes are shown."""
    return Example(inputs, made, brief=True)


def normal(seed: int, **shapes: tuple[int, ...]) -> Example:
    """An example of normal numbers in arrays of these shapes."""
    rng = np.random.default_rng(seed)
    made = f"each is rng.normal(size=its shape), in this order, with rng = np.random.default_rng({seed})"
    return drawn(made, **{name: rng.normal(size=shape) for name, shape in shapes.items()})


def labelled(label: str, lines: list[str]) -> list[str]:
    """Put a label before the first of some lines, and as much room before the others."""
    return [LABEL.format("" if number else label) + line for number, line in enumerate(lines)]


def array_lines(array: np.ndarray, room: int, digits: int = 6) -> list[str]:
    """All numbers of an array, in lines of so many characters."""
    text = np.array2string(array, precision=digits, suppress_small=True, max_line_width=room)
    return [line for line in text.splitlines() if line.strip()]


def _passed(value: object) -> object:
    if isinstance(value, Told):
        return value.value
    if isinstance(value, dict):
        return {key: _passed(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_passed, value))
    return value.copy() if isinstance(value, np.ndarray) else value


def _rows(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Each part of an input behind its own name: dicts and lists of arrays, or of functions, are taken apart."""
    if isinstance(value, dict) and any(map(_fills_lines, value.values())):
        for key, part in value.items():
            yield from _rows(f'{name}["{key}"]', part)
    elif isinstance(value, (list, tuple)) and any(map(_fills_lines, value)):
        for place, part in enumerate(value):
            yield from _rows(f"{name}[{place}]", part)
    else:
        yield name, value


def _fills_lines(value: object) -> bool:
    """Whether a value is an array, a function or something told in words, or holds one."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return isinstance(value, (np.ndarray, Told)) or callable(value) or any(map(_fills_lines, parts))


def _shown(value: object, room: int, *, brief: bool) -> list[str]:
    """A value in lines of so many characters."""
    if isinstance(value, np.ndarray):
        if value.size <= FEW and not brief:
            return array_lines(value, room)
        return _wrapped(_outline(value, brief=brief), room)
    if isinstance(value, Told):
        return _wrapped(value.words, room)
    if isinstance(value, Recorded):
        lines = _wrapped(value.words, room)
        for w, answer in value.kept:
            lines += _wrapped(f"you asked it at {_on_one_line(w)}, it said {_on_one_line(answer)}", room)
        return lines
    if isinstance(value, str):
        return _wrapped(value, room)
    return _wrapped(_what_it_does(value) if callable(value) else repr(value), room)


def _what_it_does(function: Callable[..., object]) -> str:
    """A function of the examples in the words of its docstring, which has one line."""
    words = (function.__doc__ or "A function.").removesuffix(".")
    return words[0].lower() + words[1:]


def _outline(array: np.ndarray, *, brief: bool) -> str:
    """The shape of an array, and all of its numbers that are not 0 where they are few."""
    places = np.argwhere(array)
    if brief or len(places) > SPARSE:
        return f"shape {array.shape}"
    numbers = [f"{array[tuple(place)]:g} at {place.tolist()}".replace(" ", TOGETHER) for place in places]
    return f"shape {array.shape}, 0 but for {', '.join(numbers)}"


def _on_one_line(array: np.ndarray) -> str:
    return " ".join(" ".join(array_lines(array, WIDTH)).split()).replace("[ ", "[").replace(" ]", "]")


def _wrapped(text: str, room: int) -> list[str]:
    lines = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False) or [""]
    return [line.replace(TOGETHER, " ") for line in lines]
