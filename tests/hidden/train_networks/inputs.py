"""Random layers, images, parameters and gradients, drawn for the hidden tests of `train_networks`.

A module is asked through `run_module`, which fills layers by kind and shape. Sizes are chosen so that in most modules no two
layers are alike; where two must be, they hold the same numbers, and no test can tell them apart by their order.
"""

from functools import cache

import numpy as np

from solutions.train_networks import reference
from starter_code.module_probes import Fill, tensors

Rng = np.random.Generator

TRAINING, EVALUATION = True, False


def drawn(rng: Rng, kind: str, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers for one tensor of a layer: signed, and such that signals keep their size."""
    if kind == "running variance":
        return rng.uniform(0.5, 2.0, size=shape)
    if kind == "scale":
        return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 1.5, size=shape)
    if kind.endswith("bias"):  # small, so that what follows is of either sign
        return 0.3 * rng.normal(size=shape)
    inputs = int(np.prod(shape[1:])) if len(shape) > 1 else 4
    scale: float = np.sqrt(2 / inputs)
    return scale * rng.normal(size=shape)


def filling(rng: Rng, name: str, arguments: tuple[int, ...]) -> Fill:
    """Numbers for every kind and shape of tensor in the reference's module."""
    return [(kind, drawn(rng, kind, shape)) for kind, shape in _kinds(name, arguments)]


@cache
def _kinds(name: str, arguments: tuple[int, ...]) -> list[tuple[str, tuple[int, ...]]]:
    module = getattr(reference, name)(*arguments)
    return sorted({(kind, tuple(tensor.shape)) for kind, tensor in tensors(module)})


def images(rng: Rng, channels: int, size: tuple[int, int] = (5, 6), count: int = 3) -> np.ndarray:
    """Maps of either sign."""
    return rng.normal(size=(count, channels, *size))


# Kinds of numbers that may be zero at once, and no value before a ReLU is.
SILENT = (
    ("convolution", "linear", "running mean"),
    ("scale", "convolution bias", "linear bias", "running variance"),
    ("shift",),
)


def scaled(numbers: Fill, factor: float, *kinds: str) -> Fill:
    """The numbers of all layers, those of some kinds times a factor."""
    return [(kind, factor * array if kind in kinds else array) for kind, array in numbers]


STEPS = 4
SHAPES = ((3,), (2, 4), (), (3,))


def signed(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers of either sign, of about one and never near zero."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.3, 2.0, size=shape)


def starts(rng: Rng) -> list[np.ndarray]:
    """Four parameters: two of one shape, and one without axes."""
    return [np.asarray(rng.normal(size=shape)) for shape in SHAPES]


def gradients(rng: Rng) -> list[list[np.ndarray]]:
    """One gradient for each parameter in each step; an entry is zero for once, one always, and one is tiny."""
    grads = [[np.asarray(signed(rng, shape)) for shape in SHAPES] for _ in range(STEPS)]
    grads[1][0][0] = 0.0
    for step in grads:
        step[0][1] = 0.0
        step[1][0, 2] *= 1e-8
    return grads


def rates(*each: float) -> list[dict[str, float]]:
    """A schedule that sets these learning rates, one for each step."""
    return [{"lr": rate} for rate in each]


def drawn_walk(rng: Rng, *shapes: tuple[int, ...], steps: int = 2) -> tuple[list[np.ndarray], list[list[np.ndarray]]]:
    """Parameters of these shapes, and a gradient of each for every step."""
    start, *grads = [[np.asarray(signed(rng, shape)) for shape in shapes] for _ in range(1 + steps)]
    return start, grads
