"""Random images and modules, drawn for the hidden tests of `inception_module`.

Every draw has signed float64 entries: positive inputs hide masks. Images are not square, and most layers are not either.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from solutions.inception_module import reference

Rng = np.random.Generator
Params = dict[str, np.ndarray]  # of a module

# A pre-activation nearer to zero than this could change sides under rounding or under a step of central differences.
KINK = 1e-3
STEP = 1e-5
HUGE = 1e6  # times the usual numbers
TINY = 2.0**-30  # the same; a power of two, so that nothing is rounded
BEYOND_INT32 = 1e10  # the same; whole numbers of that size need int64
IMAGE = (2, 3, 5, 6)
ALIKE = (2, 2, 4, 5)  # with two maps in every layer, no shape gives a slip away
LAYERS = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj")
STACKED = ("1x1", "3x3", "5x5", "pool_proj")
# Twelve channels come out: four parts of one size, if a slip takes them for that.
DEPTHS = {"1x1": 2, "3x3_reduce": 3, "3x3": 4, "5x5_reduce": 2, "5x5": 5, "pool_proj": 1}
TWOS = dict.fromkeys(LAYERS, 2)
READS = {"3x3": "3x3_reduce", "5x5": "5x5_reduce"}  # the other layers read as many channels as x has
KERNELS = {"3x3": 3, "5x5": 5}
PARAMS = tuple(f"{kind}_{layer}" for layer in LAYERS for kind in "Wb")
KEPT = (
    "x",
    "z_1x1",
    "z_3x3_reduce",
    "a_3x3_reduce",
    "z_3x3",
    "z_5x5_reduce",
    "a_5x5_reduce",
    "z_5x5",
    "pooled",
    "z_pool_proj",
)
CASES = ((ALIKE, TWOS), (IMAGE, DEPTHS))


def parameters(rng: Rng, channels: int, depths: dict[str, int]) -> Params:
    """Weights that keep a signal at about its size, and biases, of a module that reads `channels` maps."""
    params = {}
    for layer in LAYERS:
        inputs = depths[READS[layer]] if layer in READS else channels
        size = KERNELS.get(layer, 1)
        shape = (depths[layer], inputs, size, size)
        params[f"W_{layer}"] = rng.normal(size=shape) / np.sqrt(inputs * size)
        params[f"b_{layer}"] = rng.normal(size=depths[layer]) / 2
    return params


def images(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """A batch x of signed entries, no two of which are near to each other in one map: no max pool is near a tie."""
    number, channels, height, width = shape
    pixels = height * width
    grid = np.linspace(-1.6, 1.6, pixels)
    maps = rng.permuted(np.tile(grid, (number, channels, 1)), axis=-1)
    maps += rng.uniform(-0.3, 0.3, size=maps.shape) / pixels  # half of the grid's steps, at the most
    maps += rng.normal(size=(number, channels, 1)) / 2
    x = maps.reshape(shape)
    x[0, 0, :2, :2] -= 4  # a corner without a positive entry, in which a border of zeros would win the pool
    return x


def module(
    rng: Rng, image: tuple[int, ...] = IMAGE, depths: dict[str, int] = DEPTHS
) -> tuple[np.ndarray, Params, dict[str, Any]]:
    """A batch x of a shape, the parameters of a module, and the reference's cache: no ReLU is near its kink."""
    while True:
        x, params = images(rng, image), parameters(rng, image[1], depths)
        cache = reference.inception_forward(x, params)[1]
        before = [cache[f"z_{layer}"] for layer in LAYERS]
        # Every ReLU must shut something and let something through, or an answer without it would be right.
        if all(z.min() < 0 < z.max() and np.abs(z).min() > KINK for z in before):
            return x, params, cache


def in_each_type(values: np.ndarray) -> Iterator[np.ndarray]:
    """Numbers in the types that a contract allows: float64 as they are, float32 of the first image alone, integers."""
    yield from (values, values[:1].astype(np.float32), np.rint(4 * values).astype(np.int64))


def slices(depths: dict[str, int]) -> dict[str, slice]:
    """Which channels of the output belong to which branch, in the order of the contract."""
    found, start = {}, 0
    for layer in STACKED:
        found[layer] = slice(start, start + depths[layer])
        start += depths[layer]
    return found


def output_shape(image: tuple[int, ...], depths: dict[str, int]) -> tuple[int, ...]:
    """The shape of what a module returns."""
    return (image[0], sum(depths[layer] for layer in STACKED), *image[2:])
