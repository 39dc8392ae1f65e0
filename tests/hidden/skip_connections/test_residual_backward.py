"""Hidden suite of the exercise `residual_backward`, graded on the reference's cache, whatever the forward pass does."""

import numpy as np
import pytest

from autograder.grading import expect_close, expect_keys, expect_none, expect_tuple
from solutions.skip_connections import reference
from tests.hidden.skip_connections.draws import (
    BACKWARD,
    DIFFERENCES,
    SINGLE,
    block,
    block_gradient,
    central_differences,
)

CALL = "residual_backward(dout, cache)"
GRADS = ("W1", "b1", "W2", "b2", "Ws")


def taken_apart(result):
    """Take apart what the student's function returned: dx and the gradients of the parameters."""
    dx, grads = expect_tuple(CALL, result, 2)
    return dx, expect_keys("grads", grads, GRADS)


def answer(student, dout, cache):
    """Ask the student's function for dx and the gradients of the parameters."""
    return taken_apart(student.residual_backward(dout, cache))


def check_dx(student, dout, cache):
    """The student's dx is the reference's."""
    dx, _ = expect_tuple(CALL, student.residual_backward(dout, cache), 2)
    expect_close("dx", dx, reference.residual_backward(dout, cache)[0], **BACKWARD)


def check_gradient(student, rng, key):
    """The student's gradient of one parameter of a block with projection is the reference's."""
    dout, cache = block_gradient(rng)
    _, grads = answer(student, dout, cache)
    expect_close(f'grads["{key}"]', grads[key], reference.residual_backward(dout, cache)[1][key], **BACKWARD)


@pytest.mark.points(5)
def test_dx_sums_both_paths_with_projection(student, rng):
    """With a projection, dx is the sum of what the branch and the projection pass back."""
    check_dx(student, *block_gradient(rng))


@pytest.mark.points(4)
def test_dx_sums_both_paths_with_identity(student, rng):
    """With the identity, dx is the sum of what the branch and the skip pass back."""
    check_dx(student, *block_gradient(rng, projection=False))


@pytest.mark.points(3)
def test_gradient_of_first_weights(student, rng):
    """The gradient of W1 goes through both ReLUs."""
    check_gradient(student, rng, "W1")


@pytest.mark.points(2)
def test_gradient_of_first_bias(student, rng):
    """The gradient of b1 is its layer's delta, summed over the batch."""
    check_gradient(student, rng, "b1")


@pytest.mark.points(3)
def test_gradient_of_second_weights(student, rng):
    """The gradient of W2 joins the first layer's activation and the last delta."""
    check_gradient(student, rng, "W2")


@pytest.mark.points(2)
def test_gradient_of_second_bias(student, rng):
    """The gradient of b2 is the last delta, summed over the batch."""
    check_gradient(student, rng, "b2")


@pytest.mark.points(3)
def test_gradient_of_projection(student, rng):
    """The gradient of the projection Ws joins x and the last delta."""
    check_gradient(student, rng, "Ws")


@pytest.mark.points(2)
def test_identity_skip_is_not_updated(student, rng):
    """An identity skip has nothing to learn: its gradient is None, beside a right gradient of b2."""
    dout, cache = block_gradient(rng, projection=False)
    _, grads = answer(student, dout, cache)
    expect_close('grads["b2"]', grads["b2"], reference.residual_backward(dout, cache)[1]["b2"], **BACKWARD)
    expect_none('grads["Ws"]', grads["Ws"])


@pytest.mark.points(1.5)
def test_skip_alone_passes_the_gradient_on(student, rng):
    """With a branch of zeros, the skip alone passes the upstream gradient on, where the last ReLU is open."""
    check_dx(student, *block_gradient(rng, projection=False, zero=("W2", "b2")))


@pytest.mark.points(1.5)
def test_branch_alone_passes_the_gradient_on(student, rng):
    """With a projection of zeros, the branch alone passes the gradient on."""
    check_dx(student, *block_gradient(rng, zero=("Ws",)))


@pytest.mark.points(1)
def test_agrees_with_central_differences(student, rng):
    """All gradients of a block with identity skip agree with central differences of its forward pass."""
    x, params = block(rng, (3, 4, 3), rows=3, projection=False)
    out, cache = reference.residual_forward(x, params)
    dout = rng.normal(size=out.shape)
    dx, grads = answer(student, dout, cache)

    def loss():
        return float((dout * reference.residual_forward(x, params)[0]).sum())

    expect_close("dx", dx, central_differences(loss, x), **DIFFERENCES)
    for key in ("W1", "b1", "W2", "b2"):
        expect_close(f'grads["{key}"]', grads[key], central_differences(loss, params[key]), **DIFFERENCES)


@pytest.mark.points(0.5)
def test_square_block(student, rng):
    """Where D = H = M, and no shape can give a slip away, every gradient is right."""
    dout, cache = block_gradient(rng, (4, 4, 4))
    dx, grads = answer(student, dout, cache)
    want_dx, want = reference.residual_backward(dout, cache)
    expect_close("dx", dx, want_dx, **BACKWARD)
    for key in GRADS:
        expect_close(f'grads["{key}"]', grads[key], want[key], **BACKWARD)


@pytest.mark.points(0.5)
def test_batch_of_one(student, rng):
    """A single row, with layers of one unit, gives gradients of the parameters' shapes."""
    dout, cache = block_gradient(rng, (3, 1, 1), rows=1)
    dx, grads = answer(student, dout, cache)
    want_dx, want = reference.residual_backward(dout, cache)
    expect_close("dx", dx, want_dx, **BACKWARD)
    for key in GRADS:
        expect_close(f'grads["{key}"]', grads[key], want[key], **BACKWARD)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_upstream(student, rng):
    """Integer and float32 arrays do as dout: nothing is cut off to whole numbers."""
    dout, cache = block_gradient(rng)
    whole = np.resize([3, -1, 2, -4], dout.shape)
    check_dx(student, whole, cache)
    dx, _ = answer(student, dout.astype(np.float32), cache)
    expect_close("dx for float32 dout", dx, reference.residual_backward(dout, cache)[0], **SINGLE)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """A right answer comes without changing dout or the cache."""
    for projection in (False, True):
        dout, cache = block_gradient(rng, projection=projection)
        result, (dout_after, cache_after) = student.residual_backward.with_inputs(dout, cache)
        dx, _ = taken_apart(result)
        expect_close("dx", dx, reference.residual_backward(dout, cache)[0], **BACKWARD)
        expect_close("dout after the call", dout_after, dout, rtol=0)
        after = expect_keys("cache after the call", cache_after, tuple(cache))
        for key in ("x", "z1", "a1", "z2"):
            expect_close(f'cache["{key}"] after the call', after[key], cache[key], rtol=0)
        params = expect_keys('cache["params"] after the call', after["params"], GRADS)
        for key in ("W1", "b1", "W2", "b2") + (("Ws",) if projection else ()):
            expect_close(f'params["{key}"] after the call', params[key], cache["params"][key], rtol=0)
