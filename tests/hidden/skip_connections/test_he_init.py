"""Hidden suite of the exercise `he_init`: by law, since any way of drawing normal weights from rng is right."""

import numpy as np
import pytest

from autograder.suite import as_numbers, expect, expect_array

# Among n = 20,000 draws the standard deviation scatters by 1/sqrt(2n) = 0.5 %, the mean by 1/sqrt(n) = 0.7 % of it, the
# fourth moment by sqrt(24/n) = 0.035; the tolerances are seven and more times as wide, so no right answer ever fails. A mean below
# 1e-8 of the spread, one in a million among right answers, is none that was left to chance. That none of so many draws
# lies beyond 3.2 standard deviations happens once in 1e12 times. Norms of rows scatter by 1/sqrt(2) of the spread.
FAN_IN, FAN_OUT = 200, 100
SQUARE = 142
FARTHEST = 3.2
CALL = "he_init(fan_in, fan_out, rng)"
RANDOM = "The weights should be random, none of them zero and no two of them alike."


def weights_of(student, fan_in, fan_out, rng):
    """As many weights as the layer has; which way round they stand is asked by a test of its own."""
    got = as_numbers(CALL, student.he_init(fan_in, fan_out, rng))
    expect(got.size == fan_in * fan_out, "There should be one weight for each input and output.")
    return expect_array(CALL, got.reshape(fan_in, fan_out), (fan_in, fan_out))


@pytest.mark.points(2)
def test_variance_is_two_over_fan_in(student, rng):
    """The weights have variance 2 / fan_in."""
    # All are asked about: one alone may fit by chance.
    sizes = ((FAN_IN, FAN_OUT), (int(rng.integers(5, 12)), 4000), (1, 20_000))
    spreads = [weights_of(student, *size, rng).std() / np.sqrt(2 / size[0]) for size in sizes]
    fits = all(0.965 < spread < 1.035 for spread in spreads)
    expect(fits, "The spread of the weights does not fit the variance 2 / fan_in.")


@pytest.mark.points(1)
def test_weights_are_normal_around_zero(student, rng):
    """The weights are independent draws from a normal distribution around zero."""
    sizes = ((SQUARE, SQUARE), (1, 20_001), (20_001, 1))
    for drawn in [weights_of(student, *size, rng) for size in sizes]:
        std = float(drawn.std())
        expect(std > 0, "The weights are all the same; they should be random.")
        weights = drawn / std
        expect(
            1e-8 < abs(float(weights.mean())) < 0.05,
            "The weights should scatter around zero, and so should their mean.",
        )
        normal = abs(float((weights**4).mean()) - 3) < 0.3 and float(np.abs(weights).max()) > FARTHEST
        expect(normal, "The weights do not look like draws from a normal distribution.")
        # Of float32 draws, some dozen are alike by chance; of half precision, most are.
        expect(np.unique(weights).size > 0.95 * weights.size, "The weights should not repeat each other.")
        if weights.shape == (SQUARE, SQUARE):
            # Copies of one row or one column have the right law entry by entry, and no independence; nor have rows
            # that are all of one length.
            rows, columns = float(weights.mean(axis=0).std()), float(weights.mean(axis=1).std())
            expect(max(rows, columns) < 2 / SQUARE**0.5, "The weights should be independent of each other.")
            scatter = float(np.linalg.norm(weights, axis=1).std())
            expect(scatter > 1 / 3, "The weights should be independent of each other.")


@pytest.mark.points(1)
def test_shape_is_fan_in_by_fan_out(student, rng):
    """The weights have the shape (fan_in, fan_out), no two of them alike."""
    firsts = set()
    for fan_in, fan_out in ((7, 3), (2, 9), (1, 4), (5, 1), (1, 1)):
        weights = expect_array(CALL, student.he_init(fan_in, fan_out, rng), (fan_in, fan_out))
        unlike = np.unique(weights).size == weights.size and bool(weights.all())
        expect(unlike, RANDOM)
        firsts.add(float(weights.flat[0]))
    expect(len(firsts) > 1, RANDOM)  # a row of numbers that begins in the same way each time is none


@pytest.mark.points(1)
def test_rng_is_the_only_source_of_randomness(student, rng):
    """The same state of rng gives the same weights again, another state gives others; and each call moves rng on."""
    first, second = (int(seed) for seed in rng.choice(2**31, size=2, replace=False))
    draws = [weights_of(student, 6, 4, np.random.default_rng(seed)) for seed in (first, first, second)]
    expect(
        bool((draws[0] == draws[1]).all()),
        "The same state of rng gave different weights: draw from rng and from nothing else.",
    )
    expect(bool((draws[0] != draws[2]).all()), "Different states of rng gave the same weights.")
    _, after = student.he_init.with_inputs(6, 4, np.random.default_rng(first))
    following = weights_of(student, 6, 4, after[2])
    expect(bool((draws[0] != following).all()), "A second call with the same rng gave the same weights.")
