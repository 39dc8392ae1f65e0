"""The answers to `skip_connections`: the build turns them into cells and stubs, the hidden suite compares with them.

Everything from a signature to the end of its docstring is what students read; the lines between the two SOLUTION
markers are what they write. Each function needs numpy and nothing else, so that it can stand alone in a notebook cell.
"""

import numpy as np


def residual_forward(x: np.ndarray, params: dict) -> tuple[np.ndarray, dict]:
    """Forward pass of a residual block with two layers and a shortcut from l-2 to l.

        z1  = x W1 + b1
        a1  = relu(z1)
        z2  = a1 W2 + b2 + shortcut        shortcut = x Ws, or x itself where Ws is None
        out = relu(z2)

    H(x) = F(x) + x is formed before the last ReLU, so the shortcut goes through that
    ReLU too.

    x: (N, D) the activation of layer l-2, one row per example
    params: {"W1": (D, H), "b1": (H,), "W2": (H, M), "b2": (M,), "Ws": (D, M) or None};
        all five keys are always there. "Ws" decides about the shortcut: an array is a
        projection, even where D = M; None is the identity (then D = M).

    Returns (out, cache).
    out: (N, M)
    cache: {"x", "z1", "a1", "z2", "params"}, each as named above: what the backward
        pass needs. More keys are allowed.

    No input is modified. x may be float64 (the rule of this course), float32 or
    integer.

    Source: lecture N42 (layers l-2, l-1, l); He et al. 2015, arXiv:1512.03385.
    """
    ### BEGIN SOLUTION
    z1 = x @ params["W1"] + params["b1"]
    a1 = np.maximum(z1, 0)
    shortcut = x if params["Ws"] is None else x @ params["Ws"]
    z2 = a1 @ params["W2"] + params["b2"] + shortcut
    out = np.maximum(z2, 0)
    cache = {"x": x, "z1": z1, "a1": a1, "z2": z2, "params": params}
    return out, cache
    ### END SOLUTION


def residual_backward(dout: np.ndarray, cache: dict) -> tuple[np.ndarray, dict]:
    """Backward pass of the residual block.

    The gradient takes two paths back to x, and they add up.

        delta at a layer is dL/dz, and for z = a W + b:
        dL/dW = + a^T delta,   dL/db = delta summed over the rows.
        The minus sign of gradient descent belongs to the update, not to the gradient.

    dout: (N, M) the upstream gradient dL/dout. The loss already is a mean over the
        batch: sum, do not divide by N.
    cache: what `residual_forward` documents: {"x", "z1", "a1", "z2", "params"}; it may
        come from another right forward pass than yours, so rely on these five keys
        only.

    The slope of relu is 1 for z > 0 and 0 for z <= 0.

    Returns (dx, grads).
    dx: (N, D) = dL/dx, through the branch and through the shortcut
    grads: {"W1", "b1", "W2", "b2", "Ws"}, each of the shape of the parameter it belongs
        to. The identity shortcut has nothing to learn: where params["Ws"] is None,
        grads["Ws"] is None. More keys are allowed.

    No input is modified, neither dout nor the cache. dout may be float64 (the rule of
    this course), float32 or integer.

    Source: lecture N42 (which writes dL/dW with a minus sign: see the conventions); He
    et al. 2015, arXiv:1512.03385.
    """
    ### BEGIN SOLUTION
    x, z1, a1, z2, params = (cache[key] for key in ("x", "z1", "a1", "z2", "params"))
    dz2 = dout * (z2 > 0)
    da1 = dz2 @ params["W2"].T
    dz1 = da1 * (z1 > 0)
    branch = dz1 @ params["W1"].T
    if params["Ws"] is None:
        skip, dWs = dz2, None
    else:
        skip, dWs = dz2 @ params["Ws"].T, x.T @ dz2
    dx = branch + skip
    dW1, db1 = x.T @ dz1, dz1.sum(axis=0)
    dW2, db2 = a1.T @ dz2, dz2.sum(axis=0)
    return dx, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2, "Ws": dWs}
    ### END SOLUTION


def preactivation_forward(x: np.ndarray, params: dict) -> tuple[np.ndarray, dict]:
    """Forward pass of a pre-activation block.

    ReLU moves into the branch, and the identity path stays free.

        a0  = relu(x)
        z1  = a0 W1 + b1
        a1  = relu(z1)
        out = x + a1 W2 + b2               nothing follows the sum; out may be negative

    This is the block of He et al. 2016 without its batch normalisation layers. Its
    shortcut is always the identity.

    x: (N, D), of any sign
    params: {"W1": (D, H), "b1": (H,), "W2": (H, D), "b2": (D,)}

    Returns (out, cache).
    out: (N, D)
    cache: what your backward pass needs. If it has {"x", "a0", "z1", "a1", "params"},
        each as named above, a slip in this function cannot cost points in the other
        one.

    No input is modified. x may be float64 (the rule of this course), float32 or
    integer.

    Source: He et al. 2016, arXiv:1603.05027; lecture L14.
    """
    ### BEGIN SOLUTION
    a0 = np.maximum(x, 0)
    z1 = a0 @ params["W1"] + params["b1"]
    a1 = np.maximum(z1, 0)
    out = x + a1 @ params["W2"] + params["b2"]
    cache = {"x": x, "a0": a0, "z1": z1, "a1": a1, "params": params}
    return out, cache
    ### END SOLUTION


def preactivation_backward(dout: np.ndarray, cache: dict) -> tuple[np.ndarray, dict]:
    """Backward pass of the pre-activation block.

    The shortcut hands the upstream gradient on as it is.

    dout: (N, D) the upstream gradient dL/dout, float64, already divided by the batch
        size where the loss is a mean
    cache: what `preactivation_forward` returned. One with the five keys documented
        there may also come from another right forward pass than yours.

    The slope of relu is 1 for z > 0 and 0 for z <= 0.

    Returns (dx, grads).
    dx: (N, D) = dL/dx
    grads: {"W1", "b1", "W2", "b2"}, each of the shape of the parameter it belongs to.
        More keys are allowed.

    No input is modified, neither dout nor the cache.

    Source: He et al. 2016, arXiv:1603.05027.
    """
    ### BEGIN SOLUTION
    x, a0, z1, a1, params = (cache[key] for key in ("x", "a0", "z1", "a1", "params"))
    dz1 = (dout @ params["W2"].T) * (z1 > 0)
    branch = (dz1 @ params["W1"].T) * (x > 0)
    dx = dout + branch
    dW1, db1 = a0.T @ dz1, dz1.sum(axis=0)
    dW2, db2 = a1.T @ dout, dout.sum(axis=0)
    return dx, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
    ### END SOLUTION


def he_init(fan_in: int, fan_out: int, rng: np.random.Generator) -> np.ndarray:
    """Weights for a layer that feeds a ReLU.

    Independent, normal, mean 0, variance 2 / fan_in.

    ReLU sets half of a symmetric signal to zero; the 2 makes up for it. L14 writes this
    rule as "Xavier/2".

    fan_in: number of inputs of the layer, at least 1
    fan_out: number of its outputs, at least 1
    rng: a numpy Generator, the only source of randomness: the same state gives the same
        weights again, and each call moves it on, so that two calls in a row give
        different weights

    Returns an array of shape (fan_in, fan_out), float64 (the rule of this course) or
    float32.

    Source: He et al. 2015, arXiv:1502.01852; lecture L14.
    """
    ### BEGIN SOLUTION
    std = np.sqrt(2 / fan_in)
    return rng.normal(0, std, size=(fan_in, fan_out))
    ### END SOLUTION


def batchnorm_forward(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    running: dict,
    training: bool,
    momentum: float = 0.9,
    eps: float = 1e-5,
) -> tuple[np.ndarray, dict, dict]:
    """Forward pass of batch normalisation.

    Each feature is normalised on its own, then scaled and shifted.

        std   = sqrt(var + eps)            eps inside the root
        x_hat = (x - mean) / std
        out   = gamma x_hat + beta

    In training, mean and var are those of the batch, over its N rows; var is the biased
    variance (divided by N). The running statistics then move a little towards the
    batch:

        running mean <- momentum * running mean + (1 - momentum) * batch mean
        running var  <- momentum * running var  + (1 - momentum) * unbiased batch var

        unbiased batch var = var * N / (N - 1)

    A batch of one row has no unbiased variance: for N = 1 the running variance takes
    the biased one, which is 0. At inference (training = False), mean and var are the
    running ones whatever the batch, and they stay as they are.

    x: (N, D)
    gamma, beta: (D,) scale and shift
    running: {"mean": (D,), "var": (D,)} running statistics; var is a variance, not a
        standard deviation
    training: True in training, False at inference
    momentum: share of the old running value that is kept, from 0 to 1
    eps: added to the variance, 0 or more

    Returns (out, cache, running).
    out: (N, D)
    cache: what your backward pass needs; at inference nothing is ever sent back. If it
        has {"x_hat": (N, D), "std": (D,), "gamma": (D,)}, each as named above, a slip
        in this function cannot cost points in the other one.
    running: {"mean": (D,), "var": (D,)}, a new dict in training; the one passed in is
        not modified. At inference its values are those passed in, in the same dict or
        another one.

    No input is modified. x may be float64 (the rule of this course) or integer; all
    other arrays are float64.

    Source: Ioffe & Szegedy 2015, arXiv:1502.03167; lecture L14.
    """
    ### BEGIN SOLUTION
    if training:
        n = x.shape[0]
        mean, var = x.mean(axis=0), x.var(axis=0)
        unbiased = var * n / (n - 1) if n > 1 else var
        running = {
            "mean": momentum * running["mean"] + (1 - momentum) * mean,
            "var": momentum * running["var"] + (1 - momentum) * unbiased,
        }
    else:
        mean, var = running["mean"], running["var"]
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    out = gamma * x_hat + beta
    return out, {"x_hat": x_hat, "std": std, "gamma": gamma}, running
    ### END SOLUTION


def batchnorm_backward(
    dout: np.ndarray, cache: dict
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Backward pass of batch normalisation in training.

    There, mean and variance depend on x as well.

    dout: (N, D) the upstream gradient dL/dout, float64
    cache: what `batchnorm_forward` returned in training. One with the three keys
        documented there may also come from another right forward pass than yours; its
        std already contains eps.

    Returns (dx, dgamma, dbeta).
    dx: (N, D) = dL/dx: the direct path, less what flows back through the mean and what
        flows back through the variance
    dgamma, dbeta: (D,) = dL/dgamma, dL/dbeta, summed over the rows

    No input is modified, neither dout nor the cache.

    Source: Ioffe & Szegedy 2015, arXiv:1502.03167, section 3.
    """
    ### BEGIN SOLUTION
    x_hat, std, gamma = (cache[key] for key in ("x_hat", "std", "gamma"))
    dgamma = (dout * x_hat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dx_hat = dout * gamma
    through_mean = dx_hat.mean(axis=0)
    through_var = x_hat * (dx_hat * x_hat).mean(axis=0)
    dx = (dx_hat - through_mean - through_var) / std
    return dx, dgamma, dbeta
    ### END SOLUTION


def gradient_norms(depth: int, skip: bool, rng: np.random.Generator) -> np.ndarray:
    """Measure how large the gradient of each block's weights is in a deep stack.

    The stack comes with or without skips.

    It has `depth` blocks of one layer each, 16 wide; one batch of N = 8 rows
    runs through it and back:

        a_0 = x
        z_l = a_{l-1} W_l + 0.1            plain (skip = False), l = 1 ... depth
        z_l = a_{l-1} W_l + 0.1 + a_{l-1}  with skips (skip = True)
        a_l = relu(z_l)
        L   = 1/N * sum of r * a_depth     so that dL/da_depth = r / N

    Draw everything from rng, float64, in this order, so that two right answers agree:
        x: (8, 16) standard normal;   r: (8, 16) standard normal;
        W_1, W_2, ... W_depth: (16, 16) each, normal with mean 0 and standard deviation
        0.3 / sqrt(16).
    The order does not depend on skip: the same rng state gives both stacks the same
    numbers.

    depth: number of blocks, at least 1
    skip: whether each block adds its input before its ReLU
    rng: a numpy Generator

    Returns an array of shape (depth,): entry l-1 is the Frobenius norm of dL/dW_l, the
    square root of the sum of its squares. Entry 0 belongs to the block next to the
    input.

    Source: lecture N41 (vanishing gradients), N42 (skip connections).
    """
    ### BEGIN SOLUTION
    width, batch = 16, 8
    a = rng.normal(size=(batch, width))
    da = rng.normal(size=(batch, width)) / batch
    weights = [
        rng.normal(0, 0.3 / np.sqrt(width), size=(width, width)) for _ in range(depth)
    ]
    saved = []
    for W in weights:
        z = a @ W + 0.1 + (a if skip else 0)
        saved.append((a, z))
        a = np.maximum(z, 0)
    norms = np.zeros(depth)
    for block in reversed(range(depth)):
        a, z = saved[block]
        dz = da * (z > 0)
        norms[block] = np.linalg.norm(a.T @ dz)
        da = dz @ weights[block].T + (dz if skip else 0)
    return norms
    ### END SOLUTION
