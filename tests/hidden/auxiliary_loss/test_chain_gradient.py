"""Hidden suite of the exercise `chain_gradient`: gradients span forty decades, so each is compared by its share."""

import numpy as np
import pytest

from autograder.suite import corners, expect_array, expect_close, expect_unmodified
from solutions.auxiliary_loss import reference
from tests.hidden.auxiliary_loss.cases import beside
from tests.hidden.auxiliary_loss.checks import CLOSE, DIFFERENCES, SHARE, worked_number
from tests.hidden.auxiliary_loss.inputs import chain

CALL = "chain_gradient(x, weights, slopes)"


@pytest.mark.points(5)
def test_product_of_input_slopes_and_later_weights(student, rng):
    """The gradient is the product of the input, all slopes and all weights but W1, with its sign, at any depth."""
    chains = [chain(rng, depth) for depth in (4, 2, 3, 7, 60)]
    x, weights, slopes = chains[3]
    vanishing, exploding = ((x, weights, [scale * slope for slope in slopes]) for scale in (1e-4, 1e4))
    for case in (*chains, vanishing, exploding):
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


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_special_numbers_are_like_any_others(student, rng):
    """Zeros and equal numbers are factors like any others, in lists and in arrays."""
    questions = [special for depth in (2, 3) for special in special_chains(rng, depth)]
    lists = [(x, weights.tolist(), slopes.tolist()) for x, weights, slopes in questions]
    near = [student.chain_gradient(*beside(rng, list(question))) for question in lists]
    answers = [[student.chain_gradient(*question) for question in pair] for pair in zip(questions, lists, strict=True)]
    worked_number(CALL, answers[0][0], near[-1], questions[0][0])
    for pair, other in zip(answers, near, strict=True):
        for got in pair:
            expect_close(CALL, got, expect_array(CALL, other, ()), **CLOSE)


def special_chains(rng, depth):
    """Chains of this depth, with an odd number of negative slopes, each special in another way."""
    x, weights, slopes = chain(rng, depth)
    signs = np.where(np.arange(depth) == 0, -1, 1)
    yield from corners(x, np.array(weights), np.abs(slopes) * signs)
    yield 0.0, np.array(weights), np.array(slopes)


@pytest.mark.points(1)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing the weights or the slopes."""
    (x, weights, slopes), y = chain(rng, 4), chain(rng, 4)
    for kind in (list, np.array):
        got = expect_unmodified(student.chain_gradient, "x weights slopes", x, kind(weights), kind(slopes))
        worked_number(CALL, got, student.chain_gradient(*y), x)


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
