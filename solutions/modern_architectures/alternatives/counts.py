"""Right counts written in other ways.

They build the arrays and measure them, go through floats, recursion and closed forms, answer with numpy integers, print and warn.
"""

import math
import warnings
from fractions import Fraction
from typing import Any

import numpy as np

from autograder.suite.misconceptions import Alternative


def conv(inputs: int, outputs: int, side: int, groups: int = 1) -> int:
    """Weights of one convolution."""
    return outputs * (inputs // groups) * side**2


def bottleneck_as_layers(channels: int, width: int) -> int:
    """A sum over layers, and prints them."""
    layers = [(channels, width, 1), (width, width, 3), (width, channels, 1)]
    counts = [conv(*layer) for layer in layers]
    print(counts)  # noqa: T201  (printing must not cost points)
    return sum(counts)


def bottleneck_without_axes(channels: int, width: int) -> Any:
    """An array of integers that has no axes."""
    return np.array(sum([channels * width, 9 * width**2, width * channels]))


def bottleneck_as_numpy_integer(channels: int, width: int) -> Any:
    """One formula, in numpy's integers."""
    return np.int64(width) * (2 * channels + 9 * width)


def wide_in_floats(channels: int, k: int) -> int:
    """Powers of floats, made whole in the end."""
    return round(2 * math.pow(3.0 * channels * k, 2))


def wide_of_arrays(channels: int, k: int) -> int:
    """The sizes of the arrays that the block would hold."""
    weight = np.broadcast_to(0.0, (k * channels, k * channels, 3, 3))
    return weight.size + weight.size


def resnext_path_by_path(channels: int, width: int, cardinality: int) -> int:
    """One thin bottleneck after the other; warns."""
    warnings.warn("loops may be slow", stacklevel=2)
    total = 0
    for _ in range(cardinality):
        total += bottleneck_of(channels, width)
    return total


def bottleneck_of(channels: int, width: int) -> int:
    """One thin path."""
    return channels * width + width * 3 * 3 * width + width * channels


def resnext_with_groups(channels: int, width: int, cardinality: int) -> Any:
    """A grouped convolution between two others, as a product of arrays."""
    inner = cardinality * width
    rows = np.array([[inner, channels, 1], [inner, inner // cardinality, 9], [channels, inner, 1]], dtype=np.int64)
    return rows.prod(axis=1).sum()


def fire_with_a_bias_each(in_channels: int, squeeze: int, expand1: int, expand3: int) -> int:
    """Each kernel with its bias, times their number."""
    return squeeze * (in_channels + 1) + expand1 * (squeeze + 1) + expand3 * (9 * squeeze + 1)


def fire_of_arrays(in_channels: int, squeeze: int, expand1: int, expand3: int) -> Any:
    """All weights first, then all biases; numpy integers."""
    weights = np.dot([in_channels, expand1, 9 * expand3], [squeeze] * 3)
    return weights + np.sum([squeeze, expand1, expand3])


def dense_layer_by_layer(in_channels: int, growth: int, layers: int) -> int:
    """The stack grows by a layer at a time."""
    depth = in_channels
    while layers > 0:
        depth, layers = depth + growth, layers - 1
    return depth


def dense_count_by_recursion(in_channels: int, growth: int, layers: int) -> int:
    """The block without its last layer, and what that one makes."""
    return in_channels if layers == 0 else growth + dense_count_by_recursion(in_channels, growth, layers - 1)


def dense_as_numpy_integer(in_channels: int, growth: int, layers: int) -> Any:
    """A sum over an array."""
    return np.sum(np.full(layers, growth), dtype=np.int64) + np.int32(in_channels)


def expected_in_closed_form(blocks: int, final_survival: float) -> float:
    """The sum of 1 to L is L (L + 1) / 2."""
    return blocks - (1 - final_survival) * (blocks + 1) / 2


def expected_with_arrays(blocks: int, final_survival: float) -> Any:
    """Survivals from an even grid, in float32."""
    return np.linspace(1, final_survival, blocks + 1, dtype=np.float32)[1:].sum()


def expected_in_fractions(blocks: int, final_survival: float) -> float:
    """Exact fractions up to the end; warns and prints."""
    warnings.warn("exact, and slow", stacklevel=2)
    drop = 1 - Fraction(final_survival)
    print(drop)  # noqa: T201  (printing must not cost points)
    return float(sum(1 - Fraction(block, blocks) * drop for block in range(1, blocks + 1)))


def depth_by_recursion(columns: int) -> int:
    """Two of the former blocks, one after the other."""
    return 1 if columns == 1 else 2 * depth_by_recursion(columns - 1)


def depth_as_a_power(columns: int) -> int:
    """A power of two."""
    return int(2 ** (columns - 1))


def depth_as_numpy_integer(columns: int) -> Any:
    """A shift, in numpy's integers."""
    return np.left_shift(np.int64(1), columns - 1)


ALTERNATIVES = [
    Alternative("bottleneck_params", "a sum over layers, prints", {"bottleneck_params": bottleneck_as_layers}),
    Alternative("bottleneck_params", "a formula of numpy integers", {"bottleneck_params": bottleneck_as_numpy_integer}),
    Alternative("bottleneck_params", "an array without axes", {"bottleneck_params": bottleneck_without_axes}),
    Alternative("wide_block_params", "powers of floats", {"wide_block_params": wide_in_floats}),
    Alternative("wide_block_params", "sizes of arrays", {"wide_block_params": wide_of_arrays}),
    Alternative("resnext_block_params", "path by path, a warning", {"resnext_block_params": resnext_path_by_path}),
    Alternative("resnext_block_params", "a product of arrays", {"resnext_block_params": resnext_with_groups}),
    Alternative("fire_params", "each kernel with its bias", {"fire_params": fire_with_a_bias_each}),
    Alternative("fire_params", "weights first, in numpy integers", {"fire_params": fire_of_arrays}),
    Alternative("dense_block_channels", "layer by layer", {"dense_block_channels": dense_layer_by_layer}),
    Alternative("dense_block_channels", "recursion", {"dense_block_channels": dense_count_by_recursion}),
    Alternative("dense_block_channels", "a sum over an array", {"dense_block_channels": dense_as_numpy_integer}),
    Alternative("stochastic_depth", "closed form", {"expected_depth": expected_in_closed_form}),
    Alternative("stochastic_depth", "an even grid in float32", {"expected_depth": expected_with_arrays}),
    Alternative("stochastic_depth", "fractions, a warning, prints", {"expected_depth": expected_in_fractions}),
    Alternative("fractal", "depth by recursion", {"fractal_depth": depth_by_recursion}),
    Alternative("fractal", "depth as a power", {"fractal_depth": depth_as_a_power}),
    Alternative("fractal", "depth as a numpy integer", {"fractal_depth": depth_as_numpy_integer}),
]
