"""Hidden suite of the exercise `auxiliary_head`: what the head computes, in evaluation and in training mode."""

import numpy as np
import pytest
import torch

from autograder.suite import expect, expect_array, expect_close, expect_worked
from tests.hidden.train_networks.checks import (
    CLOSE,
    asked,
    check_dx,
    check_output,
    check_parameters,
    check_unusual,
    outputs,
    right,
)
from tests.hidden.train_networks.inputs import EVALUATION, TRAINING, filling, images

NAME = "AuxiliaryHead"
SIZES = (3, 4, 2, 7)  # channels, classes, hidden, width
DROPPED, UNITS, ROWS = 0.7, 1024, 24
WIDE = (3, 4, 2, 60)  # some units are kept in every row
# Arguments, height and width, mode, number of images.
UNUSUAL = (
    ((3, 3, 3, 3), (3, 3), EVALUATION),
    ((1, 1, 1, 1), (1, 1), EVALUATION, 1),
    ((2, 2, 1, 16), (2, 1), EVALUATION, 2),
    ((1, 3, 2, 32), (1, 4), EVALUATION, 4),
    ((4, 1, 1, 5), (4, 2), EVALUATION, 2),
)


@pytest.mark.points(3)
def test_logits_in_evaluation_mode(student, rng):
    """In evaluation mode the logits come from a 1x1 convolution and two linear layers, with ReLU between them."""
    for _ in range(3):  # in a single draw, what a ReLU sees can be positive throughout
        check_output(student, rng, NAME, SIZES, (4, 4), training=EVALUATION)


@pytest.mark.points(1.5)
def test_maps_of_any_size(student, rng):
    """A map of any height and width gives what its average pooling to 4x4 gives: large ones, odd ones, one of 2 by 3."""
    numbers = filling(rng, NAME, SIZES)
    for size in ((14, 14), (5, 7), (2, 3)):
        x = images(rng, SIZES[0], size)
        pooled = torch.nn.functional.adaptive_avg_pool2d(torch.from_numpy(x), 4).numpy()
        got, want = (outputs(asked(student, NAME, SIZES, numbers, [(EVALUATION, each)]))[0] for each in (x, pooled))
        want = expect_worked("the logits of a map of 4x4", want, (len(x), SIZES[1]))
        expect_close(f"the logits of a map of {size[0]}x{size[1]}", got, want, **CLOSE)


@pytest.mark.points(2.5)
def test_dropout_in_training(student, rng):
    """In training each hidden unit is dropped with probability 0.7, each row and each pass on its own, and the others are scaled up."""
    sizes = (1, 2, 1, UNITS)
    # The map that is read is one everywhere, and each hidden unit is the mean of it. The last layer counts the units, and
    # those of their first half once more.
    count = np.ones((2, UNITS))
    count[1, UNITS // 2 :] = 0
    known = {("convolution bias", (1,)): np.ones(1), ("linear", (UNITS, 16)): np.full((UNITS, 16), 1 / 16)}
    known[("linear", count.shape)] = count
    numbers = [
        (kind, known.get((kind, array.shape), np.zeros(array.shape))) for kind, array in filling(rng, NAME, sizes)
    ]
    passes = [(TRAINING, images(rng, 1, (14, 14), ROWS)) for _ in range(2)]
    got = asked(student, NAME, sizes, numbers, passes, seed=int(rng.integers(2**31)))
    kept = np.stack([expect_array("the logits", each, (ROWS, 2)) for each in outputs(got, 2)]) * (1 - DROPPED)
    expect_close("the number of units that are kept", kept, np.rint(kept), rtol=0, atol=1e-6)
    kept = np.rint(kept)
    expect(bool(np.ptp(kept[..., 0], axis=1).min() > 0), "Not the same number of units should be kept in every row.")
    expect(bool((kept[0] != kept[1]).any()), "Each pass should draw anew which units are kept.")
    # A row keeps 307 of its units, with a standard deviation of 15, and half of them in each half; the mean of 48 rows has one of 2.
    expected = (1 - DROPPED) * UNITS * np.array([1, 0.5])
    off = np.abs(kept - expected)
    expect(bool(off.max() < 100), "In every row, some three in ten units should be kept, wherever they stand.")
    expect(bool((np.abs(kept.mean(axis=(0, 1)) - expected) < 20).all()), "Three in ten units should be kept.")


@pytest.mark.points(1.5)
def test_gradient_at_the_input(student, rng):
    """The gradient at the map comes back through all layers, in either mode, so that the trunk below can learn from it."""
    check_dx(student, rng, NAME, SIZES, training=EVALUATION)
    check_dx(student, rng, NAME, WIDE, training=TRAINING)


@pytest.mark.points(1)
def test_parameters_and_their_gradients(student, rng):
    """The parameters are three weights and three biases, all of them get a gradient, and by default they have the paper's sizes."""
    check_parameters(student, rng, NAME, SIZES, training=EVALUATION)
    check_parameters(student, rng, NAME, WIDE, training=TRAINING)
    for sizes in ((3, 5), (4, 4)):
        got, want = asked(student, NAME, sizes, [], []), right(NAME, sizes, [], [])
        expect_close("the number of parameters by default", got["parameters"], want["parameters"], rtol=0)


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_unusual_maps_and_numbers(student, rng):
    """Zeros, equal and huge numbers, maps of one pixel, single channels and images: logits and gradients are as always."""
    check_unusual(student, rng, NAME, SIZES, UNUSUAL, EVALUATION)
