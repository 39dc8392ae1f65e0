"""Hidden suite of the exercise `preactivation`: both functions. What a cache holds is the student's own affair.

Backward passes get the reference's cache, so that a slip forward is not charged twice; where they cannot work with it, their own.
"""

import numpy as np
import pytest

from autograder.grading import expect_any, expect_close, expect_keys, expect_tuple
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


def check_backward(student, dout, cache, compare):
    """`compare` is content with the student's dx and grads, on the reference's cache or on the student's own."""
    expect_any(
        lambda: compare(*backward(student, dout, cache)),
        lambda: compare(*backward(student, dout, forward(student, cache["x"], cache["params"])[1])),
    )


def check_gradient(student, rng, key):
    """The student's gradient of one parameter is the reference's."""
    dout, cache = preactivation_gradient(rng)
    want = reference.preactivation_backward(dout, cache)[1][key]
    check_backward(student, dout, cache, lambda _, grads: expect_close(f'grads["{key}"]', grads[key], want, **BACKWARD))


@pytest.mark.points(4)
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


@pytest.mark.points(0.5)
def test_batch_of_one(student, rng):
    """A single row, and layers of one unit, work like any other size, forward and back."""
    for sizes in ((5, 1), (1, 3)):
        x, params = preactivation_block(rng, sizes, rows=1)
        want_out, cache = reference.preactivation_forward(x, params)
        expect_close("out", forward(student, x, params)[0], want_out, **FORWARD)
        dout = rng.normal(size=x.shape)
        want_dx, want = reference.preactivation_backward(dout, cache)

        def compare(dx, grads, want_dx=want_dx, want=want):
            expect_close("dx", dx, want_dx, **BACKWARD)
            for key in PARAMS:
                expect_close(f'grads["{key}"]', grads[key], want[key], **BACKWARD)

        check_backward(student, dout, cache, compare)


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
    want_dx = reference.preactivation_backward(dout, cache)[0]

    def unmodified(given):
        result, (dout_after, cache_after) = student.preactivation_backward.with_inputs(dout, given)
        expect_close("dx", expect_tuple(BACKWARD_CALL, result, 2)[0], want_dx, **BACKWARD)
        expect_close("dout after the call", dout_after, dout, rtol=0)
        return cache_after

    def unmodified_cache():
        after = expect_keys("cache after the call", unmodified(cache), tuple(cache))
        for key in ("x", "a0", "z1", "a1"):
            expect_close(f'cache["{key}"] after the call', after[key], cache[key], rtol=0)

    expect_any(unmodified_cache, lambda: unmodified(forward(student, x, params)[1]))


@pytest.mark.points(3)
def test_dx_adds_the_untouched_upstream_gradient(student, rng):
    """The gradient dx is the upstream gradient as it is, plus what the branch passes back through both its ReLUs."""
    dout, cache = preactivation_gradient(rng)
    want = reference.preactivation_backward(dout, cache)[0]
    check_backward(student, dout, cache, lambda dx, _: expect_close("dx", dx, want, **BACKWARD))


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

    def loss():
        return float((dout * reference.preactivation_forward(x, params)[0]).sum())

    numeric = {key: central_differences(loss, array) for key, array in {"x": x, **params}.items()}

    def compare(dx, grads):
        expect_close("dx", dx, numeric["x"], **DIFFERENCES)
        for key in PARAMS:
            expect_close(f'grads["{key}"]', grads[key], numeric[key], **DIFFERENCES)

    check_backward(student, dout, cache, compare)
