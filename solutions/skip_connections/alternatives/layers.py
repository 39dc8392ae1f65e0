"""Right initialisation, normalisation and gradient norms written in other ways.

They loop, print, warn, answer with lists, keep other caches and sum in other orders. A function here needs numpy only.
"""

from typing import Any

import numpy as np

from autograder.suite.misconceptions import Alternative


def he_init_scaled(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Standard normal draws, scaled; the transpose of a transposed draw."""
    weights: np.ndarray = rng.standard_normal((fan_out, fan_in)).T / np.sqrt(fan_in / 2)
    return weights


def he_init_single(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """float32, one column at a time."""
    columns = [rng.standard_normal(fan_in, dtype=np.float32) for _ in range(fan_out)]
    return np.stack(columns, axis=1) * np.float32(np.sqrt(2.0 / fan_in))


def he_init_box_muller(fan_in: int, fan_out: int, rng: np.random.Generator) -> list[Any]:
    """Normal draws made from uniform ones after Box and Muller; nested lists."""
    radius = np.sqrt(-2 * np.log(1 - rng.random((fan_in, fan_out))))
    weights: list[Any] = (radius * np.cos(2 * np.pi * rng.random((fan_in, fan_out))) * np.sqrt(2 / fan_in)).tolist()
    return weights


def norm_with_loops(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    running: dict[str, Any],
    training: bool,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> tuple[np.ndarray, dict[str, Any] | None, dict[str, Any]]:
    """One feature at a time; no cache at inference."""
    rows, features = x.shape
    out, x_hat, std = np.zeros((rows, features)), np.zeros((rows, features)), np.zeros(features)
    new = {"mean": np.array(running["mean"]), "var": np.array(running["var"])}
    for d in range(features):
        mean, var = running["mean"][d], running["var"][d]
        if training:
            mean = sum(x[:, d]) / rows
            squares = sum((value - mean) ** 2 for value in x[:, d])
            var = squares / rows
            new["mean"][d] += (1 - momentum) * (mean - new["mean"][d])
            new["var"][d] += (1 - momentum) * (squares / max(rows - 1, 1) - new["var"][d])
        std[d] = (var + eps) ** 0.5
        x_hat[:, d] = (x[:, d] - mean) / std[d]
        out[:, d] = gamma[d] * x_hat[:, d] + beta[d]
    return out, {"x_hat": x_hat, "std": std, "gamma": gamma.copy()} if training else None, new


def norm_with_moments(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    running: dict[str, Any],
    training: bool,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> list[Any]:
    """Variance as a difference of moments, one affine map instead of a normalised batch; a list for the tuple."""
    count = float(x.shape[0])
    mean, var = running["mean"].copy(), running["var"].copy()
    if training:
        mean = np.ones(len(x)) @ x / count
        var = np.einsum("nd,nd->d", x, x) / count - mean**2
    inverse = 1 / np.sqrt(var + eps)
    scale = gamma * inverse
    after = {"mean": mean, "var": var}
    if training:
        unbiased = x.var(axis=0, ddof=1) if count > 1 else np.zeros_like(mean)
        after = {
            key: momentum * running[key] + (1 - momentum) * new for key, new in (("mean", mean), ("var", unbiased))
        }
    cache = {"x": x, "mean": mean, "x_hat": (x - mean) * inverse, "std": 1 / inverse, "gamma": gamma, "eps": eps}
    return [x * scale + (beta - mean * scale), cache, after]


def norm_backward_in_stages(dout: np.ndarray, cache: dict[str, Any]) -> list[Any]:
    """Every node of the graph walked back in turn."""
    x_hat, std, gamma = cache["x_hat"], cache["std"], cache["gamma"]
    rows = len(dout)
    dx_hat = dout * gamma
    centred = x_hat * std
    dvar = -0.5 * (dx_hat * centred).sum(axis=0) / std**3
    dcentred = dx_hat / std + 2 * centred * dvar / rows
    dx = dcentred - np.ones((rows, 1)) @ dcentred.mean(axis=0, keepdims=True)
    return [dx, np.einsum("nd,nd->d", dout, x_hat), sum(dout)]


def norm_backward_with_jacobians(dout: np.ndarray, cache: dict[str, Any]) -> tuple[np.ndarray, list[Any], np.ndarray]:
    """One Jacobian a feature: a projection away from the constant vector and from the normalised feature."""
    rows, features = dout.shape
    columns = []
    for d in range(features):
        unit = cache["x_hat"][:, d]
        jacobian = np.eye(rows) - np.full((rows, rows), 1 / rows) - np.outer(unit, unit) / rows
        columns.append(jacobian @ dout[:, d] * cache["gamma"][d] / cache["std"][d])
    dgamma = [np.dot(dout[:, d], cache["x_hat"][:, d]) for d in range(features)]
    return np.column_stack(columns), dgamma, np.add.reduce(dout)


def norms_by_recursion(depth: int, skip: bool, rng: np.random.Generator) -> list[Any]:
    """All weights drawn at once, the identity added to them, blocks as nested calls; a list of numpy scalars."""
    x, r = rng.standard_normal((2, 8, 16))
    weights = 0.075 * rng.standard_normal((depth, 16, 16)) + skip * np.eye(16)
    norms: list[Any] = []

    def through(a: Any, block: int) -> Any:
        if block == depth:
            return r / 8
        z = a @ weights[block] + 0.1
        delta = np.where(z > 0, through(z.clip(min=0), block + 1), 0)
        norms.insert(0, np.sqrt(((a.T @ delta) ** 2).sum()))
        return delta @ weights[block].T

    through(x, 0)
    return norms


def norms_from_gram_matrices(depth: int, skip: bool, rng: np.random.Generator) -> np.ndarray:
    """Norms from the inner products of rows, without ever forming a weight's gradient."""
    activations, slopes = [rng.normal(size=(8, 16))], []
    up = rng.normal(size=(8, 16)) / 8
    weights = [rng.normal(scale=0.3 / 16**0.5, size=(16, 16)) for _ in range(depth)]
    for W in weights:
        z = np.einsum("nd,dh->nh", activations[-1], W) + 0.1
        if skip:
            z = z + activations[-1]
        slopes.append(z > 0)
        activations.append(np.where(z > 0, z, 0))
    squares = []
    for a, W, slope in zip(activations[-2::-1], weights[::-1], slopes[::-1], strict=True):
        delta = up * slope
        squares.append(np.sum((a @ a.T) * (delta @ delta.T)))
        up = np.einsum("nh,dh->nd", delta, W) + (delta if skip else 0)
    return np.sqrt(squares[::-1])


def norm_with_own_cache(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    running: dict[str, Any],
    training: bool,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> tuple[np.ndarray, tuple[Any, ...], dict[str, Any]]:
    """A tuple for a cache, with nothing in it that the docstring names."""
    n = len(x)
    mean = x.sum(axis=0) / n if training else running["mean"]
    var = ((x - mean) ** 2).sum(axis=0) / n if training else running["var"]
    out = gamma * (x - mean) / (var + eps) ** 0.5 + beta
    if training:
        moved = {"mean": mean, "var": var * n / max(n - 1, 1)}
        running = {key: momentum * running[key] + (1 - momentum) * moved[key] for key in moved}
    return out, (x - mean, var + eps, gamma), running


def norm_backward_with_own_cache(dout: np.ndarray, cache: tuple[Any, ...]) -> tuple[np.ndarray, ...]:
    """Unpacks the tuple of `norm_with_own_cache`; any other cache makes it raise."""
    centred, var, gamma = cache
    n, dx_hat = len(centred), dout * gamma
    dvar = (dx_hat * centred).sum(axis=0) * -0.5 * var**-1.5
    dmean = -dx_hat.sum(axis=0) / var**0.5
    dx = dx_hat / var**0.5 + 2 * dvar * centred / n + dmean / n
    return dx, (dout * centred / var**0.5).sum(axis=0), dout.sum(axis=0)


ALTERNATIVES = [
    Alternative(
        exercise="batchnorm",
        title="a cache of its own",
        functions={"batchnorm_forward": norm_with_own_cache, "batchnorm_backward": norm_backward_with_own_cache},
    ),
    Alternative("he_init", "standard normal draws, scaled and transposed", {"he_init": he_init_scaled}),
    Alternative("he_init", "float32, column by column", {"he_init": he_init_single}),
    Alternative("he_init", "Box and Muller, nested lists", {"he_init": he_init_box_muller}),
    Alternative(
        "batchnorm",
        "loops over features, no cache at inference; backward in stages",
        {"batchnorm_forward": norm_with_loops, "batchnorm_backward": norm_backward_in_stages},
    ),
    Alternative(
        "batchnorm",
        "moments and one affine map; backward from Jacobians",
        {"batchnorm_forward": norm_with_moments, "batchnorm_backward": norm_backward_with_jacobians},
    ),
    Alternative(
        "gradient_norms",
        "recursion, the identity added to the weights",
        {"gradient_norms": norms_by_recursion},
    ),
    Alternative("gradient_norms", "Gram matrices", {"gradient_norms": norms_from_gram_matrices}),
]
