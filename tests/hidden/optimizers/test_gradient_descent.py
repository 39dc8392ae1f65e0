"""Hidden suite of the exercise `gradient_descent`; the gradient is a function of the suite's, which writes down where it is asked."""

import numpy as np
import pytest

from autograder.suite import Given, as_numbers, corners, expect, expect_array, expect_close, expect_worked
from solutions.optimizers import reference
from tests.hidden.optimizers.checks import CLOSE, expect_near
from tests.hidden.optimizers.inputs import LONG, SIZE, bowl


@pytest.mark.points(1.5)
def test_path_follows_the_gradient_downhill(student, rng):
    """Each point of the path is the one before, less the learning rate times the gradient there."""
    for steps, lr in ((11, 0.1), (2, 1.5), (int(rng.integers(*LONG)), 0.01)):
        gradient, _ = bowl(rng)
        w0 = rng.normal(size=SIZE)
        path = student.gradient_descent(gradient, w0, lr, steps)
        expect_near("the path", path, reference.gradient_descent(gradient, w0, lr, steps))


@pytest.mark.points(1)
def test_path_has_a_row_for_the_start_and_for_each_step(student, rng):
    """The path has steps + 1 rows, the first of which is w0, also when there is no step or only one weight."""
    for steps, size in ((3, SIZE), (1, 1), (0, 2)):
        curvature = rng.uniform(0.5, 2.0, size=size)
        w0 = rng.normal(size=size)
        gradient = Given(curvature.__mul__, (size,))
        path = expect_array("the path", student.gradient_descent(gradient, w0, 0.1, steps), (steps + 1, size))
        expect_close("the first row", path[0], w0, **CLOSE)
        expect(not steps or bool((path[1] != path[0]).all()), "A step should lead away from where it began.")


@pytest.mark.points(1)
def test_gradient_is_asked_for_once_a_step(student, rng):
    """The gradient is asked for once a step, at the point from which the step sets out."""
    gradient, asked = bowl(rng)
    steps = 4
    path = student.gradient_descent(gradient, rng.normal(size=SIZE), 0.1, steps)
    path = expect_worked("the path", path, (steps + 1, SIZE))
    expect(len(asked) == steps, "gradient_descent should ask for the gradient once in each step.")
    for point, row in zip(asked, path, strict=False):
        expect_close("a point at which the gradient was asked for", point, row, **CLOSE)


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_special_starts(student, rng):
    """A path may begin at zero, with all weights or one, or with equal weights; it stays at a minimum; tiny and huge steps count."""
    gradient, _ = bowl(rng)
    starts = [w0 for (w0,) in corners(rng.normal(size=SIZE))]
    paths = [student.gradient_descent(gradient, w0, 0.1, 2) for w0 in starts]
    minimum = starts[0]
    path = student.gradient_descent(Given(lambda w: w - minimum, (SIZE,)), minimum, 0.1, 2)
    expect_close("the path", path, np.array([minimum] * 3), **CLOSE)
    for start in (1e-12 * minimum, 1e6 * minimum):
        path = student.gradient_descent(Given(np.negative, (SIZE,)), start, 0.5, 2)
        expect_close("the path", path, start * np.array([[1], [1.5], [2.25]]), rtol=CLOSE["rtol"])
    for w0, path in zip(starts, paths, strict=True):
        expect_close("the path", path, reference.gradient_descent(gradient, w0, 0.1, 2), **CLOSE)


@pytest.mark.points(0.5)
def test_integer_start(student, rng):
    """An integer w0 gives the path of the same numbers in float64."""
    gradient, _ = bowl(rng)
    w0 = np.array([3, -1, 2, 1, -2])
    path = expect_worked("the path", student.gradient_descent(gradient, w0.astype(np.float64), 0.1, 3), (4, SIZE))
    expect_close("the path from integers", student.gradient_descent(gradient, w0, 0.1, 3), path, **CLOSE)


@pytest.mark.points(0.5)
def test_start_stays_unmodified(student, rng):
    """The answer comes without changing w0."""
    gradient, _ = bowl(rng)
    w0 = rng.normal(size=SIZE)
    path, after = student.gradient_descent.with_inputs(gradient, w0, 0.1, 3)
    path = as_numbers("the path", path)  # of any shape: how many rows there are is asked by another test
    expect(
        path.size > 0 and bool(np.ptp(path) > 0),
        "The path should depend on where it begins; all its entries are the same.",
    )
    expect_close("w0 after the call", after[1], w0, rtol=0)
