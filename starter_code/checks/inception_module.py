"""The visible checks of `inception_module`; the locked cell after each exercise calls one of them.

The worked examples are small enough to be followed with pencil and paper.
"""

from collections.abc import Callable

import numpy as np

from starter_code.checks.checking import (
    array_of,
    asked,
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
from starter_code.checks.examples import Example, Told, drawn, given, normal
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
WHOLE_CACHE = "all of cache: INSIDE and KERNELS of starter_code/checks/inception_module.py"
READ = {"3x3": "a_3x3_reduce", "5x5": "a_5x5_reduce", "pool_proj": "pooled"}  # by these layers; the others read x
STACK = [
    [[1.0, 0.0, 5.0], [0.0, 9.0, 0.0], [13.0, 0.0, 17.0]],
    [[0.5, 3.5, 0.0], [5.5, 0.0, 7.5], [0.5, 9.5, 0.0]],
    [[0.0, 0.5, 1.5], [0.5, 3.5, 0.5], [5.5, 0.5, 7.5]],
    [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]],
]
UPSTREAM = np.zeros((1, 4, 3, 3))
UPSTREAM[0, 0, [0, 1], [0, 1]] = 1, 2
UPSTREAM[0, 1, [0, 1], [1, 2]] = 1, 3
UPSTREAM[0, 2, [1, 2], [1, 0]] = 1, 2
UPSTREAM[0, 3, [0, 0], [0, 2]] = 2, 1


def check_pointwise_conv_forward(pointwise_conv_forward: Function) -> None:
    """The shape, and one image in numbers."""
    name = "pointwise_conv_forward"
    example = normal(1, x=(2, 4, 3, 5), weight=(6, 4), bias=(6,))
    expect_array("out", asked(name, pointwise_conv_forward, example), (2, 6, 3, 5), example)
    example = given(x=X, weight=WEIGHT, bias=BIAS)
    out = asked(name, pointwise_conv_forward, example)
    first = [[-0.5, 3.5, -0.5], [-0.5, 6.5, -5.5]]
    second, third = [[3.0, 3.5, -2.0], [0.5, 4.5, -2.0]], [[5.0, -4.0, -1.0], [2.0, -10.0, 11.0]]
    expect_close("out", out, [[first, second, third]], example, "each pixel's two numbers, mixed into three")
    done(name, "integers, and the numbers of a batch of more than one.")


def check_pointwise_conv_backward(pointwise_conv_backward: Function, pointwise_conv_forward: Function) -> None:
    """One image in numbers, then central differences on a batch of two."""
    name, forward_name = "pointwise_conv_backward", "pointwise_conv_forward"
    names = ("dx", "dweight", "dbias")
    example = given(dout=DOUT, x=X, weight=WEIGHT)
    dx, dweight, dbias = expect_tuple(name, asked(name, pointwise_conv_backward, example), names)
    back = [[[1.0, 2.0, -1.0], [2.0, -2.0, 0.0]], [[-1.0, 0.5, 7.0], [1.0, -0.5, 0.0]]]
    expect_close("dx", dx, [back], example, "what three outputs pass back to two inputs, pixel by pixel")
    expect_close("dweight", dweight, [[2.0, 4.0], [-1.0, 2.0], [-2.0, 1.0]], example)
    expect_close("dbias", dbias, [2.0, 0.0, 3.0], example)
    inputs, dout = random_layer()
    say(f"      against central differences of your {forward_name}:")

    def loss(inputs: dict[str, np.ndarray]) -> float:
        out = call(forward_name, pointwise_conv_forward, *inputs.values())
        return float(np.sum(array_of("out", out, dout.shape, drawn("", **inputs)) * dout))

    made = "inputs, dout = random_layer(), of starter_code/checks/inception_module.py"
    example = drawn(made, dout=dout, x=inputs["x"], weight=inputs["weight"])
    answer = expect_tuple(name, asked(name, pointwise_conv_backward, example), names)
    for (key, value), gradient in zip(inputs.items(), answer, strict=True):
        numeric = numeric_gradient(lambda moved, key=key: loss({**inputs, key: moved}), value)  # type: ignore[misc]
        expect_gradient(f"d{key}", array_of(f"d{key}", gradient, value.shape, example), numeric, example)
    done(name, "integers, and images of one pixel.")


def check_global_average_pool(forward: Function, backward: Function) -> None:
    """One image of two maps in numbers, there and back, then central differences."""
    there, back = "global_average_pool_forward", "global_average_pool_backward"
    example = given(x=np.array([[[[1.0, 2.0, -1.0], [0.0, 3.0, 1.0]], [[2.0, -1.0, 0.0], [1.0, -3.0, 4.0]]]]))
    out = asked(there, forward, example)
    expect_array("out", out, (1, 2), example)
    expect_close("out", out, [[1.0, 0.5]], example, "two maps of six pixels each")
    example = given(dout=np.array([[12.0, -3.0]]), x_shape=(1, 2, 2, 3))
    expect_array("dx", asked(back, backward, example), (1, 2, 2, 3), example)
    rng = np.random.default_rng(3)
    maps, dout = rng.normal(size=(3, 2, 2, 4)), rng.normal(size=(3, 2))
    say("      against central differences of your global_average_pool_forward:")

    def loss(maps: np.ndarray) -> float:
        return float(np.sum(array_of("out", call(there, forward, maps), dout.shape, drawn("", x=maps)) * dout))

    example = given(dout=dout, x_shape=maps.shape)
    dx = array_of("dx", asked(back, backward, example), maps.shape, example)
    expect_gradient("dx", dx, numeric_gradient(loss, maps), example)
    done("global_average_pool", "images of one pixel, and integers.")


def check_channels(concat_channels: Function, split_channels: Function) -> None:
    """Shapes of three branches, two of them in numbers, and that taking apart gives back what was stacked."""
    there, back = "concat_channels", "split_channels"
    rng = np.random.default_rng(4)
    branches = [rng.normal(size=(2, channels, 3, 4)) for channels in (3, 1, 2)]
    example = drawn("each is rng.normal(size=its shape), with rng = np.random.default_rng(4)", branches=branches)
    stack = expect_array("out", asked(there, concat_channels, example), (2, 6, 3, 4), example)
    example = given(branches=[np.array([[[[1.0, 2.0]], [[3.0, 4.0]]]]), np.array([[[[5.0, 6.0]]]])])
    out = asked(there, concat_channels, example)
    expect_close("out", out, [[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]]]], example)
    example = given(
        dout=Told(stack, f"shape {stack.shape}, what your {there} made of three branches"), channels=[3, 1, 2]
    )
    parts = asked(back, split_channels, example)
    if not isinstance(parts, (list, tuple)) or len(parts) != len(branches):
        fail(f"split_channels should return a list of {len(branches)} arrays here, and returned {describe(parts)}.")
    for number, (part, branch) in enumerate(zip(parts, branches, strict=True)):
        expect_close(f"part {number} of what was stacked", part, branch, example)
    done("channels", "lists of one branch.")


def check_inception_forward(inception_forward: Function) -> None:
    """Shapes of a module with six different depths, and one image in numbers."""
    name = "inception_forward"
    x, params, dout = random_module(seed=10)
    example = drawn(_made(10), x=x, params=params)
    out, cache = expect_tuple(name, asked(name, inception_forward, example), ("out", "cache"))
    expect_array("out", out, dout.shape, example)
    cache = _expect_keys("cache", cache, (*VALUES, "params"))
    for key in VALUES:
        layer = key.partition("_")[2]
        depth = len(params[f"b_{layer}"]) if layer else x.shape[1]
        array_of(f'cache["{key}"]', cache[key], (len(x), depth, *x.shape[2:]), example)
    ok("the arrays in cache have the right shapes")
    example = given(x=IMAGE, params=_example())
    out, cache = expect_tuple(name, asked(name, inception_forward, example), ("out", "cache"))
    cache = _expect_keys("cache of the worked example", cache, (*VALUES, "params"))
    for key in VALUES:
        expect_close(f'cache["{key}"]', cache[key], [[INSIDE[key]]], _layer(key) or example)
    because = "four maps, in the order 1x1, 3x3, 5x5, pool projection"
    ends = {key: np.array(INSIDE[key]) for key in ("z_1x1", "z_3x3", "z_5x5", "z_pool_proj")}
    expect_close("out", out, [STACK], given(**ends), because)
    done(name, "the numbers of layers that read or make more than one map.")


def check_inception_backward(inception_backward: Function, inception_forward: Function) -> None:
    """One image in numbers, then central differences of a whole module."""
    name = "inception_backward"
    cache = {key: np.array([[value]]) for key, value in INSIDE.items()} | {"params": _example()}
    answer = asked(name, inception_backward, given(dout=UPSTREAM, cache=cache))
    dx, grads = expect_tuple(name, answer, ("dx", "grads"))
    grads = _expect_keys("grads", grads, tuple(_example()))
    because, example = "the sum over four branches", Example({"dout": UPSTREAM, "cache": {"x": IMAGE}}, WHOLE_CACHE)
    expect_close("dx", dx, [[[[2.0, -1.0, 0.0], [0.0, 2.0, -3.0], [2.0, 0.0, 0.0]]]], example, because)
    for key, number in {"1x1": 11.0, "3x3_reduce": -20.0, "5x5_reduce": 19.0, "pool_proj": 15.0}.items():
        expect_close(f'grads["W_{key}"]', grads[f"W_{key}"], [[[[number]]]], _back_to(key))
    wanted = [[[[9.0, 0.0, 0.0], [0.0, 24.0, 0.0], [32.0, 0.0, 7.0]]]]
    expect_close('grads["W_3x3"]', grads["W_3x3"], wanted, _back_to("3x3"))
    wanted = [[[[0.0] * 4 + [2.0], [0.0] * 3 + [7.0, 0.0], [0, 0, 13.0, 0, 14.0], [0, 5.0, 0, 7.0, 0], [0.0] * 5]]]
    expect_close('grads["W_5x5"]', grads["W_5x5"], wanted, _back_to("5x5"))
    biases = {"1x1": 3.0, "3x3_reduce": 4.0, "3x3": 4.0, "5x5_reduce": 3.0, "5x5": 3.0, "pool_proj": 3.0}
    for key, number in biases.items():
        expect_close(f'grads["b_{key}"]', grads[f"b_{key}"], [number], _back_to(key))
    _check_module_gradients(name, inception_backward, inception_forward)
    done(
        name,
        "biases in a batch of more than one, and the 5x5 branch's weights against central differences. "
        "The cell below looks at both: read it.",
    )


def _check_module_gradients(name: str, backward: Function, forward: Function) -> None:
    """Compare dx and four of the gradients with central differences of the student's own forward pass."""
    x, params, dout = random_module(seed=31)
    forward_name = "inception_forward"
    say(f"      against central differences of your {forward_name}:")

    def loss(x: np.ndarray, params: dict[str, np.ndarray]) -> float:
        out, _ = expect_tuple(forward_name, call(forward_name, forward, x, params), ("out", "cache"))
        return float(np.sum(array_of("out", out, dout.shape, drawn(_made(31), x=x, params=params)) * dout))

    _, cache = expect_tuple(forward_name, call(forward_name, forward, x, params), ("out", "cache"))
    example = drawn(_made(31), dout=dout, cache=Told(cache, f"what your {forward_name} returned"))
    dx, grads = expect_tuple(name, asked(name, backward, example), ("dx", "grads"))
    numeric = numeric_gradient(lambda moved: loss(moved, params), x)
    expect_gradient("dx", array_of("dx", dx, x.shape, example), numeric, example)
    grads = _expect_keys("grads", grads, tuple(params))
    for key in ("W_1x1", "W_3x3_reduce", "W_3x3", "W_pool_proj"):
        numeric = numeric_gradient(lambda moved, key=key: loss(x, {**params, key: moved}), params[key])  # type: ignore[misc]
        gradient = array_of(f'grads["{key}"]', grads[key], params[key].shape, example)
        expect_gradient(f'grads["{key}"]', gradient, numeric, example)


def _layer(key: str) -> Example | None:
    """What a value of the module's cache is computed from: what its layer reads, which is right so far, and its kernel."""
    kind, _, layer = key.partition("_")
    before = {"a": f"z_{layer}", "z": READ.get(layer, "x"), "pooled": "x"}.get(kind)
    if before is None:
        return None
    numbers = {before: np.array([[INSIDE[before]]])}
    return given(**numbers, **{part: _example()[part] for part in (f"W_{layer}", f"b_{layer}") if kind == "z"})


def _back_to(layer: str) -> Example:
    """Of what goes into the backward pass, that which the gradients of a layer are computed from."""
    last = layer.removesuffix("_reduce")
    keys = dict.fromkeys((READ.get(layer, "x"), f"z_{layer}", f"z_{last}"))
    cache: dict[str, object] = {key: np.array([[INSIDE[key]]]) for key in keys}
    if last != layer:
        cache["params"] = {f"W_{last}": _example()[f"W_{last}"]}
    return Example({"dout": UPSTREAM, "cache": cache}, WHOLE_CACHE)


def _made(seed: int) -> str:
    return f"x, params, dout = random_module({seed}), of starter_code/checks/inception_module.py"


def random_layer() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Draw what a 1x1 convolution reads on a batch of two, and an upstream gradient."""
    rng = np.random.default_rng(2)
    inputs = {"x": rng.normal(size=(2, 3, 2, 4)), "weight": rng.normal(size=(2, 3)), "bias": rng.normal(size=2)}
    return inputs, rng.normal(size=(2, 2, 2, 4))


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


def random_module(seed: int) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Draw x, params and dout of a module; the seeds in use keep every ReLU away from its kink, and every pool from ties."""
    rng = np.random.default_rng(seed)
    depths = {"1x1": 1, "3x3_reduce": 2, "3x3": 3, "5x5_reduce": 1, "5x5": 2, "pool_proj": 1}
    params = {}
    for layer in KERNELS:
        inputs, size = depths.get(f"{layer}_reduce", 2), KERNELS[layer][0]
        params[f"W_{layer}"] = rng.normal(size=(depths[layer], inputs, size, size)) / np.sqrt(inputs * size)
        params[f"b_{layer}"] = 0.5 * rng.normal(size=depths[layer])
    return rng.normal(size=(2, 2, 3, 4)), params, rng.normal(size=(2, 7, 3, 4))
