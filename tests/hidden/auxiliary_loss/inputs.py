"""Random chains, logits and heads, drawn for the hidden tests of `auxiliary_loss`.

Every draw has signed, non-square, asymmetric float64 entries: positive inputs hide masks, square ones hide transposes.
"""

from typing import Any

import numpy as np

from solutions.auxiliary_loss import reference

Rng = np.random.Generator
Params = dict[str, np.ndarray]  # of a head

# A pre-activation nearer to zero than this could change sides under rounding or under a step of central differences.
KINK = 1e-3
STEP = 1e-5


def chain(rng: Rng, depth: int) -> tuple[float, list[float], list[float]]:
    """The input, the later weights and the slopes of a chain: signed, and none of them near zero or one."""
    size = rng.uniform(1.2, 2.0, size=2 * depth) ** rng.choice([-1.0, 1.0], size=2 * depth)
    factors = (size * rng.choice([-1.0, 1.0], size=2 * depth)).tolist()
    return factors[0], factors[1:depth], factors[depth:]


def scores(rng: Rng, rows: int = 5, classes: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Logits of ordinary size, and labels among which the first is not the network's own choice."""
    while True:
        logits = 2 * rng.normal(size=(rows, classes))
        labels = rng.integers(classes, size=rows)
        if labels[0] != logits[0].argmax():
            return logits, labels


def extreme_scores(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """Logits of up to 1e4 in size, of either sign, in rows that lie far apart, among them a confident mistake.

    They come in quarters, which float32 holds exactly.
    """
    near = rng.integers(-6, 7, size=(5, 4)) / 4
    near[1] = [1e4, -1e4, 0, 20]
    near[2:] += np.array([[9998], [-9998], [300]])
    logits, labels = rng.permuted(near, axis=1), rng.integers(4, size=5)
    labels[1] = logits[1].argmin()
    return logits, labels


def head(
    rng: Rng, size: tuple[int, int] = (8, 11), *, rows: int = 3, channels: int = 2, whole: bool = False
) -> tuple[np.ndarray, Params]:
    """A batch of maps, of whole numbers if asked, and the parameters of a head for it: P = 3, F = 6, K = 4."""
    places = ((size[0] - 5) // 3 + 1) * ((size[1] - 5) // 3 + 1)
    while True:
        x = rng.normal(size=(rows, channels, *size))
        x = np.rint(4 * x) if whole else x
        # Means of 25 signed numbers are small, so that the weights on them are large; their signs are all but balanced.
        params = {
            "Wc": 4 * rng.normal(size=(3, channels)),
            "bc": 0.5 * rng.normal(size=3),
            "W1": rng.normal(size=(3 * places, 6)),
            "b1": rng.normal(size=6),
            "W2": rng.normal(size=(6, 4)),
            "b2": rng.normal(size=4),
        }
        cache = reference.auxiliary_head_forward(x, params)[1]
        # In each image some units are open, and in the batch some are shut, in both layers.
        if all(_lively(cache[key].reshape(rows, -1)) for key in ("zc", "z1")):
            return x, params


def _lively(z: np.ndarray) -> bool:
    """Whether a layer has units of both kinds, each row an open one, and none near its kink."""
    return bool((z > 0).any(axis=1).all() and (z < 0).any() and np.abs(z).min() > KINK)


def head_gradient(rng: Rng, size: tuple[int, int] = (8, 11), **options: Any) -> tuple[np.ndarray, dict[str, Any]]:
    """An upstream gradient and the reference's cache for a head drawn by `head`."""
    logits, cache = reference.auxiliary_head_forward(*head(rng, size, **options))
    return rng.normal(size=logits.shape), cache


def head_at_kinks(rng: Rng) -> tuple[np.ndarray, Params]:
    """A small batch of maps, and the parameters of a head of which one unit of each layer is exactly zero for every image."""
    while True:
        x, params = head(rng, (5, 5))
        params["Wc"][0] = params["bc"][0] = 0
        params["W1"][:, 0] = params["b1"][0] = 0
        logits, cache = reference.auxiliary_head_forward(x, params)
        if np.abs(reference.auxiliary_head_backward(np.ones_like(logits), cache)[0]).max() > KINK:
            return x, params
