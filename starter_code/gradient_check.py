"""Compares gradients with central differences; notebooks use it in the open, the visible checks behind the scenes."""

from collections.abc import Callable

import numpy as np


def numeric_gradient(f: Callable[[np.ndarray], float], x: np.ndarray, h: float = 1e-5) -> np.ndarray:
    """The gradient of f at x by central differences, (f(x + h e) - f(x - h e)) / 2h for each entry in turn.

    f: takes an array like x and returns one number, the loss
    x: any shape, float64; not modified
    h: the step; 1e-5 balances rounding (too small a step) against curvature (too large a one)
    returns: like x
    """
    gradient = np.zeros(np.shape(x))
    for index in np.ndindex(gradient.shape):
        above, below = np.array(x, dtype=float), np.array(x, dtype=float)
        above[index] += h
        below[index] -= h
        gradient[index] = (f(above) - f(below)) / (2 * h)
    return gradient


def relative_error(gradient: np.ndarray, numeric: np.ndarray) -> float:
    """How far two gradients are apart, |a - b| / (|a| + |b|) in the Euclidean norm: 0 when equal, 1 when opposite.

    Right code in float64 stays below 1e-6; a forgotten term gives something between 0.01 and 1.
    """
    scale = float(np.linalg.norm(gradient) + np.linalg.norm(numeric))
    return float(np.linalg.norm(np.subtract(gradient, numeric))) / scale if scale else 0.0
