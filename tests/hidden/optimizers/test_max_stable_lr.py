"""Hidden suite of the exercise `max_stable_lr`: symmetric matrices whose axes are turned, so that no entry is an eigenvalue."""

import numpy as np
import pytest

from autograder.suite import expect, expect_array, expect_close, expect_unmodified
from solutions.optimizers import reference
from tests.hidden.optimizers.checks import CLOSE

CALL = "max_stable_lr(hessian)"


def turned_bowl(rng, size):
    """A symmetric matrix with eigenvalues between 0.5 and 20, no two close together, and turned axes."""
    return turned(rng, np.geomspace(0.5, 20, size) * rng.uniform(0.8, 1.2, size=size))


def turned(rng, curvatures):
    """A symmetric matrix with these eigenvalues and turned axes."""
    axes, _ = np.linalg.qr(rng.normal(size=(len(curvatures), len(curvatures))))
    hessian = (axes * rng.permutation(curvatures)) @ axes.T
    return (hessian + hessian.T) / 2


@pytest.mark.points(2.5)
def test_limit_is_two_over_the_largest_curvature(student, rng):
    """The limit is two over the largest eigenvalue, for bowls of two and more weights with turned axes."""
    for size in (2, 5, 3):
        hessian = turned_bowl(rng, size)
        expect_close(CALL, student.max_stable_lr(hessian), reference.max_stable_lr(hessian), **CLOSE)


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_special_bowls(student, rng):
    """Bowls along the axes, of one weight, of integers, nearly round, very steep or very flat have limits; the matrix stays as it is."""
    curvatures = rng.permutation([0.5, 2.0, 9.0]) * rng.uniform(0.8, 1.2, size=3)
    bowl, nearly_round = turned_bowl(rng, 3), turned(rng, float(rng.uniform(1, 20)) * np.array([1, 0.97, 0.4]))
    # Ones are orthogonal to its steepest direction; times a power of two, they stay so to the last bit.
    across_ones = np.array([[2.0, -1.0], [-1.0, 2.0]])
    bowls = [
        *(np.diag(np.roll(curvatures, places)) for places in range(3)),
        np.diag([1.0, 3.0]),
        np.diag([2.0, 2.0]),
        across_ones * 2.0 ** rng.integers(-2, 3),
        np.array([[float(rng.uniform(0.5, 2.0))]]),
        np.array([[2, -1, 0], [-1, 2, -1], [0, -1, 3]]),
        np.asfortranarray(nearly_round),
        turned(rng, np.array([1, 0.9999, 0.4])),
        1e7 * bowl,
        1e-4 * bowl,
        1e-14 * bowl,
    ]
    limits = [expect_unmodified(student.max_stable_lr, "hessian", hessian) for hessian in bowls]
    for hessian, limit in zip(bowls, limits, strict=True):
        expect_close(CALL, limit, reference.max_stable_lr(hessian), rtol=CLOSE["rtol"])  # the limits are of any size


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
