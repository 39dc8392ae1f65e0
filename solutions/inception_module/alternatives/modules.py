"""Right Inception modules written in other ways.

They loop over the layers, compute their convolutions and pools themselves, keep more than they are asked to, and answer in lists.
"""

import warnings
from collections import OrderedDict, defaultdict
from typing import Any

import numpy as np

from autograder.suite.misconceptions import Alternative
from starter_code.convolution import conv2d_backward, conv2d_forward, max_pool_backward, max_pool_forward


def forward_over_layers(x: np.ndarray, params: dict[str, Any]) -> list[Any]:
    """A loop over the layers, ReLU branch by branch, masks in the cache; a list for the tuple, and prints."""
    reads = {"3x3": "a_3x3_reduce", "5x5": "a_5x5_reduce", "pool_proj": "pooled"}
    cache: dict[str, Any] = {"params": dict(params), "x": x.copy(), "pooled": max_pool_forward(x)}
    for layer in ("1x1", "3x3_reduce", "5x5_reduce", "3x3", "5x5", "pool_proj"):
        z = conv2d_forward(cache[reads.get(layer, "x")], params["W_" + layer], params["b_" + layer])
        cache |= {"z_" + layer: z, "a_" + layer: np.where(z > 0, z, 0.0), "mask_" + layer: z > 0}
    print("layers done")  # noqa: T201  (printing must not cost points)
    return [np.hstack([cache["a_" + layer] for layer in ("1x1", "3x3", "5x5", "pool_proj")]), cache]


def convolved(x: np.ndarray, weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """A convolution as a sum over the offsets of its kernel."""
    edge = weight.shape[-1] // 2
    rows, columns = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (edge, edge), (edge, edge)))
    out: np.ndarray = np.zeros((len(x), len(bias), rows, columns)) + bias[:, None, None]
    for u in range(2 * edge + 1):
        for v in range(2 * edge + 1):
            out += np.einsum("oc,nchw->nohw", weight[:, :, u, v], padded[:, :, u : u + rows, v : v + columns])
    return out


def forward_with_convolutions_of_its_own(x: np.ndarray, params: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """Loops over offsets; the largest of nine shifted images; in-place ReLUs on its own stack."""
    warnings.warn("slow", stacklevel=2)
    rows, columns = x.shape[2:]
    framed = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-1e300)
    pooled = np.max([framed[:, :, u : u + rows, v : v + columns] for u in range(3) for v in range(3)], axis=0)
    cache: dict[str, Any] = {"x": x, "pooled": pooled, "params": params}
    cache["z_1x1"] = convolved(x, params["W_1x1"], params["b_1x1"])
    for size in ("3x3", "5x5"):
        reduced = convolved(x, params[f"W_{size}_reduce"], params[f"b_{size}_reduce"])
        cache[f"z_{size}_reduce"], cache[f"a_{size}_reduce"] = reduced, reduced.clip(min=0)
        cache[f"z_{size}"] = convolved(cache[f"a_{size}_reduce"], params[f"W_{size}"], params[f"b_{size}"])
    cache["z_pool_proj"] = convolved(pooled, params["W_pool_proj"], params["b_pool_proj"])
    out = np.concatenate([cache["z_1x1"], cache["z_3x3"], cache["z_5x5"], cache["z_pool_proj"]], axis=-3)
    out[out < 0] = 0
    return out, cache


def forward_with_other_kinds_of_dict(x: np.ndarray, params: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """An ordered dict for a cache, in which the parameters are one that has a default."""
    out, cache = forward_with_convolutions_of_its_own(x, params)
    return out, OrderedDict(cache, params=defaultdict(list, params))


def forward_in_float32(x: np.ndarray, params: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Computes with seven digits; answers with nested lists."""
    small = {key: value.astype(np.float32) for key, value in params.items()}
    kept: dict[str, Any] = {"x": x.astype(np.float32)}
    kept["pooled"] = max_pool_forward(kept["x"])
    reads = {
        "1x1": "x",
        "3x3_reduce": "x",
        "3x3": "a_3x3_reduce",
        "5x5_reduce": "x",
        "5x5": "a_5x5_reduce",
        "pool_proj": "pooled",
    }
    for layer, key in reads.items():
        kept[f"z_{layer}"] = conv2d_forward(kept[key], small[f"W_{layer}"], small[f"b_{layer}"])
        kept[f"a_{layer}"] = np.maximum(kept[f"z_{layer}"], np.float32(0))
    out = np.concatenate([kept[f"a_{layer}"] for layer in ("1x1", "3x3", "5x5", "pool_proj")], axis=1)
    return out.tolist(), {key: value.tolist() for key, value in kept.items()} | {"params": params}


def backward_over_branches(dout: np.ndarray, cache: dict[str, Any]) -> list[Any]:
    """A loop over the branches, dx summed up in place; more gradients than asked for, a list for the tuple."""
    params, start = cache["params"], 0
    grads: dict[str, Any] = {}
    dx = np.zeros(cache["x"].shape)
    for last, first in {"1x1": None, "3x3": "3x3_reduce", "5x5": "5x5_reduce", "pool_proj": None}.items():
        depth = params[f"b_{last}"].size
        delta = np.where(cache[f"z_{last}"] > 0, dout[:, start : start + depth], 0.0)
        start += depth
        read = cache[f"a_{first}"] if first else cache["pooled" if last == "pool_proj" else "x"]
        delta, grads[f"W_{last}"], grads[f"b_{last}"] = conv2d_backward(delta, read, params[f"W_{last}"])
        if first:
            delta = delta * np.sign(cache[f"a_{first}"])
            delta, grads[f"W_{first}"], grads[f"b_{first}"] = conv2d_backward(delta, cache["x"], params[f"W_{first}"])
        dx += max_pool_backward(delta, cache["x"]) if last == "pool_proj" else delta
    return [dx, {**grads, "x": dx}]


def turned(dout: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """A convolution's way back to its input: every offset's products, added where they came from."""
    edge = weight.shape[-1] // 2
    rows, columns = dout.shape[2:]
    padded = np.zeros((len(dout), weight.shape[1], rows + 2 * edge, columns + 2 * edge))
    for u in range(2 * edge + 1):
        for v in range(2 * edge + 1):
            back = np.einsum("oc,nohw->nchw", weight[:, :, u, v], dout)
            padded[:, :, u : u + rows, v : v + columns] += back
    return padded[:, :, edge : edge + rows, edge : edge + columns]


def joined(dout: np.ndarray, x: np.ndarray, size: int) -> np.ndarray:
    """The gradient of a convolution's weights, offset by offset."""
    edge = size // 2
    rows, columns = x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (edge, edge), (edge, edge)))
    kernel = [
        [np.einsum("nohw,nchw->oc", dout, padded[:, :, u : u + rows, v : v + columns]) for v in range(size)]
        for u in range(size)
    ]
    return np.array(kernel).transpose(2, 3, 0, 1)


def backward_with_loops(dout: np.ndarray, cache: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Everything by hand: kernels offset by offset, the pool pixel by pixel; nested lists."""
    x, params = cache["x"], cache["params"]
    parts = np.split(dout, np.cumsum([params[f"b_{layer}"].shape[0] for layer in ("1x1", "3x3", "5x5")]), axis=1)
    deltas = {
        layer: part * np.heaviside(cache[f"z_{layer}"], 0)
        for layer, part in zip(("1x1", "3x3", "5x5", "pool_proj"), parts, strict=True)
    }
    for size in ("3x3", "5x5"):
        deltas[f"{size}_reduce"] = turned(deltas[size], params[f"W_{size}"]) * (cache[f"z_{size}_reduce"] > 0)
    reads = {"3x3": cache["a_3x3_reduce"], "5x5": cache["a_5x5_reduce"], "pool_proj": cache["pooled"]}
    grads = {}
    for layer, delta in deltas.items():
        grads[f"W_{layer}"] = joined(delta, reads.get(layer, x), params[f"W_{layer}"].shape[-1]).tolist()
        grads[f"b_{layer}"] = [float(delta[:, o].sum()) for o in range(delta.shape[1])]
    dx = np.zeros(x.shape)
    for layer in ("1x1", "3x3_reduce", "5x5_reduce"):
        dx += turned(deltas[layer], params[f"W_{layer}"])
    dpooled = turned(deltas["pool_proj"], params["W_pool_proj"])
    for n, c, i, j in np.ndindex(x.shape):
        top, left = max(i - 1, 0), max(j - 1, 0)
        window = x[n, c, top : i + 2, left : j + 2]
        row, column = np.unravel_index(window.argmax(), window.shape)
        dx[n, c, top + row, left + column] += dpooled[n, c, i, j]
    return dx.tolist(), grads


def backward_from_x(dout: np.ndarray, cache: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """The forward pass is run again from x, so that other keys of the cache do not matter; masks in place on its own copies."""
    x, params = cache["x"], cache["params"]
    d1, d3, d5, dp = (
        part.astype(np.float64)
        for part in np.split(dout, np.cumsum([len(params[b]) for b in ("b_1x1", "b_3x3", "b_5x5")]), 1)
    )
    grads: dict[str, Any] = {}

    def through(layer: str, delta: np.ndarray, read: np.ndarray) -> np.ndarray:
        delta[conv2d_forward(read, params[f"W_{layer}"], params[f"b_{layer}"]) <= 0] = 0
        back, grads[f"W_{layer}"], grads[f"b_{layer}"] = conv2d_backward(delta, read, params[f"W_{layer}"])
        return back

    dx = through("1x1", d1, x)
    for size, delta in (("3x3", d3), ("5x5", d5)):
        reduced = conv2d_forward(x, params[f"W_{size}_reduce"], params[f"b_{size}_reduce"]).clip(min=0)
        dx = dx + through(f"{size}_reduce", through(size, delta, reduced), x)
    return dx + max_pool_backward(through("pool_proj", dp, max_pool_forward(x)), x), grads


FORWARD, BACKWARD = "inception_forward", "inception_backward"

ALTERNATIVES = [
    Alternative(FORWARD, "a loop over the layers, more in the cache, prints", {FORWARD: forward_over_layers}),
    Alternative(FORWARD, "convolutions of its own, a warning", {FORWARD: forward_with_convolutions_of_its_own}),
    Alternative(FORWARD, "other kinds of dict", {FORWARD: forward_with_other_kinds_of_dict}),
    Alternative(FORWARD, "float32 inside, nested lists", {FORWARD: forward_in_float32}),
    Alternative(BACKWARD, "a loop over the branches, more keys, a list", {BACKWARD: backward_over_branches}),
    Alternative(BACKWARD, "everything by hand, nested lists", {BACKWARD: backward_with_loops}),
    Alternative(BACKWARD, "the forward pass run again", {BACKWARD: backward_from_x}),
]
