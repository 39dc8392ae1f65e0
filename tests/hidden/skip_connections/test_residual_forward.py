"""Hidden suite of the exercise `residual_forward`; every number it compares with comes from the reference or from the student."""

import numpy as np
import pytest

from autograder.suite import (
    as_numbers,
    expect_array,
    expect_close,
    expect_keys,
    expect_none,
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
    residual_cases,
    residual_twins,
    scaled,
    single_unit_twins,
)
from tests.hidden.skip_connections.checks import BACKWARD, FORWARD, SINGLE, expect_scaled
from tests.hidden.skip_connections.inputs import block, whole_numbers

CALL = "residual_forward(x, params)"
CACHE = ("x", "z1", "a1", "z2", "params")
LAYERS = ("W1", "b1", "W2", "b2")


def answer(student, x, params):
    """What the student's function returns, taken apart."""
    return expect_tuple(CALL, student.residual_forward(x, params), 2)


def check_out(student, rng, projection):
    """The student's out is the reference's, also where D = H = M and shapes tell nothing about the shortcut."""
    for sizes in ((4, 6, 3), (4, 4, 4)):
        x, params = block(rng, sizes, projection=projection)
        out, _ = answer(student, x, params)
        expect_close("out", out, reference.residual_forward(x, params)[0], **FORWARD)


@pytest.mark.points(3.5)
def test_projection_is_added_before_the_last_relu(student, rng):
    """Where Ws is given, x Ws is added to the branch before the last ReLU, whatever the shapes."""
    check_out(student, rng, projection=True)


@pytest.mark.points(3.5)
def test_identity_is_added_before_the_last_relu(student, rng):
    """Without a projection, x itself is added to the branch before the last ReLU."""
    check_out(student, rng, projection=False)


@pytest.mark.points(2.5)
def test_cache_keeps_input_and_first_layer(student, rng):
    """The cache keeps x, the parameters, and the first layer before and after its ReLU."""
    blocks = [block(rng, projection=projection) for projection in (True, False)]
    caches = [answer(student, x, params)[1] for x, params in blocks]
    for (x, params), got in zip(blocks, caches, strict=True):
        cache = expect_keys("cache", got, CACHE)
        want = reference.residual_forward(x, params)[1]
        for key in ("x", "z1", "a1"):
            expect_close(f'cache["{key}"]', cache[key], want[key], **FORWARD)
        kept = expect_keys('cache["params"]', cache["params"], tuple(params))
        for key in LAYERS + (("Ws",) if params["Ws"] is not None else ()):
            expect_close(f'cache["params"]["{key}"]', kept[key], params[key], **FORWARD)


@pytest.mark.points(1.5)
def test_cache_keeps_the_sum_before_the_last_relu(student, rng):
    """The cache keeps z2: branch plus shortcut, before the last ReLU; and in params, whether there is a projection."""
    blocks = [block(rng, projection=projection) for projection in (True, False)]
    caches = [answer(student, x, params)[1] for x, params in blocks]
    for (x, params), got in zip(blocks, caches, strict=True):
        cache = expect_keys("cache", got, CACHE)
        expect_close('cache["z2"]', cache["z2"], reference.residual_forward(x, params)[1]["z2"], **FORWARD)
    expect_none('cache["params"]["Ws"]', expect_keys('cache["params"]', cache["params"], tuple(params))["Ws"])


@pytest.mark.redundant("the law that residual learning rests on; it holds the reference to account too")
@pytest.mark.points(1.5)
def test_zero_branch_leaves_the_shortcut(student, rng):
    """When the branch computes zero, the block returns the ReLU of its shortcut: identity comes for free."""

    def law(case):
        x, params, _ = case
        out, _ = answer(student, x, params)
        shortcut = x if params["Ws"] is None else x @ params["Ws"]
        expect_close("out", out, np.maximum(shortcut, 0), **FORWARD)

    for projection in (False, True):
        for_all(rng, residual_cases(rng, projection=projection, zero=("W2", "b2")), law, examples=3)
    law(
        (*block(rng, (3, 4, 3), zero=("W2", "b2")), None)
    )  # a projection that keeps the width, which is drawn now and then only


@pytest.mark.points(0.5)
def test_rows_do_not_depend_on_their_batch(student, rng):
    """A row gives the same alone as in its batch, in blocks of any size, layers of one unit among them."""
    x, params = block(rng)
    expect_worked("out", answer(student, x, params)[0], (len(x), params["b2"].size))

    def law(case):
        x, params, upstream = case
        out = expect_array("out", answer(student, x, params)[0], upstream.shape)
        for row in range(len(x)):
            alone, _ = answer(student, x[row : row + 1], params)
            expect_close("out for a batch of one", alone, out[row : row + 1], **FORWARD)

    for projection in (False, True):
        for_all(rng, residual_cases(rng, projection=projection), law, examples=3)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: the answer is that for the same numbers in float64."""
    x, params = block(rng)
    out = expect_worked("out", answer(student, x, params)[0], (len(x), params["b2"].size))
    expect_close("out for float32 x", answer(student, x.astype(np.float32), params)[0], out, **SINGLE)
    for projection in (True, False):
        whole, params = whole_numbers(rng, projection=projection)
        out, cache = answer(student, whole.astype(float), params)
        out = expect_worked("out", out, (len(whole), params["b2"].size))
        whole_out, whole_cache = answer(student, whole, params)
        expect_close("out for integer x", whole_out, out, **FORWARD)
        got, want = kept(whole_cache), kept(cache)
        for key in ("x", "z1", "a1", "z2", *LAYERS, *(("Ws",) if projection else ())):
            expect_close(f"{key} in the cache for integer x", got[key], as_numbers(key, want[key]), **FORWARD)


def kept(cache):
    """All arrays that a cache of the student's keeps, the parameters among them."""
    entries = expect_keys("cache", cache, CACHE)
    return {**entries, **expect_keys('cache["params"]', entries["params"], (*LAYERS, "Ws"))}


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_special_numbers_are_like_any_others(student, rng):
    """Zeros, equal numbers, huge and tiny ones, a single unit and another order in memory change nothing."""
    x, params = block(rng)
    twins = [*residual_twins(rng, projection=True), *residual_twins(rng, projection=False), *single_unit_twins(rng)]
    plain, huge, tiny = (answer(student, *scaled(factor, x, params))[0] for factor in (1, HUGE, TINY))
    answers = [[answer(student, *twin[:2])[0] for twin in pair] for pair in twins]
    plain = expect_worked("out", plain, (len(x), params["b2"].size))
    expect_scaled("out for huge x", huge, plain, HUGE, **FORWARD)
    expect_scaled("out for tiny x", tiny, plain, TINY, **FORWARD)
    for (special, near), (got, other) in zip(twins, answers, strict=True):
        out = expect_array("out", other, near[2].shape)
        expect_close("out", got, columns(out, special[2].shape[1]), **BACKWARD)


@pytest.mark.points(1)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing x or the parameters."""
    for projection in (False, True):
        x, params = block(rng, projection=projection)
        result = expect_unmodified(student.residual_forward, "x params", x, params)
        expect_worked("out", expect_tuple(CALL, result, 2)[0], (len(x), params["b2"].size))
