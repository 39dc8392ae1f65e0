"""How the hidden tests of `inception_ops` look at counts, and at answers that are built on an earlier answer.

Students call their own `conv_macs` and `conv_params` in later exercises, and the census calls their module. A known slip there that has
been charged there, in its own exercise, is not charged again: what follows from it by the right rule is right here. So an answer is
compared with the reference, and, where an earlier function of the student's counts as a misconception does (or, of a layer, as two do
together), with the reference built on that. No number of the student's is ever what another one is compared with here.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from copy import deepcopy
from functools import cache
from itertools import combinations
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from autograder.suite import (
    Mismatch,
    Student,
    as_numbers,
    described,
    expect,
    expect_any,
    expect_close,
    expect_keys,
    expect_unmodified,
    in_order,
)
from autograder.suite.misconceptions import Misconception, both, misconceptions, variant
from solutions.inception_ops import reference

Compare = Callable[[Any, Any], None]  # of what a student and the reference return
World = dict[str, Any]  # functions by their names, which call each other

# How many times the channels of a small layer some larger ones have. The last of their counts has more than 24 bits, and is odd: float32
# does not hold it. Most are beyond 32 bits.
TIMES = (1, 2, 3, 229)
EXACT = {"rtol": 0.0}  # counts are whole numbers below 2^53, where floats hold each of them
REFERENCE = Path(reference.__file__)
LAYERS = ("conv_macs", "conv_params")
MODULE = "reduced_inception_cost"
# Where earlier functions are looked at: named misconceptions differ from the reference at one of these at least, wherever they do at all.
BRANCHES = {"1x1": 3, "3x3_reduce": 5, "3x3": 7, "5x5_reduce": 2, "5x5": 4, "pool_proj": 6}
PROBES = {
    "conv_macs": (((3, 5), 4, 6, 3), ((4, 2), 6, 4, (2, 3), 2), ((3, 4), 5, 7, 1)),
    "conv_params": ((4, 6, 3), (6, 4, (2, 3), 2), (6, 4, 1, 2), (5, 7, 1), (5, 7, 1, 1, False)),
    MODULE: (((8, 3, 5), BRANCHES), ((8, 3, 5), dict(reversed(BRANCHES.items())))),
}


def expect_whole(what: str, got: Any) -> None:
    """A Python int or a numpy integer."""
    whole = isinstance(got, int | np.integer) and not isinstance(got, bool)
    expect(whole, f"{what} should be an int, and is {described(got)}")


def expect_different(what: str, one: Any, other: Any) -> None:
    """Answers to two questions: positive numbers, and not the same one. For tests that ask for no right number."""
    expect(
        positive(what, one) != positive(what, other),
        f"{what} should depend on the inputs; two different questions got the same answer",
    )


def expect_exact(what: str, counts: Sequence[Any]) -> None:
    """Of counts of one layer or network at TIMES as many channels, the last is to a unit what the first three say.

    They are polynomials of degree two in that number, also with a slip that has been charged elsewhere. Fewer counts say nothing.
    """
    if len(counts) < len(TIMES):
        return
    *small, large = (positive(what, count) for count in counts)
    *known, many = TIMES
    weights = [np.prod([(many - other) / (one - other) for other in known if other != one]) for one in known]
    # Room for the rounding of a few floats; of the counts here, a unit is ten times as much and more.
    expect_close(f"{what} of many channels", large, np.dot(weights, small), rtol=1e-12)


def compare_key(function: str, key: str) -> Compare:
    """Compares one count in a dict with the reference's."""
    return lambda got, want: expect_close(key, expect_keys(f"{function}(...)", got, [key])[key], want[key], **EXACT)


def check(
    student: Student, function: str, arguments: tuple[Any, ...], compare: Compare, earlier: Sequence[str]
) -> None:
    """`compare(got, want)` is content with the student's answer: see above. `earlier` names what may have been called."""
    got = getattr(student, function)(*arguments)

    def built_on(slips: World) -> Callable[[], None]:
        return lambda: compare(got, _world(slips)[function](*arguments))

    expect_any(built_on({}), lambda: expect_any(*map(built_on, _carried_over(student, earlier))))


def check_whole(student: Student, answer: dict[str, Any], keys: list[str], earlier: Sequence[str]) -> None:
    """These counts are whole numbers, unless an earlier function of the student's returns floats already."""

    def all_whole() -> None:
        for key in keys:
            expect_whole(key, answer[key])

    def built_on_floats() -> None:
        counts = [
            count
            for name in _charged(student, earlier)
            for probe in PROBES[name]
            for count in _ask(student, name, probe).values()
        ]
        expect(any(isinstance(count, float) for count in counts), "no earlier answer is a float")

    expect_any(all_whole, built_on_floats)


def positive(what: str, got: Any) -> float:
    """A positive number that is no array."""
    number = as_numbers(what, got)
    expect(number.shape == () and 0 < float(number) < 1e100, f"{what} should be a positive number")
    return float(number)


def answered(student: Student, name: str, question: tuple[Any, ...], keys: list[str]) -> dict[str, Any]:
    """The student's counts for one module."""
    return expect_keys(f"{name}(...)", getattr(student, name)(*question), keys)


def check_order_of_keys(student: Student, name: str, question: tuple[Any, ...], other: Any, keys: list[str]) -> None:
    """A module whose branches are written down from Z to A, or from A to Z, has the same counts."""
    in_shape, branches = question
    forwards = answered(student, name, question, keys)
    orders = (in_order(branches, backwards=backwards) for backwards in (True, False))
    others = [answered(student, name, (in_shape, order), keys) for order in orders]
    elsewhere = answered(student, name, other, keys)
    for key in keys:
        expect_different(key, forwards[key], elsewhere[key])
        for answer in others:
            expect_close(key, answer[key], as_numbers(key, forwards[key]), **EXACT)


def check_ints(student: Student, name: str, branches: dict[str, int], keys: list[str], earlier: Sequence[str]) -> None:
    """All counts are ints, and exact for large modules."""
    questions = [
        ((5 * times, 57, 55), {branch: times * channels for branch, channels in branches.items()})
        for times in times_asked(student, earlier)
    ]
    answers = [answered(student, name, question, keys) for question in questions]
    for key in keys:
        expect_different(key, answers[0][key], answers[1][key])
    for answer in answers:
        check_whole(student, answer, keys, earlier)
    for key in keys:
        expect_exact(key, [answer[key] for answer in answers])


def times_asked(student: Student, earlier: Sequence[str]) -> tuple[int, ...]:
    """TIMES, or the first two where an earlier function of the student's has lost points already, which may be for large counts."""
    return TIMES[:2] if _charged(student, earlier) else TIMES


def check_branches_kept(student: Student, name: str, question: tuple[Any, ...], other: Any, keys: list[str]) -> None:
    """The dict of branches that was passed in is as it was."""
    result = expect_unmodified(getattr(student, name), "in_shape branches", *question)
    answer, elsewhere = expect_keys(f"{name}(...)", result, keys), answered(student, name, other, keys)
    for key in keys:
        expect_different(key, answer[key], elsewhere[key])


def _charged(student: Student, earlier: Sequence[str]) -> list[str]:
    """Those functions that have lost points in their own exercise: of another one, what is wrong here was right there."""
    return [name for name in earlier if name not in student.earned]


def _carried_over(student: Student, earlier: Sequence[str]) -> list[World]:
    """Which known slips the student's earlier functions may have, as {function: wrong version}; those of the module are looked for last."""
    found: list[World] = [{}]
    for name in _charged(student, earlier):
        answers = _counts(student, name)
        found += [slips | {name: wrong} for slips in found for wrong in _slips(name, answers, slips)]
    return found[1:]


def _slips(name: str, answers: list[dict[str, float]], slips: World) -> list[Callable[..., Any]]:
    """The known wrong versions of a function that count as the student's does, given slips in what it calls; none where it counts right."""
    if answers == _counts(_world(slips), name):
        return []

    def counts_alike(wrong: Callable[..., Any]) -> bool:
        with suppress(Mismatch):  # of a version that counts nothing at all somewhere
            return answers == _counts(_world(slips | {name: wrong}), name)
        return False

    alike = list(filter(counts_alike, _known(name)))
    return alike if alike or name not in LAYERS else list(filter(counts_alike, _two_at_once(name)))


def _world(slips: World) -> World:
    """The reference's functions, with `slips` in place of those that they name; all call each other."""
    world = dict(vars(reference))
    functions = {name: value for name, value in world.items() if isinstance(value, FunctionType)} | slips
    for name, function in functions.items():
        world[name] = FunctionType(function.__code__, world, name, function.__defaults__)
    return world


@cache
def _known(name: str) -> list[Callable[..., Any]]:
    """What the misconceptions about a function make of it."""
    return [variant(REFERENCE, tuple(wrong.changes)).namespace[name] for wrong in _misconceptions(name)]


@cache
def _two_at_once(name: str) -> list[Callable[..., Any]]:
    """What two misconceptions about a function make of it together, where they do not change the same part of it."""
    pairs = [both(REFERENCE, one, other) for one, other in combinations(_misconceptions(name), 2)]
    return [pair.namespace[name] for pair in pairs if pair]


def _misconceptions(name: str) -> list[Misconception]:
    """The misconceptions about a function."""
    return [wrong for wrong in misconceptions(REFERENCE.parent) if wrong.exercise == name]


def _counts(functions: Student | World, name: str) -> list[dict[str, float]]:
    """What one of the student's functions, or of a world, counts at the probes, as positive numbers."""
    counts = []
    for probe in PROBES[name]:
        answer = _ask(functions, name, probe)
        counts.append({key: positive(key, count) for key, count in answer.items()})
    return counts


def _ask(functions: Student | World, name: str, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """The counts of a module, or one count under the function's own name."""
    function = functions[name] if isinstance(functions, dict) else getattr(functions, name)
    got = function(*deepcopy(arguments))  # some versions change what they are given
    return {key: expect_keys(name, got, [key])[key] for key in ("macs", "params")} if name == MODULE else {name: got}
