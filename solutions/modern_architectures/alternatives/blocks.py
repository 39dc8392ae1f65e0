"""Right blocks of stochastic depth, of dense layers, of squeezes and of groups, written in other ways.

They toss their coins in many ways, loop, use torch, einsum and float32, and work in place on their own copies.
"""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder.suite.misconceptions import Alternative
from starter_code.convolution import conv2d_forward, relu

Branch = Callable[[np.ndarray], np.ndarray]
Rng = np.random.Generator


def stochastic_by_uniform(x: np.ndarray, branch: Branch, survival: float, training: bool, rng: Rng) -> Any:
    """The branch is computed first, in place on a copy; a uniform number decides."""
    out = x.astype(np.float64)
    said = branch(x)
    if not training:
        out += survival * said
    elif rng.uniform(0, 1) <= survival:
        out += said
    return out


def stochastic_by_binomial(x: np.ndarray, branch: Branch, survival: float, training: bool, rng: Rng) -> Any:
    """A factor: a coin in training, the probability at inference. The branch is always called."""
    factor = rng.binomial(1, survival) if training else survival
    return x + factor * branch(x)


def stochastic_by_choice(x: np.ndarray, branch: Branch, survival: float, training: bool, rng: Rng) -> Any:
    """A choice between two outcomes; nested lists; prints."""
    if not training:
        return (x + branch(x) * survival).tolist()
    kept = rng.choice([True, False], p=[survival, 1 - survival])
    print("kept" if kept else "dropped")  # noqa: T201  (printing must not cost points)
    return (x + branch(x)).tolist() if kept else x.tolist()


def stochastic_by_dropping(x: np.ndarray, branch: Branch, survival: float, training: bool, rng: Rng) -> Any:
    """Draws whether the branch is dropped, in float32, after a number that is thrown away."""
    if training:
        rng.standard_exponential(3)
        dropped = bool(rng.random(1, dtype=np.float32)[0] >= np.float32(survival))
        return x.copy() if dropped else np.add(x, branch(x))
    return np.add(x, np.multiply(survival, branch(x)))


def stochastic_by_waiting(x: np.ndarray, branch: Branch, survival: float, training: bool, rng: Rng) -> Any:
    """The time to the first event of a process; tensors."""
    factor = survival
    if training:
        factor = 1.0 if survival == 1 or rng.exponential() < -np.log1p(-survival) else 0.0
        rng.integers(7)
    if factor == 0:
        return torch.tensor(x, dtype=torch.float64)
    return torch.tensor(x, dtype=torch.float64) + factor * torch.tensor(np.asarray(branch(x)))


def stochastic_in_float32(x: np.ndarray, branch: Branch, survival: float, training: bool, rng: Rng) -> Any:
    """Single precision, and a mask of one number that is shared by all."""
    keep: Any = np.float32(survival)
    if training:
        keep = (rng.random((1, 1, 1, 1)) < survival).astype(np.float32)
    return x.astype(np.float32) + keep * branch(x).astype(np.float32)


def stochastic_in_place(x: np.ndarray, branch: Branch, survival: float, training: bool, rng: Rng) -> Any:
    """Writes into what the branch returned; the coin is one of many small cards."""
    if training and rng.integers(1 << 40) >= survival * (1 << 40):
        return x
    out = branch(x)
    if not training:
        out *= survival
    out += x
    return out


def dense_from_a_list(x: np.ndarray, layers: list[Branch]) -> np.ndarray:
    """A list of all maps, stacked anew for each layer; prints."""
    maps = [x]
    for number, layer in enumerate(layers):
        print("layer", number)  # noqa: T201  (printing must not cost points)
        maps.append(layer(np.concatenate(maps, axis=1)))
    return np.concatenate(maps, axis=1)


def dense_by_recursion(x: np.ndarray, layers: list[Branch]) -> Any:
    """The first layer, then the block of the others; nested lists."""
    if not layers:
        return x.tolist()
    return dense_by_recursion(np.hstack((x, layers[0](x))), layers[1:])


def dense_with_torch(x: np.ndarray, layers: list[Branch]) -> Any:
    """Tensors, in double precision; a warning."""
    warnings.warn("tensors ahead", stacklevel=2)
    stack = torch.tensor(x, dtype=torch.float64)
    for layer in layers:
        stack = torch.cat([stack, torch.tensor(np.asarray(layer(stack.numpy())))], dim=1)
    return stack


def dense_in_float32(x: np.ndarray, layers: list[Branch]) -> np.ndarray:
    """Single precision in a buffer of its own, which grows."""
    stack = np.array(x, dtype=np.float32)
    for layer in layers:
        new = layer(stack)
        grown = np.empty((len(stack), stack.shape[1] + new.shape[1], *stack.shape[2:]), dtype=np.float32)
        grown[:, : stack.shape[1]], grown[:, stack.shape[1] :] = stack, new
        stack = grown
    return stack


def fire_by_hand(x: np.ndarray, params: dict[str, Any]) -> np.ndarray:
    """Einsum for kernels of one pixel, shifted images for the others; ReLUs in place on its own stack."""
    squeezed = np.einsum("oc,nchw->nohw", params["W_squeeze"][:, :, 0, 0], x) + params["b_squeeze"][:, None, None]
    squeezed[squeezed < 0] = 0
    rows, columns = x.shape[2:]
    padded = np.pad(squeezed, ((0, 0), (0, 0), (1, 1), (1, 1)))
    ones, threes = len(params["b_expand1"]), len(params["b_expand3"])
    out = np.zeros((len(x), ones + threes, rows, columns))
    out[:, :ones] = np.einsum("oc,nchw->nohw", params["W_expand1"][..., 0, 0], squeezed)
    for u in range(3):
        for v in range(3):
            window = padded[:, :, u : u + rows, v : v + columns]
            out[:, ones:] += np.tensordot(window, params["W_expand3"][:, :, u, v], axes=(1, 1)).transpose(0, 3, 1, 2)
    out += np.concatenate([params["b_expand1"], params["b_expand3"]])[:, None, None]
    return np.maximum(out, 0, out=out)


def fire_with_torch(x: np.ndarray, params: dict[str, Any]) -> Any:
    """Tensors; a 1x1 kernel is a 3x3 kernel with zeros around it."""
    given = {key: torch.tensor(value) for key, value in params.items()}
    squeezed = torch.conv2d(torch.tensor(x, dtype=torch.float64), given["W_squeeze"], given["b_squeeze"]).relu()
    wide = torch.nn.functional.pad(given["W_expand1"], (1, 1, 1, 1))
    weight, bias = torch.cat([wide, given["W_expand3"]]), torch.cat([given["b_expand1"], given["b_expand3"]])
    return torch.conv2d(squeezed, weight, bias, padding=1).clamp(min=0)


def fire_in_float32(x: np.ndarray, params: dict[str, Any]) -> Any:
    """Single precision; nested lists; prints."""
    small = {key: value.astype(np.float32) for key, value in params.items()}
    print(sorted(small))  # noqa: T201  (printing must not cost points)
    maps = relu(conv2d_forward(x.astype(np.float32), small["W_squeeze"], small["b_squeeze"]))
    ends = [relu(conv2d_forward(maps, small[f"W_expand{k}"], small[f"b_expand{k}"])) for k in (1, 3)]
    return np.concatenate(ends, axis=1).tolist()


def grouped_with_zeros(x: np.ndarray, weight: np.ndarray, groups: int) -> np.ndarray:
    """An ordinary convolution whose kernels have zeros for the channels of other groups."""
    outputs, inputs, size, _ = weight.shape
    full = np.zeros((outputs, x.shape[1], size, size))
    for kernel in range(outputs):
        first = kernel // (outputs // groups) * inputs
        full[kernel, first : first + inputs] = weight[kernel]
    return conv2d_forward(x, full, np.zeros(outputs))


def grouped_pixel_by_pixel(x: np.ndarray, weight: np.ndarray, groups: int) -> Any:
    """Sums at every pixel; nested lists; a warning."""
    warnings.warn("slow", stacklevel=2)
    edge = weight.shape[2] // 2
    padded = np.pad(x, ((0, 0), (0, 0), (edge, edge), (edge, edge)))
    depth = weight.shape[1]
    out = np.zeros((len(x), len(weight), *x.shape[2:]))
    for o, i, j in np.ndindex(out.shape[1:]):
        first = depth * (o * groups // len(weight))
        window = padded[:, first : first + depth, i : i + 2 * edge + 1, j : j + 2 * edge + 1]
        out[:, o, i, j] = (window * weight[o]).sum(axis=(1, 2, 3))
    return out.tolist()


def grouped_with_torch(x: np.ndarray, weight: np.ndarray, groups: int) -> Any:
    """Torch knows groups."""
    images = torch.tensor(x, dtype=torch.float64)
    return torch.conv2d(images, torch.tensor(weight), padding=weight.shape[-1] // 2, groups=groups)


def grouped_in_float32(x: np.ndarray, weight: np.ndarray, groups: int) -> np.ndarray:
    """An axis for the groups, in single precision."""
    number, channels, rows, columns = x.shape
    edge = weight.shape[2] // 2
    padded = np.pad(x.astype(np.float32), ((0, 0), (0, 0), (edge, edge), (edge, edge)))
    padded = padded.reshape(number, groups, channels // groups, *padded.shape[2:])
    kernels = weight.astype(np.float32).reshape(groups, -1, *weight.shape[1:])
    out = np.zeros((number, groups, kernels.shape[1], rows, columns), dtype=np.float32)
    for u in range(2 * edge + 1):
        for v in range(2 * edge + 1):
            window = padded[..., u : u + rows, v : v + columns]
            out += np.einsum("ngchw,goc->ngohw", window, kernels[..., u, v])
    return out.reshape(number, -1, rows, columns)


STOCHASTIC, DENSE = "stochastic_depth_forward", "dense_block_forward"
FIRE, GROUPED = "fire_forward", "grouped_conv_forward"

ALTERNATIVES = [
    Alternative("stochastic_depth", "a uniform number, in place on a copy", {STOCHASTIC: stochastic_by_uniform}),
    Alternative(
        "stochastic_depth", "a binomial factor, the branch always called", {STOCHASTIC: stochastic_by_binomial}
    ),
    Alternative("stochastic_depth", "a choice, nested lists, prints", {STOCHASTIC: stochastic_by_choice}),
    Alternative("stochastic_depth", "a coin in float32 after other draws", {STOCHASTIC: stochastic_by_dropping}),
    Alternative("stochastic_depth", "an exponential time, tensors", {STOCHASTIC: stochastic_by_waiting}),
    Alternative("stochastic_depth", "float32 and a shared mask", {STOCHASTIC: stochastic_in_float32}),
    Alternative("stochastic_depth", "in place on what the branch returned", {STOCHASTIC: stochastic_in_place}),
    Alternative(DENSE, "a list that is stacked anew, prints", {DENSE: dense_from_a_list}),
    Alternative(DENSE, "recursion, nested lists", {DENSE: dense_by_recursion}),
    Alternative(DENSE, "tensors, a warning", {DENSE: dense_with_torch}),
    Alternative(DENSE, "float32 in a buffer of its own", {DENSE: dense_in_float32}),
    Alternative(FIRE, "by hand, in place on its own stack", {FIRE: fire_by_hand}),
    Alternative(FIRE, "torch, one convolution for both", {FIRE: fire_with_torch}),
    Alternative(FIRE, "float32, nested lists, prints", {FIRE: fire_in_float32}),
    Alternative(GROUPED, "kernels with zeros", {GROUPED: grouped_with_zeros}),
    Alternative(GROUPED, "pixel by pixel, nested lists, a warning", {GROUPED: grouped_pixel_by_pixel}),
    Alternative(GROUPED, "torch's own groups", {GROUPED: grouped_with_torch}),
    Alternative(GROUPED, "an axis for the groups, in float32", {GROUPED: grouped_in_float32}),
]
