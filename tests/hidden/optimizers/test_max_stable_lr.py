"""Hidden suite of the exercise `max_stable_lr`: symmetric matrices whose axes are turned, so that no entry is an eigenvalue."""

import numpy as np
import pytest

from autograder.grading import expect, expect_array, expect_close
from solutions.optimizers import reference
from tests.hidden.optimizers.walks import CLOSE

CALL = "max_stable_lr(hessian)"


def turned_bowl(rng, size):
    """A symmetric matrix with eigenvalues between 0.5 and 20, no two close together, and turned axes."""
    axes, _ = np.linalg.qr(rng.normal(size=(size, size)))
    curvatures = np.geomspace(0.5, 20, size) * rng.uniform(0.8, 1.2, size=size)
    hessian = (axes * rng.permutation(curvatures)) @ axes.T
    return (hessian + hessian.T) / 2


@pytest.mark.points(3.5)
def test_limit_is_two_over_the_largest_curvature(student, rng):
    """The limit is two over the largest eigenvalue, for bowls of two and more weights with turned axes."""
    for size in (2, 5, 3):
        hessian = turned_bowl(rng, size)
        expect_close(CALL, student.max_stable_lr(hessian), reference.max_stable_lr(hessian), **CLOSE)


@pytest.mark.redundant("does not rest on the reference, and says what the number means")
@pytest.mark.points(1.5)
def test_below_the_limit_descent_converges_and_above_it_diverges(student, rng):
    """Just below the limit every step shrinks the distance to the minimum, just above it some distances grow."""
    hessian = turned_bowl(rng, 4)
    limit = float(expect_array(CALL, student.max_stable_lr(hessian), ()))
    expect(0 < limit < 100, "A learning rate of that size makes no sense for this bowl.")
    for share, converges in ((0.99, True), (1.01, False)):
        one_step = np.eye(4) - share * limit * hessian
        word = "converge" if converges else "diverge"
        expect(
            bool(np.linalg.norm(one_step, 2) < 1) == converges,
            f"At {share:g} times this rate, descent does not {word}.",
        )
