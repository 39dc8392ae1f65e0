"""Hidden suite of the exercise `inception_residual_forward`; the branches are functions of the suite's."""

import numpy as np
import pytest

from autograder.suite import expect, expect_array, expect_close, expect_worked
from solutions.modern_architectures import reference
from tests.hidden.modern_architectures.checks import FORWARD, check_all, check_kept, check_types
from tests.hidden.modern_architectures.inputs import IMAGE, SIZES, fixed, images, reading

NAME = "inception_residual_forward"
# Maps of each branch. In the first module, the stack is as deep as x: no shape gives a slip away.
DEPTHS = ((1, 1, 1), (2, 4, 1, 3), (5,), (2, 2))
HIGH = 20.0  # above all that a branch can take away from x


def module(rng, depths, image=IMAGE):
    """The arguments of a module whose branches return fixed maps, and what the branches will have read."""
    branches, _, seen = zip(*(fixed(rng, image, depth) for depth in depths), strict=True)
    return [
        images(rng, image),
        list(branches),
        projection(rng, image[1], sum(depths)),
        float(rng.uniform(0.2, 0.9)),
    ], seen


def projection(rng, channels, stacked):
    """Weight and bias of a 1x1 convolution."""
    return rng.normal(size=(channels, stacked)) / np.sqrt(stacked), rng.normal(size=channels) / 2


@pytest.mark.points(4)
def test_scaled_projection_beside_the_skip(student, rng):
    """The stacked branches are projected to the depth of x, scaled, and added to x (here the sums are positive: no ReLU acts)."""
    for depths in DEPTHS:
        (x, *rest), _ = module(rng, depths)
        out = student.inception_residual_forward(x + HIGH, *rest)
        expect_close("out", out, reference.inception_residual_forward(x + HIGH, *rest), **FORWARD)


@pytest.mark.points(1.5)
def test_relu_after_the_sum(student, rng):
    """The ReLU stands after the sum: what is negative there comes out as zero."""
    for depths in DEPTHS:
        (x, *rest), _ = module(rng, depths)
        high = expect_worked("out", student.inception_residual_forward(x + HIGH, *rest), x.shape, x + HIGH)
        out = expect_array("out", student.inception_residual_forward(x, *rest), x.shape)
        expect_close("out", out, np.maximum(high - HIGH, 0), rtol=0, atol=1e-4)


@pytest.mark.points(0.5)
def test_each_branch_reads_x_once(student, rng):
    """Every branch is called once, with x."""
    arguments, seen = module(rng, DEPTHS[1])
    student.inception_residual_forward(*arguments)
    for read in seen:
        expect(len(read) == 1, "Each branch should be called once.")
        for given in read:
            expect_close("what a branch reads", given, arguments[0], **FORWARD)


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_sizes_zeros_and_orders_in_memory(student, rng):
    """Single images, rows, columns and channels, zeros, a scale of 0, huge numbers and any order in memory are as good as others."""
    x, (weight, bias) = images(rng), projection(rng, IMAGE[1], 5)
    branches = [reading(rng, IMAGE, depth) for depth in (2, 3)]
    special = [np.asfortranarray(x), np.zeros_like(x), 1e6 * x, np.abs(x), -np.abs(x), np.where(np.abs(x) < 1, 0.0, x)]
    cases = [(each, branches, (weight, bias), 0.3) for each in special]
    pairs = [
        (np.asfortranarray(weight), bias),
        (0 * weight, bias),
        (weight, 0 * bias),
        (np.rint(weight), np.rint(bias)),
    ]
    cases += [(x, branches, pair, 0.3) for pair in pairs]
    cases += [(x, branches, (weight, bias), scale) for scale in (0.0, 1.0, 2.5)]
    cases += [(-np.abs(x), branches, (0 * weight, 0 * bias), 0.3)]  # nothing but zeros
    for size in SIZES:
        for depths in ((1,), (2, 1)):
            readers = [reading(rng, size, depth) for depth in depths]
            cases.append((images(rng, size), readers, projection(rng, size[1], sum(depths)), 0.5))
    got = [student.inception_residual_forward(*case) for case in cases]
    check_all("out", got, [reference.inception_residual_forward(*case) for case in cases])


@pytest.mark.points(0.5)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as x: the answer is that for the same numbers in float64."""
    branches = [reading(rng, IMAGE, depth) for depth in (2, 3)]
    check_types(student, NAME, images(rng), branches, projection(rng, IMAGE[1], 5), 0.3)


@pytest.mark.points(0.5)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing x, the list of branches, or the projection."""
    (x, branches, pair, scale), _ = module(rng, DEPTHS[1])
    out = check_kept(student, NAME, x, branches, pair, scale)
    expect_worked("out", out, x.shape, x)
