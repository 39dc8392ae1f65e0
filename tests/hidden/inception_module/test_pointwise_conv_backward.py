"""Hidden suite of the exercise `pointwise_conv_backward`; what it needs of the forward pass are arguments."""

import numpy as np
import pytest

from autograder.suite import corners, expect_close, expect_tuple, expect_unmodified, expect_worked
from solutions.inception_module import reference
from tests.hidden.inception_module.checks import BACKWARD, DIFFERENCES, SINGLE, check_all
from tests.hidden.inception_module.inputs import BEYOND_INT32, HUGE, STEP, TINY, images, in_each_type

CALL = "pointwise_conv_backward(dout, x, weight)"
NAMES = ("dx", "dweight", "dbias")
ALIKE = (3, 3, 3, 3)  # with three outputs, no shape gives a slip away
# Single images, pixels, channels and outputs; more images than each of them has pixels in a row.
SIZES = (((1, 3, 2, 2), 2), ((5, 2, 1, 1), 3), ((2, 1, 3, 2), 1), ((2, 2, 2, 3), 1), ((5, 2, 2, 3), 2))


def layer(rng, image=(2, 3, 4, 5), outputs=3):
    """An upstream gradient, images and a weight."""
    return rng.normal(size=(image[0], outputs, *image[2:])), images(rng, image), rng.normal(size=(outputs, image[1]))


def answer(student, dout, x, weight):
    """Ask the student's function for its three gradients."""
    return expect_tuple(CALL, student.pointwise_conv_backward(dout, x, weight), 3)


def check_gradient(student, rng, name, *shapes):
    """One of the three gradients is the reference's, for images of these shapes."""
    place = NAMES.index(name)
    for image in shapes:
        case = layer(rng, image)
        expect_close(name, answer(student, *case)[place], reference.pointwise_conv_backward(*case)[place], **BACKWARD)


@pytest.mark.points(3.5)
def test_dx_goes_back_through_the_weights(student, rng):
    """The gradient dx collects, at each pixel and for each input channel, what all output channels pass back."""
    check_gradient(student, rng, "dx", ALIKE, (2, 4, 3, 5))


@pytest.mark.points(3)
def test_dweight_is_summed_over_pixels_and_images(student, rng):
    """The gradient dweight joins dout and x, summed over all pixels of all images."""
    check_gradient(student, rng, "dweight", ALIKE, (2, 3, 4, 5))


@pytest.mark.points(1.5)
def test_dbias_is_summed_over_pixels_and_images(student, rng):
    """The gradient dbias is dout, summed over all pixels of all images."""
    check_gradient(student, rng, "dbias", ALIKE, (2, 3, 4, 5))


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_single_images_zeros_and_orders_in_memory(student, rng):
    """Single images, pixels and channels, zeros, equal, huge and tiny numbers, any order in memory: the gradients are right."""
    dout, x, weight = layer(rng)
    cases = [*corners(dout, x, weight), (HUGE * dout, x, weight), (dout, HUGE * x, weight), (dout, x, HUGE * weight)]
    cases.append((np.rint(dout), x, weight))  # many are equal
    cases += [layer(rng, image, outputs) for image, outputs in SIZES]
    got = [answer(student, *case) for case in cases]
    want = [reference.pointwise_conv_backward(*case) for case in cases]
    for name, one, wanted in zip(NAMES, zip(*got, strict=True), zip(*want, strict=True), strict=True):
        check_all(name, one, wanted, BACKWARD)
    tiny = TINY * dout, x, weight
    for name, one, wanted in zip(NAMES, answer(student, *tiny), reference.pointwise_conv_backward(*tiny), strict=True):
        check_all(f"{name} for tiny numbers", [one], [wanted], BACKWARD, TINY)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_upstream(student, rng):
    """Integer and float32 arrays do as dout: the answer is that for the same numbers in float64."""
    dout, x, weight = layer(rng)
    shapes = (x.shape, weight.shape, weight.shape[:1])
    whole = ((np.int64, np.rint(size * dout), BACKWARD) for size in (3, BEYOND_INT32))
    for kind, given, tolerance in ((np.float32, dout, SINGLE), *whole):
        plain, typed = answer(student, given, x, weight), answer(student, given.astype(kind), x, weight)
        for name, shape, one, other in zip(NAMES, shapes, plain, typed, strict=True):
            wanted = expect_worked(name, one, shape, given)
            check_all(f"{name} for {kind.__name__} dout", [other], [wanted], tolerance)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """The gradients come without changing dout, x or the weight."""
    upstream, batch, weight = layer(rng)
    for dout in in_each_type(upstream):
        x = batch[: len(dout)]
        result = expect_unmodified(student.pointwise_conv_backward, "dout x weight", dout, x, weight)
        expect_worked("dx", expect_tuple(CALL, result, 3)[0], x.shape, dout)


@pytest.mark.redundant("does not rest on the reference's backward pass, and holds that to account too")
@pytest.mark.points(0.5)
def test_agrees_with_central_differences(student, rng):
    """All three gradients agree with central differences of the forward pass, along directions drawn at random."""
    dout, x, weight = layer(rng, (2, 3, 2, 4), 2)
    at = (x, weight, rng.normal(size=2))
    gradients = answer(student, dout, x, weight)
    for place, name in enumerate(NAMES):
        gradient = expect_worked(name, gradients[place], at[place].shape)
        way = rng.normal(size=at[place].shape)

        def loss(step, place=place, way=way):
            moved = [array + step * way if n == place else array for n, array in enumerate(at)]
            return float((dout * reference.pointwise_conv_forward(*moved)).sum())

        slope = (loss(STEP) - loss(-STEP)) / (2 * STEP)
        expect_close(
            f"the slope of the loss along a direction, from {name}", (gradient * way).sum(), slope, **DIFFERENCES
        )
