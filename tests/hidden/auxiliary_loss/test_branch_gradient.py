"""Hidden suite of the exercise `branch_gradient`: the gradient of what `auxiliary_loss` gives in training."""

import numpy as np
import pytest

from autograder.grading import central_differences, expect_close, expect_worked
from solutions.auxiliary_loss import reference
from tests.hidden.auxiliary_loss.draws import CLOSE, DIFFERENCES, check_unmodified

CALL = "branch_gradient(d_main, d_aux, ...)"


def gradients(rng, shape=(2, 3, 4, 5)):
    """What comes back through the trunk and through a head."""
    return rng.normal(size=shape), rng.normal(size=shape)


@pytest.mark.points(8)
def test_both_gradients_add_up_under_the_weight_of_the_loss(student, rng):
    """The gradients of trunk and head add up; the head's carries the weight of its loss, once."""
    for shape, weight in (((2, 3, 4, 5), 0.15), ((4, 3), float(rng.uniform(0.4, 0.9))), ((6,), 2.5)):
        d_main, d_aux = gradients(rng, shape)
        want = reference.branch_gradient(d_main, d_aux, weight)
        expect_close(CALL, student.branch_gradient(d_main, d_aux, weight), want, **CLOSE)


@pytest.mark.points(3)
def test_default_is_the_weight_of_the_paper(student, rng):
    """Without a weight, the head's gradient carries the one that the paper gives each head."""
    d_main, d_aux = gradients(rng)
    got = student.branch_gradient(d_aux=d_aux, d_main=d_main)
    expect_close(CALL, got, reference.branch_gradient(d_main, d_aux), **CLOSE)


@pytest.mark.points(1.5)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing either gradient."""
    before = gradients(rng)
    got, after = student.branch_gradient.with_inputs(*before)
    expect_worked(CALL, got, before[0].shape, *before)
    check_unmodified(("d_main", "d_aux"), before, after)


@pytest.mark.redundant("ties the gradient to the loss: it does not rest on the reference's gradient")
@pytest.mark.points(2.5)
def test_agrees_with_central_differences_of_the_loss(student, rng):
    """The gradient agrees with central differences of main loss plus weighted auxiliary loss."""
    a, trunk, head = rng.normal(size=(3, 2, 4))
    weight = float(rng.uniform(0.1, 0.9))

    def loss():
        return reference.auxiliary_loss(float((trunk * a**2).sum()), [float((head * np.sin(a)).sum())], weight)

    numeric = central_differences(loss, a)
    got = student.branch_gradient(2 * trunk * a, head * np.cos(a), weight)
    expect_close(CALL, got, numeric, **DIFFERENCES)
