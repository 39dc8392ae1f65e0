"""Hidden suite of the exercise `auxiliary_loss`: heads of any number, in training and at inference."""

import numpy as np
import pytest

from autograder.suite import expect_array, expect_close, expect_unmodified
from solutions.auxiliary_loss import reference
from tests.hidden.auxiliary_loss.cases import NUDGE, beside
from tests.hidden.auxiliary_loss.checks import CLOSE, SHARE, worked_number

CALL = "auxiliary_loss(main_loss, aux_losses, ...)"
TRAINING, INFERENCE = True, False


def losses(rng, heads=2):
    """A main loss and those of some heads, all different."""
    values = rng.uniform(0.3, 3.0, size=heads + 1).tolist()
    return values[0], values[1:]


@pytest.mark.points(3.5)
def test_main_loss_plus_weighted_sum(student, rng):
    """In training, the loss is the main loss plus the weight times the sum of the auxiliary losses."""
    for weight in (0.15, float(rng.uniform(0.4, 0.9)), 2.5):
        main_loss, aux_losses = losses(rng)
        want = reference.auxiliary_loss(main_loss, aux_losses, weight)
        expect_close(CALL, student.auxiliary_loss(main_loss, aux_losses, weight, TRAINING), want, **SHARE)
        expect_close(CALL, student.auxiliary_loss(main_loss, aux_losses, weight=weight), want, **SHARE)


@pytest.mark.points(2.5)
def test_default_is_training_with_the_weight_of_the_paper(student, rng):
    """Without further arguments, two heads count in training, each with the weight that the paper gives it."""
    main_loss, aux_losses = losses(rng)
    want = reference.auxiliary_loss(main_loss, aux_losses)
    expect_close(CALL, student.auxiliary_loss(aux_losses=aux_losses, main_loss=main_loss), want, **SHARE)


@pytest.mark.points(4)
def test_inference_is_the_main_loss(student, rng):
    """At inference the loss is the main loss, even where a head's loss is infinite or not a number; in training it is more."""
    main_loss, aux_losses = losses(rng)
    broken = ([float("inf"), 1.0], [float("nan")], np.array([-np.inf, np.nan]))
    answers = [student.auxiliary_loss(main_loss, heads, 0.4, INFERENCE) for heads in (aux_losses, *broken)]
    for got in (*answers, student.auxiliary_loss(main_loss, [], training=INFERENCE)):
        expect_close(CALL, got, main_loss, **SHARE)
    worked_number(CALL, student.auxiliary_loss(main_loss, aux_losses, 0.4, TRAINING), main_loss)


@pytest.mark.points(1.5)
def test_any_number_of_heads(student, rng):
    """One head counts, and so does each of five, in a list, a tuple or an array."""
    for heads, kind in ((1, list), (5, list), (3, tuple), (4, np.array)):
        main_loss, aux_losses = losses(rng, heads)
        want = reference.auxiliary_loss(main_loss, aux_losses, 0.6)
        expect_close(CALL, student.auxiliary_loss(main_loss, kind(aux_losses), 0.6), want, **SHARE)


@pytest.mark.points(1)
def test_no_heads(student, rng):
    """In training, the loss of a network without heads is its main loss; that of a network with a head is another."""
    main_loss, aux_losses = losses(rng, 1)
    worked_number(CALL, student.auxiliary_loss(main_loss, aux_losses), main_loss)
    expect_close(CALL, student.auxiliary_loss(main_loss, []), main_loss, **SHARE)


@pytest.mark.points(1)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing the auxiliary losses."""
    main_loss, aux_losses = losses(rng)
    for kind in (list, np.array):
        before = kind(aux_losses)
        got = expect_unmodified(
            student.auxiliary_loss, "main_loss aux_losses weight training", main_loss, before, 0.4, TRAINING
        )
        worked_number(CALL, got, main_loss, student.auxiliary_loss(2 * main_loss, before, 0.4))


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_special_numbers_are_like_any_others(student, rng):
    """Zeros, equal numbers, negative losses, a weight of zero and no heads are nothing special, in lists and in arrays."""
    main_loss, (one, other, third) = losses(rng, 3)
    specials = [
        [0.0, [one, other], 0.4],
        [main_loss, [one, 0.0], 0.4],
        [main_loss, [0.0, 0.0, 0.0], 0.4],
        [main_loss, [one, one], 0.4],
        [main_loss, [one, other, one], 0.4],
        [main_loss, [one, other], 0.0],
        [main_loss, [one], 0.4],
        [main_loss, [], 0.4],
        [-main_loss, [-one, other, -third], 0.4],
    ]
    # A weight is never negative.
    questions = [(*beside(rng, [main, heads]), weight + NUDGE) for main, heads, weight in specials]
    *near, negative = [student.auxiliary_loss(*question) for question in questions]
    unused = [student.auxiliary_loss(sign * main_loss, [sign * one], 0.4, INFERENCE) for sign in (1, -1)]
    opposite = student.auxiliary_loss(main_loss, [one, -other, third], 0.4)
    answers = [
        [student.auxiliary_loss(main, kind(heads), weight) for kind in (list, tuple, np.array)]
        for main, heads, weight in specials
    ]
    worked_number(CALL, answers[1][0], answers[0][0], main_loss)
    expected = [*(expect_array(CALL, number, ()) for number in near), -expect_array(CALL, opposite, ())]
    for number, got in zip((*expected, expected[-1]), (*answers, [negative]), strict=True):
        for each in got:
            expect_close(CALL, each, number, **CLOSE)
    expect_close(CALL, unused[1], -expect_array(CALL, unused[0], ()), **CLOSE)


@pytest.mark.redundant("a law that does not rest on the reference, and holds that to account too")
@pytest.mark.points(1)
def test_a_further_head_adds_its_own_share(student, rng):
    """A further head adds the weight times its loss, and changes nothing for the others."""
    main_loss, aux_losses = losses(rng, 3)
    fewer = expect_array(CALL, student.auxiliary_loss(main_loss, aux_losses[:2], 0.4), ())
    more = student.auxiliary_loss(main_loss, aux_losses, 0.4)
    expect_close(CALL, more, fewer + 0.4 * aux_losses[2], **CLOSE)
