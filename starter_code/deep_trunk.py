"""A deep stack of 3x3 convolutions, given: the trunk that the heads of a notebook branch off from.

Every layer has as many channels as the one before, keeps the size of the map (stride 1, a border of zeros) and ends in
the same nonlinearity. Nothing here knows of heads or losses.
"""

from dataclasses import dataclass

import numpy as np

from starter_code.chains import Nonlinearity
from starter_code.convolution import conv2d_backward, conv2d_forward

SIDE = 3  # of a kernel


@dataclass(frozen=True)
class Trunk:
    """The parameters of a stack; training puts new arrays into the two lists."""

    weights: list[np.ndarray]  # each (C_out, C_in, 3, 3)
    biases: list[np.ndarray]  # each (C_out,)
    nonlinearity: Nonlinearity

    @property
    def depth(self) -> int:
        """Number of layers."""
        return len(self.weights)


def new_trunk(depth: int, channels: int, nonlinearity: Nonlinearity, gain: float, rng: np.random.Generator) -> Trunk:
    """A trunk for images of one channel; its weights are normal, of variance gain / fan-in (He's rule for a gain of 2)."""
    inputs = [1 if layer == 0 else channels for layer in range(depth)]
    weights = [
        rng.normal(0, np.sqrt(gain / (SIDE * SIDE * count)), size=(SIDE, SIDE, count, channels)).transpose(3, 2, 0, 1)
        for count in inputs
    ]
    return Trunk(weights, [np.zeros(channels) for _ in inputs], nonlinearity)


def layer_forward(a: np.ndarray, trunk: Trunk, layer: int) -> tuple[np.ndarray, dict]:
    """One layer of the trunk, (N, C_in, H, W) to (N, C_out, H, W), and what its backward pass needs."""
    z = conv2d_forward(a, trunk.weights[layer], trunk.biases[layer])
    return trunk.nonlinearity.value(z), {"a": a, "z": z}


def layer_backward(da: np.ndarray, cache: dict, trunk: Trunk, layer: int) -> tuple[np.ndarray, dict]:
    """Back through one layer: the gradient at its input, and {"weights", "biases"} for its parameters."""
    dz = da * trunk.nonlinearity.slope(cache["z"])
    before, weights, biases = conv2d_backward(dz, cache["a"], trunk.weights[layer])
    return before, {"weights": weights, "biases": biases}
