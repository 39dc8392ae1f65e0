"""A deep stack of 3x3 convolutions, given: the trunk that the heads of a notebook branch off from.

Every layer has as many channels as the one before, keeps the size of the map (stride 1, a border of zeros) and ends in
the same nonlinearity. Nothing here knows of heads or losses.
"""

from dataclasses import dataclass

import numpy as np

from starter_code.chains import Nonlinearity

SIDE = 3  # of a kernel
PLACES = SIDE**2


@dataclass(frozen=True)
class Trunk:
    """The parameters of a stack; training puts new arrays into the two lists."""

    weights: list[np.ndarray]  # each (9 C_in, C_out), the rows in the order row, column, channel of the kernel
    biases: list[np.ndarray]  # each (C_out,)
    nonlinearity: Nonlinearity

    @property
    def depth(self) -> int:
        """Number of layers."""
        return len(self.weights)


def new_trunk(depth: int, channels: int, nonlinearity: Nonlinearity, gain: float, rng: np.random.Generator) -> Trunk:
    """A trunk for images of one channel; its weights are normal, of variance gain / fan-in (He's rule for a gain of 2)."""
    fans = [PLACES * (1 if layer == 0 else channels) for layer in range(depth)]
    weights = [rng.normal(0, np.sqrt(gain / fan), size=(fan, channels)) for fan in fans]
    return Trunk(weights, [np.zeros(channels) for _ in fans], nonlinearity)


def layer_forward(a: np.ndarray, trunk: Trunk, layer: int) -> tuple[np.ndarray, dict]:
    """One layer of the trunk, (N, C_in, H, W) to (N, C_out, H, W), and what its backward pass needs."""
    patches = _patches(a.transpose(0, 2, 3, 1))
    z = patches @ trunk.weights[layer] + trunk.biases[layer]
    return trunk.nonlinearity.value(z).transpose(0, 3, 1, 2), {"patches": patches, "z": z}


def layer_backward(da: np.ndarray, cache: dict, trunk: Trunk, layer: int) -> tuple[np.ndarray, dict]:
    """Back through one layer: the gradient at its input, and {"weights", "biases"} for its parameters."""
    weights, patches = trunk.weights[layer], cache["patches"]
    dz = da.transpose(0, 2, 3, 1) * trunk.nonlinearity.slope(cache["z"])
    flat = dz.reshape(-1, dz.shape[-1])
    grads = {"weights": patches.reshape(len(flat), -1).T @ flat, "biases": flat.sum(axis=0)}
    # A convolution walks back as a convolution: its kernel turned round, its inputs and outputs swapped.
    turned = weights.reshape(PLACES, -1, weights.shape[1])[::-1].swapaxes(1, 2)
    back = _patches(dz) @ turned.reshape(PLACES * weights.shape[1], -1)
    return back.transpose(0, 3, 1, 2), grads


def _patches(a: np.ndarray) -> np.ndarray:
    """The 3x3 surroundings of every place of (N, H, W, C), as (N, H, W, 9 C); beyond the border are zeros."""
    count, height, width, channels = a.shape
    padded = np.zeros((count, height + 2, width + 2, channels))
    padded[:, 1:-1, 1:-1] = a
    patches = np.empty((count, height, width, PLACES, channels))
    for place in range(PLACES):
        row, column = divmod(place, SIDE)
        patches[:, :, :, place] = padded[:, row : row + height, column : column + width]
    return patches.reshape(count, height, width, -1)
