"""The answers to `auxiliary_loss`: the build turns them into cells and stubs, the hidden suite compares with them.

Everything from a signature to the end of its docstring is what students read; the lines between the two SOLUTION
markers are what they write. Each function needs numpy and nothing else, so that it can stand alone in a notebook cell.
"""

import numpy as np


def chain_gradient(x: float, weights: list[float], slopes: list[float]) -> float:
    """Gradient of a chain of L neurons' output with respect to its FIRST weight, W1.

        a_0 = x,   z_l = W_l a_{l-1},   a_l = f(z_l) for l = 1 ... L,   O = a_L
        dO/dW1 = x f1' W2 f2' W3 f3' ... WL fL'

    W1 itself is no factor of it, and is not passed in.

    x: the chain's input, any number
    weights: [W2, ..., WL], L - 1 floats, as a list or an array of shape (L-1,); empty
        for a single neuron
    slopes: [f1', ..., fL'], L floats (L is at least 1), as a list or an array: the
        slope of each neuron's nonlinearity at that neuron's own z

    Returns dO/dW1, one number: a Python float, a numpy number or an array of shape ().

    No input is modified.

    Source: lecture N41.
    """
    ### BEGIN SOLUTION
    gradient = x * slopes[0]
    for layer, weight in enumerate(weights, start=1):
        gradient = gradient * weight * slopes[layer]
    return gradient
    ### END SOLUTION


def softmax_cross_entropy(
    logits: np.ndarray, labels: np.ndarray
) -> tuple[float, np.ndarray]:
    """Softmax and cross-entropy in one.

    The loss of a classifier, a mean over the batch, and its gradient.

        p_nk = exp(s_nk) / sum over j of exp(s_nj)          s = logits
        loss = 1/N * sum over n of -log p_n,label(n)        natural logarithm

    Logits up to 1e4 in size, of either sign and in one row, give finite numbers that
    are right; nothing overflows.

    logits: (N, K), one row per example and one column per class; K may be 1
    labels: (N,) integers, 0 to K-1: the right class of each row

    Returns (loss, dlogits).
    loss: one number, a Python float, a numpy number or an array of shape ()
    dlogits: (N, K) = dloss/dlogits; the 1/N of the mean is in it

    No input is modified. logits may be float64 (the rule of this course), float32 or
    integer (int64).

    Source: the softmax classifiers of GoogLeNet, lecture N41.
    """
    ### BEGIN SOLUTION
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    loss = -log_p[rows, labels].mean()
    dlogits = np.exp(log_p)
    dlogits[rows, labels] -= 1
    return loss, dlogits / len(labels)
    ### END SOLUTION


def auxiliary_loss(
    main_loss: float,
    aux_losses: list[float],
    weight: float = 0.3,
    training: bool = True,
) -> float:
    """The loss that is minimised when a network has auxiliary classifiers.

    These are classifiers of some layers in the middle of the network.

        in training:    main loss + weight * (sum of the auxiliary losses)
        at inference:   main loss, whatever the heads say, even infinity or nan:
                        they are not used any more

    main_loss: the loss of the last classifier, a number of either sign
    aux_losses: the losses of the auxiliary heads, one number of either sign each, as a
        list, a tuple or an array; any number of them, possibly none
    weight: how much each auxiliary loss counts, 0 or more
    training: True in training, False at inference

    Returns one number, a Python float, a numpy number or an array of shape (). No input
    is modified.

    Source: lecture N41 ("weighted by 0.3"); Szegedy et al. 2014, arXiv:1409.4842,
    section 5.
    """
    ### BEGIN SOLUTION
    if not training:
        return main_loss
    return main_loss + weight * sum(aux_losses)
    ### END SOLUTION


def branch_gradient(
    d_main: np.ndarray, d_aux: np.ndarray, weight: float = 0.3
) -> np.ndarray:
    """The gradient, in training, where an auxiliary head branches off.

    The activation a feeds two things: the rest of the trunk, and the head. What is
    wanted is dL/da for the loss that `auxiliary_loss` gives in training, L = main loss
    + weight * auxiliary loss.

    d_main: d(main loss)/da, what comes back through the rest of the trunk; an array of
        any shape
    d_aux: d(auxiliary loss)/da, what comes back through the head, of the same shape;
        the weight is NOT in it yet
    weight: how much the auxiliary loss counts, 0 or more

    Returns dL/da, an array of the same shape; where that is (), a number will do. No
    input is modified. Both gradients are float64 (the rule of this course).

    Source: lectures N41 and N42; Szegedy et al. 2014, arXiv:1409.4842, section 5.
    """
    ### BEGIN SOLUTION
    return d_main + weight * d_aux
    ### END SOLUTION


def auxiliary_head_forward(x: np.ndarray, params: dict) -> tuple[np.ndarray, dict]:
    """Forward pass of an auxiliary head.

    Average pool 5x5 with stride 3, 1x1 convolution + ReLU, FC + ReLU, FC.

        pooled[n, c, i, j] = mean of x[n, c, 3i : 3i+5, 3j : 3j+5]
                             only windows that lie inside x; no padding
        zc[n, p, i, j]     = sum over c of Wc[p, c] pooled[n, c, i, j]  + bc[p]
        flat               = relu(zc), each example as one row of P H' W' numbers
        z1                 = flat W1 + b1,   a1 = relu(z1)
        logits             = a1 W2 + b2

    Flattening is in C-order of (P, H', W'): the column changes fastest, then the row,
    then the channel. The pooled map has H' = (H - 5) // 3 + 1 rows and W' = (W - 5) //
    3 + 1 columns. Valid sizes are H >= 5 and W >= 5 (no window fits into a smaller map,
    and none is ever passed in). Where windows do not reach the last rows or columns of
    x, those have no influence.

    x: (N, C, H, W), the activation where the head branches off
    params: {"Wc": (P, C), "bc": (P,), "W1": (P H' W', F), "b1": (F,), "W2": (F, K),
        "b2": (K,)}

    Returns (logits, cache).
    logits: (N, K); there is no softmax in the head
    cache: {"x", "pooled", "zc", "flat", "z1", "a1", "params"}, each as named above:
        pooled (N, C, H', W'), zc before its ReLU (N, P, H', W'), flat (N, P H' W'), z1
        and a1 (N, F). More keys are allowed.

    No input is modified. x may be float64 (the rule of this course), float32 or
    integer.

    Source: Szegedy et al. 2014, arXiv:1409.4842, section 5 (there with P = 128, F =
    1024, and dropout); lecture N41.
    """
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    rows, columns = (H - 5) // 3 + 1, (W - 5) // 3 + 1
    pooled = np.zeros((N, C, rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = x[:, :, 3 * i : 3 * i + 5, 3 * j : 3 * j + 5]
            pooled[:, :, i, j] = window.mean(axis=(2, 3))
    zc = np.einsum("pc,ncij->npij", params["Wc"], pooled) + params["bc"][:, None, None]
    flat = np.maximum(zc, 0).reshape(N, len(params["W1"]))
    z1 = flat @ params["W1"] + params["b1"]
    a1 = np.maximum(z1, 0)
    logits = a1 @ params["W2"] + params["b2"]
    cache = {
        "x": x,
        "pooled": pooled,
        "zc": zc,
        "flat": flat,
        "z1": z1,
        "a1": a1,
        "params": params,
    }
    return logits, cache
    ### END SOLUTION


def auxiliary_head_backward(
    dlogits: np.ndarray, cache: dict
) -> tuple[np.ndarray, dict]:
    """Backward pass of the auxiliary head.

    It leads from the logits to the activation where the head branches off.

    dlogits: (N, K) the upstream gradient. The loss already is a mean over the batch:
        sum, do not divide by N.
    cache: what `auxiliary_head_forward` documents: {"x", "pooled", "zc", "flat", "z1",
        "a1", "params"}; it may come from another right forward pass than yours, so rely
        on these seven keys only.

    The slope of relu is 1 for z > 0 and 0 for z <= 0. The windows of the pool overlap;
    an entry of x that no window reaches has the gradient 0.

    Returns (dx, grads).
    dx: (N, C, H, W) = the gradient with respect to x
    grads: {"Wc", "bc", "W1", "b1", "W2", "b2"}, each of the shape of the parameter it
        belongs to. More keys are allowed.

    No input is modified, neither dlogits nor the cache. dlogits may be float64 (the
    rule of this course), float32 or integer, and so may the x in the cache.

    Source: Szegedy et al. 2014, arXiv:1409.4842, section 5.
    """
    ### BEGIN SOLUTION
    x, pooled, zc, flat, z1, a1, params = (
        cache[key] for key in ("x", "pooled", "zc", "flat", "z1", "a1", "params")
    )
    dW2, db2 = a1.T @ dlogits, dlogits.sum(axis=0)
    dz1 = (dlogits @ params["W2"].T) * (z1 > 0)
    dW1, db1 = flat.T @ dz1, dz1.sum(axis=0)
    dzc = (dz1 @ params["W1"].T).reshape(zc.shape) * (zc > 0)
    dWc, dbc = np.einsum("npij,ncij->pc", dzc, pooled), dzc.sum(axis=(0, 2, 3))
    dpooled = np.einsum("pc,npij->ncij", params["Wc"], dzc)
    dx = np.zeros(x.shape)
    for i in range(pooled.shape[2]):
        for j in range(pooled.shape[3]):
            share = dpooled[:, :, i : i + 1, j : j + 1] / 25
            dx[:, :, 3 * i : 3 * i + 5, 3 * j : 3 * j + 5] += share
    return dx, {"Wc": dWc, "bc": dbc, "W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
    ### END SOLUTION
