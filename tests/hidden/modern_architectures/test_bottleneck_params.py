"""Hidden suite of the exercise `bottleneck_params`."""

import pytest

from tests.hidden.modern_architectures.checks import check_counts, check_ints
from tests.hidden.modern_architectures.inputs import distinct

NAME = "bottleneck_params"
CORNERS = ((512, 128), (1, 3), (5, 1), (4, 4), (1, 1), (6, 3))


@pytest.mark.points(3.5)
def test_learned_numbers(student, rng):
    """Each of the three convolutions counts once, with the channels that it reads and makes, without biases."""
    check_counts(student, NAME, *CORNERS, *(tuple(distinct(rng, 3, 60, 2)) for _ in range(3)))


@pytest.mark.points(0.5)
def test_the_answer_is_an_int(student, rng):
    """The answer is an int, however large."""
    channels = int(rng.integers(1000, 2000))
    questions = ((channels + width, width) for width in (3, 4, 500))
    check_ints(student, NAME, *questions, huge=(100_003, 100_003))
