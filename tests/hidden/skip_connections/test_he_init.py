"""Hidden suite of the exercise `he_init`: by law, since any way of drawing normal weights from rng is right."""

import numpy as np
import pytest

from autograder.grading import expect, expect_array
from autograder.grading.comparing import as_numbers

# Among n = 20,000 draws the standard deviation scatters by 1/sqrt(2n) = 0.5 %, the mean by 1/sqrt(n) = 0.7 % of it, the
# fourth moment by sqrt(24/n) = 0.035; the tolerances are seven and more times as wide, so no right answer ever fails.
FAN_IN, FAN_OUT = 200, 100
CALL = "he_init(fan_in, fan_out, rng)"


def weights_of(student, fan_in, fan_out, rng):
    """As many weights as the layer has; which way round they stand is asked by a test of its own."""
    got = as_numbers(CALL, student.he_init(fan_in, fan_out, rng))
    expect(got.size == fan_in * fan_out, "There should be one weight for each input and output.")
    return expect_array(CALL, got.reshape(fan_in, fan_out), (fan_in, fan_out))


@pytest.mark.points(2)
def test_variance_is_two_over_fan_in(student, rng):
    """The weights have variance 2 / fan_in."""
    sizes = ((FAN_IN, FAN_OUT), (int(rng.integers(5, 12)), 4000))  # all are asked about: one alone may fit by chance
    spreads = [weights_of(student, *size, rng).std() / np.sqrt(2 / size[0]) for size in sizes]
    fits = all(0.965 < spread < 1.035 for spread in spreads)
    expect(fits, "The spread of the weights does not fit the variance 2 / fan_in.")


@pytest.mark.points(1)
def test_weights_are_normal_around_zero(student, rng):
    """The weights are independent draws from a normal distribution around zero."""
    weights = weights_of(student, FAN_IN, FAN_OUT, rng)
    std = float(weights.std())
    expect(std > 0, "The weights are all the same; they should be random.")
    weights = weights / std
    expect(abs(float(weights.mean())) < 0.05, "The weights should scatter around zero.")
    expect(abs(float((weights**4).mean()) - 3) < 0.3, "The weights do not look like draws from a normal distribution.")
    # Copies of one row or one column have the right law entry by entry, and no independence.
    rows, columns = float(weights.mean(axis=0).std()), float(weights.mean(axis=1).std())
    independent = rows < 2 / FAN_IN**0.5 and columns < 2 / FAN_OUT**0.5
    expect(independent, "The weights should not repeat each other.")


@pytest.mark.points(1)
def test_shape_is_fan_in_by_fan_out(student, rng):
    """The weights have the shape (fan_in, fan_out), no two of them alike."""
    for fan_in, fan_out in ((7, 3), (2, 9), (1, 4), (5, 1)):
        weights = expect_array(CALL, student.he_init(fan_in, fan_out, rng), (fan_in, fan_out))
        expect(np.unique(weights).size == weights.size, "The weights should be random, no two of them alike.")


@pytest.mark.points(1)
def test_rng_is_the_only_source_of_randomness(student, rng):
    """The same state of rng gives the same weights again, another state gives others."""
    first, second = (int(seed) for seed in rng.choice(2**31, size=2, replace=False))
    draws = [weights_of(student, 6, 4, np.random.default_rng(seed)) for seed in (first, first, second)]
    expect(bool((draws[0] == draws[1]).all()), "The same state of rng gave different weights.")
    expect(bool((draws[0] != draws[2]).all()), "Different states of rng gave the same weights.")
