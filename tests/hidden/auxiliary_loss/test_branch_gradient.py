"""Hidden suite of the exercise `branch_gradient`: the gradient of what `auxiliary_loss` gives in training."""

import math

import numpy as np
import pytest

from autograder.suite import central_differences, corners, expect_array, expect_close, expect_unmodified, expect_worked
from solutions.auxiliary_loss import reference
from tests.hidden.auxiliary_loss.cases import beside
from tests.hidden.auxiliary_loss.checks import CLOSE, DIFFERENCES

CALL = "branch_gradient(d_main, d_aux, ...)"


def gradients(rng, shape=(2, 3, 4, 5)):
    """What comes back through the trunk and through a head."""
    return rng.normal(size=shape), rng.normal(size=shape)


@pytest.mark.points(7)
def test_both_gradients_add_up_under_the_weight_of_the_loss(student, rng):
    """The gradients of trunk and head add up; the head's carries the weight of its loss, once."""
    for shape, weight in (((2, 3, 4, 5), 0.15), ((4, 3), float(rng.uniform(0.4, 0.9))), ((4, 3), 0.7), ((6,), 2.5)):
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
    got = expect_unmodified(student.branch_gradient, "d_main d_aux weight", *before, 0.4)
    expect_worked(CALL, got, before[0].shape, *before)


SHAPES = ((), (1,), (1, 6), (6, 1), (3, 3), (1, 1, 6), (2, 1, 3), (2, 3, 1), (1, 3, 4, 2), (3, 1, 4, 2), (3, 4, 1, 2))
SHAPES += ((2, 2, 2), (2, 3, 4), (3, 4, 2, 1), (2, 2, 2, 2), (1, 1, 1, 1))


@pytest.mark.points(1)
def test_arrays_of_any_shape(student, rng):
    """Each entry is on its own: neither shape, size of the numbers nor order in memory counts, and zeros are nothing special."""
    d_main, d_aux = gradients(rng, (24,))
    cases = [(beside(rng, main), beside(rng, aux), main, aux) for main, aux in corners(*gradients(rng, (4, 3)))]
    flat = student.branch_gradient(d_main, d_aux, 0.4)
    shaped = [
        student.branch_gradient(*(part[: math.prod(shape)].reshape(shape) for part in (d_main, d_aux)), 0.4)
        for shape in SHAPES
    ]
    sized = {scale: student.branch_gradient(scale * d_main, scale * d_aux, 0.4) for scale in (1e-12, 1e3)}
    unweighted = [student.branch_gradient(d_main, d_aux, weight) for weight in (0.0, 1e-8)]
    answers = [[student.branch_gradient(*pair, 0.4) for pair in (case[:2], case[2:])] for case in cases]
    flat = expect_worked(CALL, flat, (24,), d_main, d_aux)
    for shape, got in zip(SHAPES, shaped, strict=True):
        expect_close(CALL, got, flat[: math.prod(shape)].reshape(shape), **CLOSE)
    for scale, got in sized.items():
        expect_close(CALL, expect_array(CALL, got, (24,)) / scale, flat, **CLOSE)
    expect_close(CALL, unweighted[0], expect_array(CALL, unweighted[1], (24,)), **CLOSE)
    for near, got in answers:
        expect_close(CALL, got, expect_array(CALL, near, (4, 3)), **CLOSE)


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
