"""Blocks of any size for laws, and pairs of questions, twins, that must have the same answer.

Of laws, sizes come from hypothesis, numbers from the submission's seed. Of twins, one is special (exact zeros, equal numbers, another order
in memory, layers of one unit), and one is ordinary, right beside it. A student's two answers are compared with each other, so that a slip
that has a test of its own is not charged again.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.suite import corners
from solutions.skip_connections import reference
from tests.hidden.skip_connections.inputs import Params, Rng, batch, block, far_from_kinks, preactivation_block

Case = tuple[np.ndarray, dict[str, Any], np.ndarray]  # a batch, the parameters of a block, an upstream gradient
Twins = tuple[tuple[Any, ...], tuple[Any, ...]]  # the arguments of two questions

UNITS = st.integers(1, 5)
ROWS = st.integers(2, 5)  # each of which can be asked about alone
STATES = st.integers(0, 2**32 - 1)
# So little moves an ordinary question away from a special one that answers differ by 1e-7; yet no zero is left, and no tie.
NUDGE = 1e-8
# Numbers that are huge or tiny, and as exact in float32 as they were.
HUGE, TINY = 2.0**17, 2.0**-50


def residual_cases(rng: Rng, **options: Any) -> st.SearchStrategy[Case]:
    """A batch x, the parameters of a residual block, and an upstream gradient; options are those of `inputs.block`."""
    entropy = int(rng.integers(2**63))

    def case(state: int, sizes: tuple[int, ...], rows: int) -> Case:
        numbers = np.random.default_rng([entropy, state])
        x, params = block(numbers, sizes, rows=rows, **options)
        return x, params, numbers.normal(size=(rows, params["b2"].size))

    return st.builds(case, STATES, st.tuples(UNITS, UNITS, UNITS), ROWS)


def preactivation_cases(rng: Rng) -> st.SearchStrategy[Case]:
    """A batch x, the parameters of a pre-activation block, and an upstream gradient."""
    entropy = int(rng.integers(2**63))

    def case(state: int, sizes: tuple[int, ...], rows: int) -> Case:
        numbers = np.random.default_rng([entropy, state])
        x, params = preactivation_block(numbers, sizes, rows=rows)
        return x, params, numbers.normal(size=x.shape)

    return st.builds(case, STATES, st.tuples(UNITS, UNITS), ROWS)


def beside(rng: Rng, values: Any, *, downwards: bool = False) -> Any:
    """Arrays a hair away, in C order, also in a dict, whose keys come backwards: up or down, or all downwards."""
    if isinstance(values, dict):
        return {key: beside(rng, values[key]) for key in reversed(values)}
    if values is None:
        return None
    step = NUDGE * rng.uniform(1, 2, size=values.shape)
    sign = -1 if downwards else rng.choice([-1, 1], size=values.shape)
    return np.ascontiguousarray(values + sign * step)


def columns(values: Any, count: int, *keys: str) -> Any:
    """The first columns of an array, or of those arrays of a dict that have one of the keys."""
    if isinstance(values, dict):
        return {key: columns(value, count) if key in keys else value for key, value in values.items()}
    return None if values is None else values[..., :count].copy()


def residual_twins(rng: Rng, *, projection: bool) -> list[Twins]:
    """Twins of a residual block of one width: x, the parameters and an upstream gradient each."""
    while True:
        x, params = block(rng, (3, 4, 3), rows=3, projection=projection)
        specials = list(corners(x, params, rng.normal(size=(3, 3))))
        caches = [reference.residual_forward(*special[:2])[1] for special in specials]
        if all(far_from_kinks(cache["z1"], cache["z2"]) for cache in caches):
            return [(special, tuple(beside(rng, part) for part in special)) for special in specials]


def single_unit_twins(rng: Rng) -> Iterator[Twins]:
    """A residual block of one output, and one of one input; and both with a unit more that has no part in what is asked."""
    x, params = block(rng, (3, 4, 2), rows=3)
    dout = rng.normal(size=(3, 2)) * [1, 0]
    yield (x, columns(params, 1, "W2", "b2", "Ws"), columns(dout, 1)), (x, params, dout)
    x, params = block(rng, (1, 4, 3), rows=3)
    dout = rng.normal(size=(3, 3))
    more = {key: np.vstack([params[key], rng.normal(size=params[key].shape)]) for key in ("W1", "Ws")}
    yield (x, params, dout), (np.hstack([x, np.zeros_like(x)]), params | more, dout)


def preactivation_twins(rng: Rng) -> list[Twins]:
    """Twins of a pre-activation block: x, the parameters and an upstream gradient each. The slope at zero is that below zero."""
    while True:
        x, params = preactivation_block(rng, (3, 4), rows=3)
        specials = list(corners(x, params, rng.normal(size=(3, 3))))
        if all(far_from_kinks(reference.preactivation_forward(*special[:2])[1]["z1"]) for special in specials):
            return [(s, (beside(rng, s[0], downwards=True), *(beside(rng, part) for part in s[1:]))) for s in specials]


def single_feature_twins(rng: Rng) -> Twins:
    """A pre-activation block of one feature, and the same with another one that its first ReLU shuts, and of which nobody asks."""
    x, params = preactivation_block(rng, (1, 4), rows=3)
    dout = rng.normal(size=x.shape)
    more = {
        "W1": np.vstack([params["W1"], rng.normal(size=(1, 4))]),
        "W2": np.hstack([params["W2"], rng.normal(size=(4, 1))]),
        "b2": np.append(params["b2"], rng.normal()),
    }
    shut, unasked = -np.abs(rng.normal(size=x.shape)), np.zeros_like(dout)
    return (x, params, dout), (np.hstack([x, shut]), params | more, np.hstack([dout, unasked]))


def scaled(factor: float, x: np.ndarray, params: Params) -> tuple[np.ndarray, Params]:
    """A batch and the biases of its block, all `factor` times as large, and so is then what comes out."""
    return factor * x, {key: factor * value if key in {"b1", "b2"} else value for key, value in params.items()}


def batch_twins(rng: Rng) -> list[Twins]:
    """Twins of a batch with its gamma, beta and running statistics, and an upstream gradient."""
    specials = corners(batch(rng, rows=5, features=3), rng.normal(size=(5, 3)))
    pairs = []
    for case, dout in specials:
        near = beside(rng, case)
        near["running"]["var"] = np.abs(near["running"]["var"])  # still a variance
        pairs.append(((case, dout), (near, beside(rng, dout))))
    return pairs


def first_features(case: dict[str, Any], dout: np.ndarray, count: int) -> tuple[dict[str, Any], np.ndarray]:
    """A batch and its upstream gradient with the first features only: each is normalised on its own."""
    running = columns(case["running"], count, "mean", "var")
    return columns(case, count, "x", "gamma", "beta") | {"running": running}, columns(dout, count)


def shut_twins(rng: Rng) -> Iterator[Twins]:
    """Residual blocks of which one layer is zero all over, and the same with that layer negative all over: both are shut there."""
    x, params = block(rng, (3, 4, 3), rows=3)
    dout = rng.normal(size=(3, 3))
    for bias, *weights in (("b1", "W1"), ("b2", "W2", "Ws")):
        zero = params | {key: np.zeros_like(params[key]) for key in (bias, *weights)}
        yield (x, zero, dout), (x, zero | {bias: zero[bias] - 1}, dout)


def with_huge_feature(case: dict[str, Any], dout: np.ndarray) -> tuple[dict[str, Any], np.ndarray]:
    """The same batch and upstream gradient, with huge numbers in the first feature."""
    factors = np.where(np.arange(dout.shape[1]) == 0, 1e7, 1)
    return case | {key: factors * case[key] for key in ("x", "gamma", "beta")}, factors * dout
