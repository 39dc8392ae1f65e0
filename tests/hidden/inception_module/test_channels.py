"""Hidden suite of the exercise `channels`: stacking maps along the channels, and taking a gradient apart again."""

import numpy as np
import pytest

from autograder.suite import (
    as_numbers,
    corners,
    expect,
    expect_close,
    expect_tuple,
    expect_unmodified,
    expect_worked,
    for_all,
)
from solutions.inception_module import reference
from tests.hidden.inception_module.cases import stacks
from tests.hidden.inception_module.inputs import HUGE, images, in_each_type

SPLIT = "split_channels(dout, channels)"
EXACT = {"rtol": 1e-6}  # nothing is computed here; an answer may still have gone through float32
CHANNELS = ((2, 2, 2, 2), (2, 4, 3, 1))  # in the first one, no shape gives a slip away
# Channels, and (N, H, W): one branch, two and six, as deep as each other or not, of single images and pixels;
# some are as deep as high or wide.
NUMBERS = (
    ((3,), (5, 3, 2)),
    ((3,), (1, 1, 1)),
    ((2, 2), (1, 3, 2)),
    ((1, 1, 1), (1, 2, 3)),
    ((1, 3), (2, 1, 3)),
    ((3, 1), (1, 3, 1)),
    ((1, 2, 1, 3, 2, 1), (2, 2, 3)),
)


def maps(rng, channels, size=(2, 3, 5)):
    """Arrays (N, C, H, W) with these numbers of channels."""
    return [images(rng, (size[0], depth, *size[1:])) for depth in channels]


def expect_parts(got, want):
    """The student's parts are these, in this order."""
    parts = expect_tuple(SPLIT, got, len(want))
    for number, (part, wanted) in enumerate(zip(parts, want, strict=True)):
        expect_close(f"part {number}", part, wanted, **EXACT)


@pytest.mark.points(3)
def test_maps_are_stacked_along_the_channels(student, rng):
    """Four branches are stacked along the channels, in the order of the list."""
    for channels in CHANNELS:
        branches = maps(rng, channels)
        expect_close("out", student.concat_channels(branches), reference.concat_channels(branches), **EXACT)


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_any_number_of_branches_zeros_and_orders_in_memory(student, rng):
    """One branch is a stack already; two or six are stacked, and so are equal branches, zeros, huge numbers, any order in memory."""
    branches = maps(rng, CHANNELS[1])
    cases = [*(each for (each,) in corners(branches)), [HUGE * branch for branch in branches]]
    cases += [maps(rng, channels, size) for channels, size in NUMBERS]
    same, other = maps(rng, (2, 1))
    cases.append([same, same.copy(), other])
    got = [student.concat_channels(branches) for branches in cases]
    for out, branches in zip(got, cases, strict=True):
        expect_close("out", out, reference.concat_channels(branches), **EXACT)


@pytest.mark.points(0.5)
def test_branches_of_different_number_types(student, rng):
    """A branch of whole numbers keeps no fraction from another branch."""
    branches = maps(rng, CHANNELS[1])
    first, *others, last = branches[0], *branches[1:-1], branches[-1]
    first, last = np.rint(4 * first), np.rint(4 * last)
    asked = [
        [first, *others, last],
        [first.astype(int), *others, last],
        [first, *others, last.astype(int)],
    ]
    out, *typed = [student.concat_channels(each) for each in asked]
    out = expect_worked("out", out, reference.concat_channels(asked[0]).shape)
    for each in typed:
        expect_close("out with a branch of integers", each, out, **EXACT)


@pytest.mark.points(0.5)
def test_branches_stay_unmodified(student, rng):
    """The maps are stacked without changing the list or an array in it."""
    for branches in zip(*map(in_each_type, maps(rng, CHANNELS[1])), strict=True):
        out = expect_unmodified(student.concat_channels, "branches", [*branches])
        expect_worked("out", out, reference.concat_channels([*branches]).shape)


@pytest.mark.points(3)
def test_each_branch_gets_its_own_channels(student, rng):
    """The gradient of four branches is taken apart where their maps were joined, in the same order."""
    for channels in CHANNELS:
        parts = maps(rng, channels)
        dout = reference.concat_channels(parts)
        expect_parts(student.split_channels(dout, list(channels)), parts)


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_split_undoes_concat(student, rng):
    """Taking apart what was stacked gives the branches again, for any number of branches of any size."""

    def law(branches):
        channels = [branch.shape[1] for branch in branches]
        expect_parts(student.split_channels(reference.concat_channels(branches), channels), branches)

    for_all(rng, stacks(rng), law, examples=4)


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_any_number_of_parts_zeros_and_orders_in_memory(student, rng):
    """One part comes in a list of one, six in a list of six; so do zeros, equal and huge numbers, arrays in any order in memory."""
    whole = reference.concat_channels(maps(rng, CHANNELS[1]))
    cases = [(dout, list(CHANNELS[1])) for dout in (*(each for (each,) in corners(whole)), HUGE * whole)]
    cases += [(reference.concat_channels(maps(rng, channels, size)), list(channels)) for channels, size in NUMBERS]
    got = [student.split_channels(*case) for case in cases]
    for parts, case in zip(got, cases, strict=True):
        expect_parts(parts, reference.split_channels(*case))


@pytest.mark.points(0.5)
def test_gradient_and_channels_stay_unmodified(student, rng):
    """The gradient is taken apart without changing dout or the list of channels."""
    parts, channels = maps(rng, CHANNELS[1]), list(CHANNELS[1])
    for dout in in_each_type(reference.concat_channels(parts)):
        result = expect_unmodified(student.split_channels, "dout channels", dout, channels)
        for number, part in enumerate(expect_tuple(SPLIT, result, len(parts))):
            array = as_numbers(f"part {number}", part)
            expect(bool(array.size and np.ptp(array) > 0), f"part {number} should depend on dout.")
