"""Hidden suite of the exercise `adagrad_step`: large and tiny epsilons, and gradients as small as they are."""

import numpy as np
import pytest

from autograder.suite import expect, expect_array
from tests.hidden.optimizers.checks import (
    answer,
    check_corners,
    check_long_walk,
    check_special_walks,
    check_tiny_epsilon,
    check_unmodified,
    check_walk_on_gradients,
)
from tests.hidden.optimizers.inputs import MANY, SIZE, STEPS, changing, gradients, signed, steady

RULE = "adagrad_step"
pytestmark = pytest.mark.free(RULE, returned=1, passed=2)  # the state is the student's own affair


@pytest.mark.points(4)
def test_many_steps(student, rng):
    """Steps with one rate, and with rates that change, down to 0: every weight is divided by the root of its own sum of squares."""
    for rates in (steady(rng, MANY), changing(rng)):
        check_walk_on_gradients(student, RULE, rng, rates)
    check_long_walk(student, RULE, rng)


@pytest.mark.points(1.5)
def test_epsilon_is_added_outside_the_root(student, rng):
    """Epsilon is added outside the root: seen with large and tiny ones, and with gradients that are zero or of its size."""
    check_walk_on_gradients(student, RULE, rng, [0.1], edges=True, eps=1e-2)
    check_walk_on_gradients(student, RULE, rng, [0.1], eps=1.5)
    check_walk_on_gradients(student, RULE, rng, [0.1], edges=True, eps=1e-8)
    check_tiny_epsilon(student, RULE, rng)


@pytest.mark.redundant("does not rest on the reference, and says what the lecture warns of: the rate may die too early")
@pytest.mark.points(1)
def test_effective_rate_never_grows(student, rng):
    """With a constant gradient each step is shorter than the one before, as one over the root of their number."""
    w, grad, state, moved = rng.normal(size=3), signed(rng, 3), {}, []
    for _ in range(STEPS):
        new, state = answer(student, RULE, w, grad, state, 0.1)
        new = expect_array("w", new, w.shape)
        moved.append(np.abs(new - w))
        w = new
    shrinking = [np.allclose(step * np.sqrt(number), moved[0], rtol=1e-3) for number, step in enumerate(moved, start=1)]
    expect(all(shrinking), "Under a constant gradient, steps should shrink with the root of their number.")


@pytest.mark.points(1)
def test_special_arrays_and_turns(student, rng):
    """Zeros, huge numbers, any shape and order in memory: the rule holds, also for weights that take turns or change between steps."""
    check_special_walks(student, RULE, rng, eps=1e-8)


@pytest.mark.points(1)
def test_integers_and_other_shapes(student, rng):
    """Integers give what the same numbers give in float64, and weights of two axes what they give in a row."""
    check_corners(student, RULE, [np.array([1, -2, 4]), np.array([-3, 1, 1])])


@pytest.mark.points(1.5)
def test_nothing_is_modified(student, rng):
    """The step leaves w, grad and the old state as they are."""
    check_unmodified(student, RULE, rng.normal(size=SIZE), gradients(rng, 3))
