"""Hidden suite of the exercise `schedules`: four points for step_decay, four for plateau_decay."""

import numpy as np
import pytest

from autograder.suite import expect_close, expect_unmodified
from solutions.optimizers import reference
from tests.hidden.optimizers.checks import CLOSE

# Rates fall by powers of ten, so that each is compared by its own size.
RATES = {"rtol": CLOSE["rtol"]}


SMALL, LARGE = (0.05, 0.5), (1.2, 10.0)  # between these, rates are drawn at which a schedule begins


def check_stairs(student, steps, every, rng, rates=SMALL, **options):
    """The student's rates are the reference's at all these steps."""
    lr0 = float(rng.uniform(*rates))
    for step in steps:
        got = student.step_decay(lr0, step, every, **options)
        expect_close("the rate", got, reference.step_decay(lr0, step, every, **options), **RATES)


@pytest.mark.points(2)
def test_each_stair_is_a_tenth_of_the_one_before(student, rng):
    """In the middle of each of the first stairs, the rate is a tenth of the rate on the stair before."""
    every = int(rng.integers(8, 20))
    check_stairs(student, [every // 2 + stair * every for stair in range(4)], every, rng, LARGE)


@pytest.mark.points(1.5)
def test_stairs_begin_after_every_so_many_steps(student, rng):
    """The rate falls with the first step of a stair and holds to its last, steps counted from 0."""
    every = int(rng.integers(3, 8))
    for length in (every, every + 1):
        check_stairs(student, [0, length - 1, length, 2 * length - 1, 2 * length, 12 * length], length, rng, factor=0.1)
    check_stairs(student, [0, 1, 2], 1, rng, factor=0.1)
    for length in (49, 103):  # times one over them, these are below one
        check_stairs(student, [length - 1, length], length, rng, factor=0.1)


@pytest.mark.points(0.5)
def test_stairs_of_another_height(student, rng):
    """The factor passed in is the one that counts, and so are rate and length, whatever was asked before."""
    every = int(rng.integers(8, 20))
    for factor in (0.25, 1.5):
        check_stairs(student, [every // 2 + every, every // 2 + 2 * every], every, rng, factor=factor)
    for length in (every, every, every // 2):  # the rate is another each time
        check_stairs(student, [every + 1], length, rng, factor=0.25)


def plateaus(rng, patience):
    """Validation losses in which every way of counting wrongly shows: each stretch says what it is there for."""
    best = [float(rng.uniform(2, 3))]

    def progress(count):
        for _ in range(count):
            best.append(best[-1] * float(rng.uniform(0.8, 0.9)))
            yield best[-1]

    def zigzag(count):
        for place in range(count):
            yield best[-1] * float(rng.uniform(1.3, 1.4) if place % 2 else rng.uniform(1.1, 1.2))

    return [
        best[0],
        *zigzag(patience - 1),  # the first loss is a best
        *progress(2),
        *zigzag(patience - 1),
        *progress(1),  # epochs count in a row
        *zigzag(patience),  # a plateau of just the patience
        *progress(2),
        *zigzag(3 * patience + 1),  # several in a row; what falls here is no progress
        *progress(1),
        *zigzag(patience),
        *progress(1),
    ]


def check_plateaus(student, losses, rng, rates=SMALL, **options):
    """The student's rates are the reference's."""
    lr0 = float(rng.uniform(*rates))
    want = reference.plateau_decay(losses, lr0, **options)
    expect_close("the list of rates", student.plateau_decay(losses, lr0, **options), want, **RATES)


@pytest.mark.points(1.5)
def test_rate_falls_when_patience_runs_out(student, rng):
    """After five epochs in a row without a new best the rate is a tenth, and counting begins anew."""
    for rates in (SMALL, LARGE):
        check_plateaus(student, plateaus(rng, 5), rng, rates)


@pytest.mark.points(1)
def test_patience_and_factor_are_those_passed_in(student, rng):
    """Patience and factor passed in are the ones that count, whatever was asked before; a patience of one is the shortest."""
    for patience, factor in ((3, 0.5), (1, 1.5)):
        check_plateaus(student, plateaus(rng, patience), rng, patience=patience, factor=factor)
    losses, lr0 = plateaus(rng, 2), float(rng.uniform(*SMALL))
    # Asked once, and again with one argument changed, each in turn.
    for run, rate, factor, patience in (
        (losses, lr0, 0.5, 2),
        (losses, 1e-14 * lr0, 0.5, 2),
        (losses, lr0, 0.25, 2),
        (losses, lr0, 0.5, 3),
        (losses[::-1], lr0, 0.5, 2),
    ):
        want = reference.plateau_decay(run, rate, factor, patience)
        expect_close("the list of rates", student.plateau_decay(run, rate, factor, patience), want, **RATES)


@pytest.mark.points(0.5)
def test_special_losses(student, rng):
    """Losses may be few or none, zero, negative, huge or integers, and stay as they are."""
    lr0, one, two = float(rng.uniform(0.05, 0.5)), *sorted(map(float, rng.uniform(1, 2, size=2)))
    falling = [two, one, two, 0.0, one, 0.0, -one, 0.0, -two, -one]
    runs = [
        [],
        [one],
        [one, two],
        [two, one],
        [one, one],
        falling,
        [0.0] * 12,
        [1e6 * loss for loss in falling],
        [3, 2, 2, 0, 0, -1],
        [two - 1e-6 * epoch for epoch in range(3)],
        [two, float(np.nextafter(two, 0))],
        [2e300, 1.5e300, 1.75e300],
        [1.00051, 1.00049],  # on two sides of where rounding changes
        [1.00049, 1.00048],
    ]
    rates = [expect_unmodified(student.plateau_decay, "losses - - -", losses, lr0, 0.1, 1) for losses in runs]
    for losses, got in zip(runs, rates, strict=True):
        expect_close("the list of rates", got, reference.plateau_decay(losses, lr0, 0.1, 1), **RATES)


@pytest.mark.points(1)
def test_a_loss_that_does_not_move_is_a_plateau(student, rng):
    """A loss that only equals the best is no progress."""
    level = float(rng.uniform(1, 2))
    for patience in (5, 300):
        still = [level] * (2 * patience + 2)
        check_plateaus(student, [2 * level, *still, level / 2], rng, factor=0.1, patience=patience)
