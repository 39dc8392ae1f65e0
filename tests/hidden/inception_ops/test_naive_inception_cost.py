"""Hidden suite of the exercise `naive_inception_cost`."""

import pytest

from tests.hidden.inception_ops import checks
from tests.hidden.inception_ops.inputs import LECTURE_NAIVE, LECTURE_SHAPE, naive_branches, shape

NAME = "naive_inception_cost"
KEYS = ("macs", "out_channels")
LECTURE = (LECTURE_SHAPE, LECTURE_NAIVE)
SMALLEST = ((1, 1, 1), dict.fromkeys(LECTURE_NAIVE, 1))
EARLIER = ["conv_macs"]


def check(student, rng, key):
    """One of the student's counts is the reference's, for the lecture's module, the smallest one and others."""
    for question in (LECTURE, SMALLEST, *((shape(rng), naive_branches(rng)) for _ in range(3))):
        checks.check(student, NAME, question, checks.compare_key(NAME, key), EARLIER)


@pytest.mark.points(6.5)
def test_macs_of_all_branches(student, rng):
    """Every convolution reads the whole input, and their MACs add up."""
    check(student, rng, "macs")


@pytest.mark.points(5.5)
def test_depth_of_the_stack(student, rng):
    """The outputs are stacked, and the pooling hands on as many channels as it got."""
    check(student, rng, "out_channels")


@pytest.mark.points(1)
def test_order_of_the_keys(student, rng):
    """The order in which the branches are written down changes nothing."""
    checks.check_order_of_keys(student, NAME, (shape(rng), naive_branches(rng)), LECTURE, KEYS)


@pytest.mark.points(1)
def test_the_answers_are_ints(student):
    """Both counts are ints, and exact, however large."""
    checks.check_ints(student, NAME, {"1x1": 3, "3x3": 5, "5x5": 7}, KEYS, EARLIER)


@pytest.mark.points(1)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing the dict of branches."""
    checks.check_branches_kept(student, NAME, (shape(rng), naive_branches(rng)), LECTURE, KEYS)
