"""Hidden suite of the exercise `preactivation`: both functions. What a cache holds is the student's own affair.

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
    for_all,
)
from solutions.skip_connections import reference
from tests.hidden.skip_connections.cases import (
    HUGE,
    TINY,
    columns,
    preactivation_cases,
    preactivation_twins,
    scaled,
    single_feature_twins,
)
from tests.hidden.skip_connections.checks import BACKWARD, DIFFERENCES, FORWARD, SINGLE, expect_scaled, out_is_right
from tests.hidden.skip_connections.inputs import (
    preactivation_block,
    preactivation_block_at_kinks,
    preactivation_gradient,
    whole_preactivation_numbers,
)

FORWARD_CALL = "preactivation_forward(x, params)"
BACKWARD_CALL = "preactivation_backward(dout, cache)"
PARAMS = ("W1", "b1", "W2", "b2")
BLOCKS = (((4, 4), 5), ((4, 6), 64))  # sizes and rows; in a block of one width, no shape gives a slip away
pytestmark = [  # the cache is the student's own affair
    pytest.mark.free("preactivation_forward", returned=1),
    pytest.mark.free("preactivation_backward", passed=1),
]


def forward(student, x, params):
    """Ask the student's forward pass for out and cache."""
    return expect_tuple(FORWARD_CALL, student.preactivation_forward(x, params), 2)


def backward(student, dout, cache):
    """Ask the student's backward pass for dx and the gradients of the parameters."""
    dx, grads = expect_tuple(BACKWARD_CALL, student.preactivation_backward(dout, cache), 2)
    return dx, expect_keys("grads", grads, PARAMS)


def check_backward(student, dout, cache, compare):
    """`compare` is content with the student's dx and grads, on the reference's cache or on the student's own."""
    expect_any(
        lambda: compare(*backward(student, dout, cache)),
        lambda: compare(*backward(student, dout, forward(student, cache["x"], cache["params"])[1])),
    )


def asked(student, dout, cache):
    """The student's dx and gradients, on the reference's cache or on the student's own."""
    answers = []
    check_backward(student, dout, cache, lambda *answer: answers.append(answer))
    return answers[0]


def expect_gradients(got, want):
    """dx and the gradients of all parameters are those that are wanted."""
    (dx, grads), (want_dx, want_grads) = got, want
    expect_close("dx", dx, as_numbers("dx", want_dx), **BACKWARD)
    for key in PARAMS:
        what = f'grads["{key}"]'
        expect_close(what, grads[key], as_numbers(what, want_grads[key]), **BACKWARD)


def check_own(student, dout, theirs, got):
    """What the student's own cache gave is right, or as far off as what the reference's cache gives."""
    expect_any(
        lambda: expect_gradients(got, reference.preactivation_backward(dout, theirs)),
        lambda: expect_gradients(got, backward(student, dout, theirs)),
    )


def check_gradient(student, rng, key):
    """The student's gradient of one parameter is the reference's, for many rows, and for a single row and single units."""
    for sizes, rows in (*BLOCKS, ((1, 1), 1)):
        dout, cache = preactivation_gradient(rng, sizes, rows=rows)
        dout /= rows  # as of a loss that is a mean
        want = reference.preactivation_backward(dout, cache)[1][key]

        def compare(_, grads, want=want):
            expect_close(f'grads["{key}"]', grads[key], want, **BACKWARD)

        check_backward(student, dout, cache, compare)


@pytest.mark.points(3.5)
def test_relu_stands_in_the_branch_only(student, rng):
    """The ReLUs stand inside the branch; x itself is added, and nothing follows the sum."""
    for sizes, rows in BLOCKS:
        x, params = preactivation_block(rng, sizes, rows=rows)
        out, _ = forward(student, x, params)
        expect_close("out", out, reference.preactivation_forward(x, params)[0], **FORWARD)


@pytest.mark.redundant("the law that the free path is named after; it holds the reference to account too")
@pytest.mark.points(0.5)
def test_constant_branch_shifts_x(student, rng):
    """When the branch gives b2 alone, the block returns x + b2, negative entries too."""

    def law(case):
        x, params, _ = case
        params["W2"] = np.zeros_like(params["W2"])
        expect_close("out", forward(student, x, params)[0], x + params["b2"], **FORWARD)

    for_all(rng, preactivation_cases(rng), law)


@pytest.mark.points(0.5)
def test_rows_do_not_depend_on_their_batch(student, rng):
    """A row gives the same alone as in its batch, forward and back, in blocks of any size."""
    x, params = preactivation_block(rng)
    out, cache = forward(student, x, params)
    expect_worked("out", out, x.shape, x)
    dout = rng.normal(size=x.shape)
    expect_worked("dx", backward(student, dout, cache)[0], x.shape, dout)

    def law(case):
        x, params, dout = case
        out, cache = forward(student, x, params)
        out = expect_array("out", out, x.shape)
        dx = expect_array("dx", backward(student, dout, cache)[0], x.shape)
        for row in range(len(x)):
            alone = slice(row, row + 1)
            row_out, row_cache = forward(student, x[alone], params)
            expect_close("out for a batch of one", row_out, out[alone], **FORWARD)
            expect_close("dx for a batch of one", backward(student, dout[alone], row_cache)[0], dx[alone], **BACKWARD)

    for_all(rng, preactivation_cases(rng), law)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: the answer is that for the same numbers in float64."""
    x, params = preactivation_block(rng)
    out = expect_worked("out", forward(student, x, params)[0], x.shape, x)
    expect_close("out for float32 x", forward(student, x.astype(np.float32), params)[0], out, **SINGLE)
    whole, params = whole_preactivation_numbers(rng)
    out = expect_worked("out", forward(student, whole.astype(float), params)[0], whole.shape, whole)
    expect_close("out for integer x", forward(student, whole, params)[0], out, **FORWARD)


@pytest.mark.points(0.5)
def test_the_gradients_come_from_the_cache(student, rng):
    """The gradients come from the cache of the forward pass, for integer x too, and after other batches."""
    answers = []
    # Both batches have one shape: the second one must not overwrite what the cache of the first one keeps.
    for x, params in (preactivation_block(rng, rows=2), whole_preactivation_numbers(rng)):
        out, cache = forward(student, x, params)
        dout = rng.normal(size=x.shape)
        got = backward(student, dout, cache)
        expect_worked("dx", got[0], x.shape, dout)
        want_out, theirs = reference.preactivation_forward(x.astype(float), params)
        if out_is_right(out, want_out):
            check_own(student, dout, theirs, got)
        answers.append((dout, cache, got))
    dout, cache, got = answers[0]
    expect_gradients(backward(student, dout, cache), got)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """The answers come without changing x, the parameters, dout or the cache."""
    x, params = preactivation_block(rng)
    result = expect_unmodified(student.preactivation_forward, "x params", x, params)
    expect_worked("out", expect_tuple(FORWARD_CALL, result, 2)[0], x.shape, x)
    dout = rng.normal(size=x.shape)

    def unmodified(cache):
        result = expect_unmodified(student.preactivation_backward, "dout cache", dout, cache)
        expect_worked("dx", expect_tuple(BACKWARD_CALL, result, 2)[0], x.shape, dout)

    expect_any(
        lambda: unmodified(reference.preactivation_forward(x, params)[1]),
        lambda: unmodified(forward(student, x, params)[1]),
    )


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_special_numbers_are_like_any_others(student, rng):
    """Zeros, equal numbers, huge and tiny ones, a single feature and another order in memory change nothing either way."""
    x, params = preactivation_block(rng)
    plain, huge, tiny = (forward(student, *scaled(factor, x, params))[0] for factor in (1, HUGE, TINY))
    dout, cache = preactivation_gradient(rng)
    tiny_cache = reference.preactivation_forward(*scaled(TINY, cache["x"], cache["params"]))[1]
    twins = [*preactivation_twins(rng), single_feature_twins(rng)]
    outs = [[forward(student, *twin[:2])[0] for twin in pair] for pair in twins]
    gradients = [[asked(student, up, reference.preactivation_forward(x, p)[1]) for x, p, up in pair] for pair in twins]
    dxs = [[dx for dx, _ in pair] for pair in gradients]
    questions = ((dout, cache), (HUGE * dout, cache), (dout, tiny_cache))
    (plain_dx, plain_grads), *others = (asked(student, *question) for question in questions)
    (huge_dx, huge_grads), (tiny_dx, tiny_grads) = others
    plain = expect_worked("out", plain, x.shape, x)
    expect_worked("dx", plain_dx, dout.shape, dout)
    expect_scaled("out for huge x", huge, plain, HUGE, **FORWARD)
    expect_scaled("out for tiny x", tiny, plain, TINY, **FORWARD)
    expect_scaled("dx for huge dout", huge_dx, plain_dx, HUGE, **BACKWARD)
    expect_scaled("dx for tiny x", tiny_dx, plain_dx, 1, **BACKWARD)
    for key, factor in zip(PARAMS, (TINY, 1, TINY, 1), strict=True):
        expect_scaled(f'grads["{key}"] for huge dout', huge_grads[key], plain_grads[key], HUGE, **BACKWARD)
        expect_scaled(f'grads["{key}"] for tiny x', tiny_grads[key], plain_grads[key], factor, **BACKWARD)
    for (_, grads), (_, near_grads) in gradients[:-1]:  # of the last pair, one block has a feature more
        for key in PARAMS:
            what = f'grads["{key}"]'
            expect_close(what, grads[key], as_numbers(what, near_grads[key]), **BACKWARD)
    for what, answers in (("out", outs), ("dx", dxs)):
        for ((x, *_), (near, *_)), (got, other) in zip(twins, answers, strict=True):
            ordinary = columns(expect_array(what, other, near.shape), x.shape[1])
            at_kink = (x == 0) & (what == "dx")  # the slope there has a test of its own
            expect_close(what, np.where(at_kink, ordinary, expect_array(what, got, x.shape)), ordinary, **BACKWARD)


@pytest.mark.points(2.5)
def test_dx_adds_the_untouched_upstream_gradient(student, rng):
    """The gradient dx is the upstream gradient as it is, plus what the branch passes back through both its ReLUs."""
    for sizes, rows in BLOCKS:
        dout, cache = preactivation_gradient(rng, sizes, rows=rows)
        want = reference.preactivation_backward(dout, cache)[0]
        check_backward(student, dout, cache, lambda dx, _, want=want: expect_close("dx", dx, want, **BACKWARD))


@pytest.mark.points(1.5)
def test_gradient_of_first_weights(student, rng):
    """The gradient of W1 joins the activated input and the first layer's delta."""
    check_gradient(student, rng, "W1")


@pytest.mark.points(1)
def test_gradient_of_first_bias(student, rng):
    """The gradient of b1 is its layer's delta, summed over the batch."""
    check_gradient(student, rng, "b1")


@pytest.mark.points(1.5)
def test_gradient_of_second_weights(student, rng):
    """The gradient of W2 joins the first layer's activation and the unmasked upstream gradient."""
    check_gradient(student, rng, "W2")


@pytest.mark.points(1)
def test_gradient_of_second_bias(student, rng):
    """The gradient of b2 is the unmasked upstream gradient, summed over the batch."""
    check_gradient(student, rng, "b2")


@pytest.mark.points(0.5)
def test_slope_at_zero_is_zero(student, rng):
    """Where a value is exactly zero before its ReLU, no gradient comes back through the branch."""
    x, params, unit = preactivation_block_at_kinks(rng)
    out, cache = reference.preactivation_forward(x, params)
    dout = rng.normal(size=out.shape)
    dx, grads = asked(student, dout, cache)
    expect_close("dx of a row of zeros", expect_worked("dx", dx, x.shape, dout)[0], dout[0], **BACKWARD)
    # The weights behind the unit carry nothing forward, so they must carry nothing back.
    behind = params["W2"].copy()
    behind[unit] = rng.normal(size=dout.shape[1])
    _, other = asked(student, dout, cache | {"params": params | {"W2": behind}})
    for key in PARAMS:
        expect_close(f'grads["{key}"]', other[key], as_numbers(f'grads["{key}"]', grads[key]), **BACKWARD)


@pytest.mark.redundant("does not rest on the reference's backward pass, and holds that to account too")
@pytest.mark.points(0.5)
def test_agrees_with_central_differences(student, rng):
    """All gradients agree with central differences of the forward pass."""
    x, params = preactivation_block(rng, (2, 3), rows=3)
    out, cache = reference.preactivation_forward(x, params)
    dout = rng.normal(size=out.shape)

    def loss():
        return float((dout * reference.preactivation_forward(x, params)[0]).sum())

    numeric = {key: central_differences(loss, array) for key, array in {"x": x, **params}.items()}

    def compare(dx, grads):
        expect_close("dx", dx, numeric["x"], **DIFFERENCES)
        for key in PARAMS:
            expect_close(f'grads["{key}"]', grads[key], numeric[key], **DIFFERENCES)

    check_backward(student, dout, cache, compare)
