"""The visible checks of `optimizers`; the locked cell after each exercise calls one of them.

The worked examples are two steps long at most and small enough to be followed with pencil and paper.
"""

from collections.abc import Callable, Sequence

import numpy as np

from starter_code.checks.checking import array_of, call, done, expect_array, expect_close, expect_tuple, fail, ok

Function = Callable[..., object]
START = np.array([1.0, -2.0])


def check_gradient_descent(gradient_descent: Function) -> None:
    """Shape, a worked example of three steps, and how often the gradient was asked for."""
    name = "gradient_descent"
    slope, asked = _slope()
    path = call(name, gradient_descent, slope, np.array([4.0, 1.0]), 0.5, 3)
    expect_array("the path", path, (4, 2))
    expect_close("the path", path, [[4, 1], [2, -1], [1, 1], [0.5, -1]], "the gradient at (a, b) is (a, 4b), lr is 0.5")
    _check_count(name, len(asked), 3, "in three steps")
    done(name, "integers as w0, a single weight, no step at all.")


def check_max_stable_lr(max_stable_lr: Function) -> None:
    """A bowl with turned axes, whose eigenvalues can be guessed."""
    name = "max_stable_lr"
    limit = call(name, max_stable_lr, np.array([[2.0, 1.0], [1.0, 2.0]]))
    expect_close("the limit", limit, 2 / 3, "the eigenvalues of this matrix are 1 and 3")
    done(name, "larger matrices. The experiment below looks at the meaning of the number.")


def check_schedules(step_decay: Function, plateau_decay: Function) -> None:
    """One rate on a stair, and a short run with two plateaus."""
    rate = call("step_decay", step_decay, 0.5, 25, 10)
    expect_close("step_decay(0.5, 25, 10)", rate, 0.005, "step 25 is on the third stair")
    losses = [3.0, 2.0, 2.5, 2.5, 1.0, 1.5, 1.2, 1.1]
    rates = call("plateau_decay", plateau_decay, losses, 1.0, 0.1, 2)
    expect_close("the list of rates", rates, [1, 1, 1, 0.1, 0.1, 0.1, 0.01, 0.01], f"patience 2, losses {losses}")
    done("schedules", "the first and the last step of a stair, long plateaus, losses that stay exactly equal.")


def check_momentum_step(momentum_step: Function) -> None:
    """Two steps by hand."""
    name = "momentum_step"
    grads = [np.array([2.0, -4.0]), np.array([1.0, 1.0])]
    _check_steps(name, momentum_step, grads, (0.5, 0.9), [[0.9, -1.8], [0.76, -1.67]])
    done(name, "more steps, rates that change, another beta, integers, arrays of other shapes.")


def check_nesterov_step(nesterov_step: Function) -> None:
    """Two steps by hand, and how often the gradient was asked for."""
    name = "nesterov_step"
    slope, asked = _slope()
    _check_steps(name, nesterov_step, [slope, slope], (0.1, 0.5), [[0.9, -1.2], [0.765, -0.48]])
    _check_count(name, len(asked), 2, "in two steps")
    done(name, "more steps, rates that change, integers, arrays of other shapes.")


def check_adagrad_step(adagrad_step: Function) -> None:
    """Two steps by hand, with an epsilon that cannot be overlooked."""
    name = "adagrad_step"
    grads = [np.array([3.0, -4.0]), np.array([4.0, 3.0])]
    _check_steps(name, adagrad_step, grads, (0.5, 1.0), [[0.625, -1.6], [7 / 24, -1.85]])
    done(name, "more steps, gradients of zero, the usual epsilon, integers, arrays of other shapes.")


def check_rmsprop_step(rmsprop_step: Function) -> None:
    """Two steps by hand, with an epsilon that cannot be overlooked."""
    name = "rmsprop_step"
    grads = [np.array([2.0, -4.0]), np.array([0.0, 2.0])]
    _check_steps(name, rmsprop_step, grads, (0.5, 0.75, 1.0), [[0.5, -4 / 3], [0.5, -5 / 3]])
    done(name, "more steps, the usual rho and epsilon, integers, arrays of other shapes.")


def check_rmsprop_nesterov_step(rmsprop_nesterov_step: Function) -> None:
    """Two steps by hand, and how often the gradient was asked for."""
    name = "rmsprop_nesterov_step"
    slope, asked = _slope()
    start, wanted = np.array([2.0, -1.0]), [[1.5, -1 / 3], [0.947775697046, 0.0]]
    _check_steps(name, rmsprop_nesterov_step, [slope, slope], (0.5, 0.75, 0.5, 1.0), wanted, start)
    _check_count(name, len(asked), 2, "in two steps")
    done(name, "more steps, the usual parameters, rates that change, integers, arrays of other shapes.")


def check_adam_step(adam_step: Function) -> None:
    """Two steps by hand, with an epsilon that cannot be overlooked."""
    name = "adam_step"
    grads = [np.array([2.0, -4.0]), np.array([0.0, 4.0])]
    wanted = [[2 / 3, -1.6], [0.522323240673, -26 / 15]]
    _check_steps(name, adam_step, grads, (0.5, 0.5, 0.75, 1.0), wanted)
    done(name, "more steps, the usual parameters, rates that change, integers, arrays of other shapes.")


def _check_steps(
    name: str,
    step: Function,
    given: Sequence[object],
    parameters: tuple[float, ...],
    wanted: Sequence[Sequence[float]],
    start: np.ndarray = START,
) -> None:
    """Take steps from a fresh state, each on what the one before returned, and compare the weights after each."""
    here, memory = start.copy(), {}  # type: tuple[np.ndarray, object]
    for number, (asked, numbers) in enumerate(zip(given, wanted, strict=True), start=1):
        new, memory = expect_tuple(name, call(name, step, here, asked, memory, *parameters), ("w", "state"))
        if number == 1:
            expect_array("w", new, (2,))
        expect_close(f"w after step {number}", new, numbers, "follow the formula by hand: the numbers are small")
        here = array_of("w", new, (2,))
    ok("no argument was modified")


def _slope() -> tuple[Callable[[np.ndarray], np.ndarray], list[None]]:
    """The gradient (a, 4b) at the point (a, b), and a list that grows by one each time that it is asked for."""
    asked: list[None] = []

    def slope(w: np.ndarray) -> np.ndarray:
        asked.append(None)
        return np.asarray(np.array([1.0, 4.0]) * w)

    return slope, asked


def _check_count(name: str, times: int, wanted: int, when: str) -> None:
    if times != wanted:
        fail(f"{name} asked for the gradient {times} times {when}; once a step is enough, and it is the costly part.")
    ok("the gradient was asked for once a step")
