"""Hidden suite of the exercise `conv_macs`."""

import pytest

from autograder.suite import expect_close
from solutions.inception_ops import reference
from tests.hidden.inception_ops.checks import EXACT, TIMES, expect_different, expect_exact, expect_whole, positive
from tests.hidden.inception_ops.inputs import depths, grouped, kernel, oblong, sizes

WHAT = "conv_macs(...)"


def check(student, *arguments):
    """The student's count is the reference's."""
    expect_close(WHAT, student.conv_macs(*arguments), reference.conv_macs(*arguments), **EXACT)


@pytest.mark.points(5)
def test_every_output_number_is_a_dot_product(student, rng):
    """Each number of the output costs one dot product over a square kernel and all channels of the input."""
    check(student, (14, 14), 480, 48, 5)
    for _ in range(3):
        check(student, sizes(rng), *depths(rng), kernel(rng))
    for smallest in (((1, 1), 1, 1, 3), ((1, 7), 1, 5, 2), ((7, 1), 5, 1, 4)):
        check(student, *smallest)


@pytest.mark.redundant("gives reductions points of their own; others count them among other layers")
@pytest.mark.points(2.5)
def test_a_1x1_kernel(student, rng):
    """A 1x1 convolution is a dot product over the channels at every position."""
    check(student, (14, 14), 480, 16, 1)
    for _ in range(2):
        check(student, sizes(rng), *depths(rng), 1)


@pytest.mark.points(2.5)
def test_kernels_that_are_not_square(student, rng):
    """A kernel given as (kh, kw) covers kh times kw positions."""
    for _ in range(2):
        tall, broad = oblong(rng)
        for side in ((tall, broad), (broad, tall), (tall, tall)):
            check(student, sizes(rng), *depths(rng), side)


@pytest.mark.points(4)
def test_groups_read_their_own_part_of_the_input(student, rng):
    """With groups, every output channel reads only its own part of the input channels."""
    for side, (inputs, outputs, groups) in (
        (3, grouped(rng)),
        (oblong(rng), grouped(rng)),
        (1, grouped(rng)),
        (2, (32, 32, 32)),
        (3, (4, 8, 4)),
    ):
        layer = (sizes(rng), inputs, outputs, side)
        # Compared with the student's own count for one group, so that a slip in that is not charged again.
        whole = positive(WHAT, student.conv_macs(*layer))
        expect_close(WHAT, student.conv_macs(*layer, groups), whole / groups, **EXACT)


@pytest.mark.points(1)
def test_the_answer_is_an_int(student):
    """The answer is an int, and exact, however large."""
    answers = [student.conv_macs((31, 23), 15 * times, 21 * times, 3, 3) for times in TIMES]
    expect_different(WHAT, *answers[:2])
    for answer in answers:
        expect_whole(WHAT, answer)
    expect_exact(WHAT, answers)
