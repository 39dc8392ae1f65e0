"""Hidden suite of the exercise `rmsprop_step`: large and tiny epsilons, and gradients as small as they are."""

import numpy as np
import pytest

from autograder.suite import expect_array, expect_close, for_all
from tests.hidden.optimizers.cases import first_steps
from tests.hidden.optimizers.checks import (
    answer,
    check_corners,
    check_long_walk,
    check_special_walks,
    check_tiny_epsilon,
    check_unmodified,
    check_walk_on_gradients,
)
from tests.hidden.optimizers.inputs import MANY, SIZE, STEPS, changing, gradients, steady

RULE = "rmsprop_step"
pytestmark = pytest.mark.free(RULE, returned=1, passed=2)  # the state is the student's own affair


@pytest.mark.points(3)
def test_many_steps(student, rng):
    """Many steps with the usual rho: every weight is divided by the root of its own average of squares."""
    check_walk_on_gradients(student, RULE, rng, steady(rng, MANY))
    check_long_walk(student, RULE, rng)


@pytest.mark.points(1.5)
def test_steps_with_another_rho(student, rng):
    """Steps with a longer and a shorter memory than usual, with none, and with rates that change."""
    for rho, steps in ((0.99, STEPS), (0.5, STEPS), (0.0, 2)):
        check_walk_on_gradients(student, RULE, rng, changing(rng)[:steps], rho)


@pytest.mark.points(1)
def test_epsilon_is_added_outside_the_root(student, rng):
    """Epsilon is added outside the root: seen with large and tiny ones, and with gradients that are zero or of its size."""
    check_walk_on_gradients(student, RULE, rng, steady(rng), edges=True, rho=0.9, eps=1e-2)
    check_walk_on_gradients(student, RULE, rng, steady(rng, 2), rho=0.9999, eps=1.5)
    check_walk_on_gradients(student, RULE, rng, steady(rng, 2), edges=True, rho=0.9)
    check_tiny_epsilon(student, RULE, rng, rho=0.9)


@pytest.mark.redundant("does not rest on the reference, and says what the rule does to the scale of a gradient")
@pytest.mark.points(1)
def test_first_step_does_not_depend_on_the_scale(student, rng):
    """The first step is lr / sqrt(1 - rho) against the sign of the gradient, however large that is."""

    def law(case):
        w, grad = case
        new, _ = answer(student, RULE, w, grad, {}, 0.1, rho=0.75)
        moved = expect_array("w", new, w.shape) - w
        expect_close(
            "the first step", moved, -0.2 * np.sign(grad), rtol=1e-4
        )  # epsilon beside the smallest gradient: 1e-6

    for_all(rng, first_steps(rng), law)


@pytest.mark.points(1)
def test_special_arrays_and_turns(student, rng):
    """Zeros, huge numbers, any shape and order in memory: the rule holds, also for weights that take turns or change between steps."""
    check_special_walks(student, RULE, rng, rho=0.9, eps=1e-8)


@pytest.mark.points(1)
def test_integers_and_other_shapes(student, rng):
    """Integers give what the same numbers give in float64, and weights of two axes what they give in a row."""
    check_corners(student, RULE, [np.array([1, -2, 4]), np.array([-3, 1, 1])], rho=0.9)


@pytest.mark.points(1.5)
def test_nothing_is_modified(student, rng):
    """The step leaves w, grad and the old state as they are."""
    check_unmodified(student, RULE, rng.normal(size=SIZE), gradients(rng, 3), rho=0.9)
