"""Gradients and rates, drawn for the hidden tests of `optimizers`.

A single step from a fresh state hides all that a rule remembers, so there are four, once eleven, and once more than that, with
gradients that change from step to step.
"""

import numpy as np

from autograder.suite import Given

Rng = np.random.Generator

STEPS = 4
MANY = 11  # one more than a memory of ten steps holds
LONG = (13, 25)  # no answer can know after how many steps nothing more is asked
SIZE = 5
TINY = 1e-8  # a gradient as small as the usual epsilon


def signed(rng: Rng, shape: int | tuple[int, ...]) -> np.ndarray:
    """Numbers of either sign, of about one and never near zero."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.3, 2.0, size=shape)


def gradients(rng: Rng, steps: int = STEPS, *, edges: bool = False) -> list[np.ndarray]:
    """One gradient for each step, with an entry that is zero for once; with edges, one that is always zero and one that is tiny.

    Edges show epsilon and nothing else: they belong where epsilon is asked about, or where there is none.
    """
    grads = signed(rng, (steps, SIZE))
    grads[1:2, 2] = 0.0
    if edges:
        grads[:, 3] = 0.0
        grads[:, 4] *= TINY
    return list(grads[:, rng.permutation(SIZE)])


def bowl(rng: Rng, *, edges: bool = False) -> tuple[Given, list[np.ndarray]]:
    """The gradient of a quadratic loss of five weights, and the points where it was asked; with edges as in `gradients`."""
    matrix = signed(rng, (SIZE, SIZE))
    matrix = matrix @ matrix.T / SIZE + np.eye(SIZE)
    offset = signed(rng, SIZE)
    if edges:
        scale = rng.permutation([1, 1, 1, 0, TINY])
        matrix, offset = scale[:, None] * matrix, scale * offset
    asked: list[np.ndarray] = []

    def gradient(w: np.ndarray) -> np.ndarray:
        point = w.astype(np.float64)
        asked.append(point)
        with np.errstate(invalid="ignore", over="ignore"):  # an answer may ask anywhere
            return np.asarray(matrix @ point - offset)

    return Given(gradient, (SIZE,)), asked


def slope(shape: tuple[int, ...]) -> Given:
    """A gradient for weights of a shape, each entry on its own."""
    return Given(lambda w: 0.5 * w.astype(np.float64) + 0.25, shape)


def steady(rng: Rng, steps: int = STEPS) -> list[float]:
    """The same rate for every step."""
    return [float(rng.uniform(0.05, 0.2))] * steps


def changing(rng: Rng) -> list[float]:
    """Another rate for every step: one is larger than 1, and one is 0, with steps before it and behind it in which that shows."""
    rates = [float(lr) for lr in rng.permutation([0.05, 0.2, rng.uniform(1.2, 3.0)])]
    rates.insert(int(rng.integers(1, 3)), 0.0)
    return rates
