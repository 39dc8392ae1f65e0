"""Hidden suite of the exercise `momentum`: walks of four steps on four parameters."""

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

NAME = "Momentum"


@pytest.mark.points(3)
def test_four_steps(student, rng):
    """Four steps of four parameters: the velocity is an average of the gradients, and starts at zero."""
    check_rule(student, rng, NAME, options={"lr": 0.2, "beta": 0.8})


@pytest.mark.points(0.5)
def test_defaults(student, rng):
    """Where nothing is said, lr is 0.1 and beta 0.9."""
    check_defaults(student, rng, NAME, lr=0.1, beta=0.9)


@pytest.mark.points(1)
def test_groups_have_options_of_their_own(student, rng):
    """Each group has options of its own, and takes from the arguments what it does not say."""
    check_groups(student, rng, NAME, {"lr": 0.2, "beta": 0.7}, [{"lr": 0.05}, {"beta": 0.5}, {}, {"beta": 0.2}])


@pytest.mark.points(1)
def test_schedules_change_the_options(student, rng):
    """A schedule that sets another rate or beta in the groups before each step is followed at once, for the whole velocity."""
    check_schedule(student, rng, NAME)
    check_other_options(student, rng, NAME, {"lr": 0.1, "beta": 0.8}, {"lr": 0.1, "beta": 0.4})


@pytest.mark.points(0.5)
def test_parameters_without_gradient(student, rng):
    """A parameter without a gradient is left alone, and so is its velocity."""
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
    check_unusual_walks(student, rng, NAME, beta=0.8)
