"""Right joins of paths, branches and networks written in other ways.

They add up in place on their own copies, use einsum, torch and float32, and answer in nested lists.
"""

import statistics
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from autograder.suite.misconceptions import Alternative

Branch = Callable[[np.ndarray], np.ndarray]


def join_with_weights(branches: list[np.ndarray], alive: list[bool]) -> Any:
    """A sum with weights of zeros and ones, divided by the sum of the weights."""
    weights = np.array(alive, dtype=float)
    return np.tensordot(weights, np.stack(branches), axes=1) / weights.sum()


def join_step_by_step(branches: list[np.ndarray], alive: list[bool]) -> Any:
    """A running mean, in place on an array of its own; nested lists; prints."""
    mean, count = np.zeros(branches[0].shape), 0
    for number in range(len(branches)):
        if alive[number]:
            count += 1
            mean += (branches[number] - mean) / count
    print(count, "paths")  # noqa: T201  (printing must not cost points)
    return mean.tolist()


def join_in_float32(branches: list[np.ndarray], alive: list[bool]) -> Any:
    """Single precision, chosen by a mask of truth values."""
    return np.array(branches, dtype=np.float32)[np.array(alive)].mean(axis=0)


def join_with_torch(branches: list[np.ndarray], alive: list[bool]) -> Any:
    """Tensors; a warning."""
    warnings.warn("tensors ahead", stacklevel=2)
    kept = [torch.tensor(branch, dtype=torch.float64) for branch, lives in zip(branches, alive, strict=True) if lives]
    return sum(kept) / len(kept)


def residual_part_by_part(x: np.ndarray, branches: list[Branch], projection: Any, scale: float) -> Any:
    """Each branch with its own columns of the weight, added up in place; no stack at all."""
    weight, bias = projection
    total, start = np.zeros(x.shape) + bias[:, None, None], 0
    for branch in branches:
        maps = branch(x)
        depth = maps.shape[1]
        total += np.einsum("oc,nchw->nohw", weight[:, start : start + depth], maps)
        start += depth
    total *= scale
    total += x
    total[total < 0] = 0
    return total


def residual_with_torch(x: np.ndarray, branches: list[Branch], projection: Any, scale: float) -> Any:
    """A 1x1 convolution of tensors; prints."""
    weight, bias = map(torch.tensor, projection)
    maps = torch.cat([torch.tensor(np.asarray(branch(x))) for branch in branches], dim=1)
    print(tuple(maps.shape))  # noqa: T201  (printing must not cost points)
    projected = torch.conv2d(maps, weight[:, :, None, None], bias)
    return torch.relu(torch.tensor(x) + scale * projected)


def residual_with_the_scale_in_the_weights(x: np.ndarray, branches: list[Branch], projection: Any, scale: float) -> Any:
    """The scale goes into weight and bias, and both into one product of matrices; nested lists."""
    weight, bias = (scale * part for part in projection)
    stacked = np.concatenate([np.asarray(branch(x)) for branch in branches], axis=1)
    pixels = np.moveaxis(stacked, 1, -1)
    added = np.moveaxis(pixels @ weight.T + bias, -1, 1)
    return np.where(x + added > 0, x + added, 0.0).tolist()


def residual_in_float32(x: np.ndarray, branches: list[Branch], projection: Any, scale: float) -> Any:
    """Single precision; a warning."""
    warnings.warn("seven digits", stacklevel=2)
    weight, bias = projection[0].astype(np.float32), projection[1].astype(np.float32).reshape(1, -1, 1, 1)
    maps = np.concatenate([np.float32(branch(x)) for branch in branches], axis=1)
    projected = np.tensordot(weight, maps, axes=(1, 1)).swapaxes(0, 1) + bias
    return np.maximum(np.float32(x) + np.float32(scale) * projected, np.float32(0))


def ensemble_step_by_step(probabilities: Any) -> np.ndarray:
    """A sum in place on an array of its own, divided in the end; prints."""
    total = np.zeros(np.shape(probabilities[0]))
    for member in probabilities:
        total += member
    print(len(probabilities), "members")  # noqa: T201  (printing must not cost points)
    return total / len(probabilities)


def ensemble_number_by_number(probabilities: Any) -> list[list[float]]:
    """Python's own mean of each class of each image; nested lists; a warning."""
    warnings.warn("slow", stacklevel=2)
    rows, columns = np.shape(probabilities[0])
    return [
        [statistics.fmean(float(member[n][k]) for member in probabilities) for k in range(columns)] for n in range(rows)
    ]


def ensemble_in_float32(probabilities: Any) -> Any:
    """Single precision, by a sum over an axis."""
    members = np.asarray(probabilities, dtype=np.float32)
    return np.einsum("mnk->nk", members) / np.float32(len(members))


def ensemble_with_torch(probabilities: Any) -> Any:
    """The mean of a stack of tensors."""
    return torch.stack([torch.tensor(member) for member in probabilities]).mean(dim=0)


def ensemble_made_to_add_up(probabilities: Any) -> Any:
    """A sum that is divided by what the classes add up to: the number of members."""
    total: Any = sum(np.asarray(member) for member in probabilities)
    return total / total.sum(axis=1, keepdims=True)


JOIN, RESIDUAL, ENSEMBLE = "fractal_join", "inception_residual_forward", "ensemble_predict"

ALTERNATIVES = [
    Alternative("fractal", "a weighted sum", {JOIN: join_with_weights}),
    Alternative("fractal", "a running mean, nested lists, prints", {JOIN: join_step_by_step}),
    Alternative("fractal", "a mask, float32", {JOIN: join_in_float32}),
    Alternative("fractal", "tensors, a warning", {JOIN: join_with_torch}),
    Alternative(RESIDUAL, "part by part, in place", {RESIDUAL: residual_part_by_part}),
    Alternative(RESIDUAL, "torch, prints", {RESIDUAL: residual_with_torch}),
    Alternative(RESIDUAL, "the scale in the weights", {RESIDUAL: residual_with_the_scale_in_the_weights}),
    Alternative(RESIDUAL, "float32, a warning", {RESIDUAL: residual_in_float32}),
    Alternative(ENSEMBLE, "step by step, prints", {ENSEMBLE: ensemble_step_by_step}),
    Alternative(ENSEMBLE, "number by number, nested lists, a warning", {ENSEMBLE: ensemble_number_by_number}),
    Alternative(ENSEMBLE, "float32", {ENSEMBLE: ensemble_in_float32}),
    Alternative(ENSEMBLE, "made to add up", {ENSEMBLE: ensemble_made_to_add_up}),
    Alternative(ENSEMBLE, "torch", {ENSEMBLE: ensemble_with_torch}),
]
