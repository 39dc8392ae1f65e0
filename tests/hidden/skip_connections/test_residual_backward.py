"""Hidden suite of the exercise `residual_backward`, graded on the reference's cache, whatever the forward pass does."""

import numpy as np
import pytest

from autograder.grading import (
    central_differences,
    expect_array,
    expect_close,
    expect_keys,
    expect_none,
    expect_tuple,
    expect_worked,
    for_all,
)
from autograder.grading.comparing import as_numbers
from solutions.skip_connections import reference
from tests.hidden.skip_connections.draws import (
    BACKWARD,
    DIFFERENCES,
    SINGLE,
    block,
    block_at_kinks,
    block_gradient,
)
from tests.hidden.skip_connections.strategies import residual_cases

CALL = "residual_backward(dout, cache)"
GRADS = ("W1", "b1", "W2", "b2", "Ws")
SIZES = ((4, 4, 4), (4, 6, 3))  # in a block of one width, no shape gives a slip away


def taken_apart(result):
    """Take apart what the student's function returned: dx and the gradients of the parameters."""
    dx, grads = expect_tuple(CALL, result, 2)
    return dx, expect_keys("grads", grads, GRADS)


def answer(student, dout, cache):
    """Ask the student's function for dx and the gradients of the parameters."""
    return taken_apart(student.residual_backward(dout, cache))


def check_dx(student, rng, projection):
    """The student's dx is the reference's."""
    for sizes in SIZES:
        dout, cache = block_gradient(rng, sizes, projection=projection)
        dx, _ = expect_tuple(CALL, student.residual_backward(dout, cache), 2)
        expect_close("dx", dx, reference.residual_backward(dout, cache)[0], **BACKWARD)


def check_gradient(student, rng, key):
    """The student's gradient of one parameter of a block with projection is the reference's."""
    for sizes in SIZES:
        dout, cache = block_gradient(rng, sizes)
        _, grads = answer(student, dout, cache)
        expect_close(f'grads["{key}"]', grads[key], reference.residual_backward(dout, cache)[1][key], **BACKWARD)


@pytest.mark.points(6)
def test_dx_sums_both_paths_with_projection(student, rng):
    """With a projection, dx is the sum of what the branch and the projection pass back."""
    check_dx(student, rng, projection=True)


@pytest.mark.points(5)
def test_dx_sums_both_paths_with_identity(student, rng):
    """With the identity, dx is the sum of what the branch and the skip pass back."""
    check_dx(student, rng, projection=False)


@pytest.mark.points(3.5)
def test_gradient_of_first_weights(student, rng):
    """The gradient of W1 goes through both ReLUs."""
    check_gradient(student, rng, "W1")


@pytest.mark.points(2)
def test_gradient_of_first_bias(student, rng):
    """The gradient of b1 is its layer's delta, summed over the batch."""
    check_gradient(student, rng, "b1")


@pytest.mark.points(3.5)
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
    """An identity skip has nothing to learn: its gradient is None, whatever its shape."""
    for sizes in SIZES:
        dout, cache = block_gradient(rng, sizes, projection=False)
        dx, grads = answer(student, dout, cache)
        expect_worked("dx", dx, cache["x"].shape)
        expect_none('grads["Ws"]', grads["Ws"])


@pytest.mark.points(0.5)
def test_slope_at_zero_is_zero(student, rng):
    """A unit whose value before the ReLU is exactly zero passes no gradient on."""
    x, params, unit, output = block_at_kinks(rng)
    out, cache = reference.residual_forward(x, params)
    dout = rng.normal(size=out.shape)
    dx, grads = answer(student, dout, cache)
    expect_worked("dx", dx, x.shape)
    # Neither what is asked of such an output nor the weights behind such a unit may change anything.
    upstream, behind = dout.copy(), params["W2"].copy()
    upstream[:, output] = rng.normal(size=len(x))
    behind[unit] = rng.normal(size=behind.shape[1]) * (behind[unit] != 0)
    _, other = answer(student, upstream, cache | {"params": params | {"W2": behind}})
    for key in ("W1", "b1", "W2", "b2"):
        expect_close(f'grads["{key}"]', other[key], as_numbers(f'grads["{key}"]', grads[key]), **BACKWARD)


@pytest.mark.points(1)
def test_rows_do_not_depend_on_their_batch(student, rng):
    """A row of dx is the same alone as in its batch, in blocks of any size, layers of one unit among them."""
    dout, cache = block_gradient(rng)
    expect_worked("dx", answer(student, dout, cache)[0], cache["x"].shape)

    def law(case):
        x, params, dout = case
        dx = expect_array("dx", answer(student, dout, reference.residual_forward(x, params)[1])[0], x.shape)
        for row in range(len(x)):
            alone = slice(row, row + 1)
            row_dx, _ = answer(student, dout[alone], reference.residual_forward(x[alone], params)[1])
            expect_close("dx for a batch of one", row_dx, dx[alone], **BACKWARD)

    for projection in (False, True):
        for_all(rng, residual_cases(rng, projection=projection), law, examples=3)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_upstream(student, rng):
    """Integer and float32 arrays do as dout: the answer is that for the same numbers in float64."""
    dout, cache = block_gradient(rng)
    dx = expect_worked("dx", answer(student, dout, cache)[0], cache["x"].shape)
    expect_close("dx for float32 dout", answer(student, dout.astype(np.float32), cache)[0], dx, **SINGLE)
    whole = np.resize([3, -1, 2, -4], dout.shape)
    dx = expect_worked("dx", answer(student, whole.astype(float), cache)[0], cache["x"].shape)
    expect_close("dx for integer dout", answer(student, whole, cache)[0], dx, **BACKWARD)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing dout or the cache."""
    for projection in (False, True):
        dout, cache = block_gradient(rng, projection=projection)
        result, (dout_after, cache_after) = student.residual_backward.with_inputs(dout, cache)
        expect_worked("dx", taken_apart(result)[0], cache["x"].shape)
        expect_close("dout after the call", dout_after, dout, rtol=0)
        after = expect_keys("cache after the call", cache_after, tuple(cache))
        for key in ("x", "z1", "a1", "z2"):
            expect_close(f'cache["{key}"] after the call', after[key], cache[key], rtol=0)
        params = expect_keys('cache["params"] after the call', after["params"], GRADS)
        for key in ("W1", "b1", "W2", "b2") + (("Ws",) if projection else ()):
            expect_close(f'params["{key}"] after the call', params[key], cache["params"][key], rtol=0)


@pytest.mark.redundant("does not rest on the reference's backward pass, and holds that to account too")
@pytest.mark.points(0.5)
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
