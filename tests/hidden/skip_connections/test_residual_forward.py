"""Hidden suite of the exercise `residual_forward`; every number it compares with comes from the reference."""

import numpy as np
import pytest

from autograder.grading import expect_close, expect_keys, expect_none, expect_tuple
from solutions.skip_connections import reference
from tests.hidden.skip_connections.draws import FORWARD, SINGLE, block

CALL = "residual_forward(x, params)"
CACHE = ("x", "z1", "a1", "z2", "params")


def answer(student, x, params):
    """What the student's function returns, taken apart."""
    return expect_tuple(CALL, student.residual_forward(x, params), 2)


@pytest.mark.points(3)
def test_projection_is_added_before_the_last_relu(student, rng):
    """The projection x Ws is added to the branch before the last ReLU."""
    x, params = block(rng)
    out, _ = answer(student, x, params)
    expect_close("out", out, reference.residual_forward(x, params)[0], **FORWARD)


@pytest.mark.points(3)
def test_identity_is_added_before_the_last_relu(student, rng):
    """Without a projection, x itself is added to the branch before the last ReLU."""
    x, params = block(rng, projection=False)
    out, _ = answer(student, x, params)
    expect_close("out", out, reference.residual_forward(x, params)[0], **FORWARD)


@pytest.mark.points(2.5)
def test_cache_keeps_input_and_first_layer(student, rng):
    """The cache keeps x, the parameters, and the first layer before and after its ReLU."""
    x, params = block(rng)
    cache = expect_keys("cache", answer(student, x, params)[1], CACHE)
    want = reference.residual_forward(x, params)[1]
    for key in ("x", "z1", "a1"):
        expect_close(f'cache["{key}"]', cache[key], want[key], **FORWARD)
    kept = expect_keys('cache["params"]', cache["params"], tuple(params))
    for key, value in params.items():
        expect_close(f'cache["params"]["{key}"]', kept[key], value, **FORWARD)


@pytest.mark.points(1.5)
def test_cache_keeps_the_sum_before_the_last_relu(student, rng):
    """The cache keeps z2: branch plus shortcut, before the last ReLU."""
    x, params = block(rng, projection=False)
    cache = expect_keys("cache", answer(student, x, params)[1], CACHE)
    expect_close('cache["z2"]', cache["z2"], reference.residual_forward(x, params)[1]["z2"], **FORWARD)
    expect_none('cache["params"]["Ws"]', expect_keys('cache["params"]', cache["params"], tuple(params))["Ws"])


@pytest.mark.points(1.5)
def test_zero_branch_leaves_the_shortcut(student, rng):
    """When the branch computes zero, the block returns the ReLU of its shortcut: identity comes for free."""
    for projection in (False, True):
        x, params = block(rng, projection=projection, zero=("W2", "b2"))
        out, _ = answer(student, x, params)
        shortcut = x @ params["Ws"] if projection else x
        expect_close("out", out, np.maximum(shortcut, 0), **FORWARD)


@pytest.mark.points(1)
def test_parameters_decide_about_the_shortcut(student, rng):
    """Where D = H = M, when shapes tell nothing, Ws alone decides between projection and identity."""
    for projection in (True, False):
        x, params = block(rng, (4, 4, 4), projection=projection)
        out, _ = answer(student, x, params)
        expect_close("out", out, reference.residual_forward(x, params)[0], **FORWARD)


@pytest.mark.points(1)
def test_batch_of_one(student, rng):
    """A single row, and layers of one unit, work like any other size."""
    for sizes in ((5, 1, 3), (1, 7, 1)):
        x, params = block(rng, sizes, rows=1)
        out, _ = answer(student, x, params)
        expect_close("out", out, reference.residual_forward(x, params)[0], **FORWARD)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: nothing is cut off to whole numbers."""
    x, params = block(rng, projection=False)
    whole = np.array([[-3, -1, 2, 5], [4, 0, -2, 1]])
    out, _ = answer(student, whole, params)
    expect_close("out for integer x", out, reference.residual_forward(whole, params)[0], **FORWARD)
    out, _ = answer(student, x.astype(np.float32), params)
    expect_close("out for float32 x", out, reference.residual_forward(x, params)[0], **SINGLE)


@pytest.mark.points(1)
def test_inputs_stay_unmodified(student, rng):
    """A right answer comes without changing x or the parameters."""
    for projection in (False, True):
        x, params = block(rng, projection=projection)
        result, (x_after, params_after) = student.residual_forward.with_inputs(x, params)
        out, _ = expect_tuple(CALL, result, 2)
        expect_close("out", out, reference.residual_forward(x, params)[0], **FORWARD)
        expect_close("x after the call", x_after, x, rtol=0)
        after = expect_keys("params after the call", params_after, tuple(params))
        for key in ("W1", "b1", "W2", "b2") + (("Ws",) if projection else ()):
            expect_close(f'params["{key}"] after the call', after[key], params[key], rtol=0)
