"""Hidden suite of the exercise `reduction_saving`."""

import numpy as np
import pytest

from autograder.suite import expect, expect_any, expect_close
from solutions.inception_ops import reference
from tests.hidden.inception_ops import checks
from tests.hidden.inception_ops.checks import expect_different, positive
from tests.hidden.inception_ops.inputs import distinct, kernel, shape

NAME = "reduction_saving"
EARLIER = ["conv_macs"]
SAME_AREA = (6, (6, 6), (4, 9), (9, 4), (3, 12))
WHAT = "reduction_saving(...)"
# The ratio of two whole numbers, also when it is taken in float32; a forgotten term is larger than that.
RATIO = {"rtol": 1e-6}


def magnitude(ratio):
    """A ratio or its inverse, whichever is above one: which of the two is asked by a test of its own."""
    return max(ratio, 1 / ratio)


def check(student, *arguments):
    """The student's ratio is the reference's, one way round or the other."""

    def compare(got, want):
        expect_close(WHAT, magnitude(positive(WHAT, got)), magnitude(want), **RATIO)

    checks.check(student, NAME, arguments, compare, EARLIER)


def question(rng, share):
    """An input, and a 3x3 convolution whose reduction leaves this share of the channels."""
    channels, height, width = shape(rng)
    return (channels, height, width), int(rng.integers(40, 90)), 3, int(share * channels)


@pytest.mark.points(5)
def test_the_cost_of_both_ways(student, rng):
    """Both layers of the reduced way count, each with the depth that it reads, for small and even numbers too."""
    check(student, (480, 14, 14), 48, 5, 16)
    for small in (((2, 1, 1), 1, 1, 1), ((8, 3, 5), 1, 2, 1), ((8, 5, 3), 6, 4, 2), ((8, 3, 5), 6, 3, 20)):
        check(student, *small)
    for _ in range(3):
        thin, wide = sorted(distinct(rng, 4, 30, 2))
        check(student, shape(rng), wide, kernel(rng), thin)


@pytest.mark.points(3)
def test_which_way_round(student, rng):
    """The ratio is above one where the reduction pays, and below one where it makes the work more."""

    def compare(got, want):
        says = "above one where the reduction pays" if want > 1 else "below one where the reduction makes the work more"
        ratio = positive(WHAT, got)
        expect(ratio > 1 if want > 1 else ratio < 1, f"{WHAT} should be {says}")

    questions = [question(rng, share) for share in (0.125, 0.25, 2, 3)]
    expect_different(WHAT, *(student.reduction_saving(*asked) for asked in questions[:2]))
    for asked in questions:
        checks.check(student, NAME, asked, compare, EARLIER)


@pytest.mark.points(2)
def test_kernels_that_are_not_square(student, rng):
    """Of a kernel given as (kh, kw), the area alone matters: kernels of the same area save the same, square or not."""
    in_shape, wide = shape(rng), int(rng.integers(20, 60))
    ratios = [student.reduction_saving(in_shape, wide, side, 5) for side in (*SAME_AREA, (5, 2))]
    expect_different(WHAT, ratios[0], ratios[-1])

    def one_saving():
        for other in ratios[1:-1]:
            expect_close(WHAT, other, positive(WHAT, ratios[0]), **RATIO)

    def as_own_counts_say():
        for side in SAME_AREA:
            check(student, in_shape, wide, side, 5)

    expect_any(one_saving, as_own_counts_say)

    def of_other_areas():
        for side in ((2, 3), (5, 2)):
            check(student, in_shape, wide, side, 5)

    def off_for_squares():
        """What is off for square kernels as well has been charged for those."""
        right = magnitude(reference.reduction_saving(in_shape, wide, SAME_AREA[0], 5))
        off = not np.isclose(magnitude(positive(WHAT, ratios[0])), right, **RATIO)
        expect(off, f"{WHAT} is right for square kernels")

    expect_any(of_other_areas, off_for_squares)
