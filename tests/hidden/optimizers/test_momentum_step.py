"""Hidden suite of the exercise `momentum_step`: walks of several steps; what the state holds is the student's own affair."""

import numpy as np
import pytest

from autograder.suite import expect_array, expect_close
from tests.hidden.optimizers.checks import (
    CLOSE,
    answer,
    check_corners,
    check_long_walk,
    check_special_walks,
    check_unmodified,
    check_walk_on_gradients,
)
from tests.hidden.optimizers.inputs import MANY, SIZE, STEPS, changing, gradients, steady

RULE = "momentum_step"
pytestmark = pytest.mark.free(RULE, returned=1, passed=2)  # the state is the student's own affair


@pytest.mark.points(3.5)
def test_many_steps(student, rng):
    """Many steps with the usual beta and one rate: the velocity is an exponential average of the gradients."""
    check_walk_on_gradients(student, RULE, rng, steady(rng, MANY), edges=True)
    check_long_walk(student, RULE, rng)


@pytest.mark.points(2)
def test_steps_with_another_beta(student, rng):
    """Steps with a longer and a shorter memory than usual, and with none."""
    for beta, steps in ((0.9999, STEPS), (0.5, STEPS), (0.0, 2)):
        check_walk_on_gradients(student, RULE, rng, steady(rng, steps), beta, edges=True)


@pytest.mark.points(2)
def test_steps_with_rates_that_change(student, rng):
    """Steps with rates that change, down to 0: each step uses its own rate for the whole velocity."""
    check_walk_on_gradients(student, RULE, rng, changing(rng), edges=True, beta=0.9)


@pytest.mark.redundant("does not rest on the reference, and says what an average is worth in terms of a heavy ball")
@pytest.mark.points(1)
def test_average_equals_a_heavy_ball_with_a_smaller_rate(student, rng):
    """With one rate, the weights are where a heavy ball takes them whose rate is 1 - beta times as large."""
    beta, lr, grads, w = 0.8, 0.1, gradients(rng), rng.normal(size=SIZE)
    # Each gradient has pushed the ball once in its own step, and by beta times as much in each step since.
    pushes = sum(grad * sum(beta**age for age in range(len(grads) - step)) for step, grad in enumerate(grads))
    end, state = w, {}
    for grad in grads:
        end, state = answer(student, RULE, end, grad, state, lr, beta=beta)
        end = expect_array("w", end, w.shape)
    expect_close("w after the last step", end, w - lr * (1 - beta) * pushes, **CLOSE)


@pytest.mark.points(1)
def test_special_arrays_and_turns(student, rng):
    """Zeros, huge numbers, any shape and order in memory: the rule holds, also for weights that take turns or change between steps."""
    check_special_walks(student, RULE, rng, beta=0.9)


@pytest.mark.points(1)
def test_integers_and_other_shapes(student, rng):
    """Integers give what the same numbers give in float64, and weights of two axes what they give in a row."""
    check_corners(student, RULE, [np.array([1, -2, 4]), np.array([-3, 1, 1])])


@pytest.mark.points(1.5)
def test_nothing_is_modified(student, rng):
    """The step leaves w, grad and the old state as they are."""
    check_unmodified(student, RULE, rng.normal(size=SIZE), gradients(rng, 3))
