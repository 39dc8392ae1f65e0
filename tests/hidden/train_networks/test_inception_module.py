"""Hidden suite of the exercise `inception_module`: what the module computes, whatever its layers are called."""

import pytest

from autograder.suite import expect_array, expect_close
from tests.hidden.train_networks.checks import CLOSE, asked, check_dx, check_parameters, check_unusual, outputs, right
from tests.hidden.train_networks.inputs import EVALUATION, TRAINING, filling, images

NAME = "InceptionModule"
#        in 1x1 3x3r 3x3 5x5r 5x5 pool
SIZES = (8, 2, 3, 4, 5, 6, 7)
SMALL = (2, 1, 3, 2, 1, 3, 2)
# Arguments, height and width, mode, number of images.
UNUSUAL = (
    (SIZES, (3, 4), EVALUATION),
    ((3, 3, 3, 3, 3, 3, 3), (3, 3), TRAINING),
    ((1, 1, 1, 1, 1, 1, 1), (1, 1), TRAINING, 1),
    ((1, 1, 1, 1, 1, 1, 1), (4, 4), TRAINING, 4),
    ((2, 5, 2, 5, 1, 5, 5), (1, 2), TRAINING, 2),
    ((3, 2, 1, 1, 2, 1, 1), (3, 1), EVALUATION, 1),
)
PLACES = {"1x1": (0, 2), "3x3": (2, 6), "5x5": (6, 12), "pool": (12, 19)}


def check_branch(student, rng, branch):
    """The channels of one branch are the reference's, on maps of two sizes."""
    first, last = PLACES[branch]
    for size in ((5, 6), (7, 4)):
        x = images(rng, SIZES[0], size)
        question = (SIZES, filling(rng, NAME, SIZES), [(TRAINING, x)])
        (want,) = right(NAME, *question)["outputs"]
        out = expect_array("the output", outputs(asked(student, NAME, *question))[0], want.shape)
        expect_close(f"the {branch} branch", out[:, first:last], want[:, first:last], **CLOSE)


@pytest.mark.points(1)
def test_first_channels_are_the_1x1_branch(student, rng):
    """The first c1 channels are a 1x1 convolution of the input, with ReLU."""
    check_branch(student, rng, "1x1")


@pytest.mark.points(2)
def test_next_channels_are_the_3x3_branch(student, rng):
    """The next c3 channels are a reduction and a 3x3 convolution, each with ReLU."""
    check_branch(student, rng, "3x3")


@pytest.mark.points(2)
def test_next_channels_are_the_5x5_branch(student, rng):
    """The next c5 channels are a reduction and a 5x5 convolution, each with ReLU."""
    check_branch(student, rng, "5x5")


@pytest.mark.points(2)
def test_last_channels_are_the_pool_branch(student, rng):
    """The last channels are a 1x1 convolution of the pooled input, with ReLU."""
    check_branch(student, rng, "pool")


@pytest.mark.points(2)
def test_gradient_at_the_input(student, rng):
    """The gradient at the input is the sum of what comes back from the four branches."""
    check_dx(student, rng, NAME, SIZES)


@pytest.mark.points(2.5)
def test_parameters_and_their_gradients(student, rng):
    """The parameters are six weights and six biases, and all of them get a gradient."""
    check_parameters(student, rng, NAME, SIZES)


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_unusual_maps_and_numbers(student, rng):
    """Zeros, equal and huge numbers, maps of one pixel, single channels and images, either mode: outputs and gradients are as always."""
    check_unusual(student, rng, NAME, SMALL, UNUSUAL, pooled=slice(6, 8))
