"""Hidden suite of the exercise `fire_forward`: what is squeezed and what either kernel makes of it have points of their own."""

import numpy as np
import pytest

from autograder.suite import corners, expect_array, expect_close, expect_unmodified, expect_worked
from solutions.modern_architectures import reference
from tests.hidden.modern_architectures.checks import FORWARD, check_all, check_types
from tests.hidden.modern_architectures.inputs import IMAGE, SIZES, fire_module, images

HIGH = 20.0  # above all that could be negative: the ReLU of an expanding kernel hides nothing
# Squeezed maps, and maps that the two kernels make of them. In the first module, no shape gives a slip away.
DEPTHS = ((3, 3, 3), (2, 4, 5))


def copying(count):
    """Kernels of one pixel that copy their maps."""
    return np.eye(count)[:, :, None, None]


def check_part(student, x, params, place):
    """These maps of the output are the reference's."""
    channels = len(params["b_expand1"]) + len(params["b_expand3"])
    out = expect_array("out", student.fire_forward(x, params), (len(x), channels, *x.shape[2:]))
    expect_close("these maps", out[:, place], reference.fire_forward(x, params)[:, place], **FORWARD)


def check_expanded(student, rng, kernel):
    """The maps of one of the kernels are right where the squeeze copies x, none of whose entries is negative."""
    for squeeze, *expands in DEPTHS:
        params = fire_module(rng, squeeze, squeeze, *expands)
        params |= {"W_squeeze": copying(squeeze), "b_squeeze": np.zeros(squeeze)}
        x = np.abs(images(rng, (2, squeeze, 4, 5)))
        check_part(student, x, params, slice(expands[0]) if kernel == 1 else slice(expands[0], None))


@pytest.mark.points(4)
def test_squeezed_maps(student, rng):
    """What the expanding kernels read is the squeezed maps, behind their ReLU: a 1x1 kernel that adds a number to each shows them."""
    for squeeze, _, expand3 in DEPTHS:
        params = fire_module(rng, 3, squeeze, squeeze, expand3)
        params |= {"W_expand1": copying(squeeze), "b_expand1": np.full(squeeze, HIGH)}
        check_part(student, images(rng), params, slice(squeeze))


@pytest.mark.points(2)
def test_maps_of_the_1x1_kernel(student, rng):
    """The first maps of the output are those of the expanding 1x1 convolution, behind a ReLU."""
    check_expanded(student, rng, 1)


@pytest.mark.points(3)
def test_maps_of_the_3x3_kernel(student, rng):
    """Behind them come the maps of the expanding 3x3 convolution, which keeps height and width, behind a ReLU."""
    check_expanded(student, rng, 3)


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_sizes_zeros_and_orders(student, rng):
    """Single images, rows, columns and channels, zeros, equal and huge numbers, and any order in memory or of the keys, are as good."""
    x, params = images(rng), fire_module(rng, 3, 2, 4, 5)
    unbiased = {key: 0 * value if key.startswith("b") else value for key, value in params.items()}
    cases = [*corners(x, params), (1e6 * x, params), (np.abs(x), params), (0 * x, unbiased)]
    cases += [(images(rng, size), fire_module(rng, size[1], 2, 3, 2)) for size in SIZES]
    cases += [(images(rng), fire_module(rng, 3, *depths)) for depths in ((1, 1, 1), (3, 2, 1), (2, 1, 2))]
    got = [student.fire_forward(*case) for case in cases]
    check_all("out", got, [reference.fire_forward(*case) for case in cases])


@pytest.mark.points(1)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: the answer is that for the same numbers in float64."""
    check_types(student, "fire_forward", images(rng), fire_module(rng, 3, 2, 4, 5))


@pytest.mark.points(1)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing x or the parameters."""
    x, params = images(rng), fire_module(rng, IMAGE[1], 2, 4, 5)
    out = expect_unmodified(student.fire_forward, "x params", x, params)
    expect_worked("out", out, (len(x), 9, *x.shape[2:]))
