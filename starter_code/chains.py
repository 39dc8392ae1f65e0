"""Nonlinearities with their slopes, and a chain of single neurons, given: notebooks measure gradients with them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Nonlinearity:
    """A function of z, and its slope at z; both take arrays of any shape, entry by entry."""

    value: Callable[[np.ndarray], np.ndarray]
    slope: Callable[[np.ndarray], np.ndarray]


def _sigmoid(z: np.ndarray) -> np.ndarray:
    value: np.ndarray = 1 / (1 + np.exp(-z))
    return value


SIGMOID = Nonlinearity(_sigmoid, lambda z: _sigmoid(z) * (1 - _sigmoid(z)))
RELU = Nonlinearity(lambda z: np.maximum(z, 0), lambda z: np.where(z > 0, 1.0, 0.0))


def run_chain(x: float, weights: Sequence[float], nonlinearity: Nonlinearity) -> tuple[float, list[float]]:
    """Send x through a chain of neurons, one after the other, without biases.

    x: the input
    weights: [W1, ..., WL]; here W1 is among them

    Returns (output, slopes): the output of the last neuron, and [f1', ..., fL'].
    """
    a, slopes = x, []
    for weight in weights:
        z = np.asarray(weight * a, dtype=float)
        a = float(nonlinearity.value(z))
        slopes.append(float(nonlinearity.slope(z)))
    return a, slopes
