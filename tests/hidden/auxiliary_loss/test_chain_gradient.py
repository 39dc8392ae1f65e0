"""Hidden suite of the exercise `chain_gradient`: gradients span forty decades, so each is compared by its share."""

import numpy as np
import pytest

from autograder.grading import expect_close
from solutions.auxiliary_loss import reference
from tests.hidden.auxiliary_loss.draws import DIFFERENCES, SHARE, chain, check_unmodified, worked_number

CALL = "chain_gradient(x, weights, slopes)"


@pytest.mark.points(5.5)
def test_product_of_input_slopes_and_later_weights(student, rng):
    """The gradient is the product of the input, all slopes and all weights but W1, with its sign, at any depth."""
    for depth in (4, 2, 3, 7, 60):
        case = chain(rng, depth)
        for sign in (1, -1):
            x, weights, slopes = case[0] * sign, *case[1:]
            got = student.chain_gradient(x, weights, slopes)
            expect_close(CALL, got, reference.chain_gradient(x, weights, slopes), **SHARE)


@pytest.mark.points(1.5)
def test_a_single_neuron(student, rng):
    """A chain of one neuron has no further weights: its gradient is the input times the slope."""
    x, weights, slopes = chain(rng, 1)
    expect_close(CALL, student.chain_gradient(x, weights, slopes), x * slopes[0], **SHARE)


@pytest.mark.points(1)
def test_arrays_do_as_well_as_lists(student, rng):
    """Arrays of weights and slopes give what lists give."""
    x, weights, slopes = chain(rng, 4)
    other = chain(rng, 4)
    want = worked_number(CALL, student.chain_gradient(x, weights, slopes), student.chain_gradient(*other), x)
    expect_close(CALL, student.chain_gradient(x, np.array(weights), np.array(slopes)), want, **SHARE)


@pytest.mark.points(1)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing the weights or the slopes."""
    (x, weights, slopes), y = chain(rng, 4), chain(rng, 4)
    got, after = student.chain_gradient.with_inputs(x, weights, slopes)
    worked_number(CALL, got, student.chain_gradient(*y), x)
    check_unmodified(("weights", "slopes"), (weights, slopes), after[1:])


@pytest.mark.redundant("does not rest on the reference, and holds that to account too")
@pytest.mark.points(1)
def test_agrees_with_central_differences(student, rng):
    """The gradient agrees with central differences of the output of a chain of four sigmoids."""
    x, weights = float(rng.choice([-2, 2])), rng.uniform(1, 3, size=4) * rng.choice([-1, 1], size=4)

    def activations(first):
        values = [x]
        for weight in (first, *weights[1:]):
            values.append(1 / (1 + np.exp(-weight * values[-1])))
        return np.array(values[1:])

    a, h = activations(weights[0]), 1e-5
    numeric = (activations(weights[0] + h)[-1] - activations(weights[0] - h)[-1]) / (2 * h)
    got = student.chain_gradient(x, weights[1:].tolist(), (a * (1 - a)).tolist())
    # Such gradients may be as small as 1e-6, of which differences keep five digits.
    expect_close(CALL, got, numeric, rtol=1e-4, atol=1e-3 * DIFFERENCES["atol"])
