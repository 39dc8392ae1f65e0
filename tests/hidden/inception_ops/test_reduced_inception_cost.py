"""Hidden suite of the exercise `reduced_inception_cost`."""

import pytest

from tests.hidden.inception_ops import checks
from tests.hidden.inception_ops.inputs import LECTURE_REDUCED, LECTURE_SHAPE, SMALL_REDUCED, reduced_branches, shape

NAME = checks.MODULE
KEYS = ("macs", "params", "out_channels")
LECTURE = (LECTURE_SHAPE, LECTURE_REDUCED)
SMALLEST = ((1, 1, 1), dict.fromkeys(LECTURE_REDUCED, 1))


def check(student, rng, key):
    """One of the student's counts is the reference's, for the lecture's module, the smallest one and others."""
    for question in (LECTURE, SMALLEST, *((shape(rng), reduced_branches(rng)) for _ in range(3))):
        checks.check(student, NAME, question, checks.compare_key(NAME, key), checks.LAYERS)


@pytest.mark.points(7.5)
def test_macs_of_all_six_convolutions(student, rng):
    """Each of the six convolutions counts once, with the depth that it really reads."""
    check(student, rng, "macs")


@pytest.mark.points(5)
def test_params_of_all_six_convolutions(student, rng):
    """Each of the six convolutions learns its kernels and its biases."""
    check(student, rng, "params")


@pytest.mark.points(4.5)
def test_depth_of_the_stack(student, rng):
    """The last outputs of the four branches are stacked, nothing else."""
    check(student, rng, "out_channels")


@pytest.mark.points(1)
def test_order_of_the_keys(student, rng):
    """The order in which the branches are written down changes nothing."""
    checks.check_order_of_keys(student, NAME, (shape(rng), reduced_branches(rng)), LECTURE, KEYS)


@pytest.mark.points(1)
def test_the_answers_are_ints(student):
    """All three counts are ints, and exact, however large."""
    checks.check_ints(student, NAME, SMALL_REDUCED, KEYS, checks.LAYERS)


@pytest.mark.points(1)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing the dict of branches."""
    checks.check_branches_kept(student, NAME, (shape(rng), reduced_branches(rng)), LECTURE, KEYS)
