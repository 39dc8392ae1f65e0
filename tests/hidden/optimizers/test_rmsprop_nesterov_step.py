"""Hidden suite of the exercise `rmsprop_nesterov_step`; the gradient is a function of the suite's, which writes down where it is asked."""

import pytest

from tests.hidden.optimizers.checks import (
    check_calls,
    check_corners,
    check_long_walk,
    check_special_walks,
    check_tiny_epsilon,
    check_unmodified,
    check_walk_on_a_bowl,
)
from tests.hidden.optimizers.inputs import MANY, SIZE, STEPS, bowl, changing, slope, steady

RULE = "rmsprop_nesterov_step"
pytestmark = pytest.mark.free(RULE, returned=1, passed=2)  # the state is the student's own affair


@pytest.mark.points(3)
def test_many_steps(student, rng):
    """Many steps with the usual parameters: the rescaled gradient of the look-ahead point drives the velocity."""
    check_walk_on_a_bowl(student, RULE, rng, steady(rng, MANY))
    check_long_walk(student, RULE, rng, asks_for_gradients=True)


@pytest.mark.points(1.5)
def test_steps_with_other_memories(student, rng):
    """Steps in which squares and velocity are remembered for different times, or not at all."""
    for rho, beta, steps in ((0.8, 0.5, STEPS), (0.4, 0.9999, STEPS), (0.0, 0.0, 2)):
        check_walk_on_a_bowl(student, RULE, rng, steady(rng, steps), rho, beta)


@pytest.mark.points(1.5)
def test_steps_with_rates_that_change(student, rng):
    """Steps with rates that change, down to 0: a new rate does not reach what the velocity holds already."""
    check_walk_on_a_bowl(student, RULE, rng, changing(rng), rho=0.9, beta=0.9)


@pytest.mark.points(1.5)
def test_epsilon_is_added_outside_the_root(student, rng):
    """Epsilon is added outside the root: seen with large and tiny ones, and with gradients that are zero or of its size."""
    check_walk_on_a_bowl(student, RULE, rng, steady(rng), edges=True, rho=0.9, beta=0.9, eps=1e-2)
    check_walk_on_a_bowl(student, RULE, rng, steady(rng, 2), rho=0.9999, beta=0.9, eps=1.5)
    check_walk_on_a_bowl(student, RULE, rng, steady(rng, 2), edges=True, rho=0.9, beta=0.9)
    check_tiny_epsilon(student, RULE, rng, asks_for_gradients=True, rho=0.9, beta=0.9)


@pytest.mark.points(1)
def test_gradient_is_asked_for_once_at_the_look_ahead_point(student, rng):
    """Each step asks for the gradient once, where beta times the last step would lead."""
    check_calls(student, RULE, rng)


@pytest.mark.points(1)
def test_special_arrays_and_turns(student, rng):
    """Zeros, huge numbers, any shape and order in memory: the rule holds, also for weights that take turns or change between steps."""
    check_special_walks(student, RULE, rng, asks_for_gradients=True, rho=0.9, beta=0.9, eps=1e-8)


@pytest.mark.points(1)
def test_integers_and_other_shapes(student, rng):
    """Integers give what the same numbers give in float64, and weights of two axes what they give in a row."""
    check_corners(student, RULE, [slope, slope])


@pytest.mark.points(1.5)
def test_nothing_is_modified(student, rng):
    """The step leaves w and the old state as they are."""
    check_unmodified(student, RULE, rng.normal(size=SIZE), [bowl(rng)[0]] * 3)
