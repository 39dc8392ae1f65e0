"""Hidden suite of the exercise `inception_forward`; what each branch does has points of its own."""

import numpy as np
import pytest

from autograder.suite import (
    as_numbers,
    expect_array,
    expect_close,
    expect_keys,
    expect_tuple,
    expect_unmodified,
    expect_worked,
    for_all,
)
from solutions.inception_module import reference
from tests.hidden.inception_module.cases import faint, module_cases, special
from tests.hidden.inception_module.checks import FORWARD, SINGLE, check_all
from tests.hidden.inception_module.inputs import (
    BEYOND_INT32,
    CASES,
    DEPTHS,
    HUGE,
    IMAGE,
    KEPT,
    PARAMS,
    TINY,
    images,
    in_each_type,
    module,
    output_shape,
    parameters,
    slices,
)

CALL = "inception_forward(x, params)"
SHAPE = output_shape(IMAGE, DEPTHS)


def answer(student, x, params):
    """What the student's function returns, taken apart."""
    return expect_tuple(CALL, student.inception_forward(x, params), 2)


def everything(result):
    """The output, and all that the cache has to keep, by name."""
    out, cache = expect_tuple(CALL, result, 2)
    cache = expect_keys("cache", cache, (*KEPT, "params"))
    kept = expect_keys('cache["params"]', cache["params"], PARAMS)
    named = {"out": out} | {f'cache["{key}"]': cache[key] for key in KEPT}
    return named | {f'cache["params"]["{key}"]': kept[key] for key in PARAMS}


def present(result):
    """The output, and what the cache has, by name: that nothing is missing is asked by the tests of the cache."""
    out, cache = expect_tuple(CALL, result, 2)
    cache = expect_keys("cache", cache, ())
    kept = cache["params"] if isinstance(cache.get("params"), dict) else {}
    found = {f'cache["{key}"]': cache.get(key) for key in KEPT}
    found |= {f'cache["params"]["{key}"]': kept.get(key) for key in PARAMS}
    return {"out": out} | {name: value for name, value in found.items() if value is not None}


def check_branches(student, rng, layers):
    """The maps of these branches stand in their place of the output, and are the reference's."""
    for image, depths in CASES:
        x, params, _ = module(rng, image, depths)
        out = expect_array("out", answer(student, x, params)[0], output_shape(image, depths))
        want = reference.inception_forward(x, params)[0]
        for layer in layers:
            place = slices(depths)[layer]
            expect_close(f"the maps of the branch {layer}", out[:, place], want[:, place], **FORWARD)


def check_cache(student, rng, keys):
    """The cache holds what its keys promise."""
    cases = [module(rng, image, depths) for image, depths in CASES]
    got = [answer(student, x, params)[1] for x, params, _ in cases]
    for cache, (*_, want) in zip(got, cases, strict=True):
        kept = expect_keys("cache", cache, keys)
        for key in keys:
            expect_close(f'cache["{key}"]', kept[key], want[key], **FORWARD)


@pytest.mark.points(2)
def test_branch_of_1x1(student, rng):
    """The first maps of the output are those of the 1x1 branch: one convolution, one ReLU."""
    check_branches(student, rng, ["1x1"])


@pytest.mark.points(5)
def test_branches_of_3x3_and_5x5(student, rng):
    """Behind them come the 3x3 and the 5x5 branch: a 1x1 reduction with a ReLU, a convolution that keeps height and width, a ReLU."""
    check_branches(student, rng, ["3x3", "5x5"])


@pytest.mark.points(4)
def test_branch_of_the_pool(student, rng):
    """The last maps are those of the pool branch: a max pool that keeps height and width, then a 1x1 projection and a ReLU."""
    check_branches(student, rng, ["pool_proj"])


@pytest.mark.points(2)
def test_cache_keeps_every_value_before_its_relu(student, rng):
    """The cache keeps the six values z as they were before their ReLU."""
    check_cache(student, rng, [key for key in KEPT if key.startswith("z_")])


@pytest.mark.points(2)
def test_cache_keeps_what_the_layers_read(student, rng):
    """The cache keeps what the six layers read: x, the reduced maps after their ReLU, the pooled maps."""
    check_cache(student, rng, ("x", "a_3x3_reduce", "a_5x5_reduce", "pooled"))


@pytest.mark.points(1)
def test_cache_keeps_the_parameters(student, rng):
    """The cache keeps all twelve parameters."""
    cases = [module(rng, image, depths) for image, depths in CASES]
    got = [answer(student, x, params)[1] for x, params, _ in cases]
    for cache, (_, params, _) in zip(got, cases, strict=True):
        kept = expect_keys('cache["params"]', expect_keys("cache", cache, ("params",))["params"], PARAMS)
        for key in PARAMS:
            expect_close(f'cache["params"]["{key}"]', kept[key], params[key], **FORWARD)


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_zeros_ties_sizes_and_orders_in_memory(student, rng):
    """Zeros, equal, huge and tiny numbers, images of one row, column or channel and arrays in any order in memory are as good as others."""
    cases, answers = special(rng)
    x, params, _ = module(rng)
    cases.append((HUGE * x, params))
    answers.append(reference.inception_forward(*cases[-1]))
    returned = [student.inception_forward(*case) for case in cases]
    got, want = [[everything(each) for each in those] for those in (returned, answers)]
    for name in want[0]:
        check_all(name, [each[name] for each in got], [each[name] for each in want], FORWARD)
    out, cache = faint(rng)
    got, want = map(everything, (student.inception_forward(cache["x"], cache["params"]), (out, cache)))
    for name, wanted in want.items():
        check_all(f"{name} for tiny numbers", [got[name]], [wanted], FORWARD, TINY)


@pytest.mark.points(1)
def test_images_do_not_depend_on_their_batch(student, rng):
    """An image gives the same alone as in its batch, in modules of any size, layers of one map among them."""
    x, params, _ = module(rng)
    expect_worked("out", answer(student, x, params)[0], SHAPE)

    def law(case):
        x, params, _, upstream = case
        out = expect_array("out", answer(student, x, params)[0], upstream.shape)
        alone, _ = answer(student, x[-1:], params)
        expect_close("out for a batch of one", alone, out[-1:], **FORWARD)

    for_all(rng, module_cases(rng), law, examples=2)


@pytest.mark.redundant("the law that kernels of zeros and ones obey; it holds the reference to account too")
@pytest.mark.points(1)
def test_kernels_that_copy(student, rng):
    """When every kernel copies its pixel, the branches of convolutions return relu(x), and the pool branch the ReLU of a max pool."""
    x = images(rng, (2, 2, 4, 5))
    params = parameters(rng, 2, dict.fromkeys(DEPTHS, 2))
    for key, value in params.items():
        value[...] = 0
        if key.startswith("W_"):
            middle = value.shape[2] // 2
            value[:, :, middle, middle] = np.eye(2)
    out = expect_array("out", answer(student, x, params)[0], (2, 8, 4, 5))
    for place in (0, 2, 4):
        expect_close("the maps of a branch of convolutions", out[:, place : place + 2], np.maximum(x, 0), **FORWARD)
    largest = np.array(
        [[x[..., max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2].max((-1, -2)) for j in range(5)] for i in range(4)]
    )
    expect_close("the maps of the pool branch", out[:, 6:], np.maximum(largest, 0).transpose(2, 3, 0, 1), **FORWARD)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: the answer is that for the same numbers in float64."""
    x, params, _ = module(rng)
    kinds = ((np.float32, x, SINGLE), *((np.int64, np.rint(size * x), FORWARD) for size in (4, BEYOND_INT32)))
    asked = [
        student.inception_forward(each, params) for kind, given, _ in kinds for each in (given, given.astype(kind))
    ]
    for (kind, _, tolerance), plain, typed in zip(
        kinds, map(present, asked[::2]), map(present, asked[1::2]), strict=True
    ):
        expect_worked("out", plain["out"], SHAPE)
        expect_keys(f"the answer for {kind.__name__} x", typed, [*plain])
        for name, one in plain.items():
            check_all(f"{name} for {kind.__name__} x", [typed[name]], [as_numbers(name, one)], tolerance)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing x or the parameters."""
    given, params, _ = module(rng)
    for x in in_each_type(given):
        result = expect_unmodified(student.inception_forward, "x params", x, params)
        expect_worked("out", expect_tuple(CALL, result, 2)[0], (len(x), *SHAPE[1:]))
