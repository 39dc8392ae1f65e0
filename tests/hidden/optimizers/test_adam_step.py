"""Hidden suite of the exercise `adam_step`: walks of several steps, in which the corrections fade."""

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

RULE = "adam_step"
pytestmark = pytest.mark.free(RULE, returned=1, passed=2)  # the state is the student's own affair
USUAL = {"beta1": 0.9, "beta2": 0.999}


@pytest.mark.points(5)
def test_many_steps(student, rng):
    """Many steps with the usual parameters: both averages are corrected for their start at zero."""
    check_walk_on_gradients(student, RULE, rng, steady(rng, MANY))
    check_long_walk(student, RULE, rng)


@pytest.mark.points(2.5)
def test_steps_with_other_memories(student, rng):
    """Steps with longer and shorter memories than usual, and with none."""
    for beta1, beta2, steps in ((0.5, 0.9, STEPS), (0.95, 0.4, STEPS), (0.0, 0.0, 2)):
        check_walk_on_gradients(student, RULE, rng, steady(rng, steps), beta1, beta2)


@pytest.mark.points(2)
def test_steps_with_rates_that_change(student, rng):
    """Steps with rates that change, down to 0: each step uses its own rate for the whole average."""
    check_walk_on_gradients(student, RULE, rng, changing(rng), **USUAL)


@pytest.mark.points(2)
def test_epsilon_is_added_to_the_corrected_root(student, rng):
    """Epsilon is added to the corrected root: seen with large and tiny ones, and with gradients that are zero or of its size."""
    check_walk_on_gradients(student, RULE, rng, steady(rng), edges=True, eps=1e-2, **USUAL)
    check_walk_on_gradients(student, RULE, rng, steady(rng, 2), eps=1.5, **USUAL)
    check_walk_on_gradients(student, RULE, rng, steady(rng, 2), edges=True, **USUAL)
    check_tiny_epsilon(student, RULE, rng, **USUAL)


@pytest.mark.redundant("does not rest on the reference, and says what the corrections are there for")
@pytest.mark.points(1)
def test_first_step_has_the_size_of_the_rate(student, rng):
    """The first step is lr against the sign of the gradient, however large that is."""

    def law(case):
        w, grad = case
        new, _ = answer(student, RULE, w, grad, {}, 0.1)
        moved = expect_array("w", new, w.shape) - w
        expect_close(
            "the first step", moved, -0.1 * np.sign(grad), rtol=1e-4
        )  # epsilon beside the smallest gradient: 1e-6

    for_all(rng, first_steps(rng), law)


@pytest.mark.points(1)
def test_special_arrays_and_turns(student, rng):
    """Zeros, huge numbers, any shape and order in memory: the rule holds, also for weights that take turns or change between steps."""
    check_special_walks(student, RULE, rng, eps=1e-8, **USUAL)


@pytest.mark.points(1)
def test_integers_and_other_shapes(student, rng):
    """Integers give what the same numbers give in float64, and weights of two axes what they give in a row."""
    check_corners(student, RULE, [np.array([1, -2, 4]), np.array([-3, 1, 1])])


@pytest.mark.points(1.5)
def test_nothing_is_modified(student, rng):
    """The step leaves w, grad and the old state as they are."""
    check_unmodified(student, RULE, rng.normal(size=SIZE), gradients(rng, 3))
