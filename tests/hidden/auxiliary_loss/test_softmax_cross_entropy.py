"""Hidden suite of the exercise `softmax_cross_entropy`: loss and gradient, each with points of its own."""

from functools import partial

import numpy as np
import pytest

from autograder.suite import (
    central_differences,
    corners,
    expect_any,
    expect_array,
    expect_close,
    expect_tuple,
    expect_unmodified,
    expect_worked,
)
from solutions.auxiliary_loss import reference
from tests.hidden.auxiliary_loss.cases import beside
from tests.hidden.auxiliary_loss.checks import CLOSE, DIFFERENCES, SHARE, SINGLE
from tests.hidden.auxiliary_loss.inputs import extreme_scores, scores

CALL = "softmax_cross_entropy(logits, labels)"


def answer(student, logits, labels):
    """The student's loss and gradient."""
    return expect_tuple(CALL, student.softmax_cross_entropy(logits, labels), 2)


def check_part(student, cases, part, what, **tolerance):
    """The student's loss (part 0) or gradient (part 1) is the reference's in all cases."""
    for logits, labels in cases:
        want = reference.softmax_cross_entropy(logits, labels)[part]
        expect_close(what, answer(student, logits, labels)[part], want, **tolerance)


@pytest.mark.points(4)
def test_loss_is_the_mean_of_negative_log_probabilities(student, rng):
    """The loss is the mean over the batch of -log p of the right class."""
    check_part(student, (scores(rng), scores(rng, 3, 6)), 0, "loss", **SHARE)


@pytest.mark.points(4.5)
def test_gradient_is_the_loss_differentiated(student, rng):
    """The gradient joins probabilities and labels, and has the 1/N of the mean in it."""
    check_part(student, (scores(rng), scores(rng, 3, 6)), 1, "dlogits", **CLOSE)


@pytest.mark.points(1.5)
def test_loss_of_large_logits(student, rng):
    """The loss is right for logits of up to 1e4 of either sign, in rows that lie far apart."""
    check_part(student, [extreme_scores(rng) for _ in range(3)], 0, "loss", **SHARE)


@pytest.mark.points(2)
def test_gradient_of_large_logits(student, rng):
    """Rows that are lifted or lowered by up to 1e4 keep their gradient."""
    logits, labels = scores(rng, 3)
    logits = np.rint(4 * logits) / 4  # float32 keeps these exactly
    dlogits = expect_worked("dlogits", answer(student, logits, labels)[1], logits.shape, logits)
    for offsets in ([[9e3], [-9e3], [100]], [[-9e3], [9e3], [0]]):
        far = answer(student, logits + np.array(offsets), labels)[1]
        expect_close("dlogits of large logits", far, dlogits, **SINGLE)


@pytest.mark.points(0.5)
def test_a_row_alone(student, rng):
    """The gradient of a batch of one is the sum of the gradients of its copies in a batch, and its loss is the mean of theirs."""
    logits, labels = scores(rng)
    mean, together = answer(student, logits[[0, 0, 0]], labels[[0, 0, 0]])
    loss, alone = answer(student, logits[:1], labels[:1])
    together = expect_worked("dlogits", together, (3, logits.shape[1]), logits[[0, 0, 0]])
    mean = expect_array("loss", mean, ())
    # An answer that forgets the mean, or takes it twice, is charged elsewhere.
    for what, got, wants in (
        ("dlogits for a batch of one", alone, [factor * together[:1] for factor in (3, 1, 9)]),
        ("loss for a batch of one", loss, (mean, mean / 3, mean * 3)),
    ):
        expect_any(*(partial(expect_close, what, got, want, **CLOSE) for want in wants))


@pytest.mark.points(0.5)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as logits: the answer is that for the same numbers in float64."""
    logits, labels = scores(rng)
    whole = rng.permuted(np.resize([-2, 0, 1, 3], logits.shape), axis=1)
    for kind, plain, other, tolerance in (
        ("float32", logits, logits.astype(np.float32), SINGLE),
        ("integer", whole.astype(float), whole, CLOSE),
    ):
        loss, dlogits = answer(student, plain, labels)
        other_loss, got = answer(student, other, labels)
        dlogits = expect_worked("dlogits", dlogits, plain.shape, plain)
        expect_close(f"dlogits for {kind} logits", got, dlogits, **tolerance)
        expect_close(f"loss for {kind} logits", other_loss, expect_array("loss", loss, ()), **tolerance)


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_special_numbers_are_like_any_others(student, rng):
    """Zeros, equal numbers, a single class, as many classes as rows and another order in memory change nothing."""
    logits, labels = scores(rng)
    square, rows = scores(rng, 4, 4)
    # A class of next to no probability is as good as none.
    alone, no_choice = logits[:, :1].copy(), np.zeros_like(labels)
    hopeless = np.hstack([alone, np.full_like(alone, -9e3)])
    questions = [(*pair, 1) for pair in ((s, (beside(rng, s[0]), labels)) for s in corners(logits, labels))]
    questions.append(((square, rows), (np.vstack([square, square]), np.tile(rows, 2)), 2))
    questions.append(((alone, no_choice), (hopeless, no_choice), 1))
    answers = [(answer(student, *special), answer(student, *near)) for special, near, _ in questions]
    expect_worked("dlogits", answers[0][0][1], logits.shape, logits)
    for (special, near, factor), ((loss, got), (other_loss, other)) in zip(questions, answers, strict=True):
        want = factor * expect_array("dlogits", other, near[0].shape)
        expect_close("loss", loss, expect_array("loss", other_loss, ()), **CLOSE)
        expect_close("dlogits", got, want[: len(special[0]), : special[0].shape[1]], **CLOSE)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing the logits or the labels."""
    logits, labels = scores(rng)
    result = expect_unmodified(student.softmax_cross_entropy, "logits labels", logits, labels)
    expect_worked("dlogits", expect_tuple(CALL, result, 2)[1], logits.shape, logits)


@pytest.mark.redundant("does not rest on the reference's gradient, and holds that to account too")
@pytest.mark.points(1)
def test_gradient_agrees_with_central_differences(student, rng):
    """The gradient agrees with central differences of the loss."""
    logits, labels = scores(rng, 3, 4)
    numeric = central_differences(lambda: float(reference.softmax_cross_entropy(logits, labels)[0]), logits)
    expect_close("dlogits", answer(student, logits, labels)[1], numeric, **DIFFERENCES)
