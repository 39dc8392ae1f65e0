"""Hidden suite of the exercise `adam`: walks of four steps on four parameters."""

import pytest

from tests.hidden.train_networks.optimizer_checks import (
    check_closure,
    check_defaults,
    check_file,
    check_gaps,
    check_groups,
    check_other_options,
    check_rule,
    check_schedule,
    check_unusual_walks,
)

NAME = "Adam"


@pytest.mark.points(5.5)
def test_four_steps(student, rng):
    """Four steps of four parameters: both averages are corrected for their start at zero, and epsilon is outside the root."""
    check_rule(student, rng, NAME, options={"lr": 0.1})
    check_rule(student, rng, NAME, options={"lr": 0.1, "beta1": 0.45, "beta2": 0.4, "eps": 1e-2})


@pytest.mark.points(0.5)
def test_defaults(student, rng):
    """Where nothing is said, lr is 0.001, beta1 0.9, beta2 0.999 and epsilon 1e-8."""
    check_defaults(student, rng, NAME, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8)


@pytest.mark.points(2)
def test_groups_have_options_of_their_own(student, rng):
    """Each group has options of its own, and takes from the arguments what it does not say."""
    groups = [{"lr": 0.05}, {"beta1": 0.5, "eps": 1e-2}, {"beta2": 0.4}, {}]
    check_groups(student, rng, NAME, {"lr": 0.2, "beta1": 0.8}, groups)


@pytest.mark.points(1)
def test_schedules_change_the_options(student, rng):
    """A schedule that sets another rate in the groups before each step is followed at once, and so are its other options."""
    check_schedule(student, rng, NAME)
    first, then = (
        {"lr": 0.1, "beta1": b1, "beta2": b2, "eps": eps} for b1, b2, eps in ((0.8, 0.9, 1.0), (0.5, 0.6, 0.0))
    )
    check_other_options(student, rng, NAME, first, then, eps=0.1)


@pytest.mark.points(1)
def test_parameters_without_gradient(student, rng):
    """A parameter without a gradient is left alone, and its t waits for it."""
    check_gaps(student, rng, NAME)


@pytest.mark.points(1)
def test_training_goes_on_from_a_file(student, rng):
    """Saved with state_dict and loaded into a new optimizer, the walk goes on as if nothing had happened."""
    check_file(student, rng, NAME)


@pytest.mark.points(0.5)
def test_closure_and_gradients(student, rng):
    """A closure is called and what it returns is returned; the gradients stay as they are."""
    check_closure(student, rng, NAME)


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_unusual_numbers_and_options(student, rng):
    """Zeros, equal and huge numbers, parameters of any shape, and options, rates and losses of zero: the steps are as always."""
    check_unusual_walks(student, rng, NAME, beta1=0.8, beta2=0.9, eps=1e-2)
