"""Pairs of questions that must have the same answer: one in which something is special, and an ordinary one right beside it.

Special are exact zeros, equal numbers, another order in memory, layers of one unit. A student's two answers are compared with each
other, so that a slip that has a test of its own is not charged again.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.suite import corners
from solutions.auxiliary_loss import reference
from tests.hidden.auxiliary_loss.inputs import KINK, Params, Rng, head

Twins = tuple[tuple[Any, ...], tuple[Any, ...]]  # the arguments of two questions

# So little moves an ordinary question away from a special one that answers differ by 1e-7; yet no zero is left, and no tie.
NUDGE = 1e-8
SCALE = 2.0**17  # numbers that are huge, and as exact in float32 as they were


def beside(rng: Rng, value: Any) -> Any:
    """Numbers a hair away, up or down, arrays in C order; also in a list or a dict, whose keys come backwards."""
    if isinstance(value, dict):
        return {key: beside(rng, value[key]) for key in reversed(value)}
    if isinstance(value, list):
        return [beside(rng, part) for part in value]
    step = NUDGE * rng.uniform(1, 2, size=np.shape(value)) * rng.choice([-1, 1], size=np.shape(value))
    return value + float(step) if isinstance(value, float) else np.ascontiguousarray(value + step)


def head_twins(rng: Rng) -> list[Twins]:
    """Twins of a head: x, the parameters and an upstream gradient each."""
    while True:
        specials = list(corners(*head(rng, (5, 8), rows=2), rng.normal(size=(2, 4))))
        caches = [reference.auxiliary_head_forward(*special[:2])[1] for special in specials]
        if all(np.abs(cache[key]).min() > KINK for cache in caches for key in ("zc", "z1")):
            return [(special, tuple(beside(rng, part) for part in special)) for special in specials]


def sized_twins(rng: Rng) -> Iterator[Twins]:
    """Heads with one class, and with one or two channels or classes for two images; and the same with more that have no part in it."""
    for count in (1, 2):
        x, params = head(rng, (5, 5), rows=2)
        dlogits = rng.normal(size=(2, 4)) * (np.arange(4) < count)
        fewer = params | {key: params[key][..., :count].copy() for key in ("W2", "b2")}
        yield (x, fewer, dlogits[:, :count].copy()), (x, params, dlogits)
        x, params = head(rng, (5, 5), rows=2, channels=count)
        dlogits = rng.normal(size=(2, 4))
        more = params | {"Wc": np.hstack([params["Wc"], np.zeros((3, 1))])}
        yield (x, params, dlogits), (np.concatenate([x, rng.normal(size=(2, 1, 5, 5))], axis=1), more, dlogits)


def square_twins(rng: Rng) -> Twins:
    """A head whose fully connected weights are square, and the same with one unit more, which is shut."""
    x, params = head(rng, (5, 8), rows=2)
    square = params | {"W2": rng.normal(size=(6, 6)), "b2": rng.normal(size=6)}
    more = {"W1": np.pad(square["W1"], ((0, 0), (0, 1))), "b1": np.append(square["b1"], -1.0)}
    more["W2"] = np.pad(square["W2"], ((0, 1), (0, 0)))
    dlogits = rng.normal(size=(2, 6))
    return (x, square, dlogits), (x, square | more, dlogits)


def thin_head(rng: Rng) -> tuple[np.ndarray, Params]:
    """One channel of one image, as large as a window, and a head with one unit in each layer: axes of length one throughout."""
    x, params = head(rng, (5, 5), rows=1, channels=1)
    return x, {key: value[(slice(1),) * value.ndim].copy() for key, value in params.items()}


def shut_twins(rng: Rng) -> Iterator[Twins]:
    """Heads of which one layer is zero all over, and the same with that layer negative all over: both are shut there."""
    x, params = head(rng, (5, 5), rows=2)
    dlogits = rng.normal(size=(2, 4))
    for bias, weights in (("bc", "Wc"), ("b1", "W1")):
        zero = params | {key: np.zeros_like(params[key]) for key in (bias, weights)}
        yield (x, zero, dlogits), (x, zero | {bias: zero[bias] - 1}, dlogits)


def scaled(x: np.ndarray, params: Params) -> tuple[np.ndarray, Params]:
    """A batch and the biases of its head, all so much larger that the logits are larger by SCALE."""
    return SCALE * x, {key: SCALE * value if key in {"bc", "b1", "b2"} else value for key, value in params.items()}
