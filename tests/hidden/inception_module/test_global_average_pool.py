"""Hidden suite of the exercise `global_average_pool`: both functions. The backward pass needs nothing of the forward pass."""

import numpy as np
import pytest

from autograder.suite import corners, expect_array, expect_close, expect_unmodified, expect_worked, for_all
from solutions.inception_module import reference
from tests.hidden.inception_module.cases import pixel_cases
from tests.hidden.inception_module.checks import BACKWARD, FORWARD, SINGLE, check_all
from tests.hidden.inception_module.inputs import BEYOND_INT32, HUGE, TINY, images, in_each_type

SHAPES = ((3, 3, 3, 3), (2, 3, 5, 4))  # in the first one, no shape gives a slip away
SINGLES = ((1, 3, 5, 4), (2, 1, 5, 4), (5, 3, 1, 1), (2, 3, 1, 4), (1, 1, 2, 3))


def gradient_case(rng, shape=SHAPES[1]):
    """An upstream gradient, and the shape of the maps that it goes back to."""
    return rng.normal(size=shape[:2]), shape


@pytest.mark.points(5.5)
def test_each_map_becomes_its_mean(student, rng):
    """Each map of each image becomes one number: the mean over its pixels."""
    for shape in SHAPES:
        x = images(rng, shape)
        out = student.global_average_pool_forward(x)
        expect_close("out", out, reference.global_average_pool_forward(x), **FORWARD)


@pytest.mark.redundant("the law of a mean; it holds the reference to account too")
@pytest.mark.points(0.5)
def test_shift_of_a_map_shifts_its_mean(student, rng):
    """Adding a number to all pixels of a map adds it to the output, for images of any size."""

    def law(case):
        x, _, _, more = case
        out = expect_array("out", student.global_average_pool_forward(x), x.shape[:2])
        shift = more.normal(size=x.shape[:2])
        shifted = student.global_average_pool_forward(x + shift[:, :, None, None])
        expect_close("out for shifted maps", shifted, out + shift, **FORWARD)

    for_all(rng, pixel_cases(rng), law, examples=3)


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_single_images_zeros_and_orders_in_memory(student, rng):
    """Single images, maps and pixels, zeros, equal, huge and tiny numbers, arrays in any order in memory give the mean of each map."""
    x = images(rng, SHAPES[1])
    cases = [*(each for (each,) in corners(x)), HUGE * x, np.rint(x), *(images(rng, shape) for shape in SINGLES)]
    got = [student.global_average_pool_forward(x) for x in cases]
    check_all("out", got, [reference.global_average_pool_forward(x) for x in cases], FORWARD)
    got = student.global_average_pool_forward(TINY * x)
    check_all("out for tiny numbers", [got], [reference.global_average_pool_forward(TINY * x)], FORWARD, TINY)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: the answer is that for the same numbers in float64."""
    x = images(rng, SHAPES[1])
    out = expect_worked("out", student.global_average_pool_forward(x), x.shape[:2])
    expect_close("out for float32 x", student.global_average_pool_forward(x.astype(np.float32)), out, **SINGLE)
    large = student.global_average_pool_forward(np.rint(BEYOND_INT32 * x).astype(np.int64))
    check_all("out for large integer x", [large], [BEYOND_INT32 * out], FORWARD)
    whole = np.rint(5 * x)
    out = expect_worked("out", student.global_average_pool_forward(whole), x.shape[:2])
    expect_close("out for integer x", student.global_average_pool_forward(whole.astype(int)), out, **FORWARD)


@pytest.mark.points(0.5)
def test_x_stays_unmodified(student, rng):
    """The means come without changing x."""
    for x in in_each_type(images(rng, SHAPES[1])):
        expect_worked("out", expect_unmodified(student.global_average_pool_forward, "x", x), x.shape[:2])


@pytest.mark.points(4.5)
def test_gradient_is_shared_by_all_pixels(student, rng):
    """Every pixel of a map gets the same share of the gradient: it had that share in the mean."""
    for shape in SHAPES:
        dout, _ = gradient_case(rng, shape)
        dx = student.global_average_pool_backward(dout, shape)
        expect_close("dx", dx, reference.global_average_pool_backward(dout, shape), **BACKWARD)


@pytest.mark.redundant("ties the two passes together without the reference's backward pass")
@pytest.mark.points(0.5)
def test_both_passes_fit_each_other(student, rng):
    """The output weighted with dout is x weighted with dx, for images of any size: that is what a gradient of a linear layer does."""

    def law(case):
        x, _, _, more = case
        dout = more.normal(size=x.shape[:2])
        dx = expect_array("dx", student.global_average_pool_backward(dout, x.shape), x.shape)
        forward = (dout * reference.global_average_pool_forward(x)).sum()
        expect_close("x weighted with dx", (x * dx).sum(), forward, **BACKWARD)

    for_all(rng, pixel_cases(rng), law, examples=3)


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_gradient_for_single_images_zeros_and_orders_in_memory(student, rng):
    """Single images, maps and pixels, zeros, equal and huge numbers, arrays in any order in memory get their share of the gradient."""
    dout, shape = gradient_case(rng)
    cases = [*corners(dout, shape), (HUGE * dout, shape), *(gradient_case(rng, shape) for shape in SINGLES)]
    got = [student.global_average_pool_backward(*case) for case in cases]
    check_all("dx", got, [reference.global_average_pool_backward(*case) for case in cases], BACKWARD)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_upstream(student, rng):
    """Integer and float32 arrays do as dout: the answer is that for the same numbers in float64."""
    dout, shape = gradient_case(rng)
    dx = expect_worked("dx", student.global_average_pool_backward(dout, shape), shape)
    small = student.global_average_pool_backward(dout.astype(np.float32), shape)
    expect_close("dx for float32 dout", small, dx, **SINGLE)
    large = student.global_average_pool_backward(np.rint(BEYOND_INT32 * dout).astype(np.int64), shape)
    check_all("dx for large integer dout", [large], [BEYOND_INT32 * dx], BACKWARD)
    whole = np.rint(9 * dout)
    dx = expect_worked("dx", student.global_average_pool_backward(whole, shape), shape)
    expect_close("dx for integer dout", student.global_average_pool_backward(whole.astype(int), shape), dx, **BACKWARD)


@pytest.mark.points(0.5)
def test_dout_stays_unmodified(student, rng):
    """The gradient comes without changing dout."""
    dout, shape = gradient_case(rng)
    for each in in_each_type(dout):
        shape = (len(each), *shape[1:])
        dx = expect_unmodified(student.global_average_pool_backward, "dout x_shape", each, shape)
        expect_worked("dx", dx, shape)
