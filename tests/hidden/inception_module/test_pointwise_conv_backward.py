"""Hidden suite of the exercise `pointwise_conv_backward`; what it needs of the forward pass are arguments."""

import numpy as np
import pytest

from autograder.grading import expect_close, expect_tuple, expect_worked
from solutions.inception_module import reference
from tests.hidden.inception_module.draws import BACKWARD, DIFFERENCES, SINGLE, STEP, images

CALL = "pointwise_conv_backward(dout, x, weight)"
NAMES = ("dx", "dweight", "dbias")
ALIKE = (3, 3, 3, 3)  # with three outputs, no shape gives a slip away


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


@pytest.mark.points(0.5)
def test_single_images_and_single_pixels(student, rng):
    """A batch of one and an image of one pixel give their part of dx, in four dimensions."""
    dout, x, weight = layer(rng)
    dx = expect_worked("dx", answer(student, dout, x, weight)[0], x.shape, dout)
    expect_close("dx for one image", answer(student, dout[1:], x[1:], weight)[0], dx[1:], **BACKWARD)
    i, j = slice(1, 2), slice(3, 4)
    alone = answer(student, dout[:, :, i, j], x[:, :, i, j], weight)[0]
    expect_close("dx for one pixel", alone, dx[:, :, i, j], **BACKWARD)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_upstream(student, rng):
    """Integer and float32 arrays do as dout: the answer is that for the same numbers in float64."""
    dout, x, weight = layer(rng)
    dx = expect_worked("dx", answer(student, dout, x, weight)[0], x.shape, dout)
    expect_close("dx for float32 dout", answer(student, dout.astype(np.float32), x, weight)[0], dx, **SINGLE)
    whole = np.rint(3 * dout)
    dx = expect_worked("dx", answer(student, whole, x, weight)[0], x.shape, whole)
    expect_close("dx for integer dout", answer(student, whole.astype(int), x, weight)[0], dx, **BACKWARD)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """The gradients come without changing dout, x or the weight."""
    case = layer(rng)
    result, after = student.pointwise_conv_backward.with_inputs(*case)
    expect_worked("dx", expect_tuple(CALL, result, 3)[0], case[1].shape, case[0])
    for name, old, new in zip(("dout", "x", "weight"), case, after, strict=False):
        expect_close(f"{name} after the call", new, old, rtol=0)


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
