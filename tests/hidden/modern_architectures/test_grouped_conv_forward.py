"""Hidden suite of the exercise `grouped_conv_forward`."""

import numpy as np
import pytest

from autograder.suite import corners, expect_array, expect_close, expect_unmodified, expect_worked
from solutions.modern_architectures import reference
from tests.hidden.modern_architectures.checks import FORWARD, check_all, check_types
from tests.hidden.modern_architectures.inputs import images

# Channels in and out of each group, the number of groups, and the size of the kernel. Where all of these are alike, no shape
# gives a slip away; where every channel is a group of its own, each kernel has a single plane.
LAYERS = ((2, 2, 2, 3), (3, 2, 2, 3), (2, 3, 3, 7), (2, 4, 3, 1), (1, 1, 3, 3), (1, 2, 6, 3))
ORDINARY = ((3, 2, 1, 3), (2, 4, 1, 1), (3, 3, 1, 5), (1, 2, 1, 3), (2, 1, 1, 3))
# Single images, pixels, rows and columns; square images, and images as large as their batch.
SIZES = ((1, 2, 4), (2, 1, 1), (2, 1, 3), (2, 4, 1), (2, 3, 3), (3, 3, 2), (2, 4, 2))


def layer(rng, inputs, outputs, groups, size, image=(2, 4, 5)):
    """Images, and the weight of a grouped convolution that reads them."""
    number, height, width = image
    x = images(rng, (number, inputs * groups, height, width))
    return x, rng.normal(size=(outputs * groups, inputs, size, size)) / np.sqrt(inputs * size), groups


def check(student, cases):
    """The student's outputs are the reference's."""
    for case in cases:
        expect_close("out", student.grouped_conv_forward(*case), reference.grouped_conv_forward(*case), **FORWARD)


@pytest.mark.points(6)
def test_each_group_reads_its_own_channels(student, rng):
    """Each part of the output is the convolution of its own part of the input, with its own kernels, and keeps height and width."""
    check(student, [layer(rng, *kind) for kind in LAYERS])


@pytest.mark.points(2)
def test_a_single_group(student, rng):
    """With a single group, it is the ordinary convolution."""
    check(student, [layer(rng, *kind) for kind in ORDINARY])


@pytest.mark.redundant("the law that ResNeXt rests on; it does not rest on the reference")
@pytest.mark.points(1)
def test_paths_side_by_side(student, rng):
    """A grouped convolution gives what its groups give one by one, stacked along the channels."""
    for kind in LAYERS[1:4]:
        x, weight, groups = layer(rng, *kind)
        shape = (len(x), len(weight), *x.shape[2:])
        whole = expect_array("out", student.grouped_conv_forward(x, weight, groups), shape)
        expect_worked("out", whole, shape)
        parts = zip(np.split(x, groups, axis=1), np.split(weight, groups), strict=True)
        for place, path in zip(np.split(whole, groups, axis=1), parts, strict=True):
            expect_close("a group on its own", student.grouped_conv_forward(*path, 1), place, **FORWARD)


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_sizes_zeros_and_orders_in_memory(student, rng):
    """Single images, rows and columns, zeros, equal and huge numbers and arrays in any order in memory are as good as others."""
    x, weight, groups = layer(rng, 2, 2, 2, 3)
    cases = [*corners(x, weight, groups), (1e6 * x, weight, groups)]
    cases += [layer(rng, 2, 3, 2, 3, size) for size in SIZES]
    got = [student.grouped_conv_forward(*case) for case in cases]
    check_all("out", got, [reference.grouped_conv_forward(*case) for case in cases])


@pytest.mark.points(1)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: the answer is that for the same numbers in float64."""
    check_types(student, "grouped_conv_forward", *layer(rng, 3, 2, 2, 3))


@pytest.mark.points(1)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing x or the weight."""
    for kind in (LAYERS[1], LAYERS[0]):
        x, weight, groups = layer(rng, *kind)
        out = expect_unmodified(student.grouped_conv_forward, "x weight groups", x, weight, groups)
        expect_worked("out", out, (len(x), len(weight), *x.shape[2:]))
