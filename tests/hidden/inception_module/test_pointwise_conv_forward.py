"""Hidden suite of the exercise `pointwise_conv_forward`."""

import numpy as np
import pytest

from autograder.grading import expect_array, expect_close, expect_worked, for_all
from solutions.inception_module import reference
from tests.hidden.inception_module.draws import FORWARD, SINGLE, images
from tests.hidden.inception_module.strategies import pixel_cases

# The first images are as wide as their layer has outputs, and that has as many as inputs: no shape gives a slip away.
CASES = (((2, 3, 5, 3), 3), ((2, 4, 3, 5), 3))


def layer(rng, image=(2, 3, 4, 5), outputs=3):
    """Images, a weight and a bias."""
    return images(rng, image), rng.normal(size=(outputs, image[1])), rng.normal(size=outputs)


def shape_of(x, weight):
    """The shape of what the layer returns."""
    return (len(x), len(weight), *x.shape[2:])


@pytest.mark.points(5)
def test_weights_mix_the_channels_of_each_pixel(student, rng):
    """At each pixel, every output channel is the sum over the input channels with its own row of weights (the bias is zero here)."""
    for image, outputs in CASES:
        x, weight, bias = layer(rng, image, outputs)
        bias[:] = 0
        out = student.pointwise_conv_forward(x, weight, bias)
        expect_close("out", out, reference.pointwise_conv_forward(x, weight, bias), **FORWARD)


@pytest.mark.points(2)
def test_bias_is_added_to_its_channel(student, rng):
    """Each entry of the bias is added to the whole of its own output channel."""
    for image in ((2, 3, 5, 3), (2, 3, 4, 5)):
        x, weight, bias = layer(rng, image)
        without = student.pointwise_conv_forward(x, weight, np.zeros_like(bias))
        without = expect_array("out", without, shape_of(x, weight))
        out = student.pointwise_conv_forward(x, weight, bias)
        expect_close("out", out, without + bias[:, None, None], **FORWARD)


@pytest.mark.redundant("the law that makes it a layer of pixels; it holds the reference to account too")
@pytest.mark.points(1)
def test_pixels_do_not_depend_on_each_other(student, rng):
    """Rearranging the pixels of the images rearranges the output in the same way, for images of any size."""

    def law(case):
        x, weight, bias, order = case
        out = expect_worked("out", student.pointwise_conv_forward(x, weight, bias), shape_of(x, weight), x)
        rows, columns = order.permutation(x.shape[2]), order.permutation(x.shape[3])
        moved = student.pointwise_conv_forward(x[:, :, rows][..., columns], weight, bias)
        expect_close("out for rearranged pixels", moved, out[:, :, rows][..., columns], **FORWARD)

    wide = pixel_cases(rng).filter(lambda case: case[0].shape[2] * case[0].shape[3] > 1)
    for_all(rng, wide, law, examples=3)


@pytest.mark.points(1)
def test_single_images_and_single_pixels(student, rng):
    """A batch of one and an image of one pixel give their part of the whole, in four dimensions."""
    x, weight, bias = layer(rng)
    out = expect_worked("out", student.pointwise_conv_forward(x, weight, bias), shape_of(x, weight), x)
    expect_close("out for one image", student.pointwise_conv_forward(x[1:], weight, bias), out[1:], **FORWARD)
    pixel = x[:, :, 1:2, 2:3]
    expect_close(
        "out for one pixel", student.pointwise_conv_forward(pixel, weight, bias), out[:, :, 1:2, 2:3], **FORWARD
    )


@pytest.mark.points(0.5)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: the answer is that for the same numbers in float64."""
    x, weight, bias = layer(rng)
    out = expect_worked("out", student.pointwise_conv_forward(x, weight, bias), shape_of(x, weight), x)
    small = student.pointwise_conv_forward(x.astype(np.float32), weight, bias)
    expect_close("out for float32 x", small, out, **SINGLE)
    whole = np.rint(4 * x)
    out = expect_worked("out", student.pointwise_conv_forward(whole, weight, bias), shape_of(x, weight), whole)
    expect_close("out for integer x", student.pointwise_conv_forward(whole.astype(int), weight, bias), out, **FORWARD)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing x, the weight or the bias, their shapes included."""
    given = layer(rng)
    result, after = student.pointwise_conv_forward.with_inputs(*given)
    expect_worked("out", result, shape_of(*given[:2]), given[0])
    for name, old, new in zip(("x", "weight", "bias"), given, after, strict=False):
        expect_close(f"{name} after the call", new, old, rtol=0)
