"""Hidden suite of the exercise `fire_params`."""

import pytest

from tests.hidden.modern_architectures.checks import check_counts, check_ints
from tests.hidden.modern_architectures.inputs import distinct

NAME = "fire_params"
CORNERS = (
    (500, 60, 240, 250),
    (1, 3, 4, 5),
    (6, 1, 4, 5),
    (6, 3, 1, 5),
    (6, 3, 4, 1),
    (3, 3, 5, 7),
    (2, 2, 2, 2),
    (1, 1, 1, 1),
)


@pytest.mark.points(3.5)
def test_learned_numbers(student, rng):
    """Each of the three convolutions counts once, with the maps that it reads and makes, and with its biases."""
    check_counts(student, NAME, *CORNERS, *(tuple(distinct(rng, 3, 60, 4)) for _ in range(3)))


@pytest.mark.points(0.5)
def test_the_answer_is_an_int(student, rng):
    """The answer is an int, however large."""
    channels = int(rng.integers(1000, 2000))
    questions = ((channels + squeeze, squeeze, 640, 320) for squeeze in (3, 4, 500))
    check_ints(student, NAME, *questions, huge=(1_000_003, 100_003, 100_003, 100_003))
