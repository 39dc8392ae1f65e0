"""Random blocks and batches, drawn for the hidden tests of `skip_connections`.

Every draw has signed, non-square, asymmetric float64 entries: positive inputs hide masks, square ones hide transposes.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from solutions.skip_connections import reference

Rng = np.random.Generator
Params = dict[str, np.ndarray]  # of a block

# A pre-activation nearer to zero than this could change sides under rounding or under a step of central differences.
KINK = 1e-3
STEP = 1e-5


def far_from_kinks(*preactivations: np.ndarray) -> bool:
    """Whether every entry is further from the kink of the ReLU than any rounding or difference step reaches."""
    return all(np.abs(z).min() > KINK for z in preactivations)


def block(
    rng: Rng,
    sizes: tuple[int, ...] = (4, 6, 3),
    *,
    rows: int = 5,
    projection: bool = True,
    zero: Sequence[str] = (),
) -> tuple[np.ndarray, dict[str, Any]]:
    """A batch x and the parameters of a residual block of sizes (D, H, M), some zero; without projection, M = D."""
    inputs, hidden, outputs = sizes if projection else (*sizes[:2], sizes[0])
    while True:
        params = {
            "W1": rng.normal(size=(inputs, hidden)),
            "b1": rng.normal(size=hidden),
            "W2": rng.normal(size=(hidden, outputs)),
            "b2": rng.normal(size=outputs),
            "Ws": rng.normal(size=(inputs, outputs)) if projection else None,
        }
        params |= {key: np.zeros_like(params[key]) for key in zero}
        x = rng.normal(size=(rows, inputs))
        _, cache = reference.residual_forward(x, params)
        # A block that is shut altogether returns zeros, which no answer should get points for.
        is_open = cache["z1"].max() > 0 and cache["z2"].max() > 0
        if is_open and far_from_kinks(x, cache["z1"], cache["z2"]):
            return x, params


def block_at_kinks(rng: Rng) -> tuple[np.ndarray, Params, np.int64, np.int64]:
    """A block with projection, and one unit of its first and one of its second layer that are exactly zero for every row."""
    while True:
        x, params = block(rng)
        unit, output = rng.integers(params["b1"].size), rng.integers(params["b2"].size)
        params["W1"][:, unit] = params["b1"][unit] = 0
        params["W2"][:, output] = params["b2"][output] = params["Ws"][:, output] = 0
        _, cache = reference.residual_forward(x, params)
        others = np.delete(cache["z1"], unit, axis=1), np.delete(cache["z2"], output, axis=1)
        if all(z.max() > 0 for z in others) and far_from_kinks(*others):
            return x, params, unit, output


def whole_numbers(rng: Rng, **options: Any) -> tuple[np.ndarray, Params]:
    """A batch of integers, and parameters of a block that make a fraction of it somewhere; options as for `block`."""
    x = np.array([[-3, -1, 2, 5], [4, 0, -2, 1]])
    while True:
        _, params = block(rng, **options)
        out = reference.residual_forward(x, params)[0]
        if np.abs(out - np.rint(out)).max() > 0.1:
            return x, params


def block_gradient(rng: Rng, sizes: tuple[int, ...] = (4, 6, 3), **options: Any) -> tuple[np.ndarray, dict[str, Any]]:
    """An upstream gradient and the reference's cache for a residual block drawn by `block`."""
    x, params = block(rng, sizes, **options)
    out, cache = reference.residual_forward(x, params)
    return rng.normal(size=out.shape), cache


def preactivation_block(rng: Rng, sizes: tuple[int, ...] = (4, 6), *, rows: int = 5) -> tuple[np.ndarray, Params]:
    """A batch x and the parameters of a pre-activation block of sizes (D, H)."""
    while True:
        x, params = block(rng, sizes, rows=rows, projection=False)
        del params["Ws"]
        z1 = reference.preactivation_forward(x, params)[1]["z1"]
        if branch_is_open(x, z1) and far_from_kinks(z1):
            return x, params


def whole_preactivation_numbers(rng: Rng) -> tuple[np.ndarray, Params]:
    """A batch of integers, and the parameters of a pre-activation block."""
    x = np.array([[-3, -1, 2, 5], [4, 1, -2, 1]])
    while True:
        _, params = preactivation_block(rng)
        z1 = reference.preactivation_forward(x, params)[1]["z1"]
        if branch_is_open(x, z1) and far_from_kinks(z1):
            return x, params


def branch_is_open(x: np.ndarray, z1: np.ndarray) -> bool:
    """Whether some row passes both ReLUs somewhere: if not, the branch has no gradient, and dx is the upstream gradient."""
    return bool(((x > 0).any(axis=1) & (z1 > 0).any(axis=1)).any())


def preactivation_block_at_kinks(rng: Rng) -> tuple[np.ndarray, Params, np.int64]:
    """A pre-activation block with one unit that is exactly zero for every row, and a batch whose first row is zeros."""
    while True:
        x, params = preactivation_block(rng)
        unit = rng.integers(params["b1"].size)
        params["W1"][:, unit] = params["b1"][unit] = 0
        x[0] = 0
        if branch_is_open(x, reference.preactivation_forward(x, params)[1]["z1"]):
            return x, params, unit


def preactivation_gradient(rng: Rng, sizes: tuple[int, ...] = (4, 6), **rows: int) -> tuple[np.ndarray, dict[str, Any]]:
    """An upstream gradient and the reference's cache for a pre-activation block."""
    x, params = preactivation_block(rng, sizes, **rows)
    out, cache = reference.preactivation_forward(x, params)
    return rng.normal(size=out.shape), cache


def batch(rng: Rng, *, rows: int = 6, features: int = 4) -> dict[str, Any]:
    """A batch whose features differ in mean and spread, with gamma, beta and running statistics that fit neither."""
    spread = rng.uniform(0.5, 3.0, size=features)
    return {
        "x": rng.normal(size=features) + spread * rng.normal(size=(rows, features)),
        "gamma": rng.normal(size=features),
        "beta": rng.normal(size=features),
        "running": {"mean": rng.normal(size=features), "var": rng.uniform(0.5, 2.0, size=features)},
    }


def batch_gradient(
    rng: Rng, *, scale: float = 1.0, zeros: int = 0, **shape: int
) -> tuple[dict[str, Any], np.ndarray, dict[str, Any]]:
    """A batch, an upstream gradient and the reference's cache of batch normalisation in training.

    All of x is `scale` times as large, and so many first entries of gamma are zero.
    """
    case = batch(rng, **shape)
    case["x"] *= scale
    case["gamma"][:zeros] = 0
    out, cache, _ = reference.batchnorm_forward(**case, training=True)
    return case, rng.normal(size=out.shape), cache
