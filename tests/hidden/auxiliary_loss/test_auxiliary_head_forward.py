"""Hidden suite of the exercise `auxiliary_head_forward`; every number it compares with comes from the reference or the student."""

import numpy as np
import pytest

from autograder.grading import expect_array, expect_close, expect_keys, expect_tuple, expect_worked
from solutions.auxiliary_loss import reference
from tests.hidden.auxiliary_loss.draws import CLOSE, SINGLE, check_unmodified, head

CALL = "auxiliary_head_forward(x, params)"
CACHED = ("x", "pooled", "zc", "flat", "z1", "a1", "params")
PARAMETERS = ("Wc", "bc", "W1", "b1", "W2", "b2")
CLASSES = 4


def answer(student, x, params):
    """What the student's function returns, taken apart."""
    return expect_tuple(CALL, student.auxiliary_head_forward(x, params), 2)


def check_cache(student, rng, *keys, sizes=((8, 11),)):
    """What the student's cache keeps under these keys is what the reference's keeps."""
    for size in sizes:
        x, params = head(rng, size)
        cache = expect_keys("cache", answer(student, x, params)[1], CACHED)
        want = reference.auxiliary_head_forward(x, params)[1]
        for key in keys:
            expect_close(f'cache["{key}"]', cache[key], want[key], **CLOSE)


@pytest.mark.points(4.5)
def test_logits(student, rng):
    """The logits are those of average pool, convolution, ReLU, FC, ReLU, FC, in this order, for maps of any valid size."""
    for size in ((10, 10), (8, 11), (5, 5), (7, 6)):
        x, params = head(rng, size)
        expect_close("logits", answer(student, x, params)[0], reference.auxiliary_head_forward(x, params)[0], **CLOSE)


@pytest.mark.points(3)
def test_cache_keeps_the_pooled_map(student, rng):
    """The pooled map holds the means of 5x5 windows that are 3 apart, where windows overlap and where some rows are left over."""
    check_cache(student, rng, "x", "pooled", sizes=((10, 10), (8, 11)))


@pytest.mark.points(2)
def test_cache_keeps_the_convolution_before_its_relu(student, rng):
    """The cache keeps zc: a 1x1 convolution of the pooled map with its bias, before the ReLU."""
    check_cache(student, rng, "zc")


@pytest.mark.points(1.5)
def test_cache_keeps_the_flattened_map_in_c_order(student, rng):
    """The cache keeps flat: the map behind its ReLU, each image a row, channel by channel and row by row."""
    check_cache(student, rng, "flat")


@pytest.mark.points(1.5)
def test_cache_keeps_the_fully_connected_layer_and_the_parameters(student, rng):
    """The cache keeps the first fully connected layer before and behind its ReLU, and the parameters."""
    check_cache(student, rng, "z1", "a1")
    x, params = head(rng)
    kept = expect_keys("cache", answer(student, x, params)[1], CACHED)["params"]
    kept = expect_keys('cache["params"]', kept, PARAMETERS)
    for key in ("Wc", "W1", "W2"):
        expect_close(f'cache["params"]["{key}"]', kept[key], params[key], **CLOSE)


@pytest.mark.points(1)
def test_images_do_not_depend_on_their_batch(student, rng):
    """An image gives the same logits alone as in its batch."""
    x, params = head(rng)
    logits = expect_worked("logits", answer(student, x, params)[0], (len(x), CLASSES))
    for image in range(len(x)):
        alone = slice(image, image + 1)
        expect_close("logits for a batch of one", answer(student, x[alone], params)[0], logits[alone], **CLOSE)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: the answer is that for the same numbers in float64."""
    x, params = head(rng, (5, 8))
    logits = expect_worked("logits", answer(student, x, params)[0], (len(x), CLASSES))
    expect_close("logits for float32 x", answer(student, x.astype(np.float32), params)[0], logits, **SINGLE)
    x, params = head(rng, (5, 8), whole=True)
    logits = expect_array("logits", answer(student, x, params)[0], logits.shape)
    expect_close("logits for integer x", answer(student, x.astype(int), params)[0], logits, **CLOSE)


@pytest.mark.points(1)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing x or the parameters."""
    x, params = head(rng, (5, 8))
    result, (x_after, params_after) = student.auxiliary_head_forward.with_inputs(x, params)
    expect_worked("logits", expect_tuple(CALL, result, 2)[0], (len(x), CLASSES))
    after = expect_keys("params after the call", params_after, PARAMETERS)
    names = ("x", *(f'params["{key}"]' for key in PARAMETERS))
    check_unmodified(names, (x, *map(params.get, PARAMETERS)), (x_after, *map(after.get, PARAMETERS)))
