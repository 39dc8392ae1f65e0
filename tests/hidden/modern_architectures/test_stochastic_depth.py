"""Hidden suite of the exercise `stochastic_depth`: `stochastic_depth_forward` (8 points) and `expected_depth` (4).

Any way of drawing the coin is right, so it is looked at by law: of branches that survive hardly ever, seldom, often, and
nearly always.
A right answer fails the tests of coins once in some thousand million times.
"""

from itertools import cycle, islice

import numpy as np
import pytest

from autograder.suite import Given, as_numbers, expect, expect_array, expect_close, expect_unmodified, expect_worked
from solutions.modern_architectures import reference
from tests.hidden.modern_architectures.checks import FORWARD, check_all, check_types
from tests.hidden.modern_architectures.inputs import IMAGE, SIZES, Lasting, images

NAME = "stochastic_depth_forward"
TRAINING, INFERENCE = True, False
SAME = "The same state of rng should toss the same coin again: draw it from rng, and from nothing else."
EITHER = "In training, out should be x + branch(x) for the whole batch, or x for the whole batch."
# Among 7 coins that fall one way once in a million times, two do with a probability of 21 / 1000000^2 = 2e-11.
RARE, COINS, FEW = 1e-6, 7, 1
# Coins of these survivals are tossed in turns, until they are 50 times as probable as coins of any of the other odds, or
# ten thousand million times less so than coins of one of them. By Wald's inequality, right coins come to the latter no
# more often than once in that many times. Mostly it takes some 80 coins.
SURVIVALS = np.array([0.2, 0.8])
RIGHT, WRONG, MOST = np.log(50), -np.log(1e10), 600
# By what the odds of either coin are multiplied: both survive too often, or too seldom, or their survivals are too far
# apart, or too near to each other.
OTHER_ODDS = np.array([[3, 3], [1 / 3, 1 / 3], [1 / 3, 3], [3, 1 / 3]])
HALVES = 32  # fair coins, which all fall the same way with a probability of 2^-31 = 5e-10
AGAIN = 16  # coins that are tossed once more from the same state


def block(rng, image=IMAGE):
    """Images, a branch for them, and what it will have read."""
    offset, seen = rng.normal(size=image[1:]), []

    def branch(x):
        seen.append(x.astype(np.float64))
        with np.errstate(over="ignore", invalid="ignore"):  # an answer may pass in anything
            return 0.7 * x.astype(np.float64)[:, ::-1] + offset

    return images(rng, image), Given(branch, image), seen


def coins(student, rng, *survivals):
    """Whether there is something of the branch in the first image, call by call in training, each with its own generator.

    The survivals take turns. The maps of the branch are orthogonal to the image, so that whatever share of x is in the
    answer does not count. Nor do the other images: whether all share a coin is asked elsewhere. They are there because a
    coin that is made of one draw for each image is not as probable as it should be.
    """
    x, maps = rng.normal(size=(2, 7, 1, 2, 3))
    first = maps[0] - x[0] * (x[0] * maps[0]).sum() / (x[0] * x[0]).sum()
    maps[0] = first
    branch = Given(lambda _: maps, x.shape)
    for survival in cycle(survivals):
        now = np.random.default_rng(int(rng.integers(2**32)))
        out = expect_array("out", student.stochastic_depth_forward(x, branch, float(survival), TRAINING, now), x.shape)
        yield abs((out[0] * first).sum() / (first * first).sum()) > 1e-5  # less is rounding


def as_probable(tosses):
    """Whether these look like coins of SURVIVALS in turns, rather than of any other odds, and what is neither does."""
    odds = OTHER_ODDS * SURVIVALS / (1 - SURVIVALS)
    others = odds / (1 + odds)
    told = np.zeros(len(others))  # logarithms: how many times as probable the tosses are for right coins
    for number, there in enumerate(islice(tosses, MOST)):
        right, other = SURVIVALS[number % 2], others[:, number % 2]
        told += np.log(right / other) if there else np.log((1 - right) / (1 - other))
        if told.min() > RIGHT or told.min() < WRONG:
            break
    return told.min() > WRONG


def state(rng):
    """Where a generator stands; None of anything else."""
    return rng.bit_generator.state if isinstance(rng, np.random.Generator) else None


@pytest.mark.points(2)
def test_inference(student, rng):
    """At inference the branch is always there, scaled by its probability of survival, beside the whole of x."""
    for survival in (0.5, 0.8, 0.2, 1.0):
        x, branch, _ = block(rng)
        out = student.stochastic_depth_forward(x, branch, survival, INFERENCE, rng)
        expect_close("out", out, x + survival * branch(x), **FORWARD)


@pytest.mark.points(2)
def test_whole_branch_or_none_of_it(student, rng):
    """In training the whole batch gets x and the whole branch, unscaled, or x alone."""
    x, branch, _ = block(rng, (8, 2, 2, 3))
    kept, near = x + branch(x), []
    for survival in (1.0, *[0.5] * 8):
        now = np.random.default_rng(int(rng.integers(2**32)))
        out = expect_array("out", student.stochastic_depth_forward(x, branch, survival, TRAINING, now), x.shape)
        near.append([np.allclose(out, whole, rtol=0, atol=1e-5) for whole in (x, kept)])
    expect(all(map(any, near)), EITHER)
    expect(any(with_branch for _, with_branch in near), "In training some answers should hold the branch.")


@pytest.mark.points(1.5)
def test_how_often_the_branch_survives(student, rng):
    """In training the branch survives as often as its probability says: hardly ever, seldom, often, or nearly always."""
    seldom, often = (sum(islice(coins(student, rng, survival), COINS)) for survival in (RARE, 1 - RARE))
    expect(seldom <= FEW, "A branch of tiny survival is there too often.")
    expect(often >= COINS - FEW, "A branch of large survival is dropped too often.")
    expect(as_probable(coins(student, rng, *SURVIVALS)), "A branch should be there as often as its survival says.")


@pytest.mark.points(0.5)
def test_rng_is_the_only_source_of_randomness(student, rng):
    """In training the same state of rng tosses the same coin again, and calls in a row toss one coin after the other."""
    x, branch, _ = block(rng, (1, 2, 1, 3))
    outs, coin, again = [], Lasting(np.random.PCG64(int(rng.integers(2**32)))), np.random.default_rng()
    for number in range(HALVES):
        again.bit_generator.state = state(coin)
        out, after = student.stochastic_depth_forward.with_inputs(x, branch, 0.5, TRAINING, coin)
        outs.append(expect_array("out", out, x.shape))
        coin.bit_generator.state = state(after[4]) or state(coin)
        if number < AGAIN:
            out = student.stochastic_depth_forward(x, branch, 0.5, TRAINING, again)
            expect(np.array_equal(expect_array("out", out, x.shape), outs[-1]), SAME)
    alike = all(np.array_equal(out, outs[0]) for out in outs)
    expect(not alike, "Many calls in a row, with one rng, tossed the same coin.")


@pytest.mark.points(0.5)
def test_no_coin_at_inference(student, rng):
    """A call at inference leaves rng as it is."""
    x, branch, _ = block(rng)
    out, after = student.stochastic_depth_forward.with_inputs(x, branch, 0.5, INFERENCE, rng)
    expect_worked("out", out, x.shape, x)
    expect(state(after[4]) == state(rng), "A call at inference should draw nothing from rng.")


@pytest.mark.points(0.5)
def test_branch_reads_x(student, rng):
    """The branch is called with x, and no more than once, in training and at inference."""
    for training in (TRAINING, INFERENCE):
        x, branch, seen = block(rng)
        student.stochastic_depth_forward(x, branch, 1.0, training, rng)
        expect(len(seen) == 1 or (training and not seen), "The branch should be called once where it is there.")
        for given in seen:
            expect_close("what the branch reads", given, x, **FORWARD)


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_sizes_zeros_and_orders_in_memory(student, rng):
    """Single images, rows, columns and channels, zeros, equal and huge numbers and any order in memory are as good as others."""
    x = images(rng)
    special = [np.asfortranarray(x), np.zeros_like(x), 1e6 * x, np.abs(x), np.where(np.abs(x) < 1, 0.0, x)]
    cases = []
    for number, each in enumerate([*special, *(images(rng, size) for size in SIZES)]):
        _, branch, _ = block(rng, each.shape)
        cases += [(each, branch, 0.25, INFERENCE, rng), (each, branch, 1.0, TRAINING, rng)][: 1 + number % 2]
    got = [student.stochastic_depth_forward(*case) for case in cases]
    check_all("out", got, [reference.stochastic_depth_forward(*case) for case in cases])


@pytest.mark.points(0.25)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: the answer is that for the same numbers in float64."""
    x, branch, _ = block(rng)
    check_types(student, NAME, x, branch, 0.3, INFERENCE, rng)


@pytest.mark.points(0.25)
def test_x_stays_unmodified(student, rng):
    """The answer comes without changing x, in training and at inference."""
    x, branch, _ = block(rng)
    for training, survival in ((INFERENCE, 0.3), (TRAINING, 1.0)):
        out = expect_unmodified(student.stochastic_depth_forward, "x - - - -", x, branch, survival, training, rng)
        if not training:
            expect_worked("out", out, x.shape, x)


@pytest.mark.points(3)
def test_expected_number_of_blocks(student, rng):
    """The survivals of all blocks add up; they decay linearly from the network's input, which always survives, to the last block."""
    for blocks, final in ((int(rng.integers(5, 40)), rng.uniform(0.2, 0.9)), (49, 0.5), (3, 0.3), (2, 0.1)):
        got = student.expected_depth(blocks, float(final))
        expect_close("expected_depth(...)", got, reference.expected_depth(blocks, float(final)), **FORWARD)


@pytest.mark.points(1)
def test_expected_number_at_the_ends(student, rng):
    """A single block is expected as often as it survives; where the last block always or never survives, the rule is the same."""
    final = float(rng.uniform(0.2, 0.9))
    for blocks, last in ((1, final), (7, 1.0), (8, 0.0), (1, 0.0), (1, 1.0)):
        got = as_numbers("expected_depth(...)", student.expected_depth(blocks, last))
        expect_close("expected_depth(...)", got, reference.expected_depth(blocks, last), **FORWARD)
