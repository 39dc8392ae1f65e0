"""Hidden suite of the exercise `gradient_norms`: the docstring fixes every draw, so norms are compared one by one."""

import numpy as np
import pytest

from autograder.suite import expect_array, expect_close
from solutions.skip_connections import reference
from tests.hidden.skip_connections.checks import BACKWARD

CALL = "gradient_norms(depth, skip, rng)"


def check_norms(student, rng, depth, skip, rtol=BACKWARD["rtol"]):
    """The student's norms are the reference's, from the same state of rng. They span fifty decades: no atol."""
    seed = int(rng.integers(2**31))
    got = student.gradient_norms(depth, skip, np.random.default_rng(seed))
    want = reference.gradient_norms(depth, skip, np.random.default_rng(seed))
    expect_close(f"{CALL} beside the right norms", expect_array(CALL, got, (depth,)) / want, np.ones(depth), rtol=rtol)


@pytest.mark.points(2.5)
def test_norms_of_a_plain_stack(student, rng):
    """Without skips, every block's norm is that of the stack in the docstring, from one block to a hundred."""
    check_norms(student, rng, 1, skip=False)
    check_norms(student, rng, 7, skip=False)
    check_norms(student, rng, 100, skip=False)  # float32 inside has no numbers as small as these norms


@pytest.mark.points(2.5)
def test_norms_of_a_stack_with_skips(student, rng):
    """With skips, every block's norm is that of the stack in the docstring, from one block to a hundred."""
    check_norms(student, rng, 1, skip=True)
    check_norms(student, rng, 7, skip=True)
    check_norms(student, rng, 100, skip=True, rtol=1e-3)  # float32 inside loses a digit in each thirty blocks
