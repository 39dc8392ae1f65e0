"""Right costs of modules and networks written in other ways.

They do without the earlier functions, use arrays, recursion and classes of their own, and answer with more keys than asked for.
"""

from collections import Counter
from typing import Any

import numpy as np

from autograder.suite.misconceptions import Alternative


def naive_at_once(in_shape: Any, branches: dict[str, int]) -> dict[str, Any]:
    """One dot product of channels and areas; numpy integers; the terms are told too."""
    depth, height, width = in_shape
    channels = np.array([branches["1x1"], branches["3x3"], branches["5x5"]])
    terms = height * width * depth * channels * [1, 9, 25]
    return {"macs": terms.sum(), "out_channels": channels.sum() + depth, "terms": terms.tolist()}


def naive_from_names(in_shape: Any, branches: dict[str, int]) -> dict[str, int]:
    """Takes the kernels from the names, and empties a copy of its own."""
    left = dict(branches)
    out_channels, macs = in_shape[0], 0
    while left:
        name, channels = left.popitem()
        side = int(name.split("x")[0])
        macs += in_shape[0] * in_shape[1] * in_shape[2] * channels * side * side
        out_channels += channels
    return {"out_channels": out_channels, "macs": macs}


def reduced_per_pixel(in_shape: Any, branches: dict[str, int]) -> dict[str, Any]:
    """Weights first; MACs are the weights times the pixels."""
    c, h, w = in_shape
    b = branches
    entering = b["1x1"] + b["3x3_reduce"] + b["5x5_reduce"] + b["pool_proj"]
    weights = c * entering + 9 * b["3x3_reduce"] * b["3x3"] + 25 * b["5x5_reduce"] * b["5x5"]
    return {
        "macs": weights * h * w,
        "params": weights + sum(b.values()),
        "out_channels": sum(b.values()) - b["3x3_reduce"] - b["5x5_reduce"],
        "weights": weights,
    }


def reduced_branch_by_branch(in_shape: Any, branches: dict[str, int]) -> dict[str, Any]:
    """Branches as lists of layers, each reading the one before it; numpy integers."""
    chains = [[("1x1", 1)], [("3x3_reduce", 1), ("3x3", 3)], [("5x5_reduce", 1), ("5x5", 5)], [("pool_proj", 1)]]
    macs, params, stack = np.int64(0), np.int64(0), []
    for chain in chains:
        depth = in_shape[0]
        for name, side in chain:
            weights = depth * branches[name] * side**2
            macs, params = macs + weights * in_shape[1] * in_shape[2], params + weights + branches[name]
            depth = branches[name]
        stack.append(depth)
    return {"macs": macs, "params": params, "out_channels": np.sum(stack)}


def layers_of(table: list[dict[str, Any]]) -> list[tuple[int, ...]]:
    """Every convolution of a table as (positions, inputs of one kernel, kernels); an fc layer is one, too."""
    layers: list[tuple[int, ...]] = []
    size, depth = (0, 0), 0
    for row in table:
        if "layers" in row:
            continue
        tall, broad = row["out_size"]
        if row["kind"] == "conv":
            inputs = depth // row["groups"] * row["kernel_size"] ** 2
            layers.append((tall * broad, inputs, row["out_channels"]))
        if row["kind"] == "fc":
            layers.append((1, depth * size[0] * size[1], row["out_channels"]))
        if row["kind"] == "inception":
            b = row["branches"]
            reads = {"3x3": 9 * b["3x3_reduce"], "5x5": 25 * b["5x5_reduce"]}
            layers += [(tall * broad, reads.get(name, depth), b[name]) for name in b]
        size, depth = (tall, broad), row["out_channels"]
    return layers


def census_from_layers(table: list[dict[str, Any]]) -> dict[str, Any]:
    """A list of all layers first, then sums; kinds with a Counter; one key more than asked for."""
    kinds = Counter(row["kind"] for row in table)
    layers = layers_of(table)
    weight_layers = kinds["conv"] + kinds["fc"] + 2 * kinds["inception"]
    return {
        "kinds": dict(kinds),
        "inception_modules": kinds["inception"],
        "weight_layers": weight_layers,
        "layers_with_pooling": weight_layers + kinds["max_pool"] + kinds["avg_pool"],
        "conv_and_fc_layers": len(layers),
        "params": sum((inputs + 1) * kernels for _, inputs, kernels in layers),
        "macs": sum(positions * inputs * kernels for positions, inputs, kernels in layers),
    }


def census_with_arrays(table: list[dict[str, Any]]) -> dict[str, Any]:
    """The same in numpy integers; prints."""
    positions, inputs, kernels = np.array(layers_of(table)).T
    kinds = np.array([row["kind"] for row in table])
    modules = np.sum(kinds == "inception")
    weight_layers = len(kernels) - 4 * modules
    print(dict(zip(*np.unique(kinds, return_counts=True), strict=True)))  # noqa: T201
    return {
        "inception_modules": modules,
        "weight_layers": weight_layers,
        "layers_with_pooling": weight_layers + np.isin(kinds, ["max_pool", "avg_pool"]).sum(),
        "conv_and_fc_layers": len(kernels),
        "params": np.dot(inputs, kernels) + kernels.sum(),
        "macs": np.einsum("n,n,n->", positions, inputs, kernels),
    }


ALTERNATIVES = [
    Alternative("naive_inception_cost", "arrays and a key more", {"naive_inception_cost": naive_at_once}),
    Alternative("naive_inception_cost", "kernels from the names", {"naive_inception_cost": naive_from_names}),
    Alternative("reduced_inception_cost", "weights times pixels", {"reduced_inception_cost": reduced_per_pixel}),
    Alternative("reduced_inception_cost", "branch by branch", {"reduced_inception_cost": reduced_branch_by_branch}),
    Alternative("googlenet_census", "a list of layers and a Counter", {"googlenet_census": census_from_layers}),
    Alternative("googlenet_census", "arrays", {"googlenet_census": census_with_arrays}),
]
