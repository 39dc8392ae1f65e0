"""Hidden suite of the exercise `gradient_norms`: the docstring fixes every draw, so norms are compared one by one."""

import numpy as np
import pytest

from autograder.grading import expect, expect_close
from solutions.skip_connections import reference
from tests.hidden.skip_connections.draws import BACKWARD, numbers

CALL = "gradient_norms(depth, skip, rng)"


def check_norms(student, rng, depth, skip):
    """The student's norms are the reference's, from the same state of rng. Norms span fifty decades: no atol."""
    seed = int(rng.integers(2**31))
    got = student.gradient_norms(depth, skip, np.random.default_rng(seed))
    want = reference.gradient_norms(depth, skip, np.random.default_rng(seed))
    expect_close(CALL, got, want, rtol=BACKWARD["rtol"])


@pytest.mark.points(1.5)
def test_norms_of_a_plain_stack(student, rng):
    """Without skips, every block's norm is that of the stack in the docstring."""
    check_norms(student, rng, 7, skip=False)


@pytest.mark.points(1.5)
def test_norms_of_a_stack_with_skips(student, rng):
    """With skips, every block's norm is that of the stack in the docstring."""
    check_norms(student, rng, 7, skip=True)


@pytest.mark.points(1)
def test_one_block_and_a_hundred(student, rng):
    """A single block has an array of one norm, a hundred blocks have a hundred, none of them negative."""
    for skip in (False, True):
        for depth in (1, 100):
            norms = numbers(CALL, student.gradient_norms(depth, skip, rng), (depth,))
            expect(bool((norms >= 0).all()), "A norm is never negative.")
        expect(bool(np.ptp(norms) > 0), "A hundred blocks should not all have the same norm.")


@pytest.mark.redundant(
    "an answer that draws in another order, and fails the tests of the norms, still shows what the exercise is about"
)
@pytest.mark.points(1)
def test_plain_collapses_and_skips_do_not(student, rng):
    """Over 40 blocks the gradient collapses towards the input without skips, and survives with them."""
    plain, skips = (numbers(CALL, student.gradient_norms(40, skip, rng), (40,)) for skip in (False, True))
    expect(bool((plain >= 0).all() and (skips > 0).all()), "Norms are positive.")
    # First over last norm of the reference in 1,000 seeds: below 1e-18 without skips, 0.07 to 0.66 with them.
    first, last = float(plain[0]), float(plain[-1])
    expect(first < 1e-9 * last, "Without skips, the first block's gradient should be tiny beside the last's.")
    first, last = float(skips[0]), float(skips[-1])
    expect(1e-3 * last < first < 1e2 * last, "With skips, the first block's gradient should be near the last's.")
