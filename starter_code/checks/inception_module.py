"""The visible checks of `inception_module`; the locked cell after each exercise calls one of them.

The worked examples are small enough to be followed with pencil and paper.
"""

from collections.abc import Callable

import numpy as np

from starter_code.checks.checking import (
    array_of,
    call,
    describe,
    done,
    expect_array,
    expect_close,
    expect_gradient,
    expect_tuple,
    fail,
    ok,
    say,
)
from starter_code.gradient_check import numeric_gradient

Function = Callable[..., object]
VALUES = (
    "x",
    "z_1x1",
    "z_3x3_reduce",
    "a_3x3_reduce",
    "z_3x3",
    "z_5x5_reduce",
    "a_5x5_reduce",
    "z_5x5",
    "pooled",
    "z_pool_proj",
)

# One image of two channels, 2 x 3 pixels, a layer with three outputs, and an upstream gradient.
X = np.array([[[[1.0, 2.0, -1.0], [0.0, 3.0, -2.0]], [[2.0, -1.0, 0.0], [1.0, -3.0, 4.0]]]])
WEIGHT, BIAS = np.array([[1.0, -1.0], [2.0, 0.5], [0.0, 3.0]]), np.array([0.5, 0.0, -1.0])
DOUT = np.array(
    [[[[1.0, 0.0, -1.0], [2.0, 0.0, 0.0]], [[0.0, 1.0, 0.0], [0.0, -1.0, 0.0]], [[0.0, 0.0, 2.0], [1.0, 0.0, 0.0]]]]
)

# One image of one channel, 3 x 3 pixels, and a module whose layers have one map each; kernels have one or two entries.
IMAGE = np.array([[[[1.0, -2.0, 3.0], [-4.0, 5.0, -6.0], [7.0, -8.0, 9.0]]]])
KERNELS = {  # layer: its size, the entries of its kernel that are not zero, its bias
    "1x1": (1, {(0, 0): 2.0}, -1.0),
    "3x3_reduce": (1, {(0, 0): -1.0}, 1.0),
    "3x3": (3, {(1, 1): 1.0, (1, 0): -0.5}, 0.5),
    "5x5_reduce": (1, {(0, 0): 1.0}, -2.0),
    "5x5": (5, {(2, 2): 1.0, (4, 4): -1.0}, 0.5),
    "pool_proj": (1, {(0, 0): -1.0}, 6.0),
}
INSIDE = {  # what the module computes for IMAGE, as its cache names it
    "x": IMAGE[0, 0].tolist(),
    "z_1x1": [[1.0, -5.0, 5.0], [-9.0, 9.0, -13.0], [13.0, -17.0, 17.0]],
    "z_3x3_reduce": [[0.0, 3.0, -2.0], [5.0, -4.0, 7.0], [-6.0, 9.0, -8.0]],
    "a_3x3_reduce": [[0.0, 3.0, 0.0], [5.0, 0.0, 7.0], [0.0, 9.0, 0.0]],
    "z_3x3": [[0.5, 3.5, -1.0], [5.5, -2.0, 7.5], [0.5, 9.5, -4.0]],
    "z_5x5_reduce": [[-1.0, -4.0, 1.0], [-6.0, 3.0, -8.0], [5.0, -10.0, 7.0]],
    "a_5x5_reduce": [[0.0, 0.0, 1.0], [0.0, 3.0, 0.0], [5.0, 0.0, 7.0]],
    "z_5x5": [[-6.5, 0.5, 1.5], [0.5, 3.5, 0.5], [5.5, 0.5, 7.5]],
    "pooled": [[5.0, 5.0, 5.0], [7.0, 9.0, 9.0], [7.0, 9.0, 9.0]],
    "z_pool_proj": [[1.0, 1.0, 1.0], [-1.0, -3.0, -3.0], [-1.0, -3.0, -3.0]],
}
STACK = [
    [[1.0, 0.0, 5.0], [0.0, 9.0, 0.0], [13.0, 0.0, 17.0]],
    [[0.5, 3.5, 0.0], [5.5, 0.0, 7.5], [0.5, 9.5, 0.0]],
    [[0.0, 0.5, 1.5], [0.5, 3.5, 0.5], [5.5, 0.5, 7.5]],
    [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
]
UPSTREAM = np.zeros((1, 4, 3, 3))
for place, value in {
    (0, 0, 0): 1,
    (0, 1, 1): 2,
    (1, 0, 1): 1,
    (1, 1, 2): 3,
    (2, 1, 1): 1,
    (2, 2, 0): 2,
    (3, 0, 0): 2,
    (3, 0, 2): 1,
}.items():
    UPSTREAM[(0, *place)] = value


def check_pointwise_conv_forward(pointwise_conv_forward: Function) -> None:
    """The shape, and one image in numbers."""
    name = "pointwise_conv_forward"
    rng = np.random.default_rng(1)
    answer = call(
        name, pointwise_conv_forward, rng.normal(size=(2, 4, 3, 5)), rng.normal(size=(6, 4)), rng.normal(size=6)
    )
    expect_array("out", answer, (2, 6, 3, 5))
    out = call(name, pointwise_conv_forward, X.copy(), WEIGHT.copy(), BIAS.copy())
    first = [[-0.5, 3.5, -0.5], [-0.5, 6.5, -5.5]]
    second, third = [[3.0, 3.5, -2.0], [0.5, 4.5, -2.0]], [[5.0, -4.0, -1.0], [2.0, -10.0, 11.0]]
    expect_close("out", out, [[first, second, third]], "each pixel's two numbers, mixed into three")
    done(name, "batches of one, and integers.")


def check_pointwise_conv_backward(pointwise_conv_backward: Function, pointwise_conv_forward: Function) -> None:
    """One image in numbers, then central differences on a batch of two."""
    name = "pointwise_conv_backward"
    names = ("dx", "dweight", "dbias")
    dx, dweight, dbias = expect_tuple(
        name, call(name, pointwise_conv_backward, DOUT.copy(), X.copy(), WEIGHT.copy()), names
    )
    back = [[[1.0, 2.0, -1.0], [2.0, -2.0, 0.0]], [[-1.0, 0.5, 7.0], [1.0, -0.5, 0.0]]]
    expect_close("dx", dx, [back], "what three outputs pass back to two inputs, pixel by pixel")
    expect_close("dweight", dweight, [[2.0, 4.0], [-1.0, 2.0], [-2.0, 1.0]])
    expect_close("dbias", dbias, [2.0, 0.0, 3.0])
    rng = np.random.default_rng(2)
    inputs = {"dx": rng.normal(size=(2, 3, 2, 4)), "dweight": rng.normal(size=(2, 3)), "dbias": rng.normal(size=2)}
    dout = rng.normal(size=(2, 2, 2, 4))
    say("      against central differences of your pointwise_conv_forward:")

    def loss(inputs: dict[str, np.ndarray]) -> float:
        out = call("pointwise_conv_forward", pointwise_conv_forward, *inputs.values())
        return float(np.sum(array_of("out", out, dout.shape) * dout))

    answer = expect_tuple(name, call(name, pointwise_conv_backward, dout, inputs["dx"], inputs["dweight"]), names)
    for (key, value), gradient in zip(inputs.items(), answer, strict=True):
        numeric = numeric_gradient(lambda moved, key=key: loss({**inputs, key: moved}), value)  # type: ignore[misc]
        expect_gradient(key, array_of(key, gradient, value.shape), numeric)
    done(name, "batches of one, and integers.")


def check_global_average_pool(forward: Function, backward: Function) -> None:
    """One image of two maps in numbers, there and back, then central differences."""
    there, back = "global_average_pool_forward", "global_average_pool_backward"
    x = np.array([[[[1.0, 2.0, -1.0], [0.0, 3.0, 1.0]], [[2.0, -1.0, 0.0], [1.0, -3.0, 4.0]]]])
    out = call(there, forward, x)
    expect_array("out", out, (1, 2))
    expect_close("out", out, [[1.0, 0.5]], "two maps of six pixels each")
    dx = call(back, backward, np.array([[12.0, -3.0]]), (1, 2, 2, 3))
    expect_array("dx", dx, (1, 2, 2, 3))
    rng = np.random.default_rng(3)
    maps, dout = rng.normal(size=(3, 2, 2, 4)), rng.normal(size=(3, 2))
    say("      against central differences of your global_average_pool_forward:")

    def loss(maps: np.ndarray) -> float:
        return float(np.sum(array_of("out", call(there, forward, maps), dout.shape) * dout))

    expect_gradient(
        "dx", array_of("dx", call(back, backward, dout, maps.shape), maps.shape), numeric_gradient(loss, maps)
    )
    done("global_average_pool", "batches of one, images of one pixel, and integers.")


def check_channels(concat_channels: Function, split_channels: Function) -> None:
    """Shapes of three branches, two of them in numbers, and that taking apart gives back what was stacked."""
    there, back = "concat_channels", "split_channels"
    rng = np.random.default_rng(4)
    branches = [rng.normal(size=(2, channels, 3, 4)) for channels in (3, 1, 2)]
    stack = expect_array("out", call(there, concat_channels, branches), (2, 6, 3, 4))
    small = [np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]]), np.array([[[[5.0, 6.0]]]])]
    expect_close("out", call(there, concat_channels, small), [[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]]])
    parts = call(back, split_channels, stack, [3, 1, 2])
    if not isinstance(parts, (list, tuple)) or len(parts) != len(branches):
        fail(f"split_channels should return a list of {len(branches)} arrays here, and returned {describe(parts)}.")
    for number, (part, branch) in enumerate(zip(parts, branches, strict=True)):
        expect_close(f"part {number} of what was stacked", part, branch)
    done("channels", "lists of one branch.")


def check_inception_forward(inception_forward: Function) -> None:
    """Shapes of a module with six different depths, and one image in numbers."""
    name = "inception_forward"
    x, params, dout = _module(seed=10)
    out, cache = expect_tuple(name, call(name, inception_forward, x, params), ("out", "cache"))
    expect_array("out", out, dout.shape)
    cache = _expect_keys("cache", cache, (*VALUES, "params"))
    for key in VALUES:
        layer = key.partition("_")[2]
        depth = len(params[f"b_{layer}"]) if layer else x.shape[1]
        array_of(f'cache["{key}"]', cache[key], (len(x), depth, *x.shape[2:]))
    ok("the arrays in cache have the right shapes")
    out, cache = expect_tuple(name, call(name, inception_forward, IMAGE.copy(), _example()), ("out", "cache"))
    cache = _expect_keys("cache of the worked example", cache, (*VALUES, "params"))
    for key in VALUES:
        expect_close(f'cache["{key}"]', cache[key], [[INSIDE[key]]])
    expect_close("out", out, [STACK], "four maps, in the order 1x1, 3x3, 5x5, pool projection")
    done(name, "the numbers of layers that read or make more than one map.")


def check_inception_backward(inception_backward: Function, inception_forward: Function) -> None:
    """One image in numbers, then central differences of a whole module."""
    name = "inception_backward"
    example = {key: np.array([[value]]) for key, value in INSIDE.items()} | {"params": _example()}
    dx, grads = expect_tuple(name, call(name, inception_backward, UPSTREAM.copy(), example), ("dx", "grads"))
    grads = _expect_keys("grads", grads, tuple(_example()))
    expect_close("dx", dx, [[[[2.0, -1.0, 0.0], [0.0, 2.0, -3.0], [2.0, 0.0, 0.0]]]], "the sum over four branches")
    for key, number in {"1x1": 11.0, "3x3_reduce": -20.0, "5x5_reduce": 19.0, "pool_proj": 15.0}.items():
        expect_close(f'grads["W_{key}"]', grads[f"W_{key}"], [[[[number]]]])
    expect_close('grads["W_3x3"]', grads["W_3x3"], [[[[9.0, 0.0, 0.0], [0.0, 24.0, 0.0], [32.0, 0.0, 7.0]]]])
    for key, number in {
        "1x1": 3.0,
        "3x3_reduce": 4.0,
        "3x3": 4.0,
        "5x5_reduce": 3.0,
        "5x5": 3.0,
        "pool_proj": 3.0,
    }.items():
        expect_close(f'grads["b_{key}"]', grads[f"b_{key}"], [number])
    _check_module_gradients(name, inception_backward, inception_forward)
    done(name, "the large kernel against central differences. The cell below does that, for the whole module: read it.")


def _check_module_gradients(name: str, backward: Function, forward: Function) -> None:
    """Compare dx and four of the gradients with central differences of the student's own forward pass."""
    x, params, dout = _module(seed=31)
    say("      against central differences of your inception_forward:")

    def loss(x: np.ndarray, params: dict[str, np.ndarray]) -> float:
        out, _ = expect_tuple("inception_forward", call("inception_forward", forward, x, params), ("out", "cache"))
        return float(np.sum(array_of("out", out, dout.shape) * dout))

    _, cache = expect_tuple("inception_forward", call("inception_forward", forward, x, params), ("out", "cache"))
    dx, grads = expect_tuple(name, call(name, backward, dout, cache), ("dx", "grads"))
    expect_gradient("dx", array_of("dx", dx, x.shape), numeric_gradient(lambda moved: loss(moved, params), x))
    grads = _expect_keys("grads", grads, tuple(params))
    for key in ("W_1x1", "W_3x3_reduce", "W_3x3", "W_pool_proj"):
        numeric = numeric_gradient(lambda moved, key=key: loss(x, {**params, key: moved}), params[key])  # type: ignore[misc]
        expect_gradient(f'grads["{key}"]', array_of(f'grads["{key}"]', grads[key], params[key].shape), numeric)


def _expect_keys(what: str, got: object, keys: tuple[str, ...]) -> dict[str, object]:
    """Expect a dict that has at least these keys: so many that naming them all would not help."""
    if not isinstance(got, dict):
        fail(f"{what} should be a dict and is {describe(got)}.")
    if missing := [key for key in keys if key not in got]:
        fail(f"{what} lacks {', '.join(map(repr, missing))}.")
    ok(f"{what} has its {len(keys)} keys")
    return got


def _example() -> dict[str, np.ndarray]:
    """The parameters of the worked example, in fresh arrays."""
    params: dict[str, np.ndarray] = {}
    for layer, (size, entries, bias) in KERNELS.items():
        kernel = np.zeros((1, 1, size, size))
        for place, value in entries.items():
            kernel[(0, 0, *place)] = value
        params |= {f"W_{layer}": kernel, f"b_{layer}": np.array([bias])}
    return params


def _module(seed: int) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Draw x, params and dout of a module; the seeds in use keep every ReLU away from its kink, and every pool from ties."""
    rng = np.random.default_rng(seed)
    depths = {"1x1": 1, "3x3_reduce": 2, "3x3": 3, "5x5_reduce": 1, "5x5": 2, "pool_proj": 1}
    params = {}
    for layer in KERNELS:
        inputs, size = depths.get(f"{layer}_reduce", 2), KERNELS[layer][0]
        params[f"W_{layer}"] = rng.normal(size=(depths[layer], inputs, size, size)) / np.sqrt(inputs * size)
        params[f"b_{layer}"] = 0.5 * rng.normal(size=depths[layer])
    return rng.normal(size=(2, 2, 3, 4)), params, rng.normal(size=(2, 7, 3, 4))
