"""Hidden suite of the exercise `channels`: stacking maps along the channels, and taking a gradient apart again."""

import numpy as np
import pytest

from autograder.grading import expect, expect_close, expect_tuple, expect_worked, for_all
from autograder.grading.comparing import as_numbers
from solutions.inception_module import reference
from tests.hidden.inception_module.draws import images
from tests.hidden.inception_module.strategies import stacks

SPLIT = "split_channels(dout, channels)"
EXACT = {"rtol": 1e-6}  # nothing is computed here; an answer may still have gone through float32
CHANNELS = ((2, 2, 2, 2), (2, 4, 3, 1))  # in the first one, no shape gives a slip away


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


@pytest.mark.points(1)
def test_single_branch(student, rng):
    """A list of one branch is a stack already, also of one image of one pixel."""
    for size in ((2, 3, 5), (1, 1, 1)):
        (branch,) = maps(rng, (3,), size)
        expect_close("out", student.concat_channels([branch]), branch, **EXACT)


@pytest.mark.points(0.5)
def test_branches_of_different_number_types(student, rng):
    """A branch of whole numbers keeps no fraction from another branch."""
    branches = maps(rng, CHANNELS[1])
    branches[0] = np.rint(4 * branches[0])
    out = expect_worked("out", student.concat_channels(branches), reference.concat_channels(branches).shape)
    whole = [branches[0].astype(int), *branches[1:]]
    expect_close("out with a branch of integers", student.concat_channels(whole), out, **EXACT)


@pytest.mark.points(0.5)
def test_branches_stay_unmodified(student, rng):
    """The maps are stacked without changing the list or an array in it."""
    branches = maps(rng, CHANNELS[1])
    result, (after,) = student.concat_channels.with_inputs(branches)
    expect_worked("out", result, reference.concat_channels(branches).shape)
    expect(
        isinstance(after, list) and len(after) == len(branches), "the list after the call should be as long as before."
    )
    for number, (old, new) in enumerate(zip(branches, after, strict=True)):
        expect_close(f"branch {number} after the call", new, old, rtol=0)


@pytest.mark.points(3)
def test_each_branch_gets_its_own_channels(student, rng):
    """The gradient of four branches is taken apart where their maps were joined, in the same order."""
    for channels in CHANNELS:
        parts = maps(rng, channels)
        dout = reference.concat_channels(parts)
        expect_parts(student.split_channels(dout, list(channels)), parts)


@pytest.mark.redundant("the law that makes one the way back of the other; it holds the reference to account too")
@pytest.mark.points(0.5)
def test_split_undoes_concat(student, rng):
    """Taking apart what was stacked gives the branches again, for any number of branches of any size."""

    def law(branches):
        channels = [branch.shape[1] for branch in branches]
        expect_parts(student.split_channels(reference.concat_channels(branches), channels), branches)

    for_all(rng, stacks(rng), law, examples=4)


@pytest.mark.points(1)
def test_single_part(student, rng):
    """The gradient of one branch comes back in a list of one, also for one image of one pixel."""
    for size in ((2, 3, 5), (1, 1, 1)):
        parts = maps(rng, (3,), size)
        expect_parts(student.split_channels(parts[0], [3]), parts)


@pytest.mark.points(0.5)
def test_gradient_and_channels_stay_unmodified(student, rng):
    """The gradient is taken apart without changing dout or the list of channels."""
    parts, channels = maps(rng, CHANNELS[1]), list(CHANNELS[1])
    dout = reference.concat_channels(parts)
    result, (dout_after, after) = student.split_channels.with_inputs(dout, channels)
    for number, part in enumerate(expect_tuple(SPLIT, result, len(parts))):
        array = as_numbers(f"part {number}", part)
        expect(bool(array.size and np.ptp(array) > 0), f"part {number} should depend on dout.")
    expect_close("dout after the call", dout_after, dout, rtol=0)
    expect_close("the list of channels after the call", after, channels, rtol=0)
