"""How far an answer to `modern_architectures` may be off, and what several exercises ask in the same way."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograder.suite import Student, as_numbers, described, expect, expect_close, expect_worked, unchanged
from solutions.modern_architectures import reference

BITS_32 = 2**32  # more than an int of 32 bits holds
EXACT = {"rtol": 0.0}  # counts are whole numbers below 2^53, where floats hold each of them
# An answer may compute in float32 inside and is right all the same. Its errors stay below 1e-6 of numbers that are about one,
# so these bounds are a few times that. Two right orders of summation in float64 differ by 1e-15.
FORWARD = {"rtol": 3e-6, "atol": 3e-6}
# A mean of probabilities, none of which is negative, loses no digits: it is right in proportion, however small it is, and
# zeros stay zero.
MEANS = {"rtol": 3e-6, "atol": 1e-12}
# float32 keeps seven digits; sums of some dozen terms of either sign leave five of them.
SINGLE = {"rtol": 1e-4, "atol": 1e-4}


def check_counts(student: Student, name: str, *questions: tuple[int, ...]) -> None:
    """The student's counts are the reference's."""
    for question in questions:
        got, want = getattr(student, name)(*question), getattr(reference, name)(*question)
        expect_close(f"{name}(...)", got, want, **EXACT)


def whole(answer: Any) -> bool:
    """Whether an answer is an int, be it Python's or numpy's, also as an array without axes."""
    return np.asarray(answer).dtype.kind in "iu"


def check_ints(student: Student, name: str, *questions: tuple[int, ...], huge: tuple[int, ...] | None = None) -> None:
    """The student's counts are ints that somebody computed; no right number is asked for.

    huge: a further question, to which wrong counts are large numbers as well
    """
    questions = questions if huge is None else (*questions, huge)
    answers = [getattr(student, name)(*question) for question in questions]
    numbers = [as_numbers(f"{name}(...)", answer) for answer in answers]
    expect(all(number.shape == () for number in numbers), f"{name}(...) should be a single number")
    passed = [
        bool((number == argument).any())
        for number, question in zip(numbers, questions, strict=True)
        for argument in question
    ]
    expect(not any(passed), f"{name}(...) should not be what was passed in")
    apart = len({number.tobytes() for number in numbers}) == len(numbers)
    expect(apart, f"{name}(...) should depend on its arguments; different questions got the same answer")
    for answer in answers:
        expect(whole(answer), f"{name}(...) should be an int, and is {described(answer)}")
    large = huge is None or bool(numbers[-1] > BITS_32)
    expect(large, f"{name}(...) should be larger for numbers that are as large as these; 32 bits do not hold it")


def check_all(name: str, got: Iterable[Any], want: Iterable[np.ndarray], atol: float = FORWARD["atol"]) -> None:
    """Answers that were all asked for before, each with what should have come; large ones may be off in proportion.

    Where all that should have come is zero, nothing may be off.
    """
    for one, wanted in zip(got, want, strict=True):
        largest = float(np.abs(wanted).max())
        expect_close(name, one, wanted, rtol=FORWARD["rtol"], atol=atol * max(1.0, largest) if largest else 0.0)


def check_types(student: Student, name: str, x: np.ndarray, *others: Any) -> None:
    """Integers and float32 numbers as x give what the same numbers give in float64."""
    whole = np.rint(4 * x)
    for kind, given, tolerance in ((np.float32, x, SINGLE), (np.int64, whole, FORWARD)):
        shape = getattr(reference, name)(given, *others).shape
        plain = expect_worked("out", getattr(student, name)(given, *others), shape, given)
        typed = getattr(student, name)(given.astype(kind), *others)
        expect_close(f"out for {np.dtype(kind).name} x", typed, plain, **tolerance)


def check_kept(student: Student, name: str, x: np.ndarray, functions: list[Any], *others: Any) -> Any:
    """The answer, after which all other arguments are as they were, and the list of functions is as long as it was."""
    result, after = getattr(student, name).with_inputs(x, functions, *others)
    kept = isinstance(after[1], list) and len(after[1]) == len(functions)
    kept = kept and all(callable(entry) or getattr(entry, "kind", "") == "function" for entry in after[1])
    expect(kept, "The list of functions should be after the call what it was before: work on a copy.")
    same = unchanged(x, after[0]) and unchanged(others, tuple(after[2:]))
    expect(same, "The arrays that were passed in should be after the call what they were before: work on copies.")
    return result
