"""Hidden suite of the exercise `residual_block`: what the block computes, whatever its layers are called."""

import numpy as np
import pytest

from autograder.suite import expect_array, expect_close
from tests.hidden.train_networks.checks import (
    CLOSE,
    asked,
    check_dx,
    check_evaluation,
    check_output,
    check_parameters,
    check_unusual,
    outputs,
)
from tests.hidden.train_networks.inputs import EVALUATION, TRAINING, filling, images

NAME = "ResidualBlock"
SAME, WIDER, NARROWER, SMALLER, BOTH = (4, 4), (3, 5), (6, 4), (4, 4, 2), (3, 5, 2)
# Arguments, height and width, mode, number of images.
UNUSUAL = (
    (BOTH, (5, 4), EVALUATION),
    ((1, 1), (3, 3), TRAINING),
    ((1, 3), (1, 1), EVALUATION, 1),
    ((3, 1, 2), (3, 1), TRAINING),
    ((2, 2, 1), (2, 2), TRAINING, 2),
)


@pytest.mark.points(2.5)
def test_identity_is_added_before_the_last_relu(student, rng):
    """Where the shape stays, the input itself is added to the branch before the last ReLU."""
    check_output(student, rng, NAME, SAME)
    check_output(student, rng, NAME, (3, 3, 1))


@pytest.mark.points(1.5)
def test_projection_where_the_depth_changes(student, rng):
    """Where only the depth changes, a normalised 1x1 convolution of the input is added."""
    check_output(student, rng, NAME, WIDER)
    check_output(student, rng, NAME, NARROWER)


@pytest.mark.points(2)
def test_projection_where_the_size_changes(student, rng):
    """Where the stride is 2, the first 3x3 convolution and the projection have it, on maps of even and of odd size."""
    check_output(student, rng, NAME, SMALLER)
    check_output(student, rng, NAME, BOTH, size=(7, 4))


@pytest.mark.points(1.5)
def test_evaluation_uses_the_statistics_of_training(student, rng):
    """In evaluation mode every BN uses the statistics that it has gathered in training."""
    check_evaluation(student, rng, NAME, BOTH)


@pytest.mark.points(1.5)
def test_gradient_at_the_input(student, rng):
    """The gradient at the input comes back through branch and shortcut."""
    for arguments in (SAME, BOTH):
        check_dx(student, rng, NAME, arguments)


@pytest.mark.points(2)
def test_parameters_and_their_gradients(student, rng):
    """The parameters are those of the docstring, no bias and no projection beside an identity, and all of them get a gradient."""
    for arguments in (SAME, BOTH):
        check_parameters(student, rng, NAME, arguments)


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_unusual_maps_and_numbers(student, rng):
    """Zeros, equal and huge numbers, maps of one pixel, single channels and images, either mode: outputs and gradients are as always."""
    check_unusual(student, rng, NAME, SAME, UNUSUAL)


@pytest.mark.redundant("the law that residual learning rests on; it does not rest on the reference")
@pytest.mark.points(0.5)
def test_a_branch_of_zero_leaves_the_input(student, rng):
    """When the last BN of the branch gives zero, the block returns the ReLU of its input."""
    x = images(rng, 4)
    numbers = [(kind, array * (kind not in {"scale", "shift"})) for kind, array in filling(rng, NAME, SAME)]
    out = expect_array("the output", outputs(asked(student, NAME, SAME, numbers, [(TRAINING, x)]))[0], x.shape)
    expect_close("the output", out, np.maximum(x, 0), **CLOSE)
