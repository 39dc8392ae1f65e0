"""Hidden suite of the exercise `pointwise_conv_forward`."""

import numpy as np
import pytest

from autograder.suite import corners, expect_array, expect_close, expect_unmodified, expect_worked, for_all
from solutions.inception_module import reference
from tests.hidden.inception_module.cases import pixel_cases
from tests.hidden.inception_module.checks import FORWARD, SINGLE, check_all
from tests.hidden.inception_module.inputs import BEYOND_INT32, HUGE, TINY, images, in_each_type

# The first images are as wide as their layer has outputs, and that has as many as inputs: no shape gives a slip away.
CASES = (((2, 3, 5, 3), 3), ((2, 4, 3, 5), 3))
# Single images, pixels, channels and outputs; batches as large as the image is deep, high or wide; large square images.
SIZES = (
    ((1, 3, 2, 2), 2),
    ((5, 2, 1, 1), 3),
    ((2, 1, 3, 3), 1),
    ((2, 2, 2, 4), 1),
    ((3, 4, 2, 3), 2),
    ((2, 3, 5, 5), 2),
)


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
    for image in ((2, 3, 3, 3), (2, 3, 4, 5)):
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


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_single_images_zeros_and_orders_in_memory(student, rng):
    """Single images, pixels and channels, zeros, equal, huge and tiny numbers, any order in memory give what the formula says."""
    x, weight, bias = layer(rng)
    cases = [*corners(x, weight, bias), (HUGE * x, weight, bias)]
    cases += [layer(rng, image, outputs) for image, outputs in SIZES]
    got = [student.pointwise_conv_forward(*case) for case in cases]
    check_all("out", got, [reference.pointwise_conv_forward(*case) for case in cases], FORWARD)
    tiny = TINY * x, weight, TINY * bias
    got = student.pointwise_conv_forward(*tiny)
    check_all("out for tiny numbers", [got], [reference.pointwise_conv_forward(*tiny)], FORWARD, TINY)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: the answer is that for the same numbers in float64."""
    x, weight, bias = layer(rng)
    out = expect_worked("out", student.pointwise_conv_forward(x, weight, bias), shape_of(x, weight), x)
    small = student.pointwise_conv_forward(x.astype(np.float32), weight, bias)
    expect_close("out for float32 x", small, out, **SINGLE)
    large = student.pointwise_conv_forward(np.rint(BEYOND_INT32 * x).astype(np.int64), weight, BEYOND_INT32 * bias)
    check_all("out for large integer x", [large], [BEYOND_INT32 * out], FORWARD)
    whole = np.rint(4 * x)
    out = expect_worked("out", student.pointwise_conv_forward(whole, weight, bias), shape_of(x, weight), whole)
    expect_close("out for integer x", student.pointwise_conv_forward(whole.astype(int), weight, bias), out, **FORWARD)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing x, the weight or the bias, their shapes included."""
    given, weight, bias = layer(rng)
    for x in in_each_type(given):
        out = expect_unmodified(student.pointwise_conv_forward, "x weight bias", x, weight, bias)
        expect_worked("out", out, shape_of(x, weight), x)
