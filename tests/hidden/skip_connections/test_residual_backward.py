"""Hidden suite of the exercise `residual_backward`, graded on the reference's cache, whatever the forward pass does."""

import numpy as np
import pytest

from autograder.suite import (
    as_numbers,
    central_differences,
    corners,
    expect_array,
    expect_close,
    expect_keys,
    expect_none,
    expect_tuple,
    expect_unmodified,
    expect_worked,
    for_all,
)
from solutions.skip_connections import reference
from tests.hidden.skip_connections.cases import (
    HUGE,
    TINY,
    columns,
    residual_cases,
    residual_twins,
    scaled,
    shut_twins,
    single_unit_twins,
)
from tests.hidden.skip_connections.checks import BACKWARD, DIFFERENCES, SINGLE, expect_scaled
from tests.hidden.skip_connections.inputs import block, block_at_kinks, block_gradient, whole_numbers

CALL = "residual_backward(dout, cache)"
LAYERS = ("W1", "b1", "W2", "b2")
GRADS = (*LAYERS, "Ws")
# Sizes and rows. In a block of one width, no shape gives a slip away.
BLOCKS = (((4, 4, 4), 5), ((4, 6, 3), 64))


def taken_apart(result):
    """Take apart what the student's function returned: dx and the gradients of the parameters."""
    dx, grads = expect_tuple(CALL, result, 2)
    return dx, expect_keys("grads", grads, GRADS)


def answer(student, dout, cache):
    """Ask the student's function for dx and the gradients of the parameters."""
    return taken_apart(student.residual_backward(dout, cache))


def asked_of(twins):
    """The upstream gradients and the reference's caches of some blocks."""
    return [(dout, reference.residual_forward(x, params)[1]) for x, params, dout in twins]


def check_dx(student, rng, projection):
    """The student's dx is the reference's."""
    for sizes, rows in BLOCKS:
        dout, cache = block_gradient(rng, sizes, rows=rows, projection=projection)
        dx, _ = expect_tuple(CALL, student.residual_backward(dout, cache), 2)
        expect_close("dx", dx, reference.residual_backward(dout, cache)[0], **BACKWARD)


def check_gradient(student, rng, key):
    """With a projection, the gradient of one parameter is the reference's, for many rows, and for a single row and single units."""
    for sizes, rows in (*BLOCKS, ((1, 1, 1), 1)):
        dout, cache = block_gradient(rng, sizes, rows=rows)
        dout /= rows  # as of a loss that is a mean
        _, grads = answer(student, dout, cache)
        expect_close(f'grads["{key}"]', grads[key], reference.residual_backward(dout, cache)[1][key], **BACKWARD)


@pytest.mark.points(5.5)
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
    for sizes, rows in BLOCKS:
        dout, cache = block_gradient(rng, sizes, rows=rows, projection=False)
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
    shut = [[answer(student, *question)[1] for question in asked_of(twin)] for twin in shut_twins(rng)]
    for key in LAYERS:
        expect_close(f'grads["{key}"]', other[key], as_numbers(f'grads["{key}"]', grads[key]), **BACKWARD)
        for at_zero, below in shut:
            expect_close(f'grads["{key}"]', at_zero[key], as_numbers(f'grads["{key}"]', below[key]), **BACKWARD)


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
    """Integer and float32 arrays do as dout, and integers as x: the answer is that for the same numbers in float64."""
    dout, cache = block_gradient(rng)
    dx = expect_worked("dx", answer(student, dout, cache)[0], cache["x"].shape)
    expect_close("dx for float32 dout", answer(student, dout.astype(np.float32), cache)[0], dx, **SINGLE)
    x, params = whole_numbers(rng, projection=False)
    whole_x, same_in_floats = (reference.residual_forward(numbers, params)[1] for numbers in (x, x.astype(float)))
    for which, given, floats in (("dout", cache, cache), ("dout and x", whole_x, same_in_floats)):
        whole = np.resize([3, -1, 2, -4], given["z2"].shape)
        dx, grads = answer(student, whole.astype(float), floats)
        whole_dx, whole_grads = answer(student, whole, given)
        expect_close(f"dx for integer {which}", whole_dx, expect_worked("dx", dx, given["x"].shape), **BACKWARD)
        for key in GRADS if given["params"]["Ws"] is not None else LAYERS:
            what = f'grads["{key}"] for integer {which}'
            expect_close(what, whole_grads[key], as_numbers(what, grads[key]), **BACKWARD)


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_special_numbers_are_like_any_others(student, rng):
    """Zeros, equal numbers, huge and tiny ones, a single unit and another order in memory change nothing."""
    dout, cache = block_gradient(rng)
    twins = [*residual_twins(rng, projection=True), *residual_twins(rng, projection=False), *single_unit_twins(rng)]
    asked = [asked_of(pair) for pair in twins]
    for place, corner in enumerate((0, -2, -1)):  # all in Fortran order; the keys in either order
        asked[place][0] = list(corners(*asked[place][0]))[corner]
    tiny_cache = reference.residual_forward(*scaled(TINY, cache["x"], cache["params"]))[1]
    questions = ((dout, cache), (HUGE * dout, cache), (dout, tiny_cache))
    (plain, plain_grads), *others = (answer(student, *question) for question in questions)
    (huge, huge_grads), (tiny, tiny_grads) = others
    answers = [[answer(student, *question) for question in pair] for pair in asked]
    expect_worked("dx", plain, cache["x"].shape)
    expect_scaled("dx for huge dout", huge, plain, HUGE, **BACKWARD)
    expect_scaled("dx for tiny x", tiny, plain, 1, **BACKWARD)
    for key, factor in zip(LAYERS, (TINY, 1, TINY, 1), strict=True):
        expect_scaled(f'grads["{key}"] for huge dout', huge_grads[key], plain_grads[key], HUGE, **BACKWARD)
        expect_scaled(f'grads["{key}"] for tiny x', tiny_grads[key], plain_grads[key], factor, **BACKWARD)
    for ((x, params, _), (near, near_params, _)), ((dx, grads), (near_dx, near_grads)) in zip(
        twins, answers, strict=True
    ):
        expect_close("dx", dx, columns(expect_array("dx", near_dx, near.shape), x.shape[1]), **BACKWARD)
        for key in LAYERS:
            if params[key].shape == near_params[key].shape:
                what = f'grads["{key}"]'
                expect_close(what, grads[key], as_numbers(what, near_grads[key]), **BACKWARD)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing dout or the cache."""
    for projection in (False, True):
        dout, cache = block_gradient(rng, projection=projection)
        result = expect_unmodified(student.residual_backward, "dout cache", dout, cache)
        expect_worked("dx", taken_apart(result)[0], cache["x"].shape)


@pytest.mark.sweeping
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
    for key in LAYERS:
        expect_close(f'grads["{key}"]', grads[key], central_differences(loss, params[key]), **DIFFERENCES)
