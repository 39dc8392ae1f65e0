"""Hidden suite of the exercise `conv_output_size`."""

import pytest

from autograder.suite import expect, expect_close
from solutions.inception_ops import reference
from tests.hidden.inception_ops.checks import EXACT, expect_different, expect_whole, positive
from tests.hidden.inception_ops.inputs import distinct

WHAT = "conv_output_size(...)"
# Padding and larger steps together: what padding adds fits into no step of its own; a kernel that only padding has room for; padding larger
# than the kernel; many positions.
PADDED_STEPS = ((33, 3, 4, 1), (4, 9, 3, 5), (50, 3, 7, 8), (997, 11, 4, 2))


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


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_positions_counted_one_by_one(student, rng):
    """The answer is the number of places at which the kernel fits, for any size, step and padding."""
    drawn = [(int(rng.integers(10, 40)), int(rng.integers(1, 10)), int(rng.integers(1, 5)), n) for n in range(3)]
    for size, kernel, stride, padding in (*PADDED_STEPS, *drawn):
        places = len(range(0, size + 2 * padding - kernel + 1, stride))
        expect_close(WHAT, student.conv_output_size(size, kernel, stride, padding), places, **EXACT)


@pytest.mark.points(1)
def test_the_answer_is_an_int(student):
    """The answer is an int, also where the step does not divide evenly."""
    sizes = (50, 71)
    answers = [student.conv_output_size(size, kernel, 3, 1) for size, kernel in zip(sizes, (6, 11), strict=True)]
    expect_different(WHAT, *answers)
    for size, answer in zip(sizes, answers, strict=True):
        expect_whole(WHAT, answer)
        expect(positive(WHAT, answer) != size, f"{WHAT} should not be the size that was passed in")
