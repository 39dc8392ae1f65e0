"""Hidden suite of the exercise `conv_output_size`."""

import pytest

from autograder.suite import expect_close
from solutions.inception_ops import reference
from tests.hidden.inception_ops.checks import EXACT, expect_different, expect_whole
from tests.hidden.inception_ops.inputs import distinct

WHAT = "conv_output_size(...)"


def check(student, *arguments, **named):
    """The student's size is the reference's."""
    expect_close(
        WHAT, student.conv_output_size(*arguments, **named), reference.conv_output_size(*arguments, **named), **EXACT
    )


@pytest.mark.points(1.5)
def test_a_kernel_at_every_position(student, rng):
    """With a step of one and no padding, the kernel takes every position at which all of it fits."""
    for size in distinct(rng, 20, 60, 3):
        check(student, size, int(rng.integers(3, 12)))
    for size, kernel in ((1, 1), (8, 1), (6, 6)):
        check(student, size, kernel, 1, 0)


@pytest.mark.points(2.5)
def test_what_is_left_over_is_dropped(student, rng):
    """With a larger step, what is left over at the end, where the kernel no longer fits, is not used."""
    for stride in distinct(rng, 2, 5, 3):
        kernel, steps = int(rng.integers(2, 8)), int(rng.integers(3, 20))
        left_over = int(rng.integers(1, stride))
        check(student, kernel + stride * steps + left_over, kernel, stride)


@pytest.mark.points(2)
def test_padding_counts_at_both_ends(student, rng):
    """Padding is added at both ends of the axis."""
    for padding in distinct(rng, 1, 6, 3):
        check(student, int(rng.integers(20, 60)), int(rng.integers(3, 12)), padding=padding)
    for size, kernel, padding in ((1, 3, 1), (4, 2, 2)):
        check(student, size, kernel, padding=padding)
    check(student, 20, 4, 2, 2)


@pytest.mark.redundant("does not rest on the reference, and holds that to account too")
@pytest.mark.points(1)
def test_positions_counted_one_by_one(student, rng):
    """The answer is the number of places at which the kernel fits, for any size, step and padding."""
    for padding in range(5):
        kernel, stride = int(rng.integers(1, 10)), int(rng.integers(1, 5))
        size = kernel + int(rng.integers(0, 30))
        places = len(range(0, size + 2 * padding - kernel + 1, stride))
        expect_close(WHAT, student.conv_output_size(size, kernel, stride, padding), places, **EXACT)


@pytest.mark.points(1)
def test_the_answer_is_an_int(student, rng):
    """The answer is an int, also where the step does not divide evenly."""
    narrow, wide = distinct(rng, 2, 9, 2)
    answers = [student.conv_output_size(50, kernel, 3, 1) for kernel in (narrow, wide + 10)]
    expect_different(WHAT, *answers)
    for answer in answers:
        expect_whole(WHAT, answer)
