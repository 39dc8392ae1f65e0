"""Hidden suite of the exercise `preactivation`: both functions, the backward one on the reference's cache."""

import numpy as np
import pytest

from autograder.grading import expect_close, expect_keys, expect_tuple
from solutions.skip_connections import reference
from tests.hidden.skip_connections.draws import (
    BACKWARD,
    DIFFERENCES,
    FORWARD,
    SINGLE,
    central_differences,
    preactivation_block,
    preactivation_gradient,
)

FORWARD_CALL = "preactivation_forward(x, params)"
BACKWARD_CALL = "preactivation_backward(dout, cache)"
PARAMS = ("W1", "b1", "W2", "b2")


def forward(student, x, params):
    """Ask the student's forward pass for out and cache."""
    return expect_tuple(FORWARD_CALL, student.preactivation_forward(x, params), 2)


def backward(student, dout, cache):
    """Ask the student's backward pass for dx and the gradients of the parameters."""
    dx, grads = expect_tuple(BACKWARD_CALL, student.preactivation_backward(dout, cache), 2)
    return dx, expect_keys("grads", grads, PARAMS)


def check_gradient(student, rng, key):
    """The student's gradient of one parameter is the reference's."""
    dout, cache = preactivation_gradient(rng)
    _, grads = backward(student, dout, cache)
    expect_close(f'grads["{key}"]', grads[key], reference.preactivation_backward(dout, cache)[1][key], **BACKWARD)


@pytest.mark.points(3)
def test_relu_stands_in_the_branch_only(student, rng):
    """The ReLUs stand inside the branch; x itself is added, and nothing follows the sum."""
    x, params = preactivation_block(rng)
    out, _ = forward(student, x, params)
    expect_close("out", out, reference.preactivation_forward(x, params)[0], **FORWARD)


@pytest.mark.points(1)
def test_constant_branch_shifts_x(student, rng):
    """When the branch gives b2 alone, the block returns x + b2, negative entries too."""
    x, params = preactivation_block(rng)
    params["W2"] = np.zeros_like(params["W2"])
    out, _ = forward(student, x, params)
    expect_close("out", out, x + params["b2"], **FORWARD)


@pytest.mark.points(1.5)
def test_cache_keeps_every_layer(student, rng):
    """The cache keeps x, its ReLU, the first layer before and after its ReLU, and the parameters."""
    x, params = preactivation_block(rng)
    want = reference.preactivation_forward(x, params)[1]
    cache = expect_keys("cache", forward(student, x, params)[1], tuple(want))
    for key in ("x", "a0", "z1", "a1"):
        expect_close(f'cache["{key}"]', cache[key], want[key], **FORWARD)
    kept = expect_keys('cache["params"]', cache["params"], PARAMS)
    for key in PARAMS:
        expect_close(f'cache["params"]["{key}"]', kept[key], params[key], **FORWARD)


@pytest.mark.points(0.5)
def test_batch_of_one(student, rng):
    """A single row, and layers of one unit, work like any other size, forward and back."""
    for sizes in ((5, 1), (1, 3)):
        x, params = preactivation_block(rng, sizes, rows=1)
        want_out, cache = reference.preactivation_forward(x, params)
        expect_close("out", forward(student, x, params)[0], want_out, **FORWARD)
        dout = rng.normal(size=x.shape)
        want_dx, want = reference.preactivation_backward(dout, cache)
        dx, grads = backward(student, dout, cache)
        expect_close("dx", dx, want_dx, **BACKWARD)
        for key in PARAMS:
            expect_close(f'grads["{key}"]', grads[key], want[key], **BACKWARD)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: nothing is cut off to whole numbers."""
    x, params = preactivation_block(rng)
    whole = np.array([[-3, -1, 2, 5], [4, 1, -2, 1]])
    out, _ = forward(student, whole, params)
    expect_close("out for integer x", out, reference.preactivation_forward(whole, params)[0], **FORWARD)
    out, _ = forward(student, x.astype(np.float32), params)
    expect_close("out for float32 x", out, reference.preactivation_forward(x, params)[0], **SINGLE)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """Right answers come without changing x, the parameters, dout or the cache."""
    x, params = preactivation_block(rng)
    want_out, cache = reference.preactivation_forward(x, params)
    result, (x_after, params_after) = student.preactivation_forward.with_inputs(x, params)
    expect_close("out", expect_tuple(FORWARD_CALL, result, 2)[0], want_out, **FORWARD)
    expect_close("x after the call", x_after, x, rtol=0)
    after = expect_keys("params after the call", params_after, PARAMS)
    for key in PARAMS:
        expect_close(f'params["{key}"] after the call', after[key], params[key], rtol=0)

    dout = rng.normal(size=x.shape)
    result, (dout_after, cache_after) = student.preactivation_backward.with_inputs(dout, cache)
    dx, _ = expect_tuple(BACKWARD_CALL, result, 2)
    expect_close("dx", dx, reference.preactivation_backward(dout, cache)[0], **BACKWARD)
    expect_close("dout after the call", dout_after, dout, rtol=0)
    after = expect_keys("cache after the call", cache_after, tuple(cache))
    for key in ("x", "a0", "z1", "a1"):
        expect_close(f'cache["{key}"] after the call', after[key], cache[key], rtol=0)


@pytest.mark.points(2.5)
def test_dx_adds_the_untouched_upstream_gradient(student, rng):
    """The gradient dx is the upstream gradient as it is, plus what the branch passes back through both its ReLUs."""
    dout, cache = preactivation_gradient(rng)
    dx, _ = expect_tuple(BACKWARD_CALL, student.preactivation_backward(dout, cache), 2)
    expect_close("dx", dx, reference.preactivation_backward(dout, cache)[0], **BACKWARD)


@pytest.mark.points(1.5)
def test_gradient_of_first_weights(student, rng):
    """The gradient of W1 joins the activated input and the first layer's delta."""
    check_gradient(student, rng, "W1")


@pytest.mark.points(1)
def test_gradient_of_first_bias(student, rng):
    """The gradient of b1 is its layer's delta, summed over the batch."""
    check_gradient(student, rng, "b1")


@pytest.mark.points(1.5)
def test_gradient_of_second_weights(student, rng):
    """The gradient of W2 joins the first layer's activation and the unmasked upstream gradient."""
    check_gradient(student, rng, "W2")


@pytest.mark.points(1)
def test_gradient_of_second_bias(student, rng):
    """The gradient of b2 is the unmasked upstream gradient, summed over the batch."""
    check_gradient(student, rng, "b2")


@pytest.mark.points(0.5)
def test_agrees_with_central_differences(student, rng):
    """All gradients agree with central differences of the forward pass."""
    x, params = preactivation_block(rng, (2, 3), rows=3)
    out, cache = reference.preactivation_forward(x, params)
    dout = rng.normal(size=out.shape)
    dx, grads = backward(student, dout, cache)

    def loss():
        return float((dout * reference.preactivation_forward(x, params)[0]).sum())

    expect_close("dx", dx, central_differences(loss, x), **DIFFERENCES)
    for key in PARAMS:
        expect_close(f'grads["{key}"]', grads[key], central_differences(loss, params[key]), **DIFFERENCES)
