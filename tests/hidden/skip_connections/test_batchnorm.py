"""Hidden suite of the exercise `batchnorm`: both functions. What a cache holds is the student's own affair.

Backward passes get the reference's cache, so that a slip forward is not charged twice; where they cannot work with it, their own.
"""

import numpy as np
import pytest

from autograder.grading import central_differences, expect_any, expect_close, expect_keys, expect_tuple, expect_worked
from solutions.skip_connections import reference
from tests.hidden.skip_connections.draws import (
    BACKWARD,
    DIFFERENCES,
    FORWARD,
    batch,
    batch_gradient,
)

FORWARD_CALL = "batchnorm_forward(...)"
BACKWARD_CALL = "batchnorm_backward(dout, cache)"
RUNNING = ("mean", "var")


def forward(student, case, *, training, **options):
    """Ask the student's forward pass for out, cache and running statistics."""
    arguments = (case["x"], case["gamma"], case["beta"], case["running"], training)
    return expect_tuple(FORWARD_CALL, student.batchnorm_forward(*arguments, **options), 3)


def check_running(got, want, which=RUNNING):
    """The running statistics asked for are the reference's."""
    running = expect_keys("running", got, RUNNING)
    for key in which:
        expect_close(f'running["{key}"]', running[key], want[key], **FORWARD)


def check_backward(student, case, dout, compare, **options):
    """`compare` is content with the student's three gradients, on the reference's cache or on the student's own."""

    def on(cache):
        compare(*expect_tuple(BACKWARD_CALL, student.batchnorm_backward(dout, cache), 3))

    expect_any(
        lambda: on(reference.batchnorm_forward(**case, training=True, **options)[1]),
        lambda: on(forward(student, case, training=True, **options)[1]),
    )


def check_gradient(student, rng, place, what):
    """One of the three gradients is the reference's."""
    case, dout, cache = batch_gradient(rng)
    want = reference.batchnorm_backward(dout, cache)[place]
    check_backward(student, case, dout, lambda *got: expect_close(what, got[place], want, **BACKWARD))


@pytest.mark.points(3.5)
def test_training_normalises_with_the_batch(student, rng):
    """In training, each feature is normalised with the batch's mean and biased variance, eps inside the root."""
    for options in ({}, {"eps": 1e-2}):
        case = batch(rng)
        out, _, _ = forward(student, case, training=True, **options)
        expect_close("out", out, reference.batchnorm_forward(**case, training=True, **options)[0], **FORWARD)


def check_running_over_batches(student, rng, key):
    """One running statistic is the reference's after each of four batches, handed from one to the next."""
    case = batch(rng)
    running = want = case["running"]
    for rows, options in ((5, {}), (2, {"momentum": 0.5}), (3, {}), (4, {"momentum": 0.7})):
        case = batch(rng, rows=rows)
        _, _, want = reference.batchnorm_forward(**case | {"running": want}, training=True, **options)
        _, _, running = forward(student, case | {"running": running}, training=True, **options)
        check_running(running, want, (key,))


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
    for rows, options in ((6, {}), (1, {"eps": 1e-2})):
        case = batch(rng, rows=rows)
        out, _, _ = forward(student, case, training=False, **options)
        expect_close("out", out, reference.batchnorm_forward(**case, training=False, **options)[0], **FORWARD)


@pytest.mark.points(1)
def test_inference_leaves_the_running_statistics(student, rng):
    """At inference the running statistics come back as they were."""
    case = batch(rng)
    out, _, running = forward(student, case, training=False)
    expect_worked("out", out, case["x"].shape)
    check_running(running, case["running"])


@pytest.mark.points(1)
def test_training_on_a_batch_of_one(student, rng):
    """A training batch of one row gives beta, and running statistics that stay finite."""
    case = batch(rng, rows=1)
    out, _, running = forward(student, case, training=True)
    want_out, _, want = reference.batchnorm_forward(**case, training=True)
    expect_close("out", out, want_out, **FORWARD)
    check_running(running, want)


@pytest.mark.points(0.5)
def test_integer_input(student, rng):
    """Integer arrays do as x: the answer is that for the same numbers in float64."""
    whole = np.array([[3, -1, 0, 7], [-2, 4, 1, 1], [5, 0, -6, 2]])
    case = batch(rng)
    for training in (True, False):
        out, _, _ = forward(student, case | {"x": whole.astype(float)}, training=training)
        out = expect_worked("out", out, whole.shape)
        expect_close("out", forward(student, case | {"x": whole}, training=training)[0], out, **FORWARD)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """The answers come without changing x, gamma, beta or the running statistics passed in."""
    for training in (True, False):
        case = batch(rng)
        before = (case["x"], case["gamma"], case["beta"], case["running"])
        result, after = student.batchnorm_forward.with_inputs(*before, training)
        expect_worked("out", expect_tuple(FORWARD_CALL, result, 3)[0], case["x"].shape)
        for name, old, new in zip(("x", "gamma", "beta"), before, after, strict=False):
            expect_close(f"{name} after the call", new, old, rtol=0)
        running = expect_keys("running after the call", after[3], RUNNING)
        for key in RUNNING:
            expect_close(f'running["{key}"] after the call', running[key], case["running"][key], rtol=0)


@pytest.mark.points(3.5)
def test_dx_goes_through_mean_and_variance(student, rng):
    """The gradient dx goes through the batch's mean and variance, which move with x, and through gamma."""
    check_gradient(student, rng, 0, "dx")


@pytest.mark.points(1)
def test_dgamma_is_summed_over_the_batch(student, rng):
    """The gradient dgamma joins the upstream gradient and the normalised batch, summed over the rows."""
    check_gradient(student, rng, 1, "dgamma")


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
        result, (dout_after, cache_after) = student.batchnorm_backward.with_inputs(dout, given)
        expect_worked("dx", expect_tuple(BACKWARD_CALL, result, 3)[0], dout.shape)
        expect_close("dout after the call", dout_after, dout, rtol=0)
        return cache_after

    def unmodified_cache():
        after = expect_keys("cache after the call", unmodified(cache), tuple(cache))
        for key in cache:
            expect_close(f'cache["{key}"] after the call', after[key], cache[key], rtol=0)

    expect_any(unmodified_cache, lambda: unmodified(forward(student, case, training=True)[1]))
