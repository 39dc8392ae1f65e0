"""Hidden suite of the exercise `dense_block_channels`."""

import numpy as np
import pytest

from autograder.suite import described, expect
from tests.hidden.modern_architectures.checks import check_counts, check_ints
from tests.hidden.modern_architectures.inputs import distinct

NAME = "dense_block_channels"
CORNERS = (
    (10_007, 100_003, 100_003),
    (1, 3, 4),
    (6, 1, 4),
    (6, 3, 1),
    (6, 3, 0),
    (5, 5, 3),
    (5, 3, 5),
    (5, 3, 3),
    (4, 4, 4),
    (1, 1, 1),
)


@pytest.mark.points(3.5)
def test_depth_of_the_stack(student, rng):
    """The input and the outputs of all layers are stacked, also where there is one layer or none."""
    check_counts(student, NAME, (64, 32, 6), *CORNERS, *(tuple(distinct(rng, 3, 60, 3)) for _ in range(3)))


@pytest.mark.points(0.5)
def test_the_answer_is_an_int(student, rng):
    """The answer is an int, however many layers there are."""
    channels = int(rng.integers(100, 200))
    check_ints(student, NAME, *((channels, 12, layers) for layers in (1, 2, 500)))
    empty = student.dense_block_channels(channels, 12, 0)
    expect(
        isinstance(empty, int | np.integer),
        f"dense_block_channels(...) should be an int for 0 layers, and is {described(empty)}",
    )
