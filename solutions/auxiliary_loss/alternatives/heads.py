"""Right auxiliary heads written in other ways.

They loop, print, warn, answer with lists, keep more than is asked for and sum in other orders. A function here needs numpy only.
"""

import warnings
from collections import OrderedDict, defaultdict
from typing import Any

import numpy as np

from autograder.suite.misconceptions import Alternative


def head_with_loops(x: np.ndarray, params: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """One image, one channel, one window at a time; answers with nested lists, and prints."""
    maps, zcs, flats, z1s, a1s, logits = [], [], [], [], [], []
    for image in x:
        pooled = []
        for channel in image:
            tops = range(0, channel.shape[0] - 4, 3)
            lefts = range(0, channel.shape[1] - 4, 3)
            pooled.append([[channel[t : t + 5, s : s + 5].sum() / 25 for s in lefts] for t in tops])
        zc = [
            sum(w * np.array(plane) for w, plane in zip(row, pooled, strict=True)) + b
            for row, b in zip(params["Wc"], params["bc"], strict=True)
        ]
        flat = [max(value, 0.0) for plane in zc for line in plane for value in line]
        z1 = [b + float(np.dot(flat, params["W1"][:, f])) for f, b in enumerate(params["b1"])]
        a1 = [max(value, 0.0) for value in z1]
        maps.append(pooled)
        zcs.append([plane.tolist() for plane in zc])
        flats.append(flat)
        z1s.append(z1)
        a1s.append(a1)
        logits.append([b + float(np.dot(a1, params["W2"][:, k])) for k, b in enumerate(params["b2"])])
    print("images", len(logits))  # noqa: T201  (printing must not cost points)
    return logits, {"x": x.tolist(), "pooled": maps, "zc": zcs, "flat": flats, "z1": z1s, "a1": a1s, "params": params}


def head_with_windows(x: np.ndarray, params: dict[str, Any]) -> list[Any]:
    """A view of all windows; matrix products on channels that were moved last; more cache keys, a list for the tuple."""
    warnings.warn("a view of windows must not be written to", stacklevel=2)
    windows = np.lib.stride_tricks.sliding_window_view(x, (5, 5), axis=(2, 3))[:, :, ::3, ::3]
    pooled = windows.mean(axis=(-2, -1))
    zc = np.moveaxis(np.moveaxis(pooled, 1, -1) @ params["Wc"].T + params["bc"], -1, 1)
    ac = np.where(zc > 0, zc, 0)
    flat = np.ascontiguousarray(ac).reshape(len(x), params["W1"].shape[0])
    z1 = np.einsum("nd,df->nf", flat, params["W1"]) + params["b1"]
    a1 = z1 * (z1 > 0)
    logits = np.einsum("nf,fk->nk", a1, params["W2"]) + params["b2"]
    cache = {"x": x, "pooled": pooled, "zc": zc, "ac": ac, "flat": flat, "z1": z1, "a1": a1, "logits": logits}
    return [logits, {**cache, "params": dict(params)}]


def head_with_matrices(x: np.ndarray, params: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """The pool as two matrices, one for rows and one for columns; the convolution before it, since both are linear."""
    rows, columns = x.shape[2:]
    down = np.zeros(((rows - 2) // 3, rows))
    across = np.zeros(((columns - 2) // 3, columns))
    for matrix in (down, across):
        for place, row in enumerate(matrix):
            row[3 * place : 3 * place + 5] = 0.2
    pooled = down @ x @ across.T
    mixed = np.tensordot(x, params["Wc"], axes=(1, 1)).transpose(0, 3, 1, 2)
    zc = down @ mixed @ across.T + params["bc"].reshape(1, -1, 1, 1)
    flat = zc.clip(min=0).reshape(x.shape[0], -1, order="C")
    z1 = flat.dot(params["W1"]) + params["b1"]
    a1 = (z1 + np.abs(z1)) / 2
    cache = {"params": params, "a1": a1, "z1": z1, "flat": flat, "zc": zc, "pooled": pooled, "x": x.copy()}
    return a1.dot(params["W2"]) + params["b2"], cache


def head_in_float32(x: np.ndarray, params: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """Computes with seven digits, from integral images of running sums; answers in float64."""
    sums = np.zeros((*x.shape[:2], x.shape[2] + 1, x.shape[3] + 1), dtype=np.float32)
    sums[:, :, 1:, 1:] = x.astype(np.float32).cumsum(axis=2).cumsum(axis=3)
    box = sums[:, :, 5:, 5:] - sums[:, :, :-5, 5:] - sums[:, :, 5:, :-5] + sums[:, :, :-5, :-5]
    pooled = box[:, :, ::3, ::3] / np.float32(25)
    wc, bc, w1, b1, w2, b2 = (params[key].astype(np.float32) for key in ("Wc", "bc", "W1", "b1", "W2", "b2"))
    zc = np.einsum("pc,ncij->npij", wc, pooled) + bc[:, None, None]
    flat = np.maximum(zc, 0).reshape(len(x), -1)
    z1 = flat @ w1 + b1
    a1 = np.maximum(z1, 0)
    cache = {"x": x, "pooled": pooled, "zc": zc, "flat": flat, "z1": z1, "a1": a1, "params": params}
    return (a1 @ w2 + b2).astype(np.float64), cache


def head_with_other_kinds_of_dict(x: np.ndarray, params: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """An ordered dict for a cache, in which the parameters are one that has a default."""
    logits, cache = head_with_matrices(x, params)
    return logits, OrderedDict(cache, params=defaultdict(list, params))


def back_with_loops(dlogits: np.ndarray, cache: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """One image at a time, outer products added up; the pool's gradient place by place; nested lists."""
    params = cache["params"]
    grads = {name: np.zeros(params[name].shape) for name in ("Wc", "bc", "W1", "b1", "W2", "b2")}
    dx = np.zeros(np.shape(cache["x"]))
    for n, up in enumerate(dlogits):
        pooled, zc = cache["pooled"][n], cache["zc"][n]
        delta1 = np.where(cache["z1"][n] > 0, params["W2"] @ up, 0)
        grads["W2"] += np.outer(cache["a1"][n], up)
        grads["b2"] += up
        grads["W1"] += np.outer(cache["flat"][n], delta1)
        grads["b1"] += delta1
        delta = np.where(zc > 0, (params["W1"] @ delta1).reshape(zc.shape), 0)
        for i, j in np.ndindex(zc.shape[1:]):
            grads["Wc"] += np.outer(delta[:, i, j], pooled[:, i, j])
            grads["bc"] += delta[:, i, j]
            back = params["Wc"].T @ delta[:, i, j] / 25
            for down, right in np.ndindex(5, 5):
                dx[n, :, 3 * i + down, 3 * j + right] += back
    return dx.tolist(), {name: value.tolist() for name, value in grads.items()}


def back_with_matrices(dlogits: np.ndarray, cache: dict[str, Any]) -> list[Any]:
    """Transposes of the two pooling matrices; tensordot; more gradients than asked for, a list for the tuple."""
    params, x = cache["params"], cache["x"]
    down, across = (
        np.array([[0.2 * (3 * i <= place < 3 * i + 5) for place in range(size)] for i in range((size - 2) // 3)])
        for size in x.shape[2:]
    )
    dz1 = np.heaviside(cache["z1"], 0) * np.einsum("nk,fk->nf", dlogits, params["W2"])
    dzc = np.einsum("nf,df->nd", dz1, params["W1"]).reshape(cache["zc"].shape)
    dzc[cache["zc"] <= 0] = 0
    mixed = np.tensordot(dzc, params["Wc"], axes=(1, 0)).transpose(0, 3, 1, 2)
    dx = down.T @ mixed @ across
    grads = {
        "Wc": np.tensordot(dzc, cache["pooled"], axes=((0, 2, 3), (0, 2, 3))),
        "bc": np.einsum("npij->p", dzc),
        "W1": (dz1.T @ cache["flat"]).T,
        "b1": np.ones(len(dz1)) @ dz1,
        "W2": np.einsum("nf,nk->fk", cache["a1"], dlogits),
        "b2": sum(dlogits),
        "x": dx,
    }
    return [dx, grads]


def back_from_x(dlogits: np.ndarray, cache: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """The forward pass run again from x alone; the pool's gradient by shifts of a spread-out map; prints."""
    x, params = np.array(cache["x"], dtype=float), cache["params"]
    rows, columns = (x.shape[2] - 2) // 3, (x.shape[3] - 2) // 3
    shifts = [(a, b) for a in range(5) for b in range(5)]
    taps = [x[:, :, a : a + 3 * rows : 3, b : b + 3 * columns : 3][:, :, :rows, :columns] for a, b in shifts]
    pooled = np.mean(taps, axis=0)
    zc = np.einsum("pc,ncij->npij", params["Wc"], pooled) + params["bc"][:, None, None]
    flat = zc.clip(min=0).reshape(len(x), -1)
    z1 = flat @ params["W1"] + params["b1"]
    dz1 = dlogits @ params["W2"].T
    dz1[z1 <= 0] = 0
    dzc = np.where(zc > 0, (dz1 @ params["W1"].T).reshape(zc.shape), 0)
    back = np.einsum("pc,npij->ncij", params["Wc"], dzc) / 25
    dx = np.zeros_like(x)
    for a, b in shifts:
        dx[:, :, a : a + 3 * rows : 3, b : b + 3 * columns : 3][:, :, :rows, :columns] += back
    print("dx", dx)  # noqa: T201  (printing must not cost points)
    return dx, {
        "W2": z1.clip(min=0).T @ dlogits,
        "b2": dlogits.sum(0),
        "W1": flat.T @ dz1,
        "b1": dz1.sum(0),
        "Wc": np.einsum("npij,ncij->pc", dzc, pooled),
        "bc": dzc.sum((0, 2, 3)),
    }


ALTERNATIVES = [
    Alternative(
        "auxiliary_head_forward",
        "other kinds of dict",
        {"auxiliary_head_forward": head_with_other_kinds_of_dict},
    ),
    Alternative(
        "auxiliary_head_forward",
        "loops over images and windows, nested lists, prints",
        {"auxiliary_head_forward": head_with_loops},
    ),
    Alternative(
        "auxiliary_head_forward",
        "a view of all windows, a list for the tuple, a warning",
        {"auxiliary_head_forward": head_with_windows},
    ),
    Alternative(
        "auxiliary_head_forward",
        "the pool as matrices, behind the convolution",
        {"auxiliary_head_forward": head_with_matrices},
    ),
    Alternative("auxiliary_head_forward", "running sums in float32", {"auxiliary_head_forward": head_in_float32}),
    Alternative(
        "auxiliary_head_backward",
        "loops over images and places, nested lists",
        {"auxiliary_head_backward": back_with_loops},
    ),
    Alternative(
        "auxiliary_head_backward",
        "transposed pooling matrices, more keys",
        {"auxiliary_head_backward": back_with_matrices},
    ),
    Alternative(
        "auxiliary_head_backward",
        "everything again from x, prints",
        {"auxiliary_head_backward": back_from_x},
    ),
]
