"""Right update rules whose state is no plain dict: what it is, the docstrings leave free.

A function here needs numpy and the standard library only.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from autograder.suite.misconceptions import Alternative


class Velocity(NamedTuple):
    """The state of momentum."""

    v: Any = 0.0


class Table(dict[str, Any]):
    """A dict whose entries are attributes, too; what is not there is zero."""

    def __getattr__(self, name: str) -> Any:
        """The entry."""
        return self.get(name, 0.0)


@dataclass
class Ball:
    """The state of RMSProp with Nesterov's momentum."""

    v: Any = 0.0
    r: Any = 0.0


class Averages(NamedTuple):
    """The state of Adam."""

    t: int = 0
    m: Any = 0.0
    r: Any = 0.0


def momentum_with_a_named_tuple(w: Any, grad: Any, state: Any, lr: float, beta: float = 0.9) -> tuple[Any, Any]:
    """A named tuple."""
    old = state or Velocity()
    new = old._replace(v=beta * old.v + (1 - beta) * grad)
    return w - lr * new.v, new


def nesterov_with_a_dict_of_its_own(
    w: Any, grad_fn: Callable[[Any], Any], state: Any, lr: float, beta: float = 0.9
) -> tuple[Any, Any]:
    """A subclass of dict."""
    old = state or Table()
    new = Table(v=beta * old.v - lr * grad_fn(w + beta * old.v))
    return w + new.v, new


def adagrad_with_a_default(w: Any, grad: Any, state: Any, lr: float, eps: float = 1e-8) -> tuple[Any, Any]:
    """A dict that makes what is missing."""
    new = state.copy() if state else defaultdict(lambda: np.zeros(np.shape(w)))
    new["r"] = new["r"] + grad**2
    return w - lr * grad / (np.sqrt(new["r"]) + eps), new


def rmsprop_with_a_masked_array(
    w: Any, grad: Any, state: Any, lr: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Any, Any]:
    """An array in which what has seen no gradient is masked."""
    old = state.filled(0.0) if np.ma.isMaskedArray(state) else np.zeros(np.shape(w))
    new = rho * old + (1 - rho) * grad**2
    return w - lr * grad / (np.sqrt(new) + eps), np.ma.masked_array(np.where(new > 0, new, -1.0), new == 0)


def combined_with_an_object(
    w: Any,
    grad_fn: Callable[[Any], Any],
    state: Any,
    lr: float,
    rho: float = 0.9,
    beta: float = 0.9,
    eps: float = 1e-8,
) -> tuple[Any, Any]:
    """An object with two attributes."""
    old = state or Ball()
    g = grad_fn(w + beta * old.v)
    r = rho * old.r + (1 - rho) * g**2
    v = beta * old.v - lr * g / (np.sqrt(r) + eps)
    return w + v, Ball(v, r)


def adam_with_a_named_tuple(
    w: Any,
    grad: Any,
    state: Any,
    lr: float,
    beta1: float = 0.9,
    beta2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Any, Any]:
    """A named tuple."""
    old = state or Averages()
    t = old.t + 1
    m = beta1 * old.m + (1 - beta1) * grad
    r = beta2 * old.r + (1 - beta2) * grad**2
    step = lr * (m / (1 - beta1**t)) / (np.sqrt(r / (1 - beta2**t)) + eps)
    return w - step, old._replace(t=t, m=m, r=r)


ALTERNATIVES = [
    Alternative("momentum_step", "a named tuple for a state", {"momentum_step": momentum_with_a_named_tuple}),
    Alternative("nesterov_step", "a state with attributes", {"nesterov_step": nesterov_with_a_dict_of_its_own}),
    Alternative("adagrad_step", "a state with a default", {"adagrad_step": adagrad_with_a_default}),
    Alternative("rmsprop_step", "a masked array for a state", {"rmsprop_step": rmsprop_with_a_masked_array}),
    Alternative("rmsprop_nesterov_step", "an object for a state", {"rmsprop_nesterov_step": combined_with_an_object}),
    Alternative("adam_step", "a named tuple for a state", {"adam_step": adam_with_a_named_tuple}),
]
