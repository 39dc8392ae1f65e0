"""What all wrong numbers of an exercise have in common, where no known mistake says what the student said.

A pattern is true of every comparison that failed, in fresh draws as well, and tells no hidden number: how the student's numbers follow
from the right ones, which of them are off, or which argument does not count.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from autograder.course.report import PATTERN, Finding
from autograder.suite.comparing import Compared
from autograder.suite.misconceptions import Variant

HINT = "No mistake that is known by name says just this. Which line of yours makes it so?"
RTOL = 1e-5
TELLING = 0.1 / RTOL  # of larger factors, rounding leaves none that is not whole
SEVERAL = 2
AFTER = "after the call"  # what suites say of inputs that must stay as they are
AT_LEAST = 1.5  # a count of two or more, rounded
HARDLY = 1e-3  # a factor that is so near to 1 is none
MANY = 4  # numbers from which on a relation between them is no accident
Told = tuple[str, str]  # a name and a sentence
Relation = Callable[[np.ndarray], np.ndarray]  # what stands in place of the right numbers


# --- an argument that does not count ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class AsIfDefault:
    """The mistake of a function that takes the default of an argument, whatever is passed."""

    function: str
    parameter: str

    @property
    def id(self) -> str:
        """By which the finding is known."""
        return f"{PATTERN}default-{self.function}-{self.parameter}"

    @property
    def finding(self) -> Finding:
        """What a student is told."""
        title = f"{self.function} answers as if {self.parameter} were its default, whatever is passed."
        return Finding(self.id, title, HINT)

    def respondent(self, reference: Path) -> Variant:
        """Who answers with this mistake."""
        return defaulting(reference, self.function, self.parameter)


class _Defaulting(Variant):
    """The reference, of which one function does not see one of its arguments."""

    def __init__(self, source: str, function: str, parameter: str) -> None:
        super().__init__(source)
        self.function = function
        self.parameter = parameter

    def call(self, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], *, inputs: bool) -> Any:
        """See Respondent."""
        if function == self.function:
            places = list(inspect.signature(self.namespace[function]).parameters)
            place = places.index(self.parameter)
            kwargs = {name: value for name, value in kwargs.items() if name != self.parameter}
            kwargs |= dict(zip(places[place + 1 :], args[place + 1 :], strict=False))
            result = super().call(function, args[:place], kwargs, inputs=False)
            return (result, args) if inputs else result
        return super().call(function, args, kwargs, inputs=inputs)


@cache
def defaulting(reference: Path, function: str, parameter: str) -> Variant:
    """The reference with one such mistake; made once."""
    return _Defaulting(reference.read_text(encoding="utf-8"), function, parameter)


@cache
def defaults(reference: Path, functions: tuple[str, ...]) -> tuple[AsIfDefault, ...]:
    """One mistake for each argument of these functions that has a default."""
    namespace = Variant(reference.read_text(encoding="utf-8")).namespace
    return tuple(
        AsIfDefault(function, parameter.name)
        for function in functions
        if inspect.isfunction(namespace.get(function))
        for parameter in inspect.signature(namespace[function]).parameters.values()
        if parameter.default is not parameter.empty
    )


# --- how the numbers follow from the right ones ------------------------------------------------------------------------


def _root(want: np.ndarray) -> np.ndarray:
    return np.asarray(np.sqrt(np.abs(want)))


def _inverse(want: np.ndarray) -> np.ndarray:
    return 1 / want


RELATIONS: dict[str, tuple[str, Relation]] = {
    "unsigned": ("Every number that is off has the right size and lacks its minus sign.", np.abs),
    "negative": ("Every number that is off is -1 times what it should be.", lambda want: -want),
    "twice": ("Every number that is off is twice what it should be.", lambda want: 2 * want),
    "half": ("Every number that is off is half of what it should be.", lambda want: want / 2),
    "zero": ("Every number that is off is 0.", lambda want: 0 * want),
    "square": ("Every number that is off is the square of what it should be.", np.square),
    "root": ("Every number that is off is the root of what it should be.", _root),
    "inverse": ("Every number that is off is one over what it should be.", _inverse),
    "one-more": ("Every number that is off is larger by one than it should be.", lambda want: want + 1),
    "one-less": ("Every number that is off is smaller by one than it should be.", lambda want: want - 1),
}
ARRANGED: dict[str, tuple[str, Relation]] = {
    "transposed": ("The numbers are right, and rows and columns are exchanged.", lambda want: want.T),
    "reversed": ("The numbers are right, in the opposite order.", lambda want: want[::-1]),
    "reversed-rows": (
        "The numbers are right, in the opposite order along the last axis.",
        lambda want: want[..., ::-1],
    ),
}
WHERE: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {  # "in a result that is off, ..."
    "first-only": ("only the first entry along the first axis is right", lambda want: _rows(want) > 0),
    "last-only": ("only the last entry along the first axis is right", lambda want: _rows(want) < len(want) - 1),
    "but-first": ("all is right but the first entry along the first axis", lambda want: _rows(want) == 0),
    "but-last": ("all is right but the last entry along the first axis", lambda want: _rows(want) == len(want) - 1),
    "negative-only": ("just those numbers are wrong that should be below 0", lambda want: want < 0),
    "positive-only": ("just those numbers are wrong that should be above 0", lambda want: want > 0),
    "zero-only": ("just those numbers are wrong that should be 0", lambda want: want == 0),
}


def _rows(want: np.ndarray) -> np.ndarray:
    """The place of each entry along the first axis."""
    return np.asarray(np.indices(want.shape)[0])


def in_numbers(failed: list[Compared]) -> Iterator[Told]:
    """What all comparisons that failed have in common: how the numbers follow from the right ones, or where they are."""
    with np.errstate(all="ignore"):
        yield from _relations(failed)
        yield from _arranged(failed)


def in_places(tests: Sequence[Sequence[Compared]]) -> Iterator[Told]:
    """What says less: in which results the numbers are off. `tests`: the comparisons of each test, in their order."""
    failed = failed_of(tests)
    with np.errstate(all="ignore"):
        yield from _offsets(failed)
        yield from _places(tests, failed)


def failed_of(tests: Sequence[Sequence[Compared]]) -> list[Compared]:
    """The comparisons that failed."""
    return [compared for test in tests for compared in test if compared.wrong.any()]


def pattern(told: Told) -> Finding:
    """What a student is told."""
    name, title = told
    return Finding(PATTERN + name, title, HINT)


def _relations(failed: list[Compared]) -> Iterator[Told]:
    """How every number that is off follows from the right one."""
    if not failed:
        return
    if not any(np.isfinite(compared.got[compared.wrong]).any() for compared in failed):
        yield "not-finite", "Every number that is off is infinite or not a number."
    if sum(int(compared.wrong.sum()) for compared in failed) >= MANY:
        for name, (title, relation) in RELATIONS.items():
            if all(_agree(c.got[c.wrong], relation(c.want)[c.wrong]) for c in failed) and _telling(relation, failed):
                yield name, title
        yield from _factors(failed)


def _arranged(failed: list[Compared]) -> Iterator[Told]:
    """The right numbers in other places, or wrong ones in some places only."""
    if not failed or not all(compared.want.ndim and compared.want.size > 1 for compared in failed):
        return
    for name, (title, relation) in ARRANGED.items():
        if all(_is_arranged(c, relation(c.want)) for c in failed):
            yield name, title
    if all(_agree(np.sort(c.got, None), np.sort(c.want, None)) and not _agree(c.got, c.want) for c in failed):
        yield "reordered", "The numbers are right, in another order."
    for name, (title, place) in WHERE.items():
        if all(len(c.want) > SEVERAL and not c.wrong.all() and np.array_equal(c.wrong, place(c.want)) for c in failed):
            yield name, f"In a result that is off, {title}."
    if all(np.ptp(c.got) == 0 for c in failed):
        yield "all-alike", "All entries are the same where they should differ."


def _is_arranged(compared: Compared, arranged: np.ndarray) -> bool:
    """Whether these are the right numbers as `arranged`, which is another arrangement than the right one."""
    is_another = arranged.shape == compared.want.shape and not _agree(arranged, compared.want)
    return is_another and _agree(compared.got, arranged)


def _agree(got: np.ndarray, want: np.ndarray) -> bool:
    """Whether these are the same numbers, as far as single precision goes."""
    scale = float(np.abs(want).max(initial=0.0))
    return bool(np.isfinite(want).all()) and bool((np.abs(got - want) <= RTOL * (np.abs(want) + 1e-3 * scale)).all())


def _telling(relation: Relation, failed: list[Compared]) -> bool:
    """Whether the relation says something: of zeros and ones, many relations hold."""
    wanted = np.concatenate([c.want[c.wrong].ravel() for c in failed]).astype(np.float64)
    return len(np.unique(wanted)) >= SEVERAL and not _agree(relation(wanted), wanted)


def _factors(failed: list[Compared]) -> Iterator[Told]:
    """Every number is off by one factor, the same in each result."""
    factors = []
    for compared in failed:
        got, want = compared.got[compared.wrong], compared.want[compared.wrong]
        if not want.all() or not _agree(got / want, np.full(got.shape, got[0] / want[0])):
            return
        factors.append(float(got[0] / want[0]))
    if all(abs(factor - 1) < HARDLY for factor in factors):  # numbers that are rounded, say
        return
    whole, parts = _whole(factors), _whole([1 / factor if factor else 0.0 for factor in factors])
    several = not _agree(np.array(factors), np.full(len(factors), factors[0]))
    if parts and several:
        yield "divided", "Every number that is off is a whole number of times too small, not always the same."
    elif whole and several:
        yield "multiplied", "Every number that is off is a whole number of times too large, not always the same."
    elif several and all(c.wrong.sum() > 1 for c in failed):
        yield "factor-each", "All numbers of a result are off by one factor, which is not the same each time."
    elif not several and len(np.unique(np.concatenate([c.want[c.wrong] for c in failed]))) >= SEVERAL:
        yield "factor", "All numbers that are off are off by one and the same factor."


def _whole(factors: list[float]) -> bool:
    """Whether all are counts of two or more."""
    return all(AT_LEAST < each < TELLING and abs(each - round(each)) < RTOL * each for each in factors)


def _offsets(failed: list[Compared]) -> Iterator[Told]:
    """Every number is off by the same amount, within each result."""
    if not all(np.isfinite(compared.got).all() for compared in failed):
        return
    gaps = [(c.got - c.want)[c.wrong] for c in failed]
    # Where the right numbers are all alike, any relation looks like this one.
    several = sum(gap.size for gap in gaps) >= MANY and any(len(np.unique(c.want[c.wrong])) >= SEVERAL for c in failed)
    if several and all(_agree(gap, np.full(gap.shape, gap[0])) for gap in gaps):
        yield "offset", "All numbers of a result that are off are off by the same amount."


def _places(tests: Sequence[Sequence[Compared]], failed: list[Compared]) -> Iterator[Told]:
    """Which of several results are off: those after the first, or those of one name."""
    if not failed:
        return
    in_turn = [[bool(c.wrong.any()) for c in test if AFTER not in c.what] for test in tests]
    in_turn = [turn for turn in in_turn if len(turn) > 1]
    if len(in_turn) >= SEVERAL and all(not turn[0] and all(turn[1:]) for turn in in_turn):
        yield "right-at-first", "The first result is right in every test, and every one after it is off."
    wrong = {c.what for c in failed}
    beside = [c for test in tests if any(c.wrong.any() for c in test) for c in test]  # what was compared beside them
    right = {c.what for c in beside if not c.wrong.any() and AFTER not in c.what} - wrong
    if len(wrong) == 1 and (right or AFTER in next(iter(wrong))):
        (what,) = wrong
        yield "one-result", f"Of all that is compared, this alone is off: {what}."
