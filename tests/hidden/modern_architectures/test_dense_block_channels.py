"""Hidden suite of the exercise `dense_block_channels`."""

import pytest

from autograder.suite import described, expect
from tests.hidden.modern_architectures.checks import check_counts, check_ints, whole
from tests.hidden.modern_architectures.inputs import distinct

NAME = "dense_block_channels"
CORNERS = (
    (80, 24, 200),
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
    check_counts(student, NAME, *CORNERS, *(tuple(distinct(rng, 3, 60, 3)) for _ in range(3)))


@pytest.mark.points(0.5)
def test_the_answer_is_an_int(student, rng):
    """The answer is an int, however large, and also where there is no layer."""
    channels = int(rng.integers(100, 200))
    questions = ((channels + layers, 12, layers) for layers in (2, 3, 500))
    check_ints(student, NAME, *questions, huge=(10_007, 100_000_000_003, 100))
    empty = student.dense_block_channels(channels, 12, 0)
    expect(
        whole(empty),
        f"dense_block_channels(...) should be an int for 0 layers, and is {described(empty)}",
    )
