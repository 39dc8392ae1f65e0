"""Blocks, maps and layers with made-up numbers, drawn for the hidden tests of `modern_architectures`.

Every draw has signed float64 entries, heights differ from widths, and depths from each other unless a test says otherwise.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.suite import Given

Rng = np.random.Generator
Params = dict[str, np.ndarray]  # of a fire module
Seen = list[np.ndarray]  # what a function of the suite's was called with

IMAGE = (2, 3, 4, 5)
MOST_CHANNELS = 64  # that a layer of the suite's reads
FRAME = 4  # axes of a batch of images
# Single images, rows, columns and channels; images as high or wide as they are deep, or as there are of them.
SIZES = ((1, 3, 2, 3), (2, 1, 3, 3), (2, 3, 1, 2), (3, 2, 3, 1), (2, 2, 2, 4))


class AnyDepth(Given):
    """A function of the suite's that takes one array (N, channels, H, W) of numbers, with any number of channels up to a bound.

    An answer that stacks the wrong maps gets its output all the same, so that what it reads and what it returns are asked apart.
    """

    def __init__(self, function: Callable[..., Any], image: tuple[int, ...]) -> None:
        """`function` takes one array whose axes but the second are those of `image`."""
        super().__init__(function, image)
        self._takes, self._image = function, image

    def __call__(self, *args: Any) -> Any:
        """What the function returns. Raises ValueError, before it is called, where something else is passed than it takes."""
        shape: tuple[int, ...] = np.shape(args[0]) if args else ()
        number, _, height, width = self._image
        if len(shape) != FRAME or not 0 < shape[1] <= MOST_CHANNELS:
            raise ValueError("This function takes maps.")
        return Given(self._takes, (number, shape[1], height, width))(*args)


class Lasting(np.random.Generator):
    """A generator of which no copies are made: what one call has drawn from it, the next one does not draw again."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "Lasting":
        """The generator itself."""
        return self


def distinct(rng: Rng, low: int, high: int, count: int) -> list[int]:
    """Different whole numbers from low to high, in any order."""
    return [low + int(number) for number in rng.choice(high - low + 1, size=count, replace=False)]


def images(rng: Rng, shape: tuple[int, ...] = IMAGE) -> np.ndarray:
    """A batch of signed entries."""
    return rng.normal(size=shape)


def fixed(rng: Rng, image: tuple[int, ...], depth: int) -> tuple[AnyDepth, np.ndarray, Seen]:
    """A layer that returns the same maps whatever it reads, with these maps, and with what it will have read."""
    maps = rng.normal(size=(image[0], depth, *image[2:]))
    seen: Seen = []

    def layer(x: np.ndarray) -> np.ndarray:
        seen.append(x.astype(np.float64))
        return maps.copy()  # which may be written into

    return AnyDepth(layer, image), maps, seen


def reading(rng: Rng, image: tuple[int, ...], depth: int) -> AnyDepth:
    """A layer whose maps follow from all that it reads, and from the order of it."""
    offset = rng.normal(size=depth)

    def layer(x: np.ndarray) -> np.ndarray:
        count = x.shape[1]
        mixing = np.cos(np.outer(np.arange(1, depth + 1), np.arange(count) + 0.5)) / np.sqrt(count)
        with np.errstate(over="ignore", invalid="ignore"):  # an answer may pass in anything
            return np.asarray(np.einsum("oc,nchw->nohw", mixing, x.astype(np.float64)) + offset[:, None, None])

    return AnyDepth(layer, image)


def fire_module(rng: Rng, channels: int, squeeze: int, expand1: int, expand3: int) -> Params:
    """Weights that keep a signal at about its size, and biases, of a fire module."""
    return {
        "W_squeeze": rng.normal(size=(squeeze, channels, 1, 1)) / np.sqrt(channels),
        "b_squeeze": rng.normal(size=squeeze) / 2,
        "W_expand1": rng.normal(size=(expand1, squeeze, 1, 1)) / np.sqrt(squeeze),
        "b_expand1": rng.normal(size=expand1) / 2,
        "W_expand3": rng.normal(size=(expand3, squeeze, 3, 3)) / np.sqrt(9 * squeeze),
        "b_expand3": rng.normal(size=expand3) / 2,
    }


def probabilities(rng: Rng, members: int, number: int, classes: int) -> np.ndarray:
    """What members of an ensemble say, (M, N, K): each row adds up to 1, some members are nearly sure, others are not."""
    logits = rng.normal(size=(members, number, classes)) * rng.uniform(0.5, 4, size=(members, 1, 1))
    powers = np.exp(logits)
    return np.asarray(powers / powers.sum(axis=2, keepdims=True))
