"""Losses of two weights that show what is hard about going downhill; the notebook on optimizers draws paths on them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Surface:
    """A loss of two weights, with its gradient, a place to start from, and the part of the plane worth drawing.

    value: takes (..., 2), returns (...)
    gradient: takes (2,), returns (2,)
    limits: ((left, right), (bottom, top))
    levels: the losses at which a map has a line
    marked: {"minimum": [(x, y), ...], "saddle point": [...]}, the places that a map marks
    """

    name: str
    value: Callable[[np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray], np.ndarray]
    start: np.ndarray
    limits: tuple[tuple[float, float], tuple[float, float]]
    levels: tuple[float, ...] = ()
    marked: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)


def quadratic(
    hessian: np.ndarray, name: str, start: np.ndarray, limits: tuple, levels: tuple[float, ...] = ()
) -> Surface:
    """The loss 1/2 w^T A w of a symmetric matrix A, with its minimum at 0."""

    def value(w: np.ndarray) -> np.ndarray:
        return np.asarray(np.sum((w @ hessian) * w, axis=-1) / 2)

    return Surface(
        name, value, lambda w: np.asarray(hessian @ w), start, limits, levels=levels, marked={"minimum": [(0.0, 0.0)]}
    )


def turned(curvatures: tuple[float, float], degrees: float) -> np.ndarray:
    """A symmetric matrix with these eigenvalues, the first of them along an axis turned by so many degrees."""
    angle = np.deg2rad(degrees)
    axes = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = (axes * np.array(curvatures)) @ axes.T
    return np.asarray((matrix + matrix.T) / 2)


RAVINE_HESSIAN = turned((0.2, 20.0), 20.0)
RAVINE = quadratic(
    RAVINE_HESSIAN, "ravine", np.array([-4.0, -0.2]), ((-4.8, 2.4), (-2.4, 1.6)), (0.5, 2, 5, 10, 20, 40, 70)
)

# Along x a bowl, along y a ridge that falls off to two valleys, at y = 1 and y = -1. The saddle point is at 0.
SADDLE = Surface(
    name="saddle",
    value=lambda w: w[..., 0] ** 2 / 2 - w[..., 1] ** 2 / 2 + w[..., 1] ** 4 / 4,
    gradient=lambda w: np.array([w[0], w[1] ** 3 - w[1]]),
    start=np.array([-1.5, 0.001]),
    limits=((-1.9, 1.1), (-0.6, 1.5)),
    levels=(-0.2, -0.1, 0, 0.1, 0.25, 0.5, 1, 1.5),
    marked={"saddle point": [(0.0, 0.0)], "minimum": [(0.0, 1.0)]},
)
WHOLE_SADDLE = replace(  # with both of its valleys
    SADDLE,
    limits=((-1.6, 1.0), (-1.35, 1.35)),
    marked={"saddle point": [(0.0, 0.0)], "minimum": [(0.0, 1.0), (0.0, -1.0)]},
)


def follow(
    step: Callable, surface: Surface, lr: float, steps: int, *, asks: bool = False, **options: float
) -> np.ndarray:
    """The path of an update rule on a surface, from its start on.

    step: an update rule of this notebook, step(w, grad, state, lr), or with the gradient as a function in second place
    asks: whether the rule wants that function, and asks for its gradient itself
    options: passed on to the rule (beta=0.5, say)

    Returns an array of shape (steps + 1, 2).
    """
    memory: dict = {}
    here, path = surface.start, [surface.start]
    for _ in range(steps):
        given = surface.gradient if asks else surface.gradient(here)
        here, memory = step(here, given, memory, lr, **options)
        path.append(here)
    return np.array(path)


@dataclass(frozen=True)
class Rows:
    """Examples for a linear model: features (N, D) and targets (N,), which some weights (D,) fit exactly."""

    features: np.ndarray
    targets: np.ndarray
    weights: np.ndarray


def rare_feature_rows(rng: np.random.Generator, rows: int = 3000, common: int = 20, share: float = 0.02) -> Rows:
    """Draw examples in which `common` features are always there, and one more, the last, in a small share of them."""
    features = rng.choice([-1.0, 1.0], size=(rows, common + 1))
    features[:, -1] *= rng.random(rows) < share
    weights = np.ones(common + 1)
    return Rows(features, features @ weights, weights)
