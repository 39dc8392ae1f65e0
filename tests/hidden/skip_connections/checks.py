"""How far an answer to `skip_connections` may be off, and whether it is."""

from typing import Any

import numpy as np

from autograder.suite import as_numbers, expect_close

# An answer may compute in float32 inside and is right all the same. Over a few hundred such blocks its errors stay below 1e-6 of
# numbers that are about one, so these bounds are a few times that. Two right orders of summation in float64 differ by 1e-15.
FORWARD = {"rtol": 2e-6, "atol": 2e-6}
# A gradient sums more and longer products, some of which cancel.
BACKWARD = {"rtol": 5e-6, "atol": 5e-6}
# (f(x+h) - f(x-h)) / 2h itself loses only 1e-16 / h = 1e-11 to rounding; the blocks have no curvature between kinks.
DIFFERENCES = {"rtol": 5e-6, "atol": 5e-6}
# float32 keeps seven digits; sums of some ten terms of either sign leave five of them.
SINGLE = {"rtol": 1e-4, "atol": 1e-4}


def expect_scaled(what: str, got: Any, plain: Any, factor: float, *, rtol: float, atol: float) -> None:
    """An answer is `factor` times another one of the same student; so is how far it may be off."""
    expect_close(what, got, factor * as_numbers(what, plain), rtol=rtol, atol=factor * atol)


def out_is_right(out: Any, want: np.ndarray) -> bool:
    """Whether a forward pass gave the right numbers. Where not, its cache holds others too, which is no second slip."""
    values = as_numbers("out", out)
    return values.shape == want.shape and np.allclose(values, want, rtol=FORWARD["rtol"], atol=FORWARD["atol"])
