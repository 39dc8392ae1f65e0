"""Right blocks and normalisations whose cache is no plain dict: what it is, the docstrings leave free.

A function here needs numpy and the standard library only.
"""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from autograder.suite.misconceptions import Alternative


class Saved(NamedTuple):
    """What a backward pass of batch normalisation needs."""

    x_hat: Any
    std: Any
    gamma: Any


@dataclass
class Normalised:
    """The same, as an object."""

    x_hat: Any
    std: Any
    gamma: Any


class Kept(dict[str, Any]):
    """A dict whose entries are attributes, too."""

    def __getattr__(self, name: str) -> Any:
        """The entry."""
        return self[name]


def _normalised(x: Any, running: Any, training: Any, momentum: float, eps: float) -> tuple[Any, Any, Any]:
    """The normalised batch, the deviations, and the new statistics."""
    mean, var = (x.mean(axis=0), x.var(axis=0)) if training else (running["mean"], running["var"])
    new = dict(running)
    if training:
        unbiased = x.var(axis=0, ddof=1) if len(x) > 1 else var
        new = {key: momentum * running[key] + (1 - momentum) * now for key, now in (("mean", mean), ("var", unbiased))}
    std = np.sqrt(var + eps)
    return (x - mean) / std, std, new


def _gradients(dout: Any, x_hat: Any, std: Any, gamma: Any) -> tuple[Any, Any, Any]:
    """The three gradients."""
    n, dx_hat = len(dout), dout * gamma
    dx = (n * dx_hat - dx_hat.sum(axis=0) - x_hat * (dx_hat * x_hat).sum(axis=0)) / (n * std)
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def norm_with_a_named_tuple(
    x: Any, gamma: Any, beta: Any, running: Any, training: Any, momentum: float = 0.9, eps: float = 1e-5
) -> tuple[Any, Any, Any]:
    """A named tuple for a cache."""
    x_hat, std, new = _normalised(x, running, training, momentum, eps)
    return gamma * x_hat + beta, Saved(x_hat, std, gamma), new


def norm_backward_with_a_named_tuple(dout: Any, cache: Any) -> tuple[Any, Any, Any]:
    """From the names of the tuple."""
    return _gradients(dout, cache.x_hat, cache.std, cache.gamma)


def norm_with_an_object(
    x: Any, gamma: Any, beta: Any, running: Any, training: Any, momentum: float = 0.9, eps: float = 1e-5
) -> tuple[Any, Any, Any]:
    """An object for a cache, statistics with attributes."""
    x_hat, std, new = _normalised(x, Kept(running), training, momentum, eps)
    return gamma * x_hat + beta, Normalised(x_hat, std, gamma), Kept(new)


def norm_backward_with_an_object(dout: Any, cache: Any) -> tuple[Any, Any, Any]:
    """From the attributes of the object."""
    return _gradients(dout, **vars(cache))


def preactivation_with_a_namespace(x: Any, params: Any) -> tuple[Any, Any]:
    """A namespace for a cache."""
    a0 = np.maximum(x, 0)
    z1 = a0 @ params["W1"] + params["b1"]
    a1 = np.maximum(z1, 0)
    return x + a1 @ params["W2"] + params["b2"], SimpleNamespace(x=x, a0=a0, z1=z1, a1=a1, params=Kept(params))


def preactivation_back_with_a_namespace(dout: Any, cache: Any) -> tuple[Any, Any]:
    """From the attributes of the namespace."""
    c, params = cache, cache.params
    dz1 = (dout @ params.W2.T) * (c.z1 > 0)
    grads = Kept(W1=c.a0.T @ dz1, b1=dz1.sum(axis=0), W2=c.a1.T @ dout, b2=dout.sum(axis=0))
    return dout + (dz1 @ params.W1.T) * (c.x > 0), grads


def residual_with_a_dict_of_its_own(x: Any, params: Any) -> tuple[Any, Any]:
    """A subclass of dict that has the keys of the contract."""
    z1 = x @ params["W1"] + params["b1"]
    a1 = np.maximum(z1, 0)
    z2 = a1 @ params["W2"] + params["b2"] + (x if params["Ws"] is None else x @ params["Ws"])
    return np.maximum(z2, 0), Kept(x=x, z1=z1, a1=a1, z2=z2, params=Kept(params))


ALTERNATIVES = [
    Alternative(
        "batchnorm",
        "a named tuple for a cache",
        {"batchnorm_forward": norm_with_a_named_tuple, "batchnorm_backward": norm_backward_with_a_named_tuple},
    ),
    Alternative(
        "batchnorm",
        "an object for a cache, statistics with attributes",
        {"batchnorm_forward": norm_with_an_object, "batchnorm_backward": norm_backward_with_an_object},
    ),
    Alternative(
        "preactivation",
        "a namespace for a cache",
        {
            "preactivation_forward": preactivation_with_a_namespace,
            "preactivation_backward": preactivation_back_with_a_namespace,
        },
    ),
    Alternative("residual_forward", "a cache with attributes", {"residual_forward": residual_with_a_dict_of_its_own}),
]
