"""Hidden suite of the exercise `auxiliary_head_forward`; every number it compares with comes from the reference or the student."""

import numpy as np
import pytest

from autograder.suite import (
    as_numbers,
    expect,
    expect_array,
    expect_close,
    expect_keys,
    expect_tuple,
    expect_unmodified,
    expect_worked,
)
from solutions.auxiliary_loss import reference
from tests.hidden.auxiliary_loss.cases import SCALE, head_twins, scaled, sized_twins, square_twins, thin_head
from tests.hidden.auxiliary_loss.checks import CLOSE, SINGLE
from tests.hidden.auxiliary_loss.inputs import head

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


@pytest.mark.points(4)
def test_logits(student, rng):
    """The logits are those of average pool, convolution, ReLU, FC, ReLU, FC, in this order, for maps of any valid size."""
    for size in ((10, 10), (8, 11), (16, 7), (5, 5), (7, 6)):
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
    for key in PARAMETERS:
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
    logits, cache = answer(student, x, params)
    whole, whole_cache = answer(student, x.astype(int), params)
    expect_close("logits for integer x", whole, expect_array("logits", logits, (len(x), CLASSES)), **CLOSE)
    got, want = kept(whole_cache), kept(cache)
    for key in (*CACHED[:-1], *PARAMETERS):
        expect_close(f"{key} in the cache for integer x", got[key], as_numbers(key, want[key]), **CLOSE)


def kept(cache):
    """All arrays that a cache of the student's keeps, the parameters among them."""
    entries = expect_keys("cache", cache, CACHED)
    return {**entries, **expect_keys('cache["params"]', entries["params"], PARAMETERS)}


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_special_numbers_are_like_any_others(student, rng):
    """Zeros, equal or huge numbers, axes of length one, square matrices and another order in memory change nothing."""
    x, params = head(rng)
    twins = [*head_twins(rng), *sized_twins(rng), square_twins(rng)]
    one_huge = np.concatenate([1e7 * x[:1], x[1:]])
    questions = (x, params), scaled(x, params), (one_huge, params)
    (plain, cache), (huge, _), (beside_huge, _) = (answer(student, *question) for question in questions)
    thin_cache = answer(student, *thin_head(rng))[1]
    answers = [[answer(student, *twin[:2])[0] for twin in pair] for pair in twins]
    plain = expect_worked("logits", plain, (len(x), CLASSES))
    beside_huge = expect_array("logits beside a huge image", beside_huge, plain.shape)
    expect_close("logits beside a huge image", beside_huge[1:], plain[1:], **CLOSE)
    expect_close("logits for huge x", huge, SCALE * plain, rtol=CLOSE["rtol"], atol=SCALE * CLOSE["atol"])
    for ((*_, special), (*_, near)), (got, other) in zip(twins, answers, strict=True):
        expect_close("logits", got, expect_array("logits", other, near.shape)[:, : special.shape[1]], **CLOSE)
    usual, thin = kept(cache), kept(thin_cache)
    for key in CACHED[:-1]:
        as_many = as_numbers(key, thin[key]).ndim == as_numbers(key, usual[key]).ndim
        expect(as_many, f'cache["{key}"] should keep its axes of length one.')


@pytest.mark.points(1)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing x or the parameters."""
    x, params = head(rng, (5, 8))
    result = expect_unmodified(student.auxiliary_head_forward, "x params", x, params)
    expect_worked("logits", expect_tuple(CALL, result, 2)[0], (len(x), CLASSES))
