"""Hidden suite of the exercise `fractal`: `fractal_join` (8 points) and `fractal_depth` (4)."""

import numpy as np
import pytest

from autograder.suite import corners, expect_close, expect_unmodified, expect_worked, for_all
from solutions.modern_architectures import reference
from tests.hidden.modern_architectures.cases import joins
from tests.hidden.modern_architectures.checks import FORWARD, SINGLE, check_all, check_counts, check_ints
from tests.hidden.modern_architectures.inputs import IMAGE, SIZES, images

# Which paths are alive: some, in every place; one alone; all.
MANY = (True, False, True, True, False, True, True)
SOME = ((True, True, False), (False, True, True), MANY, (False, True, False, True))
ALONE = ((True, False, False), (False, True, False), (False, False, True), (True,))
ALL = ((True, True), (True, True, True), (True,))


def paths(rng, alive, image=IMAGE):
    """The branches of a join, and which of them are alive."""
    return [images(rng, image) for _ in alive], list(alive)


def check(student, rng, cases):
    """The student's joins are the reference's."""
    for case in cases:
        branches, alive = paths(rng, case)
        expect_close("out", student.fractal_join(branches, alive), reference.fractal_join(branches, alive), **FORWARD)


@pytest.mark.points(4)
def test_mean_of_the_paths_that_are_alive(student, rng):
    """Where some paths were dropped, or all but one, the join is the mean of the others."""
    check(student, rng, (*SOME, *ALONE))


@pytest.mark.points(1.5)
def test_all_paths_are_alive(student, rng):
    """Where no path was dropped, the join is the mean of all."""
    check(student, rng, ALL)


@pytest.mark.sweeping
@pytest.mark.points(1)
def test_any_number_of_paths_of_any_size(student, rng):
    """Any number of paths of any size, zeros, equal and huge numbers and any order in memory are as good as others."""

    def law(case):
        expect_close("out", student.fractal_join(*case), reference.fractal_join(*case), **FORWARD)

    for_all(rng, joins(rng), law, examples=4)
    branches, alive = paths(rng, SOME[0])
    cases = [*corners(branches, alive), ([1e6 * branch for branch in branches], alive)]
    cases += [paths(rng, some, size) for size in SIZES for some in SOME[:2]]
    got = [student.fractal_join(*case) for case in cases]
    check_all("out", got, [reference.fractal_join(*case) for case in cases])


@pytest.mark.points(0.75)
def test_integer_and_single_precision_input(student, rng):
    """Integer and float32 arrays do as branches: the answer is that for the same numbers in float64."""
    branches, alive = paths(rng, SOME[0])
    for kind, factor, tolerance in ((np.float32, 1, SINGLE), (np.int64, 4, FORWARD)):
        given = [np.rint(4 * branch) if factor > 1 else branch for branch in branches]
        plain = expect_worked("out", student.fractal_join(given, alive), IMAGE, *given)
        typed = student.fractal_join([branch.astype(kind) for branch in given], alive)
        expect_close(f"out for {np.dtype(kind).name} branches", typed, plain, **tolerance)


@pytest.mark.points(0.75)
def test_inputs_stay_unmodified(student, rng):
    """The answer comes without changing the branches or the list of those that are alive."""
    branches, alive = paths(rng, SOME[2])
    out = expect_unmodified(student.fractal_join, "branches alive", branches, alive)
    expect_worked("out", out, IMAGE, *branches)


@pytest.mark.points(3.5)
def test_longest_path(student, rng):
    """The convolutions on the longest path are counted, for blocks of one column and of many."""
    check_counts(student, "fractal_depth", *((columns,) for columns in (1, 2, 3, 4, 5, int(rng.integers(6, 20)))))


@pytest.mark.points(0.5)
def test_the_depth_is_an_int(student, rng):
    """The longest path is counted in ints, however many columns there are."""
    check_ints(student, "fractal_depth", (3,), (4,), (int(rng.integers(6, 20)),))
