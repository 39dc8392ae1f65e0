"""Right update rules written in other ways.

They loop, print, keep other states under other names, change arrays of their own in place, and compute in float32 inside. A function
here needs numpy only.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.suite.misconceptions import Alternative

State = Any
Gradient = Callable[[Any], np.ndarray]


def momentum_as_heavy_ball(w: Any, grad: Any, state: State, lr: float, beta: float = 0.9) -> tuple[Any, State]:
    """A heavy ball whose push is scaled at the end; a state of its own."""
    if not state:
        state = {"velocity": np.zeros(np.shape(w)), "steps": 0}
    velocity = beta * state["velocity"] + grad
    print("step", state["steps"])  # noqa: T201  (printing must not cost points)
    return w - lr * (1 - beta) * velocity, {"velocity": velocity, "steps": state["steps"] + 1}


def momentum_in_place_on_copies(w: Any, grad: Any, state: State, lr: float, beta: float = 0.9) -> list[Any]:
    """Copies first, then changes the copies; a list for the tuple."""
    new, kept = np.array(w, dtype=float), {key: np.copy(value) for key, value in state.items()}
    velocity = kept.setdefault("v", np.zeros_like(new))
    velocity *= beta
    velocity += (1 - beta) * grad
    new -= lr * velocity
    return [new, kept]


def momentum_in_float32(w: Any, grad: Any, state: State, lr: float, beta: float = 0.9) -> tuple[Any, State]:
    """Computes with seven digits; a tuple for a state."""
    (average,) = state or (np.zeros(np.shape(w), dtype=np.float32),)
    average = average + np.float32(1 - beta) * (np.asarray(grad, dtype=np.float32) - average)
    return (np.asarray(w, dtype=np.float32) - np.float32(lr) * average).astype(float), (average,)


def nesterov_from_ahead(w: Any, grad_fn: Gradient, state: State, lr: float, beta: float = 0.9) -> tuple[Any, State]:
    """Remembers how far to look ahead rather than the velocity, and steps from there."""
    ahead = w + state.get("kept", np.zeros(w.shape))
    new = ahead - lr * grad_fn(ahead)
    return new, {"kept": beta * (new - w)}


def nesterov_downhill(w: Any, grad_fn: Gradient, state: State, lr: float, beta: float = 0.9) -> tuple[Any, State]:
    """A velocity with the other sign; in-place on copies."""
    down = np.array(state["down"]) if "down" in state else np.zeros(np.shape(w))
    down *= beta
    down += lr * np.asarray(grad_fn(w - down))
    return w - down, {"down": down, "lr": lr}


def adagrad_in_loops(w: Any, grad: Any, state: State, lr: float, eps: float = 1e-8) -> tuple[Any, State]:
    """One entry at a time; nested lists out."""
    new, sums = np.array(w, dtype=float), np.array(state.get("sums", np.zeros(np.shape(w))))
    for index in np.ndindex(new.shape):
        sums[index] += float(grad[index]) ** 2
        new[index] -= lr / (sums[index] ** 0.5 + eps) * float(grad[index])
    return new.tolist(), {"sums": sums.tolist()}


def adagrad_from_history(w: Any, grad: Any, state: State, lr: float, eps: float = 1e-8) -> tuple[Any, State]:
    """Keeps every gradient that it has seen."""
    seen = [*state.get("seen", []), np.array(grad, dtype=float)]
    return w - lr * np.divide(grad, np.linalg.norm(seen, axis=0) + eps), {"seen": seen}


def rmsprop_in_float32(
    w: Any, grad: Any, state: State, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Any, State]:
    """Computes with seven digits."""
    small = np.asarray(grad, dtype=np.float32)
    mean = state.get("mean", np.zeros_like(small))
    mean = mean + np.float32(1 - rho) * (small * small - mean)
    return w - np.float32(lr) * small / (np.sqrt(mean) + np.float32(eps)), {"mean": mean}


def rmsprop_from_history(
    w: Any, grad: Any, state: State, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Any, State]:
    """The average as a weighted sum over everything seen; einsum."""
    seen = [*state.get("seen", ()), np.array(grad, dtype=float)]
    ages = np.arange(len(seen))[::-1]
    average = np.einsum("t,t...->...", (1 - rho) * float(rho) ** ages, np.square(seen))
    return w - lr / (average**0.5 + eps) * grad, {"seen": tuple(seen), "note": "everything"}


def combined_from_ahead(
    w: Any, grad_fn: Gradient, state: State, lr: float, rho: float = 0.9, beta: float = 0.9, eps: float = 1e-8
) -> tuple[Any, State]:
    """Remembers how far to look ahead rather than the velocity, and steps from there."""
    ahead = w + (state["kept"] if state else np.zeros(w.shape))
    slope = grad_fn(ahead)
    squares = slope * slope
    average = squares - rho * squares + rho * (state["average"] if state else 0)
    new = ahead - lr * slope / (eps + average**0.5)
    return new, {"kept": beta * (new - w), "average": average}


def combined_in_place_on_copies(
    w: Any, grad_fn: Gradient, state: State, lr: float, rho: float = 0.9, beta: float = 0.9, eps: float = 1e-8
) -> list[Any]:
    """Copies first, then changes the copies; a list for the tuple, a list for the state."""
    step, average = map(np.copy, state) if state else np.zeros((2, *np.shape(w)))
    step *= beta
    slope = np.array(grad_fn(w + step))
    average *= rho
    average += (1 - rho) * slope**2
    step -= lr * slope / (np.sqrt(average) + eps)
    return [w + step, [step, average]]


def adam_with_one_rate(
    w: Any, grad: Any, state: State, lr: float, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
) -> tuple[Any, State]:
    """Both corrections moved into the rate, and epsilon with them; a state of its own."""
    first, second = state.get("moments", np.zeros((2, *np.shape(w))))
    past = state.get("past", [])
    t = len(past) + 1
    first = first + (1 - beta1) * (grad - first)
    second = second + (1 - beta2) * (np.square(grad) - second)
    root = np.sqrt(1 - beta2**t)
    rate = lr * root / (1 - beta1**t)
    return w - rate * first / (np.sqrt(second) + eps * root), {
        "moments": np.array([first, second]),
        "past": [*past, lr],
    }


def adam_with_running_powers(
    w: Any, grad: Any, state: State, lr: float, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
) -> tuple[Any, State]:
    """Powers of the shares carried along; in-place on copies; numpy numbers in the state."""
    new = np.array(w, dtype=np.float64)
    m, v = np.array(state.get("m", 0 * new)), np.array(state.get("v", 0 * new))
    power1, power2 = state.get("power1", 1.0) * beta1, state.get("power2", 1.0) * beta2
    m *= beta1
    m += (1 - beta1) * grad
    v *= beta2
    v += (1 - beta2) * grad * grad
    new -= lr * (m / (1 - power1)) / ((v / (1 - power2)) ** 0.5 + eps)
    return new, {"m": m, "v": v, "power1": np.float64(power1), "power2": np.float64(power2)}


def adam_in_float32(
    w: Any, grad: Any, state: State, lr: float, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
) -> tuple[Any, State]:
    """Averages with seven digits, in a tuple."""
    small = np.asarray(grad, dtype=np.float32)
    t, m, r = state or (0, np.zeros_like(small), np.zeros_like(small))
    m = (beta1 * m + (1 - beta1) * small).astype(np.float32)
    r = (beta2 * r + (1 - beta2) * small**2).astype(np.float32)
    moved = lr * (m / (1 - beta1 ** (t + 1))) / (np.sqrt(r / (1 - beta2 ** (t + 1))) + eps)
    return w - moved, (t + 1, m, r)


ALTERNATIVES = [
    Alternative("momentum_step", "a heavy ball, scaled; another state", {"momentum_step": momentum_as_heavy_ball}),
    Alternative("momentum_step", "in-place on copies", {"momentum_step": momentum_in_place_on_copies}),
    Alternative("momentum_step", "float32; a tuple for a state", {"momentum_step": momentum_in_float32}),
    Alternative("nesterov_step", "steps from the look-ahead point", {"nesterov_step": nesterov_from_ahead}),
    Alternative("nesterov_step", "a velocity that points downhill", {"nesterov_step": nesterov_downhill}),
    Alternative("adagrad_step", "loops and lists", {"adagrad_step": adagrad_in_loops}),
    Alternative("adagrad_step", "every gradient kept", {"adagrad_step": adagrad_from_history}),
    Alternative("rmsprop_step", "float32", {"rmsprop_step": rmsprop_in_float32}),
    Alternative("rmsprop_step", "every gradient kept; einsum", {"rmsprop_step": rmsprop_from_history}),
    Alternative("rmsprop_nesterov_step", "from the look-ahead point", {"rmsprop_nesterov_step": combined_from_ahead}),
    Alternative("rmsprop_nesterov_step", "in-place on copies", {"rmsprop_nesterov_step": combined_in_place_on_copies}),
    Alternative("adam_step", "corrections moved into the rate", {"adam_step": adam_with_one_rate}),
    Alternative("adam_step", "running powers", {"adam_step": adam_with_running_powers}),
    Alternative("adam_step", "float32; a tuple for a state", {"adam_step": adam_in_float32}),
]
