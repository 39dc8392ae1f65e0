"""How far an answer to `inception_module` may be off, and how several answers are compared."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograder.suite import expect_close

# An answer may compute in float32 inside and is right all the same. Its errors stay below 1e-6 of numbers that are about one,
# so these bounds are a few times that. Two right orders of summation in float64 differ by 1e-15.
FORWARD = {"rtol": 2e-6, "atol": 2e-6}
# A gradient of a weight sums over all pixels of the batch, products of either sign.
BACKWARD = {"rtol": 5e-6, "atol": 5e-6}
# (f(x+h) - f(x-h)) / 2h itself loses only 1e-16 / h = 1e-11 to rounding; the module has no curvature between kinks.
DIFFERENCES = {"rtol": 5e-6, "atol": 5e-6}
# float32 keeps seven digits; sums of up to a hundred terms of either sign leave five of them.
SINGLE = {"rtol": 1e-4, "atol": 1e-4}


def check_all(
    name: str, got: Iterable[Any], want: Iterable[np.ndarray], tolerance: dict[str, float], least: float = 1.0
) -> None:
    """Answers that were all asked for before, each with what should have come; large ones may be off in proportion.

    least: the size below which they may be off no less; that of the inputs, where those are tiny
    """
    for one, wanted in zip(got, want, strict=True):
        size = max(least, float(np.abs(wanted).max(initial=0.0)))
        expect_close(name, one, wanted, rtol=tolerance["rtol"], atol=tolerance["atol"] * size)
