"""The visible checks of `skip_connections`; the locked cell after each exercise calls one of them.

The worked examples are small enough to be followed with pencil and paper.
"""

from collections.abc import Callable

import numpy as np

from starter_code.checks.checking import (
    array_of,
    asked,
    call,
    done,
    expect_array,
    expect_close,
    expect_gradient,
    expect_keys,
    expect_tuple,
    off,
    ok,
    say,
)
from starter_code.checks.examples import Example, Told, drawn, given
from starter_code.gradient_check import numeric_gradient

Function = Callable[..., object]
WEIGHTS = ("W1", "b1", "W2", "b2")
TRAINING, INFERENCE = True, False

# One batch of two, a block 2 -> 3 -> 2, an upstream gradient: the worked example of both kinds of block.
X = np.array([[1.0, -2.0], [-1.0, 3.0]])
PARAMS = {
    "W1": np.array([[1.0, -1.0, 0.5], [2.0, 1.0, -1.0]]),
    "b1": np.array([0.5, 0.0, 1.0]),
    "W2": np.array([[1.0, -0.5], [2.0, 1.0], [-1.0, 0.5]]),
    "b2": np.array([0.5, 1.0]),
}
DOUT = np.array([[1.0, -2.0], [0.5, 3.0]])


def check_residual_forward(residual_forward: Function) -> None:
    """Shapes with a projection, the cache, and the worked example with the identity."""
    name = "residual_forward"
    x, params, _ = random_block(1, projection=True)
    example = drawn(_made(1, projection=True), x=x, params=params)
    out, cache = expect_tuple(name, asked(name, residual_forward, example), ("out", "cache"))
    expect_array("out", out, (5, 4), example)
    cache = expect_keys("cache", cache, ("x", "z1", "a1", "z2", "params"))
    for key, shape in {"x": (5, 3), "z1": (5, 6), "a1": (5, 6), "z2": (5, 4)}.items():
        array_of(f'cache["{key}"]', cache[key], shape, example)
    ok("the arrays in cache have the right shapes")
    example = given(x=X, params={**PARAMS, "Ws": None})
    out, cache = expect_tuple(name, asked(name, residual_forward, example), ("out", "cache"))
    cache = expect_keys("cache with the identity shortcut", cache, ("x", "z1", "a1", "z2", "params"))
    expect_close('cache["z1"]', cache["z1"], [[-2.5, -3.0, 3.5], [5.5, 4.0, -2.5]], example)
    expect_close('cache["a1"]', cache["a1"], [[0.0, 0.0, 3.5], [5.5, 4.0, 0.0]], example)
    because = "two layers of weights plus the shortcut"
    expect_close('cache["z2"]', cache["z2"], [[-2.0, 0.75], [13.0, 5.25]], example, because)
    expect_close("out", out, [[0.0, 0.75], [13.0, 5.25]], example)
    done(name, "the numbers that a projection gives, and a projection that keeps the width.")


def check_residual_backward(residual_backward: Function, residual_forward: Function) -> None:
    """The worked example with the identity, then central differences with a projection."""
    name = "residual_backward"
    z1, z2 = np.array([[-2.5, -3.0, 3.5], [5.5, 4.0, -2.5]]), np.array([[-2.0, 0.75], [13.0, 5.25]])
    cache = {"x": X, "z1": z1, "a1": z1.clip(min=0), "z2": z2, "params": {**PARAMS, "Ws": None}}
    example = given(dout=DOUT, cache=cache)
    dx, grads = expect_tuple(name, asked(name, residual_backward, example), ("dx", "grads"))
    expect_array("dx", dx, (2, 2), example)
    grads = expect_keys("grads", grads, (*WEIGHTS, "Ws"))
    if grads["Ws"] is not None:
        off('grads["Ws"] should be None here: the identity shortcut has nothing to learn.', example)
    ok('grads["Ws"] is None for the identity shortcut')
    expect_close("dx", dx, [[-0.5, -1.0], [-4.5, 5.0]], example, "the sum over both paths")
    expect_close('grads["W1"]', grads["W1"], [[1.0, -4.0, -1.0], [-3.0, 12.0, 2.0]], example)
    expect_close('grads["b1"]', grads["b1"], [-1.0, 4.0, -1.0], example)
    expect_close('grads["W2"]', grads["W2"], [[2.75, 16.5], [2.0, 12.0], [0.0, -7.0]], example)
    expect_close('grads["b2"]', grads["b2"], [0.5, 1.0], example)
    _check_block_gradients(name, residual_forward, residual_backward, seed=2, projection=True)
    done(
        name,
        "the slope at exactly 0; the identity shortcut against central differences, as in the cell below: read it.",
    )


def check_preactivation(preactivation_forward: Function, preactivation_backward: Function) -> None:
    """Shapes, the worked example forward, and central differences backward."""
    forward, backward = "preactivation_forward", "preactivation_backward"
    example = given(x=X, params=PARAMS)
    out, _ = expect_tuple(forward, asked(forward, preactivation_forward, example), ("out", "cache"))
    expect_array("out", out, (2, 2), example)
    expect_close("out", out, [[1.5, -1.0], [12.0, 3.75]], example)
    _check_block_gradients(backward, preactivation_forward, preactivation_backward, seed=3, projection=False)
    done(
        "preactivation",
        "the slope at exactly 0, and what your backward pass makes of a cache that it did not get from your own forward pass.",
    )


def check_he_init(he_init: Function) -> None:
    """Shape, spread, and that the generator is the only source of randomness."""
    name, dtype, twice = "he_init", "float64", []
    for _ in range(2):
        example = given(fan_in=50, fan_out=200, rng=_generator(5))
        answer = asked(name, he_init, example)
        if isinstance(answer, np.ndarray) and answer.dtype == np.float32:  # the docstring allows both
            dtype, answer = "float32", answer.astype(np.float64)
        twice.append(array_of("he_init(50, 200, rng)", answer, (50, 200), example))
    weights, again = twice
    ok(f"shape of he_init(50, 200, rng) is (50, 200), dtype {dtype}")
    if not np.array_equal(weights, again):
        sentence = "he_init gave two different arrays for the same state of rng: draw from rng and from nothing else."
        off(
            sentence, example, f"{weights[0, 0]:.6g} at [0, 0], as the first time", f"{again[0, 0]:.6g} the second time"
        )
    ok("the same rng state gives the same weights")
    # From 10,000 draws, mean and std are known to about 1 and 0.7 per cent of the std; five times that is allowed.
    wanted = np.sqrt(2 / 50)
    mean, std = float(weights.mean()), float(weights.std())
    if abs(mean) > 0.05 * wanted:
        off("The mean of the weights is off.", example, "about 0, over 10,000 weights", f"{mean:.3g}")
    if abs(std - wanted) > 0.035 * wanted:
        off("The variance of the weights is off.", example, "about 2/50 = 0.04, over 10,000 weights", f"{std**2:.4f}")
    ok(f"over 10,000 weights: mean {mean:.4f}, variance {std**2:.4f} (wanted 0 and 0.04)")
    done(name, "whether the weights are normal rather than, say, uniform.")


def check_batchnorm(batchnorm_forward: Function, batchnorm_backward: Function) -> None:
    """The worked example in training and at inference, and central differences backward."""
    forward, backward = "batchnorm_forward", "batchnorm_backward"
    names = ("out", "cache", "running")
    x = np.array([[10.0, -1.0], [14.0, 3.0], [10.0, 3.0], [6.0, 3.0]])
    scale = {"gamma": np.array([1.5, 2.0]), "beta": np.array([0.0, -1.0])}
    running = {"mean": np.array([0.0, 1.0]), "var": np.array([3.0, 8.0])}
    example = given(x=x, **scale, running=running, training=TRAINING, momentum=0.9, eps=1.0)
    out, _, moved = expect_tuple(forward, asked(forward, batchnorm_forward, example), names)
    expect_array("out", out, (4, 2), example)
    moved = expect_keys("running", moved, ("mean", "var"))
    array_of('running["var"]', moved["var"], (2,), example)
    wanted = [[0.0, -4.0], [2.0, 0.0], [0.0, 0.0], [-2.0, 0.0]]
    expect_close("out", out, wanted, example, "with eps = 1; the variances are 8 and 3")
    because = "from (0, 1), a tenth of the way to (10, 2)"
    expect_close('running["mean"]', moved["mean"], [1.0, 1.1], example, because)
    row, resting = np.array([[6.0, 3.0]]), {"mean": np.array([2.0, 0.0]), "var": np.array([3.0, 8.0])}
    example = given(x=row, **scale, running=resting, training=INFERENCE, momentum=0.9, eps=1.0)
    out, _, kept = expect_tuple(forward, asked(forward, batchnorm_forward, example), names)
    because = "with the running mean (2, 0) and the running variance (3, 8)"
    expect_close("out at inference", out, [[3.0, 1.0]], example, because)
    kept = expect_keys("running at inference", kept, ("mean", "var"))
    expect_close('running["mean"] at inference', kept["mean"], [2.0, 0.0], example)
    _check_batchnorm_gradients(backward, batchnorm_forward, batchnorm_backward)
    done("batchnorm", "the numbers in the running variance, and a batch of one row.")


def check_gradient_norms(gradient_norms: Function) -> None:
    """Shape, sign, and three blocks with and without skips in numbers."""
    name = "gradient_norms"
    for skip in (False, True):
        example = given(depth=6, skip=skip, rng=_generator(6))
        norms = array_of(name, asked(name, gradient_norms, example), (6,), example)
        if (norms < 0).any():
            lowest = f"{norms.min():.6g} at [{norms.argmin()}]"
            off("gradient_norms returned a negative number.", example, "0 or more, as every norm is", lowest)
    ok("six blocks give six norms, of shape (6,), dtype float64, with and without skips")
    if np.allclose(np.random.default_rng(7).normal(size=2), [0.0012301533574825742, 0.2987455375084699]):
        wanted = {
            False: [0.2665402641352505, 0.3496753759651293, 0.6096375540977474],
            True: [3.228293635960285, 3.3425127489745368, 4.027377803471222],
        }
        for skip, numbers in wanted.items():
            example = given(depth=3, skip=skip, rng=_generator(7))
            got, because = asked(name, gradient_norms, example), "entry 0 belongs to the block at the input"
            expect_close(f"gradient_norms(3, {skip}, rng)", got, numbers, example, because)
    else:  # numpy may change how it draws from one version to the next; then there is nothing to compare with
        say("  --  skipped the worked example: this version of numpy draws other random numbers")
    done(name, "deeper stacks.")


def _check_block_gradients(name: str, forward: Function, backward: Function, seed: int, *, projection: bool) -> None:
    """Compare every gradient of a block with central differences of the student's own forward pass."""
    forward_name = name.replace("backward", "forward")
    x, params, dout = random_block(seed, projection=projection)
    say(f"      against central differences of your {forward_name}:")

    def loss(x: np.ndarray, params: dict[str, np.ndarray]) -> float:
        out, _ = expect_tuple(forward_name, call(forward_name, forward, x, params), ("out", "cache"))
        return float(np.sum(array_of("out", out, dout.shape, drawn("", x=x, params=params)) * dout))

    _, cache = expect_tuple(forward_name, call(forward_name, forward, x, params), ("out", "cache"))
    example = _backward(forward_name, dout, cache, _made(seed, projection=projection))
    dx, grads = expect_tuple(name, asked(name, backward, example), ("dx", "grads"))
    dx = array_of("dx", dx, x.shape, example)
    grads = expect_keys("grads", grads, tuple(params))
    analytic = {key: array_of(f'grads["{key}"]', grads[key], value.shape, example) for key, value in params.items()}
    expect_gradient("dx", dx, numeric_gradient(lambda moved: loss(moved, params), x), example)
    for key, value in params.items():
        numeric = numeric_gradient(lambda moved, key=key: loss(x, {**params, key: moved}), value)  # type: ignore[misc]
        expect_gradient(f'grads["{key}"]', analytic[key], numeric, example)


def _check_batchnorm_gradients(name: str, forward: Function, backward: Function) -> None:
    """Compare the three gradients of batch normalisation in training with central differences."""
    inputs, dout = random_batch()

    def run(inputs: dict[str, np.ndarray]) -> tuple[object, ...]:
        running = {"mean": np.zeros(3), "var": np.ones(3)}
        answer = call("batchnorm_forward", forward, *inputs.values(), running, TRAINING)
        return expect_tuple("batchnorm_forward", answer, ("out", "cache", "running"))

    def loss(inputs: dict[str, np.ndarray]) -> float:
        return float(np.sum(array_of("out", run(inputs)[0], dout.shape, drawn("", **inputs)) * dout))

    made = "inputs, dout = random_batch(), of starter_code/checks/skip_connections.py"
    example = _backward("batchnorm_forward", dout, run(inputs)[1], made)
    answer = expect_tuple(name, asked(name, backward, example), ("dx", "dgamma", "dbeta"))
    say("      against central differences of your batchnorm_forward:")
    for (key, value), gradient in zip(inputs.items(), answer, strict=True):
        numeric = numeric_gradient(lambda moved, key=key: loss({**inputs, key: moved}), value)  # type: ignore[misc]
        expect_gradient(f"d{key}", array_of(f"d{key}", gradient, value.shape, example), numeric, example)


def _backward(forward: str, dout: np.ndarray, cache: object, made: str) -> Example:
    """What goes into a backward pass after the student's own forward pass."""
    return drawn(made, dout=dout, cache=Told(cache, f"what your {forward} returned"))


def _generator(seed: int) -> Told:
    """A fresh generator, to be asked once."""
    return Told(np.random.default_rng(seed), f"np.random.default_rng({seed})")


def _made(seed: int, *, projection: bool) -> str:
    call_of_it = f"random_block({seed}, projection={projection})"
    return f"x, params, dout = {call_of_it}, of starter_code/checks/skip_connections.py"


def random_batch() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Draw a batch of 5 with its scale and shift, and an upstream gradient."""
    rng = np.random.default_rng(4)
    inputs = {"x": rng.normal(1, 2, (5, 3)), "gamma": rng.normal(1, 0.5, 3), "beta": rng.normal(size=3)}
    return inputs, rng.normal(size=(5, 3))


def random_block(seed: int, *, projection: bool) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Draw x, params and dout of a block on a batch of 5; the seeds in use keep every ReLU away from its kink."""
    rng = np.random.default_rng(seed)
    inputs, hidden, outputs = 3, 6, 4 if projection else 3
    sizes = {"W1": (inputs, hidden), "b1": (hidden,), "W2": (hidden, outputs), "b2": (outputs,)}
    if projection:
        sizes["Ws"] = (inputs, outputs)
    params = {key: rng.normal(size=size) for key, size in sizes.items()}
    return rng.normal(size=(5, inputs)), params, rng.normal(size=(5, outputs))
