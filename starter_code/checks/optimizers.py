"""The visible checks of `optimizers`; the locked cell after each exercise calls one of them.

The worked examples are a few steps long at most and small enough to be followed with pencil and paper.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from starter_code.checks.checking import array_of, asked, done, expect_array, expect_close, expect_tuple, off, ok
from starter_code.checks.examples import Example, Recorded, Told, given

Function = Callable[..., object]
START = np.array([1.0, -2.0])  # no first gradient is a multiple of it: else all wrong steps look alike


def check_gradient_descent(gradient_descent: Function) -> None:
    """Shape, a worked example of three steps, and how often the gradient was asked for."""
    name, slope = "gradient_descent", _slope()
    example = given(grad_fn=slope, w0=np.array([4.0, 1.0]), lr=0.5, steps=3)
    path = asked(name, gradient_descent, example)
    expect_array("the path", path, (4, 2), example)
    expect_close("the path", path, [[4, 1], [2, -1], [1, 1], [0.5, -1]], example)
    _check_count(name, [slope], 3, "in three steps", example)
    slope = Recorded("the gradient at w is w, the very array that you pass", lambda w: w)
    example = given(grad_fn=slope, w0=np.array([8.0]), lr=0.5, steps=2)
    path = asked(name, gradient_descent, example)
    expect_close(
        "the path", path, [[8], [4], [2]], example, "what grad_fn returns may be w itself: do not write into it"
    )
    done(name, "integers as w0, a single weight, no step at all.")


def check_max_stable_lr(max_stable_lr: Function) -> None:
    """A bowl with turned axes, whose eigenvalues can be guessed."""
    name, example = "max_stable_lr", given(hessian=np.array([[2.0, 1.0], [1.0, 2.0]]))
    limit = asked(name, max_stable_lr, example)
    expect_close("the limit", limit, 2 / 3, example, "the eigenvalues of this matrix are 1 and 3")
    done(name, "larger matrices. The experiment below looks at the meaning of the number.")


def check_schedules(step_decay: Function, plateau_decay: Function) -> None:
    """One rate on a stair, and a short run with two plateaus."""
    example = given(lr0=0.5, step=25, every=10)
    rate = asked("step_decay", step_decay, example)
    expect_close("step_decay(0.5, 25, 10)", rate, 0.005, example, "step 25 is on the third stair; factor is 0.1")
    example = given(losses=[3.0, 2.0, 2.5, 2.5, 1.0, 1.5, 1.2, 1.1], lr0=1.0, factor=0.1, patience=2)
    rates = asked("plateau_decay", plateau_decay, example)
    expect_close("the list of rates", rates, [1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01], example)
    done("schedules", "the first and the last step of a stair, long plateaus, losses that stay exactly equal.")


def check_momentum_step(momentum_step: Function) -> None:
    """Two steps by hand."""
    name = "momentum_step"
    grads = [{"grad": np.array([2.0, 1.0])}, {"grad": np.array([1.0, 1.0])}]
    _check_steps(name, momentum_step, grads, {"lr": 0.5, "beta": 0.9}, [[0.9, -2.05], [0.76, -2.145]])
    done(name, "more steps, rates that change, another beta, integers, arrays of other shapes.")


def check_nesterov_step(nesterov_step: Function) -> None:
    """Two steps by hand, and how often the gradient was asked for."""
    name, slopes = "nesterov_step", [_slope(), _slope()]
    wanted = [[0.9, -1.2], [0.765, -0.48]]
    last = _check_steps(name, nesterov_step, [{"grad_fn": each} for each in slopes], {"lr": 0.1, "beta": 0.5}, wanted)
    _check_count(name, slopes, 2, "in two steps", last)
    done(name, "more steps, rates that change, integers, arrays of other shapes.")


def check_adagrad_step(adagrad_step: Function) -> None:
    """Two steps by hand, with an epsilon that cannot be overlooked."""
    name = "adagrad_step"
    grads = [{"grad": np.array([3.0, -4.0])}, {"grad": np.array([4.0, 3.0])}]
    _check_steps(name, adagrad_step, grads, {"lr": 0.5, "eps": 1.0}, [[0.625, -1.6], [7 / 24, -1.85]])
    done(name, "more steps, gradients of zero, the usual epsilon, integers, arrays of other shapes.")


def check_rmsprop_step(rmsprop_step: Function) -> None:
    """Two steps by hand, with an epsilon that cannot be overlooked."""
    name = "rmsprop_step"
    grads = [{"grad": np.array([2.0, 4.0])}, {"grad": np.array([0.0, -2.0])}]
    options = {"lr": 0.5, "rho": 0.75, "eps": 1.0}
    _check_steps(name, rmsprop_step, grads, options, [[0.5, -8 / 3], [0.5, -7 / 3]])
    done(name, "more steps, the usual rho and epsilon, integers, arrays of other shapes.")


def check_rmsprop_nesterov_step(rmsprop_nesterov_step: Function) -> None:
    """Two steps by hand, and how often the gradient was asked for."""
    name, slopes = "rmsprop_nesterov_step", [_slope(), _slope()]
    start, wanted = np.array([2.0, -1.0]), [[1.5, -1 / 3], [0.947775697046, 0.0]]
    options = {"lr": 0.5, "rho": 0.75, "beta": 0.5, "eps": 1.0}
    last = _check_steps(name, rmsprop_nesterov_step, [{"grad_fn": each} for each in slopes], options, wanted, start)
    _check_count(name, slopes, 2, "in two steps", last)
    done(name, "more steps, the usual parameters, rates that change, integers, arrays of other shapes.")


def check_adam_step(adam_step: Function) -> None:
    """Two steps by hand, with an epsilon that cannot be overlooked."""
    name = "adam_step"
    grads = [{"grad": np.array([2.0, 4.0])}, {"grad": np.array([0.0, -4.0])}]
    wanted = [[2 / 3, -2.4], [0.522323240673, -34 / 15]]
    _check_steps(name, adam_step, grads, {"lr": 0.5, "beta1": 0.5, "beta2": 0.75, "eps": 1.0}, wanted)
    done(name, "more steps, the usual parameters, rates that change, integers, arrays of other shapes.")


def _check_steps(
    name: str,
    step: Function,
    slopes: Sequence[Mapping[str, object]],
    options: Mapping[str, float],
    wanted: Sequence[Sequence[float]],
    start: np.ndarray = START,
) -> Example:
    """Take steps from a fresh state, each on what the one before returned, and compare the weights after each.

    Returns the example of the last step.
    """
    here, memory = start, Told({}, "{}")
    for number, (slope, numbers) in enumerate(zip(slopes, wanted, strict=True), start=1):
        example = given(w=here, **slope, state=memory, **options)
        new, state = expect_tuple(name, asked(name, step, example), ("w", "state"))
        if number == 1:
            expect_array("w", new, (2,), example)
        expect_close(f"w after step {number}", new, numbers, example)
        here = array_of("w", new, (2,), example)
        memory = Told(state, f"what step {number} returned; w is from there, too")
    ok("no argument was modified")
    return example


def _slope() -> Recorded:
    """The gradient (a, 4b) at the point (a, b)."""
    return Recorded("the gradient at (a, b) is (a, 4b)", lambda w: np.asarray(np.array([1.0, 4.0]) * w))


def _check_count(name: str, slopes: Sequence[Recorded], wanted: int, when: str, example: Example) -> None:
    times = sum(slope.times for slope in slopes)
    if times != wanted:
        sentence = (
            f"{name} asked for the gradient {times} times {when}; once a step is enough, and it is the costly part."
        )
        off(sentence, example, f"{wanted} times", f"{times} times")
    ok("the gradient was asked for once a step")
