"""Right residual and pre-activation blocks written in other ways.

They loop, print, warn, answer with lists, keep other caches and sum in other orders. A function here needs numpy only.
"""

import warnings
from typing import Any

import numpy as np

from autograder.suite.misconceptions import Alternative


def forward_with_loops(x: np.ndarray, params: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """One row and one unit at a time, in Python's floats; answers with nested lists, and prints."""
    W1, b1, W2, b2, Ws = (params[key] for key in ("W1", "b1", "W2", "b2", "Ws"))
    z1, a1, z2, out = [], [], [], []
    for row in x.tolist():
        first = [float(b1[j]) + sum(row[i] * W1[i, j] for i in range(len(row))) for j in range(len(b1))]
        hidden = [value if value > 0 else 0.0 for value in first]
        second = []
        for k in range(len(b2)):
            shortcut = row[k] if Ws is None else sum(row[i] * Ws[i, k] for i in range(len(row)))
            second.append(float(b2[k]) + shortcut + sum(hidden[j] * W2[j, k] for j in range(len(hidden))))
        z1.append(first)
        a1.append(hidden)
        z2.append(second)
        out.append([max(0.0, value) for value in second])
    print("rows done:", len(out))  # noqa: T201  (printing must not cost points)
    return out, {"x": x.tolist(), "z1": z1, "a1": a1, "z2": z2, "params": params}


def forward_with_einsum(x: np.ndarray, params: dict[str, Any]) -> list[Any]:
    """Einsum and masks by multiplication; more cache keys than asked for, a list for the tuple, and a warning."""
    warnings.warn("einsum may be slow", stacklevel=2)
    z1 = np.einsum("nd,dh->nh", x, params["W1"]) + params["b1"][None, :]
    mask1 = z1 > 0
    a1 = z1 * mask1
    projection = np.eye(x.shape[1]) if params["Ws"] is None else params["Ws"]
    z2 = np.einsum("nh,hm->nm", a1, params["W2"]) + np.einsum("nd,dm->nm", x, projection) + params["b2"]
    mask2 = z2 > 0
    cache = {"x": x.copy(), "z1": z1, "a1": a1, "z2": z2, "params": dict(params), "mask1": mask1, "mask2": mask2}
    return [z2 * mask2, cache]


def forward_as_one_matrix(x: np.ndarray, params: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """Biases as rows of the weights, branch and shortcut as one product; in-place ReLUs on arrays of its own."""
    ones = np.ones((len(x), 1))
    z1 = np.hstack([x, ones]) @ np.vstack([params["W1"], params["b1"]])
    a1 = z1.copy()
    a1[a1 < 0] = 0
    projection = params["Ws"] if params["Ws"] is not None else np.identity(x.shape[-1])
    z2 = np.hstack([a1, x, ones]) @ np.vstack([params["W2"], projection, params["b2"]])
    out = z2.copy()
    np.clip(out, 0, None, out=out)
    return out, {"params": params, "z2": z2, "z1": z1, "x": x, "a1": a1}


def forward_in_float32(x: np.ndarray, params: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """Computes with seven digits, and answers in float64."""
    W1, b1, W2, b2 = (params[key].astype(np.float32) for key in ("W1", "b1", "W2", "b2"))
    small = x.astype(np.float32)
    z1 = small @ W1 + b1
    a1 = np.maximum(z1, 0)
    z2 = a1 @ W2 + b2 + (small if params["Ws"] is None else small @ params["Ws"].astype(np.float32))
    cache = {"x": x, "z1": z1, "a1": a1, "z2": z2, "params": params}
    return np.maximum(z2, 0).astype(np.float64), cache


def backward_with_loops(dout: np.ndarray, cache: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """One row at a time, outer products added up."""
    x, z1, a1, z2, params = (cache[key] for key in ("x", "z1", "a1", "z2", "params"))
    names = [name for name in ("W1", "b1", "W2", "b2", "Ws") if params[name] is not None]
    grads = {name: np.zeros(params[name].shape) for name in names}
    dx = np.zeros(x.shape)
    for n in range(len(x)):
        delta2 = np.array([d if z > 0 else 0.0 for d, z in zip(dout[n], z2[n], strict=True)])
        delta1 = np.array([d if z > 0 else 0.0 for d, z in zip(params["W2"] @ delta2, z1[n], strict=True)])
        grads["W2"] += np.outer(a1[n], delta2)
        grads["b2"] += delta2
        grads["W1"] += np.outer(x[n], delta1)
        grads["b1"] += delta1
        dx[n] = params["W1"] @ delta1
        if params["Ws"] is None:
            dx[n] += delta2
        else:
            dx[n] += params["Ws"] @ delta2
            grads["Ws"] += np.outer(x[n], delta2)
    return dx, {"Ws": None, **grads}


def backward_with_einsum(dout: np.ndarray, cache: dict[str, Any]) -> list[Any]:
    """Einsum, masks by np.where, more gradients than asked for, a list for the tuple."""
    params = cache["params"]
    dz2 = np.where(cache["z2"] > 0, dout, 0.0)
    dz1 = np.where(cache["a1"] > 0, np.einsum("nm,hm->nh", dz2, params["W2"]), 0.0)
    projection = np.eye(dz2.shape[1]) if params["Ws"] is None else params["Ws"]
    dx = np.einsum("nh,dh->nd", dz1, params["W1"]) + np.einsum("nm,dm->nd", dz2, projection)
    grads = {
        "W1": np.einsum("nd,nh->dh", cache["x"], dz1),
        "b1": np.einsum("nh->h", dz1),
        "W2": np.einsum("nh,nm->hm", cache["a1"], dz2),
        "b2": np.ones(len(dz2)) @ dz2,
        "Ws": None if params["Ws"] is None else np.einsum("nd,nm->dm", cache["x"], dz2),
        "x": dx,
    }
    return [dx, grads]


def backward_with_jacobians(dout: np.ndarray, cache: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """Take dx from each row's Jacobian, in-place masks on copies; the forward pass is run again from x alone."""
    x, params = cache["x"], cache["params"]
    projection = np.eye(x.shape[1]) if params["Ws"] is None else params["Ws"]
    a1 = x @ params["W1"] + params["b1"]
    a1[a1 <= 0] = 0
    z2 = a1 @ params["W2"] + params["b2"] + x @ projection
    delta2 = np.array(dout, dtype=np.float64)
    delta2[z2 <= 0] = 0
    inner = [params["W1"] * (hidden > 0) @ params["W2"] for hidden in a1]
    rows = [(jacobian + projection) @ upstream for jacobian, upstream in zip(inner, delta2, strict=True)]
    delta1 = delta2 @ params["W2"].T
    delta1[a1 == 0] = 0
    grads = {"W1": (delta1.T @ x).T, "b1": delta1.sum(0), "W2": (delta2.T @ a1).T, "b2": delta2.sum(0), "Ws": None}
    if params["Ws"] is not None:
        grads["Ws"] = (delta2.T @ x).T
    return np.vstack(rows), grads


def preactivation_forward_with_where(x: np.ndarray, params: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """ReLUs as (z + |z|) / 2, the sum begun with the shortcut on a copy; one cache key more."""
    a0 = np.where(x > 0, x, 0)
    z1 = np.einsum("nd,dh->nh", a0, params["W1"]) + params["b1"]
    a1 = (z1 + np.abs(z1)) / 2
    out = x.astype(np.float64)
    out += params["b2"]
    out += a1 @ params["W2"]
    return out, {"x": x, "a0": a0, "z1": z1, "a1": a1, "out": out, "params": params}


def preactivation_backward_with_loops(dout: np.ndarray, cache: dict[str, Any]) -> list[Any]:
    """One row at a time; answers with nested lists."""
    params = cache["params"]
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    dx = []
    for up, x, a0, z1, a1 in zip(dout, *(cache[key] for key in ("x", "a0", "z1", "a1")), strict=True):
        delta = params["W2"].dot(up)
        delta[z1 <= 0] = 0
        grads["b2"] = grads["b2"] + up
        grads["W2"] = grads["W2"] + a1[:, None] * up[None, :]
        grads["b1"] = grads["b1"] + delta
        grads["W1"] = grads["W1"] + a0[:, None] * delta[None, :]
        dx.append((up + np.heaviside(x, 0) * params["W1"].dot(delta)).tolist())
    return [dx, {name: value.tolist() for name, value in grads.items()}]


def preactivation_forward_with_loops(x: np.ndarray, params: dict[str, Any]) -> list[Any]:
    """One row at a time, with prints; answers with lists of arrays."""
    rows: dict[str, Any] = {"a0": [], "z1": [], "a1": [], "out": []}
    for row in x:
        rows["a0"].append([max(value, 0) for value in row.tolist()])
        rows["z1"].append(params["b1"] + params["W1"].T @ rows["a0"][-1])
        rows["a1"].append(rows["z1"][-1].clip(min=0))
        rows["out"].append(row + params["b2"] + params["W2"].T @ rows["a1"][-1])
    print("out", rows["out"])  # noqa: T201  (printing must not cost points)
    return [rows.pop("out"), {"x": x, "params": params, **rows}]


def preactivation_backward_from_x(dout: np.ndarray, cache: dict[str, Any]) -> tuple[np.ndarray, dict[str, Any]]:
    """Einsum, the forward pass run again from x, in-place masks on arrays of its own."""
    x, params = cache["x"], cache["params"]
    a0 = x.clip(min=0)
    z1 = a0 @ params["W1"] + params["b1"]
    dz1 = np.einsum("nd,hd->nh", dout, params["W2"])
    dz1 *= np.sign(z1).clip(min=0)
    dx = np.einsum("nh,dh->nd", dz1, params["W1"])
    dx[x <= 0] = 0
    dx += dout
    dW2 = np.tensordot(z1.clip(min=0), dout, axes=(0, 0))
    return dx, {"W2": dW2, "b2": sum(dout), "W1": np.tensordot(a0, dz1, axes=(0, 0)), "b1": sum(dz1)}


class Tape:
    """A cache that is an object, and knows how to go back."""

    def __init__(self, x: np.ndarray, params: dict[str, Any]) -> None:
        """Remember the inputs."""
        self.x, self.params = x, params

    def back(self, dout: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Compute everything again, then the gradients."""
        a0 = self.x.clip(0)
        z1 = a0 @ self.params["W1"] + self.params["b1"]
        dz1 = np.where(z1 > 0, dout @ self.params["W2"].T, 0)
        grads = {"W2": z1.clip(0).T @ dout, "b2": dout.sum(0), "W1": a0.T @ dz1, "b1": dz1.sum(0)}
        return dout + np.where(self.x > 0, dz1 @ self.params["W1"].T, 0), grads


def preactivation_forward_on_tape(x: np.ndarray, params: dict[str, Any]) -> tuple[np.ndarray, Tape]:
    """Keeps an object in place of a dict."""
    hidden = (x.clip(0) @ params["W1"] + params["b1"]).clip(0)
    return x + hidden @ params["W2"] + params["b2"], Tape(x, params)


def preactivation_backward_on_tape(dout: np.ndarray, cache: Tape) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Lets the object do it."""
    return cache.back(dout)


ALTERNATIVES = [
    Alternative(
        exercise="preactivation",
        title="an object for a cache",
        functions={
            "preactivation_forward": preactivation_forward_on_tape,
            "preactivation_backward": preactivation_backward_on_tape,
        },
    ),
    Alternative(
        exercise="residual_forward",
        title="float32 inside",
        functions={"residual_forward": forward_in_float32},
    ),
    Alternative(
        "residual_forward",
        "loops in Python's floats, nested lists, prints",
        {"residual_forward": forward_with_loops},
    ),
    Alternative(
        "residual_forward",
        "einsum, a list for the tuple, a warning",
        {"residual_forward": forward_with_einsum},
    ),
    Alternative("residual_forward", "branch and shortcut as one matrix", {"residual_forward": forward_as_one_matrix}),
    Alternative("residual_backward", "loops over rows, outer products", {"residual_backward": backward_with_loops}),
    Alternative(
        "residual_backward",
        "einsum, masks by np.where, more keys",
        {"residual_backward": backward_with_einsum},
    ),
    Alternative("residual_backward", "a Jacobian for each row", {"residual_backward": backward_with_jacobians}),
    Alternative(
        "preactivation",
        "ReLU from the absolute value; backward in loops with nested lists",
        {
            "preactivation_forward": preactivation_forward_with_where,
            "preactivation_backward": preactivation_backward_with_loops,
        },
    ),
    Alternative(
        "preactivation",
        "forward in loops, with prints; backward from x alone",
        {
            "preactivation_forward": preactivation_forward_with_loops,
            "preactivation_backward": preactivation_backward_from_x,
        },
    ),
]
