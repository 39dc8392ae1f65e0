"""Hidden suite of the exercise `batchnorm`: both functions. What a cache holds is the student's own affair.

Backward passes get the reference's cache, so that a slip forward is not charged twice; where they cannot work with it, their own.
"""

import numpy as np
import pytest

from autograder.suite import (
    as_numbers,
    central_differences,
    expect_any,
    expect_array,
    expect_close,
    expect_keys,
    expect_tuple,
    expect_unmodified,
    expect_worked,
)
from solutions.skip_connections import reference
from tests.hidden.skip_connections.cases import HUGE, batch_twins, columns, first_features, with_huge_feature
from tests.hidden.skip_connections.checks import BACKWARD, DIFFERENCES, FORWARD, expect_scaled, out_is_right
from tests.hidden.skip_connections.inputs import batch, batch_gradient

FORWARD_CALL = "batchnorm_forward(...)"
BACKWARD_CALL = "batchnorm_backward(dout, cache)"
RUNNING = ("mean", "var")
GRADIENTS = ("dx", "dgamma", "dbeta")
pytestmark = [  # the cache is the student's own affair
    pytest.mark.free("batchnorm_forward", returned=1),
    pytest.mark.free("batchnorm_backward", passed=1),
]


def forward(student, case, *, training, **options):
    """Ask the student's forward pass for out, cache and running statistics."""
    arguments = (case["x"], case["gamma"], case["beta"], case["running"], training)
    return expect_tuple(FORWARD_CALL, student.batchnorm_forward(*arguments, **options), 3)


def check_running(got, want, which=RUNNING):
    """The running statistics asked for are the reference's."""
    running = expect_keys("running", got, RUNNING)
    for key in which:
        expect_close(f'running["{key}"]', running[key], want[key], **FORWARD)


def backward(student, dout, cache):
    """Ask the student's backward pass for its three gradients."""
    return expect_tuple(BACKWARD_CALL, student.batchnorm_backward(dout, cache), 3)


def check_backward(student, case, dout, compare, **options):
    """`compare` is content with the student's three gradients, on the reference's cache or on the student's own."""

    def on(cache):
        compare(*backward(student, dout, cache))

    expect_any(
        lambda: on(reference.batchnorm_forward(**case, training=True, **options)[1]),
        lambda: on(forward(student, case, training=True, **options)[1]),
    )


def gradients(student, case, dout, **options):
    """The student's three gradients, on the reference's cache or on the student's own."""
    answers = []
    check_backward(student, case, dout, lambda *got: answers.append(got), **options)
    return answers[0]


def expect_gradients(got, want):
    """The three gradients are those that are wanted."""
    for what, gradient, wanted in zip(GRADIENTS, got, want, strict=True):
        expect_close(what, gradient, as_numbers(what, wanted), **BACKWARD)


def check_own(student, dout, theirs, got):
    """What the student's own cache gave is right, or as far off as what the reference's cache gives."""
    expect_any(
        lambda: expect_gradients(got, reference.batchnorm_backward(dout, theirs)),
        lambda: expect_gradients(got, backward(student, dout, theirs)),
    )


def check_gradient(student, rng, place, what):
    """One of the three gradients is the reference's, for one feature or row too, and where x or gamma is special."""
    for options in ({"rows": 64}, {"features": 1}, {"scale": 1e-3}, {"rows": 1}, {"zeros": 1}):
        case, dout, cache = batch_gradient(rng, **options)
        want = reference.batchnorm_backward(dout, cache)[place]
        # Of a single row, dx is what is left where numbers as large as dout / std cancel.
        rounded = dout / cache["std"] if what == "dx" else want
        size = max(1.0, *(float(np.abs(numbers).max()) for numbers in (want, rounded)))

        def compare(*got, want=want, size=size):
            expect_close(what, got[place], want, rtol=BACKWARD["rtol"], atol=size * BACKWARD["atol"])

        check_backward(student, case, dout, compare)


@pytest.mark.points(3)
def test_training_normalises_with_the_batch(student, rng):
    """In training, each feature is normalised with the batch's mean and biased variance, eps inside the root."""
    asked = [(batch(rng), options) for options in ({}, {"eps": 1e-2}, {"momentum": 0.5, "eps": 1e-3}, {"eps": 0.0})]
    outlier = batch(rng, rows=64)
    outlier["x"][0, 0] = 50
    asked.append((outlier, {}))
    outs = [forward(student, case, training=True, **options)[0] for case, options in asked]
    for (case, options), out in zip(asked, outs, strict=True):
        expect_close("out", out, reference.batchnorm_forward(**case, training=True, **options)[0], **FORWARD)


def check_running_over_batches(student, rng, key):
    """From the usual start on, one running statistic is the reference's after each of some batches."""
    running = want = {"mean": np.zeros(4), "var": np.ones(4)}
    for rows, options in (
        (5, {}),
        (2, {"momentum": 0.5}),
        (3, {"eps": 1e-2}),
        (4, {"momentum": 0.7, "eps": 1e-3}),
        (3, {"momentum": 1.0}),
        (4, {"momentum": 0.0}),
    ):
        case = batch(rng, rows=rows)
        _, _, want = reference.batchnorm_forward(**case | {"running": want}, training=True, **options)
        _, _, running = forward(student, case | {"running": running}, training=True, **options)
        check_running(running, want, (key,))


@pytest.mark.redundant("gives the running mean points of its own; others compare it among other things")
@pytest.mark.points(2)
def test_running_mean_moves_towards_the_batch(student, rng):
    """In training, the running mean keeps the share `momentum` and takes the rest from the batch, batch after batch."""
    check_running_over_batches(student, rng, "mean")


@pytest.mark.points(2.5)
def test_running_variance_takes_the_unbiased_one(student, rng):
    """In training, the running variance moves towards the unbiased variance of the batch, batch after batch."""
    check_running_over_batches(student, rng, "var")


@pytest.mark.points(3)
def test_inference_normalises_with_the_running_statistics(student, rng):
    """At inference the running statistics normalise, so that a row does not depend on its batch."""
    options = ({}, {"eps": 1e-2}, {"momentum": 0.5}, {"momentum": 0.5, "eps": 0.0})
    asked = [(batch(rng, rows=rows), given) for rows, given in zip((6, 1, 4, 2), options, strict=True)]
    asked[-1][0]["x"] *= 100  # far from the running mean
    outs = [forward(student, case, training=False, **given)[0] for case, given in asked]
    for (case, given), out in zip(asked, outs, strict=True):
        expect_close("out", out, reference.batchnorm_forward(**case, training=False, **given)[0], **FORWARD)


@pytest.mark.points(1)
def test_inference_leaves_the_running_statistics(student, rng):
    """At inference the running statistics come back as they were."""
    for options in ({}, {"momentum": 0.5, "eps": 1e-2}):
        case = batch(rng)
        out, _, running = forward(student, case, training=False, **options)
        expect_worked("out", out, case["x"].shape)
        check_running(running, case["running"])


@pytest.mark.points(1)
def test_training_on_a_batch_of_one(student, rng):
    """A training batch of one row gives beta, running statistics that stay finite, and gradients too."""
    case, dout, cache = batch_gradient(rng, rows=1)
    out, _, running = forward(student, case, training=True)
    dx, *grads = gradients(student, case, dout)
    want_out, _, want = reference.batchnorm_forward(**case, training=True)
    expect_close("out", out, want_out, **FORWARD)
    check_running(running, want)
    expect_array("dx", dx, dout.shape)
    for what, got, expected in zip(GRADIENTS[1:], grads, reference.batchnorm_backward(dout, cache)[1:], strict=True):
        expect_close(what, got, expected, **BACKWARD)


@pytest.mark.points(0.5)
def test_integer_input(student, rng):
    """Integer arrays do as x: the answer is that for the same numbers in float64."""
    whole = np.array([[3, -1, 0, 7], [-2, 4, 1, 1], [5, 0, -6, 2]])
    case = batch(rng)
    for training in (True, False):
        out, _, running = forward(student, case | {"x": whole.astype(float)}, training=training)
        whole_out, _, whole_running = forward(student, case | {"x": whole}, training=training)
        expect_close("out", whole_out, expect_worked("out", out, whole.shape), **FORWARD)
        running = expect_keys("running", running, RUNNING)
        check_running(whole_running, {key: as_numbers(f'running["{key}"]', running[key]) for key in RUNNING})


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_special_numbers_are_like_any_others(student, rng):
    """Zeros, equal numbers, huge ones, a single feature and another order in memory change nothing, forward and back."""
    # eps is large: where all rows are equal, its root is what the batch is divided by.
    options = {"eps": 1e-2}
    case, dout, _ = batch_gradient(rng, rows=4, features=6)
    twins = [*batch_twins(rng), *((first_features(case, dout, count), (case, dout)) for count in (1, 4))]

    def asked(part, up):
        outs = [forward(student, part, training=training, **options)[0] for training in (True, False)]
        return [*outs, *gradients(student, part, up, **options)]

    plain, huge = asked(case, dout), asked(*with_huge_feature(case, dout))
    huge_gradients = gradients(student, case, HUGE * dout, **options)
    answers = [[asked(*question) for question in pair] for pair in twins]
    for what, one, other in zip(("out", "out", "dx"), plain[:3], huge[:3], strict=True):
        worked = expect_worked(what, one, dout.shape, dout)
        expect_close(what, expect_array(what, other, dout.shape)[:, 1:], worked[:, 1:], **BACKWARD)
    for what, one, other in zip(GRADIENTS, plain[2:], huge_gradients, strict=True):
        expect_scaled(f"{what} for huge dout", other, one, HUGE, **BACKWARD)
    for ((special, _), (near, _)), pair in zip(twins, answers, strict=True):
        for what, got, other in zip(("out", "out", *GRADIENTS), *pair, strict=True):
            ordinary = expect_array(what, other, near["gamma" if what in GRADIENTS[1:] else "x"].shape)
            expect_close(what, got, columns(ordinary, special["x"].shape[1]), **BACKWARD)


@pytest.mark.points(0.5)
def test_the_gradients_come_from_the_cache(student, rng):
    """The gradients come from the cache of the forward pass, for integer x too, and after other batches."""
    answers = []
    for options in ({}, {"momentum": 0.5}, {"eps": 1e-2}):
        case, dout, _ = batch_gradient(rng)
        case["x"] = np.rint(4 * case["x"]).astype(int)
        out, cache, _ = forward(student, case, training=True, **options)
        got = backward(student, dout, cache)
        expect_worked("dx", got[0], dout.shape, dout)
        answers.append((dout, cache, got))
    want_out, theirs, _ = reference.batchnorm_forward(**case, training=True, **options)
    if out_is_right(out, want_out):
        check_own(student, dout, theirs, got)
    dout, cache, got = answers[0]
    expect_gradients(backward(student, dout, cache), got)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """The answers come without changing x, gamma, beta or the running statistics passed in."""
    for training in (True, False):
        case = batch(rng)
        arguments = (case["x"], case["gamma"], case["beta"], case["running"], training)
        result = expect_unmodified(student.batchnorm_forward, "x gamma beta running training", *arguments)
        expect_worked("out", expect_tuple(FORWARD_CALL, result, 3)[0], case["x"].shape)


@pytest.mark.points(3)
def test_dx_goes_through_mean_and_variance(student, rng):
    """The gradient dx goes through the batch's mean and variance, which move with x, and through gamma."""
    check_gradient(student, rng, 0, "dx")


@pytest.mark.points(1)
def test_dgamma_is_summed_over_the_batch(student, rng):
    """The gradient dgamma joins the upstream gradient and the normalised batch, summed over the rows."""
    check_gradient(student, rng, 1, "dgamma")


@pytest.mark.redundant("gives dbeta points of its own; others compare it among other things")
@pytest.mark.points(0.5)
def test_dbeta_is_summed_over_the_batch(student, rng):
    """The gradient dbeta is the upstream gradient, summed over the rows."""
    check_gradient(student, rng, 2, "dbeta")


@pytest.mark.redundant("does not rest on the reference's backward pass, and holds that to account too")
@pytest.mark.points(0.5)
def test_dx_agrees_with_central_differences(student, rng):
    """The gradient dx agrees with central differences of the forward pass, for a large eps too."""
    case = batch(rng, rows=3, features=2)
    dout = rng.normal(size=case["x"].shape)

    def loss():
        return float((dout * reference.batchnorm_forward(**case, training=True, eps=1e-2)[0]).sum())

    numeric = central_differences(loss, case["x"])
    check_backward(student, case, dout, lambda dx, *_: expect_close("dx", dx, numeric, **DIFFERENCES), eps=1e-2)


@pytest.mark.points(0.5)
def test_backward_leaves_its_inputs_unmodified(student, rng):
    """The gradients come without changing dout or the cache."""
    case, dout, cache = batch_gradient(rng, rows=5, features=3)

    def unmodified(given):
        result = expect_unmodified(student.batchnorm_backward, "dout cache", dout, given)
        expect_worked("dx", expect_tuple(BACKWARD_CALL, result, 3)[0], dout.shape)

    expect_any(lambda: unmodified(cache), lambda: unmodified(forward(student, case, training=True)[1]))
