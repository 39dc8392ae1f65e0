"""Hidden suite of the exercise `wide_block_params`."""

import pytest

from tests.hidden.modern_architectures.checks import check_counts, check_ints
from tests.hidden.modern_architectures.inputs import distinct

NAME = "wide_block_params"
CORNERS = ((32, 10), (1, 3), (5, 1), (4, 4), (1, 1), (6, 3), (20, 1))


@pytest.mark.points(3.5)
def test_learned_numbers(student, rng):
    """Both 3x3 convolutions read and make k times as many channels as usual, without biases."""
    check_counts(student, NAME, *CORNERS, *(tuple(distinct(rng, 3, 20, 2)) for _ in range(3)))


@pytest.mark.points(0.5)
def test_the_answer_is_an_int(student, rng):
    """The answer is an int, however large."""
    channels = int(rng.integers(1000, 2000))
    questions = ((channels + k, k) for k in (3, 4, 500))
    check_ints(student, NAME, *questions, huge=(100_003, 1009))
