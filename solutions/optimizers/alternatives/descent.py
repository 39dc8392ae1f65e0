"""Right descents, stability limits and schedules written in other ways.

They loop, print, warn, answer with lists and numpy numbers, and compute with other formulas. A function here needs numpy only.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.suite.misconceptions import Alternative

Gradient = Callable[[Any], np.ndarray]


def descent_in_a_list(grad_fn: Gradient, w0: np.ndarray, lr: float, steps: int) -> list[np.ndarray]:
    """A list of arrays; in-place steps on a copy, a copy for each row."""
    w = np.array(w0, dtype=float)
    path = [w.copy()]
    for _ in range(steps):
        w -= lr * grad_fn(w)
        path.append(w.copy())
    print("arrived at", w)  # noqa: T201  (printing must not cost points)
    return path


def descent_by_recursion(grad_fn: Gradient, w0: np.ndarray, lr: float, steps: int) -> np.ndarray:
    """The start, stacked on the descent from the next point."""
    start = np.asarray(w0, dtype=np.float64)
    if steps == 0:
        return start[None, :]
    return np.vstack([start, descent_by_recursion(grad_fn, start - lr * grad_fn(start), lr, steps - 1)])


def descent_in_float32(grad_fn: Gradient, w0: np.ndarray, lr: float, steps: int) -> np.ndarray:
    """Computes with seven digits."""
    path = np.zeros((steps + 1, w0.size), dtype=np.float32)
    path[0, :] = w0
    for row in range(1, steps + 1):
        path[row] = path[row - 1] - np.float32(lr) * grad_fn(path[row - 1]).astype(np.float32)
    return path


def descent_with_floats(grad_fn: Gradient, w0: np.ndarray, lr: float, steps: int) -> list[list[float]]:
    """Python's floats in nested lists."""
    rows = [[float(value) for value in w0]]
    for _ in range(steps):
        slope = grad_fn(np.array(rows[-1]))
        rows.append([value - lr * float(part) for value, part in zip(rows[-1], slope, strict=True)])
    return rows


def limit_from_norm(hessian: np.ndarray) -> float:
    """The spectral norm of a positive definite matrix is its largest eigenvalue."""
    return float(2 / np.linalg.norm(np.asarray(hessian, dtype=float), ord=2))


def limit_from_eig(hessian: np.ndarray) -> np.ndarray:
    """The general eigenvalue routine; an array of no axes."""
    return np.array(2.0 / np.max(np.linalg.eigvals(hessian).real))


def limit_by_power_iteration(hessian: np.ndarray) -> float:
    """Squares the matrix again and again, and warns."""
    warnings.warn("this may take a while", stacklevel=2)
    power = np.array(hessian, dtype=float)
    for _ in range(40):
        power = power @ power
        power = power / np.abs(power).max()
    vector = power[:, np.abs(power).sum(axis=0).argmax()]
    return float(2 * (vector @ vector) / (vector @ hessian @ vector))


def stairs_one_by_one(lr0: float, step: int, every: int, factor: float = 0.1) -> float:
    """Multiplies in a loop."""
    lr = lr0
    for _ in range(every, step + 1, every):
        lr *= factor
    return lr


def stairs_with_floor(lr0: float, step: int, every: int, factor: float = 0.1) -> np.floating[Any]:
    """A numpy number."""
    return np.float64(lr0 * np.power(factor, np.floor(step / every)))


def plateaus_from_history(losses: Sequence[float], lr0: float, factor: float = 0.1, patience: int = 5) -> np.ndarray:
    """Keeps a flag for each epoch; an array for the list."""
    falls, quiet = np.zeros(len(losses), dtype=int), 0
    for epoch, loss in enumerate(losses):
        better = epoch == 0 or loss < min(losses[:epoch])
        quiet = 0 if better else quiet + 1
        if quiet and quiet % patience == 0:
            falls[epoch] = 1
    return lr0 * factor ** np.cumsum(falls)


def plateaus_with_budget(
    losses: Sequence[float], lr0: float, factor: float = 0.1, patience: int = 5
) -> tuple[Any, ...]:
    """Counts down from the patience; a tuple of numpy numbers."""
    left, best, lr, out = patience, float("inf"), np.float64(lr0), []
    for loss in np.asarray(losses):
        if loss < best:
            left, best = patience, loss
        else:
            left -= 1
            if not left:
                lr, left = lr * factor, patience
        out.append(lr)
    return tuple(out)


ALTERNATIVES = [
    Alternative("gradient_descent", "a list of arrays, in-place on a copy", {"gradient_descent": descent_in_a_list}),
    Alternative("gradient_descent", "recursion", {"gradient_descent": descent_by_recursion}),
    Alternative("gradient_descent", "float32", {"gradient_descent": descent_in_float32}),
    Alternative("gradient_descent", "nested lists of floats", {"gradient_descent": descent_with_floats}),
    Alternative("max_stable_lr", "spectral norm", {"max_stable_lr": limit_from_norm}),
    Alternative("max_stable_lr", "general eigenvalues, an array of no axes", {"max_stable_lr": limit_from_eig}),
    Alternative("max_stable_lr", "power iteration", {"max_stable_lr": limit_by_power_iteration}),
    Alternative(
        "schedules",
        "a loop over stairs; flags for epochs",
        {"step_decay": stairs_one_by_one, "plateau_decay": plateaus_from_history},
    ),
    Alternative(
        "schedules",
        "floor and power; a budget that runs down",
        {"step_decay": stairs_with_floor, "plateau_decay": plateaus_with_budget},
    ),
]
