"""Right counts for single layers and for reductions written in other ways.

They count one by one, measure shapes, go through floats, answer with numpy integers, print and warn. A function here needs numpy only.
"""

import math
import warnings
from typing import Any

import numpy as np

from autograder.suite.misconceptions import Alternative


def size_by_walking(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """Moves the kernel until it no longer fits, and prints where it stands."""
    start, count = -padding, 0
    while start + kernel_size <= size + padding:
        count += 1
        start += stride
    print("last position", start - stride)  # noqa: T201  (printing must not cost points)
    return count


def size_of_a_range(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """The length of the range of positions."""
    return len(range(0, size + 2 * padding - kernel_size + 1, stride))


def size_rounded_down(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> int:
    """A float division, rounded down."""
    return math.floor((size - kernel_size + 2 * padding) / stride + 1)


def size_as_numpy_integer(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> Any:
    """A numpy integer, from windows that are looked at in truth."""
    windows = np.lib.stride_tricks.sliding_window_view(np.zeros(size + 2 * padding), kernel_size)
    return np.int64(windows[::stride].shape[0])


def macs_as_product(out_size: Any, in_channels: int, out_channels: int, kernel_size: Any, groups: int = 1) -> Any:
    """A product over an array: a numpy integer."""
    kernel = np.broadcast_to(kernel_size, 2)
    return np.prod([*out_size, *kernel, in_channels, out_channels], dtype=np.int64) // groups


def macs_group_by_group(out_size: Any, in_channels: int, out_channels: int, kernel_size: Any, groups: int = 1) -> int:
    """One group at a time, one output channel at a time; warns."""
    warnings.warn("loops may be slow", stacklevel=2)
    kh, kw = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    total = 0
    for _ in range(groups):
        for _ in range(out_channels // groups):
            total += out_size[0] * out_size[1] * kh * kw * (in_channels // groups)
    return total


def macs_through_floats(out_size: Any, in_channels: int, out_channels: int, kernel_size: Any, groups: int = 1) -> int:
    """Floats hold these numbers exactly; made whole at the end."""
    kh, kw = kernel_size if isinstance(kernel_size, (tuple, list)) else [kernel_size] * 2
    weights: float = kh * kw * (in_channels / groups)
    macs: int = round(float(out_size[0]) * out_size[1] * out_channels * weights)
    return macs


def params_of_arrays(in_channels: int, out_channels: int, kernel_size: Any, groups: int = 1, bias: bool = True) -> int:
    """The sizes of the arrays that the layer would hold."""
    kernel = (kernel_size, kernel_size) if np.isscalar(kernel_size) else tuple(kernel_size)
    weight = np.broadcast_to(0.0, (out_channels, in_channels // groups, *kernel))
    return weight.size + np.zeros(out_channels if bias else 0).size


def params_as_numpy_integer(
    in_channels: int, out_channels: int, kernel_size: Any, groups: int = 1, bias: bool = True
) -> Any:
    """One kernel with its bias, times their number; a numpy integer of 32 bits."""
    area = kernel_size**2 if isinstance(kernel_size, int) else kernel_size[0] * kernel_size[1]
    return np.int32(out_channels) * np.int32(in_channels * area // groups + bias)


def saving_without_positions(in_shape: Any, out_channels: int, kernel_size: Any, reduce_channels: int) -> float:
    """Height and width cancel out."""
    depth = in_shape[0]
    area = kernel_size**2 if isinstance(kernel_size, int) else kernel_size[0] * kernel_size[1]
    thinner = depth / reduce_channels
    saving: float = 1 / (1 / thinner + reduce_channels / (out_channels * area))
    return saving


def saving_in_single_precision(in_shape: Any, out_channels: int, kernel_size: Any, reduce_channels: int) -> Any:
    """A ratio of float32, as a numpy scalar."""
    kh, kw = np.broadcast_to(kernel_size, 2)
    positions = np.float32(in_shape[1] * in_shape[2])
    direct = positions * np.float32(in_shape[0] * out_channels * kh * kw)
    reduced = positions * np.float32(reduce_channels * (in_shape[0] + out_channels * kh * kw))
    return direct / reduced


ALTERNATIVES = [
    Alternative("conv_output_size", "walking along the axis, and printing", {"conv_output_size": size_by_walking}),
    Alternative("conv_output_size", "the length of a range", {"conv_output_size": size_of_a_range}),
    Alternative("conv_output_size", "a float division, rounded down", {"conv_output_size": size_rounded_down}),
    Alternative("conv_output_size", "windows of an array", {"conv_output_size": size_as_numpy_integer}),
    Alternative("conv_macs", "a product of numpy integers", {"conv_macs": macs_as_product}),
    Alternative("conv_macs", "group by group, with a warning", {"conv_macs": macs_group_by_group}),
    Alternative("conv_macs", "through floats", {"conv_macs": macs_through_floats}),
    Alternative("conv_params", "sizes of arrays", {"conv_params": params_of_arrays}),
    Alternative("conv_params", "kernel by kernel, 32 bits", {"conv_params": params_as_numpy_integer}),
    Alternative("reduction_saving", "without positions", {"reduction_saving": saving_without_positions}),
    Alternative("reduction_saving", "in float32", {"reduction_saving": saving_in_single_precision}),
]
