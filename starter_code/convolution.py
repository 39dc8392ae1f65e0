"""Given layers on images, (N, C, H, W): convolution, max pooling and ReLU, each with its way back. Notebooks build on them.

All of them pad, so that with stride 1 a map keeps its height and width; kernels and pools have an odd size.
"""

import numpy as np


def relu(z: np.ndarray) -> np.ndarray:
    """max(z, 0), entry by entry, in a new array. Its slope is 1 for z > 0 and 0 for z <= 0.

    z: any shape

    Returns an array like z.
    """
    a: np.ndarray = np.maximum(z, 0)
    return a


def conv2d_forward(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """A k x k convolution with stride 1; the border is filled with zeros, so that height and width stay ("same" padding).

        out[n, o, i, j] = bias[o] + sum over c, u, v of  weight[o, c, u, v] x[n, c, i + u - k//2, j + v - k//2]

    x: (N, C_in, H, W)
    weight: (C_out, C_in, k, k), k odd; k = 1 is allowed
    bias: (C_out,)

    Returns out: (N, C_out, H, W). No input is modified.
    """
    number, _, height, width = x.shape
    rows = weight.reshape(len(weight), -1)  # (C_out, C_in k k)
    sums = rows @ _columns(x, _kernel_size(weight))
    out: np.ndarray = sums.reshape(-1, number, height, width).swapaxes(0, 1) + bias[:, None, None]
    return out


def conv2d_backward(dout: np.ndarray, x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The way back through `conv2d_forward`.

    dout: (N, C_out, H, W) the upstream gradient dL/dout
    x, weight: what the forward pass got

    Returns (dx, dweight, dbias), of the shapes of x, weight and bias; sums over the batch, not means. No input is modified.
    """
    deltas = dout.swapaxes(0, 1).reshape(len(weight), -1)  # (C_out, N H W)
    dweight = (deltas @ _columns(x, _kernel_size(weight)).T).reshape(weight.shape)
    # An entry of x reaches the outputs around it by the weights in reverse order: the way back is a convolution as well.
    turned = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    dx = conv2d_forward(dout, turned, np.zeros(x.shape[1], dtype=dweight.dtype))
    return dx, dweight, deltas.sum(axis=1)


def max_pool_forward(x: np.ndarray, size: int = 3, stride: int = 1) -> np.ndarray:
    """The largest entry of each size x size window, map by map; with stride 1 height and width stay.

    Windows are centred on every stride-th pixel, from the first on. At the border they hold fewer entries: what lies
    outside of the map never is the largest, not even where all entries are negative.

    x: (N, C, H, W)
    size: odd

    Returns an array of shape (N, C, ceil(H / stride), ceil(W / stride)). x is not modified.
    """
    largest: np.ndarray = _pool_windows(x, size, stride).max(axis=0)
    return largest


def max_pool_backward(dout: np.ndarray, x: np.ndarray, size: int = 3, stride: int = 1) -> np.ndarray:
    """The way back through `max_pool_forward`: each entry of dout goes to the entry of x that was the largest.

    Where several were, it goes to the first of them, row by row. An entry of x that won in several windows gets the sum.

    dout: (N, C, ceil(H / stride), ceil(W / stride)) the upstream gradient dL/dout
    x, size, stride: what the forward pass got

    Returns dx: (N, C, H, W). No input is modified.
    """
    winners = _pool_windows(x, size, stride).argmax(axis=0)
    n, c, i, j = np.ogrid[tuple(map(slice, dout.shape))]
    rows, columns = i * stride + winners // size, j * stride + winners % size  # in the padded map
    pad = size // 2
    height, width = x.shape[2:]
    padded = np.zeros((*x.shape[:2], height + 2 * pad, width + 2 * pad), dtype=_as_float(dout).dtype)
    places = np.ravel_multi_index((n, c, rows, columns), padded.shape)
    np.add.at(padded.reshape(-1), places.ravel(), dout.ravel())
    return padded[:, :, pad : pad + height, pad : pad + width]


def _columns(x: np.ndarray, size: int) -> np.ndarray:
    """The size x size windows of x as columns, with zeros around the border: (C size size, N H W)."""
    return _windows(x, size, 0).transpose(1, 4, 5, 0, 2, 3).reshape(x.shape[1] * size * size, -1)


def _pool_windows(x: np.ndarray, size: int, stride: int) -> np.ndarray:
    """The entries of each window along the first axis, minus infinity outside of the map: (size size, N, C, H', W')."""
    windows = _windows(_as_float(x), size, -np.inf)[:, :, ::stride, ::stride]
    return windows.transpose(4, 5, 0, 1, 2, 3).reshape(size * size, *windows.shape[:4])


def _windows(x: np.ndarray, size: int, fill: float) -> np.ndarray:
    """Every size x size window of x, centred on each pixel: (N, C, H, W, size, size), a view of a padded copy."""
    number, channels, height, width = x.shape
    pad = size // 2
    padded = np.full((number, channels, height + 2 * pad, width + 2 * pad), fill, dtype=x.dtype)
    padded[:, :, pad : pad + height, pad : pad + width] = x
    steps = padded.strides  # numpy's sliding_window_view gives the same, and takes ten times as long
    return np.ndarray((*x.shape, size, size), padded.dtype, padded, strides=(*steps, *steps[2:]))


def _kernel_size(weight: np.ndarray) -> int:
    """The k of a (C_out, C_in, k, k) weight, or a sentence that says what is wrong with it."""
    if weight.ndim != 4 or weight.shape[2] != weight.shape[3] or weight.shape[2] % 2 == 0:  # noqa: PLR2004
        raise ValueError(f"weight should have the shape (C_out, C_in, k, k) with k odd, and has {weight.shape}")
    return int(weight.shape[2])


def _as_float(x: np.ndarray) -> np.ndarray:
    """The array x in a type that knows minus infinity: integers become float64, floats stay what they are."""
    return x if x.dtype.kind == "f" else x.astype(np.float64)
