"""Hidden suite of the exercise `inception_backward`, graded on the reference's cache, whatever the forward pass does."""

import numpy as np
import pytest

from autograder.suite import (
    as_numbers,
    corners,
    expect_array,
    expect_close,
    expect_keys,
    expect_tuple,
    expect_unmodified,
    expect_worked,
    for_all,
)
from solutions.inception_module import reference
from tests.hidden.inception_module.cases import faint, is_clear, module_cases, special
from tests.hidden.inception_module.checks import BACKWARD, DIFFERENCES, SINGLE, check_all
from tests.hidden.inception_module.inputs import (
    ALIKE,
    BEYOND_INT32,
    CASES,
    DEPTHS,
    HUGE,
    IMAGE,
    LAYERS,
    PARAMS,
    STEP,
    TWOS,
    in_each_type,
    module,
    output_shape,
    slices,
)

CALL = "inception_backward(dout, cache)"


def upstream(rng, image=IMAGE, depths=DEPTHS):
    """An upstream gradient and the reference's cache of a module."""
    return rng.normal(size=output_shape(image, depths)), module(rng, image, depths)[2]


def evenly_lit(rng):
    """The reference's cache of a module, for images whose pixels are all equal in each map."""
    while True:
        x = np.broadcast_to(rng.normal(size=(*ALIKE[:2], 1, 1)), ALIKE).copy()
        cache = reference.inception_forward(x, module(rng, ALIKE, TWOS)[1])[1]
        if is_clear(cache) and (cache["z_pool_proj"] > 0).any():
            return cache


def taken_apart(result):
    """Take apart what the student's function returned: dx and the gradients of the parameters."""
    dx, grads = expect_tuple(CALL, result, 2)
    return dx, expect_keys("grads", grads, ())


def answer(student, dout, cache):
    """Ask the student's function for dx and the gradients of the parameters."""
    return taken_apart(student.inception_backward(dout, cache))


def present(result):
    """dx, and the gradients that there are, by name: that none is missing is asked by the tests of the parameters."""
    dx, grads = taken_apart(result)
    return {"dx": dx} | {f'grads["{key}"]': grads[key] for key in PARAMS if grads.get(key) is not None}


def everything(result):
    """All gradients, by name."""
    dx, grads = taken_apart(result)
    whole = expect_keys("grads", grads, PARAMS)
    return {"dx": dx} | {f'grads["{key}"]': whole[key] for key in PARAMS}


def check_cases(student, cases):
    """All gradients are the reference's, in all of these cases; all are asked before any is compared."""
    returned = [student.inception_backward(*case) for case in cases]
    got = [everything(each) for each in returned]
    want = [everything(reference.inception_backward(*case)) for case in cases]
    for name in want[0]:
        check_all(name, [each[name] for each in got], [each[name] for each in want], BACKWARD)


def check_dx(student, rng, layer):
    """What one branch passes back to x, when nothing is asked of the others, is the reference's."""
    dout, cache = upstream(rng, ALIKE, TWOS)
    only, place = np.zeros_like(dout), slices(TWOS)[layer]
    only[:, place] = dout[:, place]
    dx, _ = expect_tuple(CALL, student.inception_backward(only, cache), 2)
    expect_close(f"dx from the branch {layer}", dx, reference.inception_backward(only, cache)[0], **BACKWARD)


def check_gradients(student, rng, keys):
    """These gradients are the reference's."""
    cases = [upstream(rng, image, depths) for image, depths in CASES]
    got = [answer(student, *case)[1] for case in cases]
    for grads, case in zip(got, cases, strict=True):
        given, want = expect_keys("grads", grads, keys), reference.inception_backward(*case)[1]
        for key in keys:
            expect_close(f'grads["{key}"]', given[key], want[key], **BACKWARD)


@pytest.mark.points(2.5)
def test_dx_gets_the_part_of_the_1x1_branch(student, rng):
    """What the 1x1 branch passes back arrives in dx, through its ReLU and its weights."""
    check_dx(student, rng, "1x1")


@pytest.mark.points(3.5)
def test_dx_gets_the_part_of_the_3x3_branch(student, rng):
    """What the 3x3 branch passes back arrives in dx, through both its ReLUs and both its layers."""
    check_dx(student, rng, "3x3")


@pytest.mark.points(2.5)
def test_dx_gets_the_part_of_the_5x5_branch(student, rng):
    """What the 5x5 branch passes back arrives in dx, through both its ReLUs and both its layers."""
    check_dx(student, rng, "5x5")


@pytest.mark.points(3.5)
def test_dx_gets_the_part_of_the_pool_branch(student, rng):
    """What the pool branch passes back arrives in dx, at the pixels that were the largest."""
    check_dx(student, rng, "pool_proj")


@pytest.mark.points(4)
def test_weights_of_the_layers_that_read_x(student, rng):
    """The gradients of the weights of 1x1, 3x3_reduce and 5x5_reduce join x with what arrives behind them."""
    check_gradients(student, rng, ("W_1x1", "W_3x3_reduce", "W_5x5_reduce"))


@pytest.mark.points(4)
def test_weights_of_the_large_kernels(student, rng):
    """The gradients of the weights of 3x3 and 5x5 join the reduced maps after their ReLU with what arrives behind them."""
    check_gradients(student, rng, ("W_3x3", "W_5x5"))


@pytest.mark.points(3)
def test_weights_of_the_pool_projection(student, rng):
    """The gradient of the weights of the pool projection joins the pooled maps with what arrives behind them."""
    check_gradients(student, rng, ("W_pool_proj",))


@pytest.mark.points(3)
def test_biases(student, rng):
    """The gradients of the six biases are what arrives behind their layers, summed over all pixels of all images."""
    check_gradients(student, rng, [key for key in PARAMS if key.startswith("b_")])


@pytest.mark.points(0.5)
def test_slope_at_zero_is_zero(student, rng):
    """A map whose value before the ReLU is exactly zero passes no gradient on."""
    depths = dict.fromkeys(LAYERS, 3)
    x, params, _ = module(rng, IMAGE, depths)
    for layer in LAYERS:
        params[f"W_{layer}"][1] = params[f"b_{layer}"][1] = 0
    out, cache = reference.inception_forward(x, params)
    dout = rng.normal(size=out.shape)
    one = present(student.inception_backward(dout, cache))
    expect_worked("dx", one["dx"], x.shape)
    # Neither what is asked of such a map of the output nor the weights behind such a reduced map may change anything.
    other, behind = dout.copy(), params | {key: params[key].copy() for key in ("W_3x3", "W_5x5")}
    for place in slices(depths).values():
        other[:, place.start + 1] = rng.normal(size=other[:, 0].shape)
    for key in ("W_3x3", "W_5x5"):
        behind[key][::2, 1] = rng.normal(size=behind[key][::2, 1].shape)
    two = expect_keys(
        "the second answer", present(student.inception_backward(other, cache | {"params": behind})), [*one]
    )
    for name, gradient in one.items():
        expect_close(name, two[name], as_numbers(name, gradient), **BACKWARD)


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_zeros_ties_sizes_and_orders_in_memory(student, rng):
    """Zeros, equal and huge numbers, images of one row, column or channel and arrays in any order in memory are as good as others."""
    dout, cache = upstream(rng, ALIKE, TWOS)
    in_fortran_order, *_, forwards, backwards = corners(dout, cache)
    cases = [in_fortran_order, forwards, backwards, (HUGE * dout, cache), *((each, cache) for (each,) in corners(dout))]
    for out, cache in (*special(rng)[1], faint(rng)):
        dout = rng.normal(size=out.shape)
        if not cache["x"].any():  # then the pool could choose any entry
            dout[:, slices(TWOS)["pool_proj"]] = 0
        cases.append((dout, cache))
    check_cases(student, cases)
    # Which of several equal entries of a window wins may be chosen, but not how much arrives.
    cache = evenly_lit(rng)
    dout = np.zeros(output_shape(ALIKE, TWOS))
    dout[:, slices(TWOS)["pool_proj"]] = rng.normal(size=(2, 2, 4, 5))
    got, want = answer(student, dout, cache)[0], reference.inception_backward(dout, cache)[0]
    dx = expect_array("dx", got, ALIKE)
    expect_close("the sum of dx over equal pixels", dx.sum(axis=(2, 3)), want.sum(axis=(2, 3)), **BACKWARD)


@pytest.mark.points(1)
def test_images_do_not_depend_on_their_batch(student, rng):
    """An image's part of dx is the same alone as in its batch, in modules of any size."""
    dout, cache = upstream(rng)
    expect_worked("dx", answer(student, dout, cache)[0], IMAGE)

    def law(case):
        x, params, cache, dout = case
        dx = expect_array("dx", answer(student, dout, cache)[0], x.shape)
        alone = reference.inception_forward(x[-1:], params)[1]
        expect_close("dx for a batch of one", answer(student, dout[-1:], alone)[0], dx[-1:], **BACKWARD)

    for_all(rng, module_cases(rng), law, examples=2)


@pytest.mark.points(0.5)
def test_integer_and_single_precision_upstream(student, rng):
    """Integer and float32 dout, and the cache of an integer x: the answer is that for the same numbers in float64."""
    dout, cache = upstream(rng, ALIKE, TWOS)
    whole, x = np.rint(3 * dout), np.rint(BEYOND_INT32 * cache["x"])
    of_floats, of_integers = (reference.inception_forward(each, cache["params"])[1] for each in (x, x.astype(int)))
    of_integers["pooled"] = of_integers["pooled"].astype(int)  # as the contract allows
    cases = {
        "float32 dout": ((dout, cache), (dout.astype(np.float32), cache), SINGLE),
        "int dout": ((whole, cache), (whole.astype(int), cache), BACKWARD),
        "int x": ((dout, of_floats), (dout, of_integers), BACKWARD),
    }
    asked = [(student.inception_backward(*one), student.inception_backward(*other)) for one, other, _ in cases.values()]
    for (what, (*_, tolerance)), (plain, typed) in zip(cases.items(), asked, strict=True):
        own, other = present(plain), expect_keys(f"the answer for {what}", present(typed), [*present(plain)])
        expect_worked("dx", own["dx"], ALIKE)
        for name, one in own.items():
            check_all(f"{name} for {what}", [other[name]], [as_numbers(name, one)], tolerance)
    plain = present(asked[0][0])
    large = present(student.inception_backward(np.rint(BEYOND_INT32 * dout).astype(np.int64), cache))
    expect_keys("the answer for large int dout", large, [*plain])
    for name, one in plain.items():
        check_all(f"{name} for large int dout", [large[name]], [BEYOND_INT32 * as_numbers(name, one)], BACKWARD)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """The gradients come without changing dout or the cache."""
    given, cache = upstream(rng, ALIKE, TWOS)
    for dout in in_each_type(given):
        kept = {key: value if key == "params" else value[: len(dout)] for key, value in cache.items()}
        result = expect_unmodified(student.inception_backward, "dout cache", dout, kept)
        expect_worked("dx", taken_apart(result)[0], (len(dout), *ALIKE[1:]))


@pytest.mark.redundant("does not rest on the reference's backward pass, and holds that to account too")
@pytest.mark.points(0.5)
def test_agrees_with_central_differences(student, rng):
    """All gradients agree with central differences of the forward pass, along directions drawn at random."""
    x, params, cache = module(rng, (1, 2, 3, 4))
    out, _ = reference.inception_forward(x, params)
    dout = rng.normal(size=out.shape)
    gradients = present(student.inception_backward(dout, cache))

    def weighted_output(x, params):
        return float((dout * reference.inception_forward(x, params)[0]).sum())

    def check(what, got, at, moved):
        """`moved` is the loss where `at` has gone some way."""
        way = rng.normal(size=at.shape)
        way /= np.abs(way).sum()  # no value before a ReLU goes further than the step
        slope = (moved(at + STEP * way) - moved(at - STEP * way)) / (2 * STEP)
        along = (expect_array(what, got, at.shape) * way).sum()
        expect_close(f"the slope of the loss along a direction, from {what}", along, slope, **DIFFERENCES)

    check("dx", gradients["dx"], x, lambda moved: weighted_output(moved, params))
    for key, value in params.items():
        name = f'grads["{key}"]'
        if name in gradients:
            check(name, gradients[name], value, lambda moved, key=key: weighted_output(x, params | {key: moved}))
