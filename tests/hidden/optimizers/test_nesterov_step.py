"""Hidden suite of the exercise `nesterov_step`; the gradient is a function of the suite's, which writes down where it is asked."""

import pytest

from tests.hidden.optimizers.checks import (
    check_calls,
    check_corners,
    check_long_walk,
    check_special_walks,
    check_unmodified,
    check_walk_on_a_bowl,
)
from tests.hidden.optimizers.inputs import MANY, SIZE, STEPS, bowl, changing, slope, steady

RULE = "nesterov_step"
pytestmark = pytest.mark.free(RULE, returned=1, passed=2)  # the state is the student's own affair


@pytest.mark.points(3)
def test_many_steps(student, rng):
    """Many steps with the usual beta and one rate: the velocity takes the gradient of the look-ahead point."""
    check_walk_on_a_bowl(student, RULE, rng, steady(rng, MANY), edges=True)
    check_long_walk(student, RULE, rng, asks_for_gradients=True)


@pytest.mark.points(2)
def test_steps_with_another_beta(student, rng):
    """Steps with a longer and a shorter memory than usual, and with none."""
    for beta, steps in ((0.9999, STEPS), (0.5, STEPS), (0.0, 2)):
        check_walk_on_a_bowl(student, RULE, rng, steady(rng, steps), beta, edges=True)


@pytest.mark.points(2)
def test_steps_with_rates_that_change(student, rng):
    """Steps with rates that change, down to 0: a new rate does not reach what the velocity holds already."""
    check_walk_on_a_bowl(student, RULE, rng, changing(rng), edges=True, beta=0.9)


@pytest.mark.points(1.5)
def test_gradient_is_asked_for_once_at_the_look_ahead_point(student, rng):
    """Each step asks for the gradient once, where beta times the last step would lead."""
    check_calls(student, RULE, rng)


@pytest.mark.points(1)
def test_special_arrays_and_turns(student, rng):
    """Zeros, huge numbers, any shape and order in memory: the rule holds, also for weights that take turns or change between steps."""
    check_special_walks(student, RULE, rng, asks_for_gradients=True, beta=0.9)


@pytest.mark.points(1)
def test_integers_and_other_shapes(student, rng):
    """Integers give what the same numbers give in float64, and weights of two axes what they give in a row."""
    check_corners(student, RULE, [slope, slope])


@pytest.mark.points(1.5)
def test_nothing_is_modified(student, rng):
    """The step leaves w and the old state as they are."""
    check_unmodified(student, RULE, rng.normal(size=SIZE), [bowl(rng)[0]] * 3)
