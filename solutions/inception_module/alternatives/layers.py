"""Right 1x1 convolutions, global average pools, stacks and splits written in other ways.

They loop, print, warn, answer with lists, go through the given convolution and sum in other orders.
"""

import warnings
from typing import Any

import numpy as np

from autograder.suite.misconceptions import Alternative
from starter_code.convolution import conv2d_backward, conv2d_forward


def pointwise_with_loops(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> list[Any]:
    """One pixel at a time, in Python's floats; answers with nested lists, and prints."""
    images, channels, height, width = x.shape
    print("images:", images)  # noqa: T201  (printing must not cost points)
    return [
        [
            [
                [
                    float(bias[o]) + sum(float(weight[o, c] * x[n, c, i, j]) for c in range(channels))
                    for j in range(width)
                ]
                for i in range(height)
            ]
            for o in range(len(bias))
        ]
        for n in range(images)
    ]


def pointwise_on_rows(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """A fully connected layer: one row per pixel."""
    images, channels, height, width = x.shape
    rows = x.transpose(0, 2, 3, 1).reshape(-1, channels)
    out: np.ndarray = (rows @ weight.T + bias).reshape(images, height, width, -1)
    return out.transpose(0, 3, 1, 2)


def pointwise_as_convolution(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The given convolution with a kernel of one pixel."""
    return conv2d_forward(x, weight[:, :, None, None], bias)


def pointwise_in_float32(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Computes with seven digits, adds up in place on an array of its own, and warns."""
    warnings.warn("seven digits", stacklevel=2)
    small, weight = x.astype(np.float32), weight.astype(np.float32)
    out = np.zeros((len(x), len(bias), *x.shape[2:]), dtype=np.float32)
    for c in range(x.shape[1]):
        out += weight[:, c, None, None] * small[:, c : c + 1]
    out += bias.astype(np.float32)[:, None, None]
    return out


def pointwise_back_as_convolution(dout: np.ndarray, x: np.ndarray, weight: np.ndarray) -> list[np.ndarray]:
    """The given convolution's way back; a list for the tuple."""
    dx, dweight, dbias = conv2d_backward(dout, x, weight[:, :, None, None])
    return [dx, dweight[:, :, 0, 0], dbias]


def pointwise_back_on_rows(dout: np.ndarray, x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, ...]:
    """A fully connected layer's way back: one row per pixel."""
    rows = np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])
    deltas = np.moveaxis(dout, 1, -1).reshape(-1, dout.shape[1])
    dx = (deltas @ weight).reshape(len(x), *x.shape[2:], -1)
    return np.moveaxis(dx, -1, 1), deltas.T @ rows, np.ones(len(deltas)) @ deltas


def pointwise_back_with_loops(dout: np.ndarray, x: np.ndarray, weight: np.ndarray) -> tuple[Any, ...]:
    """One pixel at a time, outer products added up; answers with nested lists."""
    dx, dweight, dbias = np.zeros(x.shape), np.zeros(weight.shape), np.zeros(len(weight))
    for n in range(len(x)):
        for i in range(x.shape[2]):
            for j in range(x.shape[3]):
                delta = dout[n, :, i, j]
                dx[n, :, i, j] = delta @ weight
                dweight += np.outer(delta, x[n, :, i, j])
                dbias += delta
    return dx.tolist(), dweight.tolist(), dbias.tolist()


def mean_by_sums(x: np.ndarray) -> np.ndarray:
    """Maps as rows, summed and divided."""
    images, channels, height, width = x.shape
    means: np.ndarray = x.reshape(images, channels, -1).sum(axis=-1) / (height * width)
    return means


def mean_with_loops(x: np.ndarray) -> list[list[float]]:
    """One map at a time, in nested lists of numpy's and Python's numbers."""
    return [[sum(map(float, maps.ravel())) / maps.size for maps in image] for image in x]


def mean_in_float32(x: np.ndarray) -> np.ndarray:
    """Computes with seven digits, one direction after the other."""
    means: np.ndarray = x.astype(np.float32).mean(axis=-1).mean(axis=-1)
    return means


def mean_by_einsum(x: np.ndarray) -> np.ndarray:
    """A sum over two letters."""
    means: np.ndarray = np.einsum("nchw->nc", x / np.prod(x.shape[2:]))
    return means


def shares_by_broadcast(dout: np.ndarray, x_shape: tuple[int, ...]) -> np.ndarray:
    """A view in which all pixels of a map are one number."""
    return np.broadcast_to((dout / x_shape[2] / x_shape[3])[..., None, None], x_shape)


def shares_by_repeat(dout: np.ndarray, x_shape: tuple[int, ...]) -> np.ndarray:
    """Each number written down as often as there are pixels."""
    pixels = x_shape[-1] * x_shape[-2]
    return np.repeat(dout, pixels, axis=1).reshape(x_shape) / pixels


def shares_with_loops(dout: np.ndarray, x_shape: tuple[int, ...]) -> list[Any]:
    """Nested lists."""
    _, _, height, width = x_shape
    return [[[[g / (height * width)] * width] * height for g in row] for row in dout.tolist()]


def shares_in_float32(dout: np.ndarray, x_shape: tuple[int, ...]) -> np.ndarray:
    """Filled in place into an array of its own, with seven digits."""
    dx = np.empty(x_shape, dtype=np.float32)
    dx[...] = dout[:, :, None, None]
    dx /= np.float32(x_shape[2] * x_shape[3])
    return dx


def stack_into(branches: list[np.ndarray]) -> np.ndarray:
    """Each branch written into its place of a new array."""
    channels = sum(branch.shape[1] for branch in branches)
    out = np.empty((len(branches[0]), channels, *branches[0].shape[2:]))
    start = 0
    for branch in branches:
        out[:, start : start + branch.shape[1]] = branch
        start += branch.shape[1]
    return out


def stack_lists(branches: list[np.ndarray]) -> list[Any]:
    """Nested lists, image by image."""
    return [[plane.tolist() for branch in branches for plane in branch[n]] for n in range(len(branches[0]))]


def stack_two_by_two(branches: list[np.ndarray]) -> np.ndarray:
    """The second behind the first, the third behind both; hstack joins along the axis of channels."""
    out = branches[0].copy()
    for branch in branches[1:]:
        out = np.hstack([out, branch])
    return out


def cut_by_slices(dout: np.ndarray, channels: list[int]) -> tuple[np.ndarray, ...]:
    """Slices between running sums; a tuple for the list."""
    starts = [sum(channels[:k]) for k in range(len(channels))]
    return tuple(dout[:, a : a + c].copy() for a, c in zip(starts, channels, strict=True))


def cut_with_iterator(dout: np.ndarray, channels: list[int]) -> list[Any]:
    """Takes the channels one after the other; answers with lists, and prints."""
    maps = iter(np.moveaxis(dout, 1, 0))
    parts = [np.stack([next(maps) for _ in range(count)], axis=1).tolist() for count in channels]
    print("parts:", len(parts))  # noqa: T201  (printing must not cost points)
    return parts


def cut_by_mask(dout: np.ndarray, channels: list[int]) -> list[np.ndarray]:
    """Says of every channel whose it is."""
    owner = np.repeat(np.arange(len(channels)), channels)
    return [dout[:, owner == branch] for branch in range(len(channels))]


FORWARD, BACKWARD, POOL = "pointwise_conv_forward", "pointwise_conv_backward", "global_average_pool"


def _pool(title: str, forward: Any, backward: Any) -> Alternative:
    return Alternative(POOL, title, {f"{POOL}_forward": forward, f"{POOL}_backward": backward})


def _channels(title: str, concat: Any, split: Any) -> Alternative:
    return Alternative("channels", title, {"concat_channels": concat, "split_channels": split})


ALTERNATIVES = [
    Alternative(FORWARD, "loops in Python's floats, nested lists, prints", {FORWARD: pointwise_with_loops}),
    Alternative(FORWARD, "a fully connected layer on rows of pixels", {FORWARD: pointwise_on_rows}),
    Alternative(FORWARD, "the given convolution with k = 1", {FORWARD: pointwise_as_convolution}),
    Alternative(FORWARD, "float32 inside, in place, a warning", {FORWARD: pointwise_in_float32}),
    Alternative(BACKWARD, "the given convolution's way back, a list", {BACKWARD: pointwise_back_as_convolution}),
    Alternative(BACKWARD, "a fully connected layer on rows of pixels", {BACKWARD: pointwise_back_on_rows}),
    Alternative(BACKWARD, "loops over pixels, outer products", {BACKWARD: pointwise_back_with_loops}),
    _pool("sums of rows; a broadcast view", mean_by_sums, shares_by_broadcast),
    _pool("loops and nested lists", mean_with_loops, shares_with_loops),
    _pool("float32 inside", mean_in_float32, shares_in_float32),
    _pool("einsum; repeat", mean_by_einsum, shares_by_repeat),
    _channels("written into place; slices in a tuple", stack_into, cut_by_slices),
    _channels("nested lists, prints", stack_lists, cut_with_iterator),
    _channels("two by two; a mask of owners", stack_two_by_two, cut_by_mask),
]
