"""Hidden suite of the exercise `resnext_block_params`."""

import pytest

from tests.hidden.modern_architectures.checks import check_counts, check_ints
from tests.hidden.modern_architectures.inputs import distinct

NAME = "resnext_block_params"
CORNERS = (
    (512, 8, 40),
    (1, 3, 2),
    (6, 1, 2),
    (6, 2, 1),
    (4, 4, 2),
    (4, 2, 4),
    (2, 4, 4),
    (3, 3, 3),
    (1, 1, 1),
    (7, 5, 9),
)


@pytest.mark.points(3.5)
def test_learned_numbers(student, rng):
    """The paths together are one grouped convolution between two 1x1 convolutions, without biases."""
    check_counts(student, NAME, *CORNERS, *(tuple(distinct(rng, 3, 60, 3)) for _ in range(3)))


@pytest.mark.points(0.5)
def test_the_answer_is_an_int(student, rng):
    """The answer is an int, however large."""
    channels = int(rng.integers(1000, 2000))
    questions = ((channels + width, width, 64) for width in (3, 4, 500))
    check_ints(student, NAME, *questions, huge=(1_000_003, 100_003, 33))
