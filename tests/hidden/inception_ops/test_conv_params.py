"""Hidden suite of the exercise `conv_params`."""

import pytest

from autograder.suite import expect, expect_close
from solutions.inception_ops import reference
from tests.hidden.inception_ops import checks
from tests.hidden.inception_ops.checks import EXACT, TIMES, expect_different, expect_exact, expect_whole, positive
from tests.hidden.inception_ops.inputs import depths, grouped, kernel, oblong

NAME = "conv_params"
WHAT = "conv_params(...)"
MORE = "how many numbers more than with a 1x1 kernel"


def check(student, *arguments, **named):
    """The student's count is the reference's."""
    expect_close(WHAT, student.conv_params(*arguments, **named), reference.conv_params(*arguments, **named), **EXACT)


def check_rest(student, *layer, bias):
    """The student's count is the reference's, or what follows from a known slip, which has been charged for other layers."""

    def compare(got, want):
        expect_close(WHAT, got, want, **EXACT)

    checks.check(student, NAME, (*layer, bias), compare, [NAME])


def counted(student, *layer):
    """The student's count, as a positive number."""
    return positive(WHAT, student.conv_params(*layer))


@pytest.mark.points(3.5)
def test_weights_and_biases(student, rng):
    """A layer learns its kernels and one bias for each output channel."""
    for side in (1, kernel(rng), kernel(rng)):
        check(student, *depths(rng), side)
        student.conv_params(*depths(rng), side, bias=False)  # right or wrong: the next layer has biases
        check(student, *depths(rng), side, bias=True)
    for smallest in ((1, 1, 1), (1, 5, 2), (5, 1, 4)):
        check(student, *smallest)


@pytest.mark.points(2)
def test_without_biases(student, rng):
    """Without biases a layer learns its kernels only, whatever the layer before it had."""
    for _ in range(2):
        check(student, *depths(rng), 1, bias=False)
        student.conv_params(*depths(rng), 1, bias=True)  # right or wrong: the next layer has none
    for side in (3, oblong(rng)):
        check_rest(student, *depths(rng), side, 1, bias=False)
    inputs, outputs, groups = grouped(rng)
    check_rest(student, inputs, outputs, 1, groups, bias=False)


@pytest.mark.points(1.5)
def test_kernels_that_are_not_square(student, rng):
    """A kernel given as (kh, kw) has kh times kw weights for each channel that it reads."""
    for _ in range(2):
        tall, broad = oblong(rng)
        inputs, outputs = depths(rng)
        point = (inputs, outputs, 1)
        for side in ((tall, broad), (broad, tall), (tall, tall)):
            layer = (inputs, outputs, side)
            more = reference.conv_params(*layer) - reference.conv_params(*point)  # whatever is made of biases
            expect_close(MORE, counted(student, *layer) - counted(student, *point), more, **EXACT)


@pytest.mark.points(2.5)
def test_groups_have_thinner_kernels(student, rng):
    """With groups, every kernel is as deep as its own part of the input; there are as many biases as before."""
    for inputs, outputs, groups in (grouped(rng), grouped(rng), (6, 6, 6), (4, 8, 4), (4, 6, 1)):
        check(student, inputs, outputs, 1, groups)
    for side in (3, oblong(rng)):
        inputs, outputs, groups = grouped(rng)
        check_rest(student, inputs, outputs, side, groups, bias=True)


@pytest.mark.points(0.5)
def test_the_answer_is_an_int(student):
    """The answer is an int, and exact, with biases and without."""
    for side, bias in ((2, True), ((1, 3), False)):
        answers = [student.conv_params(15 * times, 27 * times, side, 3, bias) for times in TIMES]
        expect_different(WHAT, *answers[:2])
        for times, answer in zip(TIMES, answers, strict=True):
            expect_whole(WHAT, answer)
            passed = (15 * times, 27 * times)
            expect(positive(WHAT, answer) not in passed, f"{WHAT} should not be a number that was passed in")
        expect_exact(WHAT, answers)
