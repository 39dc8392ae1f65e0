"""Hidden suite of the exercise `auxiliary_head_backward`, graded on the reference's cache, whatever the forward pass does."""

import numpy as np
import pytest

from autograder.suite import (
    as_numbers,
    central_differences,
    corners,
    expect,
    expect_array,
    expect_close,
    expect_keys,
    expect_tuple,
    expect_unmodified,
    expect_worked,
)
from solutions.auxiliary_loss import reference
from tests.hidden.auxiliary_loss.cases import head_twins, shut_twins, sized_twins, square_twins, thin_head
from tests.hidden.auxiliary_loss.checks import CLOSE, DIFFERENCES, SINGLE
from tests.hidden.auxiliary_loss.inputs import head, head_at_kinks, head_gradient

CALL = "auxiliary_head_backward(dlogits, cache)"
GRADS = ("Wc", "bc", "W1", "b1", "W2", "b2")


def taken_apart(result):
    """Take apart what the student's function returned: dx and the gradients of the parameters."""
    dx, grads = expect_tuple(CALL, result, 2)
    return dx, expect_keys("grads", grads, GRADS)


def answer(student, dlogits, cache):
    """Ask the student's function for dx and the gradients of the parameters."""
    return taken_apart(student.auxiliary_head_backward(dlogits, cache))


def asked_of(twins):
    """The upstream gradients and the reference's caches of some heads."""
    return [(dlogits, reference.auxiliary_head_forward(x, params)[1]) for x, params, dlogits in twins]


def check_gradients(student, rng, *keys):
    """The student's gradients of these parameters are the reference's, where sizes differ and where they are equal."""
    for options in ({}, {"size": (11, 5), "channels": 3}):
        dlogits, cache = head_gradient(rng, **options)
        _, grads = answer(student, dlogits, cache)
        want = reference.auxiliary_head_backward(dlogits, cache)[1]
        for key in keys:
            expect_close(f'grads["{key}"]', grads[key], want[key], **CLOSE)


@pytest.mark.points(4.5)
def test_dx_spreads_over_overlapping_windows(student, rng):
    """Each mean hands its gradient to all places of its window in equal shares, and where windows overlap, shares add up."""
    for size in ((8, 11), (11, 5)):
        dlogits, cache = head_gradient(rng, size)
        dx, _ = expect_tuple(CALL, student.auxiliary_head_backward(dlogits, cache), 2)
        want = reference.auxiliary_head_backward(dlogits, cache)[0]
        expect_close("dx", dx, want, **CLOSE)


@pytest.mark.points(3)
def test_gradient_of_the_convolution_weights(student, rng):
    """The gradient of Wc joins the pooled map and the convolution's delta, over images and places."""
    check_gradients(student, rng, "Wc")


@pytest.mark.points(1.5)
def test_gradient_of_the_convolution_bias(student, rng):
    """The gradient of bc is the convolution's delta, summed over images and places."""
    check_gradients(student, rng, "bc")


@pytest.mark.points(3)
def test_gradient_of_the_first_fully_connected_weights(student, rng):
    """The gradient of W1 joins the flattened map and its layer's delta."""
    check_gradients(student, rng, "W1")


@pytest.mark.points(1)
def test_gradient_of_the_first_fully_connected_bias(student, rng):
    """The gradient of b1 is its layer's delta, summed over the batch."""
    check_gradients(student, rng, "b1")


@pytest.mark.points(2)
def test_gradients_of_the_last_layer(student, rng):
    """The gradients of W2 and b2 come from the upstream gradient as it is."""
    check_gradients(student, rng, "W2", "b2")


@pytest.mark.points(1)
def test_dx_is_zero_where_no_window_reaches(student, rng):
    """The gradient dx has the shape of x, and is zero in rows and columns that no window reaches."""
    dlogits, cache = head_gradient(rng, (7, 9))
    dx = expect_worked("dx", answer(student, dlogits, cache)[0], cache["x"].shape)
    expect_close("dx below the last window", dx[:, :, 5:], np.zeros_like(dx[:, :, 5:]), **CLOSE)
    expect_close("dx beside the last window", dx[:, :, :, 8:], np.zeros_like(dx[:, :, :, 8:]), **CLOSE)


@pytest.mark.points(0.5)
def test_slope_at_zero_is_zero(student, rng):
    """A unit whose value before its ReLU is exactly zero passes no gradient on."""
    x, params = head_at_kinks(rng)
    logits, cache = reference.auxiliary_head_forward(x, params)
    dlogits = rng.normal(size=logits.shape)
    dx, grads = answer(student, dlogits, cache)
    # The weights behind such units carry nothing forward, so they must carry nothing back.
    other = params | {"W1": params["W1"].copy(), "W2": params["W2"].copy()}
    other["W1"][0, 1:] += 3
    other["W2"][0] += 3
    other_dx, other_grads = answer(student, dlogits, cache | {"params": other})
    shut = [[answer(student, *question) for question in asked_of(twin)] for twin in shut_twins(rng)]
    expect_close("dx", other_dx, expect_worked("dx", dx, x.shape), **CLOSE)
    for shut_dx, _ in [one for pair in shut for one in pair]:
        expect_close("dx where a layer is shut", shut_dx, np.zeros((2, 2, 5, 5)), **CLOSE)
    for one, other in [(other_grads, grads), *((at_zero[1], below[1]) for at_zero, below in shut)]:
        for key in ("Wc", "bc", "W1", "b1"):
            expect_close(f'grads["{key}"]', one[key], as_numbers(f'grads["{key}"]', other[key]), **CLOSE)


@pytest.mark.points(0.5)
def test_images_do_not_depend_on_their_batch(student, rng):
    """An image's dx is the same alone as in its batch."""
    x, params = head(rng)
    logits, cache = reference.auxiliary_head_forward(x, params)
    dlogits = rng.normal(size=logits.shape)
    dx = expect_worked("dx", answer(student, dlogits, cache)[0], x.shape)
    for image in range(len(x)):
        alone = slice(image, image + 1)
        row = reference.auxiliary_head_forward(x[alone], params)[1]
        expect_close("dx for a batch of one", answer(student, dlogits[alone], row)[0], dx[alone], **CLOSE)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x and as dlogits: the answer is that for the same numbers in float64."""
    whole = np.resize([3, -1, 2, -4, 1], (3, 4))
    dlogits = whole.astype(float)
    x, params = head(rng, (5, 8), whole=True)
    _, cache = reference.auxiliary_head_forward(x, params)
    dx, grads = answer(student, dlogits, cache)
    dx = expect_worked("dx", dx, x.shape)
    for kind, tolerance in ((np.float32, SINGLE), (np.int64, CLOSE)):
        for question in ((dlogits.astype(kind), cache), (dlogits, cache | {"x": x.astype(kind)})):
            other_dx, other_grads = answer(student, *question)
            expect_close("dx", other_dx, dx, **tolerance)
            for key in GRADS:
                want = as_numbers(f'grads["{key}"]', grads[key])
                expect_close(f'grads["{key}"]', other_grads[key], want, **tolerance)


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_special_numbers_are_like_any_others(student, rng):
    """Zeros, equal numbers, axes of length one, square matrices and another order in memory change nothing."""
    dlogits, cache = head_gradient(rng)
    twins = [*head_twins(rng), *sized_twins(rng), square_twins(rng)]
    asked = [asked_of(pair) for pair in twins]
    for place, corner in enumerate((0, -2, -1)):  # all in Fortran order; the keys in either order
        asked[place][0] = list(corners(*asked[place][0]))[corner]
    plain, usual = answer(student, dlogits, cache)
    thin = answer(student, rng.normal(size=(1, 1)), reference.auxiliary_head_forward(*thin_head(rng))[1])[1]
    answers = [[answer(student, *question)[0] for question in pair] for pair in asked]
    expect_worked("dx", plain, cache["x"].shape)
    for ((x, *_), (near, *_)), (got, other) in zip(twins, answers, strict=True):
        expect_close("dx", got, expect_array("dx", other, near.shape)[:, : x.shape[1]], **CLOSE)
    for key in GRADS:
        as_many = as_numbers(key, thin[key]).ndim == as_numbers(key, usual[key]).ndim
        expect(as_many, f'grads["{key}"] should keep its axes of length one.')


@pytest.mark.points(1)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing dlogits or the cache."""
    dlogits, cache = head_gradient(rng, (5, 8))
    result = expect_unmodified(student.auxiliary_head_backward, "dlogits cache", dlogits, cache)
    expect_worked("dx", taken_apart(result)[0], cache["x"].shape)


@pytest.mark.redundant("does not rest on the reference's backward pass, and holds that to account too")
@pytest.mark.points(1)
def test_agrees_with_central_differences(student, rng):
    """All gradients agree with central differences of the forward pass, where windows overlap too."""
    x, params = head(rng, (5, 8), rows=1, channels=1)
    logits, cache = reference.auxiliary_head_forward(x, params)
    dlogits = rng.normal(size=logits.shape)
    dx, grads = answer(student, dlogits, cache)

    def loss():
        return float((dlogits * reference.auxiliary_head_forward(x, params)[0]).sum())

    expect_close("dx", dx, central_differences(loss, x), **DIFFERENCES)
    for key in GRADS:
        expect_close(f'grads["{key}"]', grads[key], central_differences(loss, params[key]), **DIFFERENCES)
