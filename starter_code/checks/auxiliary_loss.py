"""The visible checks of `auxiliary_loss`; the locked cell after each exercise calls one of them.

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
    expect_keys,
    expect_tuple,
    fail,
    ok,
    say,
)
from starter_code.gradient_check import numeric_gradient

Function = Callable[..., object]
PARAMS = ("Wc", "bc", "W1", "b1", "W2", "b2")
CACHE = ("x", "pooled", "zc", "flat", "z1", "a1", "params")
TRAINING, INFERENCE = True, False


def check_chain_gradient(chain_gradient: Function) -> None:
    """The four neurons of the lecture, and a chain of one."""
    name = "chain_gradient"
    weights, slopes = [4.0, -1.0, 3.0], [0.5, 0.25, 1.0, 0.5]
    number_of(name, call(name, chain_gradient, 2.0, weights, slopes))
    ok("the answer is one finite number")
    got = call(name, chain_gradient, 2.0, weights, slopes)
    expect_close("a chain of four neurons", got, -1.5, "x = 2, W2 ... W4 = 4, -1, 3, slopes 1/2, 1/4, 1, 1/2")
    got = call(name, chain_gradient, 3.0, [], [0.25])
    expect_close("a chain of one neuron", got, 0.75, "x = 3, slope 1/4")
    done(name, "deep chains, and arrays in place of lists.")


def check_softmax_cross_entropy(softmax_cross_entropy: Function) -> None:
    """The worked example, central differences, and one row of large logits."""
    name, parts = "softmax_cross_entropy", ("loss", "dlogits")
    logits, labels = np.log([[1.0, 2.0, 1.0], [5.0, 3.0, 2.0]]), np.array([1, 2])
    loss, dlogits = expect_tuple(name, call(name, softmax_cross_entropy, logits, labels), parts)
    number_of("loss", loss)
    expect_array("dlogits", dlogits, (2, 3))
    reason = "the right classes have the probabilities 1/2 and 1/5"
    expect_close("loss", loss, 1.1512925464970230, reason)
    expect_close("dlogits", dlogits, [[0.125, -0.25, 0.125], [0.25, 0.15, -0.4]], reason)
    rng = np.random.default_rng(11)
    logits, labels = rng.normal(size=(4, 3)), np.array([0, 2, 2, 1])

    def loss_at(moved: np.ndarray) -> float:
        answer = expect_tuple(name, call(name, softmax_cross_entropy, moved, labels), parts)
        return number_of("loss", answer[0])

    _, dlogits = expect_tuple(name, call(name, softmax_cross_entropy, logits, labels), parts)
    expect_gradient("dlogits", array_of("dlogits", dlogits, (4, 3)), numeric_gradient(loss_at, logits))
    large = call(name, softmax_cross_entropy, np.array([[1000.0, 0.0]]), np.array([0]))
    loss, dlogits = expect_tuple(name, large, parts)
    expect_close("the loss of the logits (1000, 0)", loss, 0.0, "the right class is certain")
    array_of("dlogits of the logits (1000, 0)", dlogits, (1, 2))
    ok("dlogits of the logits (1000, 0) is finite")
    done(name, "confident mistakes, and rows of a batch that lie far apart.")


def check_auxiliary_loss(auxiliary_loss: Function) -> None:
    """Two heads in training, and a network whose heads are gone."""
    name = "auxiliary_loss"
    number_of(name, call(name, auxiliary_loss, 1.0, [2.0, 3.0]))
    ok("the answer is one finite number")
    got = call(name, auxiliary_loss, 1.0, [2.0, 4.0], 0.25, TRAINING)
    expect_close("the loss in training", got, 2.5, "main loss 1, heads 2 and 4, weight 1/4")
    got = call(name, auxiliary_loss, 1.0, [], 0.25, INFERENCE)
    expect_close("the loss at inference, without heads", got, 1.0)
    done(name, "other numbers of heads, the default weight, and heads that are still there at inference.")


def check_branch_gradient(branch_gradient: Function) -> None:
    """The shape, and a worked example."""
    name = "branch_gradient"
    d_main, d_aux = np.array([[1.0, -2.0, 0.0], [0.5, 3.0, -1.0]]), np.array([[4.0, 4.0, -8.0], [0.0, -2.0, 6.0]])
    got = expect_array(name, call(name, branch_gradient, d_main, d_aux, 0.25), (2, 3))
    expect_close(name, got, [[2.0, -1.0, -2.0], [0.5, 2.5, 0.5]], "the weight is 1/4")
    maps = np.ones((2, 3, 4, 5))
    array_of(name, call(name, branch_gradient, maps, maps), (2, 3, 4, 5))
    ok("a batch of maps keeps its shape")
    done(name, "the default weight.")


def check_auxiliary_head_forward(auxiliary_head_forward: Function) -> None:
    """Shapes, the cache, and the worked example: two windows, two channels."""
    name = "auxiliary_head_forward"
    x, params, _ = _head(seed=2)
    logits, cache = expect_tuple(name, call(name, auxiliary_head_forward, x, params), ("logits", "cache"))
    expect_array("logits", logits, (2, 5))
    cache = expect_keys("cache", cache, CACHE)
    shapes = {
        "x": (2, 2, 8, 12),
        "pooled": (2, 2, 2, 3),
        "zc": (2, 3, 2, 3),
        "flat": (2, 18),
        "z1": (2, 4),
        "a1": (2, 4),
    }
    for key, shape in shapes.items():
        array_of(f'cache["{key}"]', cache[key], shape)
    ok("the arrays in cache have the right shapes")
    x, params = _example()
    logits, cache = expect_tuple(name, call(name, auxiliary_head_forward, x, params), ("logits", "cache"))
    cache = expect_keys("cache of the worked example", cache, CACHE)
    expect_close('cache["pooled"]', cache["pooled"], [[[[2.0, 5.0]], [[1.0, 1.0]]]], "means of two windows, 3 apart")
    expect_close('cache["zc"]', cache["zc"], [[[[1.0, 4.0]], [[1.0, -2.0]]]])
    expect_close('cache["flat"]', cache["flat"], [[1.0, 4.0, 1.0, 0.0]], "channel by channel")
    expect_close('cache["z1"]', cache["z1"], [[8.0, -2.0]])
    expect_close("logits", logits, [[9.0, -8.0, 4.0]])
    done(
        name,
        "maps of which the last rows or columns are left over, and the numbers of maps with several rows of windows.",
    )


def check_auxiliary_head_backward(auxiliary_head_backward: Function, auxiliary_head_forward: Function) -> None:
    """The worked example, whose windows overlap, then central differences."""
    name, forward = "auxiliary_head_backward", "auxiliary_head_forward"
    x, params = _example()
    zc = np.array([[[[1.0, 4.0]], [[1.0, -2.0]]]])
    example = {"x": x, "pooled": np.array([[[[2.0, 5.0]], [[1.0, 1.0]]]]), "zc": zc, "params": params}
    example |= {"flat": np.array([[1.0, 4.0, 1.0, 0.0]]), "z1": np.array([[8.0, -2.0]]), "a1": np.array([[8.0, 0.0]])}
    dlogits = np.array([[1.0, 0.5, -2.0]])
    dx, grads = expect_tuple(name, call(name, auxiliary_head_backward, dlogits, example), ("dx", "grads"))
    dx = expect_array("dx", dx, x.shape)
    grads = expect_keys("grads", grads, PARAMS)
    expect_close('grads["b1"]', grads["b1"], [-0.5, 0.0], "the second unit is shut")
    expect_close('grads["bc"]', grads["bc"], [-1.5, -0.5], "summed over both places of the map")
    expect_close('grads["Wc"]', grads["Wc"], [[-4.5, -1.5], [-1.0, -0.5]])
    row = [-0.02, -0.02, -0.02, -0.04, -0.04, -0.02, -0.02, -0.02]
    expect_close("the first row of dx, channel 0", dx[0, 0, 0], row, "columns 3 and 4 lie in both windows")
    x, params, dlogits = _head(seed=6)

    def loss(x: np.ndarray, params: dict[str, np.ndarray]) -> float:
        logits, _ = expect_tuple(forward, call(forward, auxiliary_head_forward, x, params), ("logits", "cache"))
        return float(np.sum(array_of("logits", logits, dlogits.shape) * dlogits))

    say(f"      against central differences of your {forward}:")
    _, cache = expect_tuple(forward, call(forward, auxiliary_head_forward, x, params), ("logits", "cache"))
    dx, grads = expect_tuple(name, call(name, auxiliary_head_backward, dlogits, cache), ("dx", "grads"))
    grads = expect_keys("grads", grads, PARAMS)
    expect_gradient("dx", array_of("dx", dx, x.shape), numeric_gradient(lambda moved: loss(moved, params), x))
    for key, value in params.items():
        numeric = numeric_gradient(lambda moved, key=key: loss(x, {**params, key: moved}), value)  # type: ignore[misc]
        expect_gradient(f'grads["{key}"]', array_of(f'grads["{key}"]', grads[key], value.shape), numeric)
    done(name, "maps of which the last rows or columns are left over.")


def number_of(what: str, got: object) -> float:
    """Read one finite number, in silence when it is one."""
    if isinstance(got, (bool, list, tuple)) or (isinstance(got, np.ndarray) and got.ndim):
        fail(f"{what} should be one number and is {describe(got)}.")
    return float(array_of(what, got, ()))


def _example() -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """One image of two channels, 5 by 8, whose two windows have the means 2 and 5, and 1 and 1; and a head for it."""
    x = np.ones((1, 2, 5, 8))
    x[0, 0] = [[0, 0, 0, 5, 5, 5, 5, 5]] * 5
    params = {
        "Wc": np.array([[1.0, 0.0], [-1.0, 2.0]]),
        "bc": np.array([-1.0, 1.0]),
        "W1": np.array([[2.0, 0.0], [1.0, -1.0], [1.0, 1.0], [1.0, 1.0]]),
        "b1": np.array([1.0, 1.0]),
        "W2": np.array([[1.0, -1.0, 0.5], [2.0, 1.0, 3.0]]),
        "b2": np.array([1.0, 0.0, 0.0]),
    }
    return x, params


def _head(seed: int) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Draw x, params and dlogits of a head on two images; the seeds in use keep every ReLU away from its kink."""
    rng = np.random.default_rng(seed)
    sizes = {"Wc": (3, 2), "bc": (3,), "W1": (18, 4), "b1": (4,), "W2": (4, 5), "b2": (5,)}
    params = {key: rng.normal(size=size) for key, size in sizes.items()}
    return rng.normal(size=(2, 2, 8, 12)), params, rng.normal(size=(2, 5))
