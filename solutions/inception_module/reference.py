"""The answers to `inception_module`: the build turns them into cells and stubs, the hidden suite compares with them.

Everything from a signature to the end of its docstring is what students read; the lines between the two SOLUTION
markers are what they write. No function calls another one of this file, so that a slip is charged once.
"""

import numpy as np

from starter_code.convolution import (
    conv2d_backward,
    conv2d_forward,
    max_pool_backward,
    max_pool_forward,
    relu,
)


def pointwise_conv_forward(
    x: np.ndarray, weight: np.ndarray, bias: np.ndarray
) -> np.ndarray:
    """A 1 x 1 convolution: one fully connected layer, applied to each pixel on its own.

        out[n, o, i, j] = bias[o] + sum over c of  weight[o, c] x[n, c, i, j]

    x: (N, C_in, H, W)
    weight: (C_out, C_in), one row per output channel
    bias: (C_out,)

    Returns out: (N, C_out, H, W).

    No input is modified. x may be float64 (the rule of this course), float32 or
    integer (int64); weight and bias are float64.

    Source: lecture L14 (Network in Network); Lin et al. 2013, arXiv:1312.4400.
    """
    ### BEGIN SOLUTION
    mixed = np.einsum("oc,nchw->nohw", weight, x)
    out: np.ndarray = mixed + bias[:, None, None]
    return out
    ### END SOLUTION


def pointwise_conv_backward(
    dout: np.ndarray, x: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Backward pass of the 1 x 1 convolution.

    dout: (N, C_out, H, W) the upstream gradient dL/dout. The loss already is a mean
        over the batch: sum, do not divide by N.
    x: (N, C_in, H, W) and weight: (C_out, C_in), what the forward pass got

    Returns (dx, dweight, dbias).
    dx: (N, C_in, H, W) = dL/dx
    dweight: (C_out, C_in) = dL/dweight: every pixel of every image used the same
        weights
    dbias: (C_out,) = dL/dbias

    No input is modified. dout may be float64 (the rule of this course), float32 or
    integer (int64); x and weight are float64.

    Source: lecture L14 (Network in Network); Lin et al. 2013, arXiv:1312.4400.
    """
    ### BEGIN SOLUTION
    dx = np.einsum("oc,nohw->nchw", weight, dout)
    dweight = np.einsum("nohw,nchw->oc", dout, x)
    dbias = dout.sum(axis=(0, 2, 3))
    return dx, dweight, dbias
    ### END SOLUTION


def global_average_pool_forward(x: np.ndarray) -> np.ndarray:
    """Each map becomes one number, the mean over its pixels.

        out[n, c] = 1 / (H W)  sum over i, j of  x[n, c, i, j]

    x: (N, C, H, W)

    Returns out: (N, C).

    x is not modified. It may be float64 (the rule of this course), float32 or integer
    (int64).

    Source: lecture L14 (Network in Network: one map per class, no fully connected
    layers); Lin et al. 2013, arXiv:1312.4400.
    """
    ### BEGIN SOLUTION
    out: np.ndarray = x.mean(axis=(2, 3))
    return out
    ### END SOLUTION


def global_average_pool_backward(
    dout: np.ndarray, x_shape: tuple[int, int, int, int]
) -> np.ndarray:
    """Backward pass of the global average pool.

    It needs the shape of x and not its values.

    dout: (N, C) the upstream gradient dL/dout
    x_shape: (N, C, H, W), the shape of what the forward pass got

    Returns dx: (N, C, H, W) = dL/dx.

    dout is not modified. It may be float64 (the rule of this course), float32 or
    integer (int64).

    Source: lecture L14 (Network in Network); Lin et al. 2013, arXiv:1312.4400.
    """
    ### BEGIN SOLUTION
    height, width = x_shape[2:]
    share = dout / (height * width)
    return np.ones(x_shape) * share[:, :, None, None]
    ### END SOLUTION


def concat_channels(branches: list[np.ndarray]) -> np.ndarray:
    """Stack maps of the same height and width along the channels.

    They stay in the order in which they come.

    branches: one or more arrays (N, C_1, H, W), (N, C_2, H, W), ...; their channels may
        differ in number

    Returns out: (N, C_1 + C_2 + ..., H, W).

    Neither the list nor an array in it is modified. The arrays may be of different
    number types.

    Source: lecture N41; Szegedy et al. 2014, arXiv:1409.4842.
    """
    ### BEGIN SOLUTION
    return np.concatenate(branches, axis=1)
    ### END SOLUTION


def split_channels(dout: np.ndarray, channels: list[int]) -> list[np.ndarray]:
    """The way back through `concat_channels`.

    Each branch gets its own channels of the gradient.

    dout: (N, C_1 + C_2 + ..., H, W) the upstream gradient at the stacked maps
    channels: [C_1, C_2, ...], one or more numbers

    Returns a list of arrays (N, C_1, H, W), (N, C_2, H, W), ..., in the order of
    `channels`. Views of dout will do.

    Neither dout nor the list is modified.

    Source: lecture N41; Szegedy et al. 2014, arXiv:1409.4842.
    """
    ### BEGIN SOLUTION
    ends = np.cumsum(channels)
    return np.split(dout, ends[:-1], axis=1)
    ### END SOLUTION


def inception_forward(x: np.ndarray, params: dict) -> tuple[np.ndarray, dict]:
    """Forward pass of an Inception module with 1 x 1 reductions.

    Four branches read x, their maps are stacked.

        1x1 branch:   x - conv -> z_1x1 - ReLU ->
        3x3 branch:   x - conv -> z_3x3_reduce - ReLU -> a_3x3_reduce
                        - conv -> z_3x3 - ReLU ->
        5x5 branch:   x - conv -> z_5x5_reduce - ReLU -> a_5x5_reduce
                        - conv -> z_5x5 - ReLU ->
        pool branch:  x - 3 x 3 max pool -> pooled - conv -> z_pool_proj - ReLU ->
        out: the ends of the four branches, stacked along the channels in this order

    Every convolution has stride 1 and zero padding that keeps height and width; so has
    the pool. Each z goes through a ReLU. The given `conv2d_forward` (any odd k, 1 among
    them), `max_pool_forward` and `relu` are all that is needed. You may call your own
    `concat_channels`; what that gets wrong, this gets wrong.

    x: (N, C, H, W), of any sign
    params: {"W_1x1": (C1, C, 1, 1), "b_1x1": (C1,), ...}, a weight (C_out, C_in, k, k)
        and a bias (C_out,) for each of the six layers 1x1, 3x3_reduce, 3x3, 5x5_reduce,
        5x5, pool_proj

    Returns (out, cache).
    out: (N, C1 + C3 + C5 + C_pool, H, W)
    cache: what the backward pass needs: {"x", "z_1x1", "z_3x3_reduce", "a_3x3_reduce",
        "z_3x3", "z_5x5_reduce", "a_5x5_reduce", "z_5x5", "pooled", "z_pool_proj",
        "params"}, each as named above. More keys are allowed.

    No input is modified. x may be float64 (the rule of this course), float32 or
    integer (int64); the parameters are float64. Of integers, the pooled maps may stay
    integers, and no other value of the cache is cut to one.

    Source: lecture N41; Szegedy et al. 2014, arXiv:1409.4842, figure 2(b).
    """
    ### BEGIN SOLUTION
    z_1x1 = conv2d_forward(x, params["W_1x1"], params["b_1x1"])

    z_3x3_reduce = conv2d_forward(x, params["W_3x3_reduce"], params["b_3x3_reduce"])
    a_3x3_reduce = relu(z_3x3_reduce)
    z_3x3 = conv2d_forward(a_3x3_reduce, params["W_3x3"], params["b_3x3"])

    z_5x5_reduce = conv2d_forward(x, params["W_5x5_reduce"], params["b_5x5_reduce"])
    a_5x5_reduce = relu(z_5x5_reduce)
    z_5x5 = conv2d_forward(a_5x5_reduce, params["W_5x5"], params["b_5x5"])

    pooled = max_pool_forward(x)
    z_pool_proj = conv2d_forward(pooled, params["W_pool_proj"], params["b_pool_proj"])

    out = relu(np.concatenate([z_1x1, z_3x3, z_5x5, z_pool_proj], axis=1))
    cache = {
        "x": x,
        "z_1x1": z_1x1,
        "z_3x3_reduce": z_3x3_reduce,
        "a_3x3_reduce": a_3x3_reduce,
        "z_3x3": z_3x3,
        "z_5x5_reduce": z_5x5_reduce,
        "a_5x5_reduce": a_5x5_reduce,
        "z_5x5": z_5x5,
        "pooled": pooled,
        "z_pool_proj": z_pool_proj,
        "params": params,
    }
    return out, cache
    ### END SOLUTION


def inception_backward(dout: np.ndarray, cache: dict) -> tuple[np.ndarray, dict]:
    """Backward pass of the Inception module.

    The gradient dout parts into four, and what the branches pass back adds up at x.

    dout: (N, C1 + C3 + C5 + C_pool, H, W) the upstream gradient dL/dout. The loss
        already is a mean over the batch: sum, do not divide by N.
    cache: what `inception_forward` documents: {"x", "z_1x1", "z_3x3_reduce",
        "a_3x3_reduce", "z_3x3", "z_5x5_reduce", "a_5x5_reduce", "z_5x5", "pooled",
        "z_pool_proj", "params"}; it may come from another right forward pass than
        yours, so rely on these keys only.

    The slope of relu is 1 for z > 0 and 0 for z <= 0. Of equal entries in a window of
    the pool, any may be taken for the largest. The given `conv2d_backward` and
    `max_pool_backward` are all that is needed. You may call your own `split_channels`;
    what that gets wrong, this gets wrong.

    Returns (dx, grads).
    dx: (N, C, H, W) = dL/dx, through all four branches
    grads: keyed as params, {"W_1x1", "b_1x1", ...}: each of the shape of the parameter
        it belongs to. More keys are allowed.

    No input is modified, neither dout nor the cache. dout may be float64 (the rule of
    this course), float32 or integer (int64). In the cache of an integer x, x and the
    pooled maps may be integers.

    Source: lecture N41; Szegedy et al. 2014, arXiv:1409.4842.
    """
    ### BEGIN SOLUTION
    x, pooled, params = cache["x"], cache["pooled"], cache["params"]
    ends = np.cumsum(
        [len(params[bias]) for bias in ("b_1x1", "b_3x3", "b_5x5", "b_pool_proj")]
    )
    part_1x1, part_3x3, part_5x5, part_pool = np.split(dout, ends[:-1], axis=1)

    dz_1x1 = part_1x1 * (cache["z_1x1"] > 0)
    dx_1x1, dW_1x1, db_1x1 = conv2d_backward(dz_1x1, x, params["W_1x1"])

    dz_3x3 = part_3x3 * (cache["z_3x3"] > 0)
    da_3x3_reduce, dW_3x3, db_3x3 = conv2d_backward(
        dz_3x3, cache["a_3x3_reduce"], params["W_3x3"]
    )
    dz_3x3_reduce = da_3x3_reduce * (cache["z_3x3_reduce"] > 0)
    dx_3x3, dW_3x3_reduce, db_3x3_reduce = conv2d_backward(
        dz_3x3_reduce, x, params["W_3x3_reduce"]
    )

    dz_5x5 = part_5x5 * (cache["z_5x5"] > 0)
    da_5x5_reduce, dW_5x5, db_5x5 = conv2d_backward(
        dz_5x5, cache["a_5x5_reduce"], params["W_5x5"]
    )
    dz_5x5_reduce = da_5x5_reduce * (cache["z_5x5_reduce"] > 0)
    dx_5x5, dW_5x5_reduce, db_5x5_reduce = conv2d_backward(
        dz_5x5_reduce, x, params["W_5x5_reduce"]
    )

    dz_pool_proj = part_pool * (cache["z_pool_proj"] > 0)
    dpooled, dW_pool_proj, db_pool_proj = conv2d_backward(
        dz_pool_proj, pooled, params["W_pool_proj"]
    )
    dx_pool = max_pool_backward(dpooled, x)

    dx = dx_1x1 + dx_3x3 + dx_5x5 + dx_pool
    grads = {
        "W_1x1": dW_1x1,
        "b_1x1": db_1x1,
        "W_3x3_reduce": dW_3x3_reduce,
        "b_3x3_reduce": db_3x3_reduce,
        "W_3x3": dW_3x3,
        "b_3x3": db_3x3,
        "W_5x5_reduce": dW_5x5_reduce,
        "b_5x5_reduce": db_5x5_reduce,
        "W_5x5": dW_5x5,
        "b_5x5": db_5x5,
        "W_pool_proj": dW_pool_proj,
        "b_pool_proj": db_pool_proj,
    }
    return dx, grads
    ### END SOLUTION
