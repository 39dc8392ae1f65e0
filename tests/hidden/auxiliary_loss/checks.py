"""How far an answer to `auxiliary_loss` may be off, and what several hidden tests look at."""

from collections.abc import Iterable
from typing import Any

from autograder.suite import expect, expect_array, expect_close

# An answer may compute in float32 inside and is right all the same. Over a few hundred such answers its errors stay below 1e-6
# of numbers that are about one, so these bounds are a few times that. Two right orders of summation in float64 differ by 1e-15.
CLOSE = {"rtol": 5e-6, "atol": 5e-6}
# Single numbers of any size, down to 1e-30: what counts is the share by which they are off. A product of 120 factors in float32
# is off by some 1e-6.
SHARE = {"rtol": 2e-5}
# (f(x+h) - f(x-h)) / 2h itself loses 1e-16 / h = 1e-11 to rounding and h^2 = 1e-10 to curvature.
DIFFERENCES = {"rtol": 5e-6, "atol": 5e-6}
# float32 keeps seven digits; sums of some ten terms of either sign leave five of them.
SINGLE = {"rtol": 1e-4, "atol": 1e-4}


def worked_number(what: str, got: Any, *others: Any) -> float:
    """The same for a single number: it is none of `others`, which are inputs, or answers of the student's to other questions."""
    number = float(expect_array(what, got, ()))
    alike = [float(expect_array(what, other, ())) for other in others]
    expect(number not in alike, f"{what} should depend on all that it is given.")
    return number


def check_unmodified(names: Iterable[str], before: Iterable[Any], after: Iterable[Any]) -> None:
    """Arguments are as they were, exactly."""
    for name, old, new in zip(names, before, after, strict=True):
        expect_close(f"{name} after the call", new, old, rtol=0)
