"""Hidden suite of the exercise `ensemble_predict`."""

import numpy as np
import pytest

from autograder.suite import expect_close, expect_unmodified, expect_worked
from solutions.modern_architectures import reference
from tests.hidden.modern_architectures.checks import MEANS, SINGLE, check_all
from tests.hidden.modern_architectures.inputs import probabilities

# Members, images and classes. In the first ensembles, no shape gives a slip away.
ENSEMBLES = ((3, 3, 3), (4, 4, 4), (5, 2, 4), (2, 6, 3))
SIZES = ((1, 2, 3), (1, 1, 2), (2, 1, 3), (3, 2, 1), (3, 3, 2), (2, 3, 3), (2, 3, 2))


def check(student, asked):
    """The student's predictions are the reference's."""
    for given in asked:
        expect_close("out", student.ensemble_predict(given), reference.ensemble_predict(given), **MEANS)


@pytest.mark.points(3)
def test_mean_of_the_members(student, rng):
    """The prediction is the mean of the members' probabilities, image by image and class by class."""
    check(student, [list(probabilities(rng, *sizes)) for sizes in ENSEMBLES])


@pytest.mark.points(1)
def test_members_in_one_array(student, rng):
    """The members' probabilities may come in one array of three axes."""
    check(student, [probabilities(rng, *sizes) for sizes in ENSEMBLES])


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_sizes_zeros_and_orders_in_memory(student, rng):
    """One member, image or class, members that are sure or undecided and any order in memory are as good as others."""
    some, sure = probabilities(rng, 3, 2, 4), np.eye(4)[rng.integers(4, size=(3, 2))]
    undecided = np.full((3, 2, 4), 0.25)
    cases = [np.asfortranarray(some), sure, undecided, np.concatenate([some, sure, undecided])]
    cases += [probabilities(rng, *sizes) for sizes in SIZES]
    cases += [[np.asfortranarray(member) for member in some], *map(list, cases[1:])]
    got = [student.ensemble_predict(case) for case in cases]
    check_all("out", got, [reference.ensemble_predict(case) for case in cases], atol=MEANS["atol"])


@pytest.mark.points(0.5)
def test_single_precision_input(student, rng):
    """Probabilities in float32 give what they give in float64, in a list or in one array."""
    members = probabilities(rng, 3, 2, 4)
    for form in (list, np.array):
        plain = expect_worked("out", student.ensemble_predict(form(members)), (2, 4), *members)
        typed = student.ensemble_predict(form(members.astype(np.float32)))
        expect_close("out for float32 probabilities", typed, plain, **SINGLE)


@pytest.mark.points(0.5)
def test_probabilities_stay_unmodified(student, rng):
    """The answer comes without changing the members' probabilities, in a list or in one array."""
    members = probabilities(rng, 3, 2, 4)
    for given in (members, list(members)):
        out = expect_unmodified(student.ensemble_predict, "probabilities", given)
        expect_worked("out", out, (2, 4), *members)
