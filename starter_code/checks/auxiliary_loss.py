"""The visible checks of `auxiliary_loss`; the locked cell after each exercise calls one of them.

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
    number_of,
    ok,
    say,
)
from starter_code.checks.examples import Told, drawn, given
from starter_code.gradient_check import numeric_gradient

Function = Callable[..., object]
PARAMS = ("Wc", "bc", "W1", "b1", "W2", "b2")
CACHE = ("x", "pooled", "zc", "flat", "z1", "a1", "params")
TRAINING, INFERENCE = True, False
IMAGE = "shape (1, 2, 5, 8); in channel 0, three columns of 0 and then five of 5; channel 1 is all 1"


def check_chain_gradient(chain_gradient: Function) -> None:
    """The four neurons of the lecture, and a chain of one."""
    name = "chain_gradient"
    example = given(x=2.0, weights=[4.0, -1.0, 3.0], slopes=[0.5, 0.25, 1.0, 0.5])
    got = asked(name, chain_gradient, example)
    number_of(name, got, example)
    ok("the answer is one finite number")
    expect_close("a chain of four neurons", got, -1.5, example, "the weights are W2 to W4")
    example = given(x=3.0, weights=[], slopes=[0.25])
    expect_close("a chain of one neuron", asked(name, chain_gradient, example), 0.75, example)
    done(name, "deep chains, and arrays in place of lists.")


def check_softmax_cross_entropy(softmax_cross_entropy: Function) -> None:
    """The worked example, central differences, and one row of large logits."""
    name, parts = "softmax_cross_entropy", ("loss", "dlogits")
    words = "the logarithms of [[1, 2, 1], [5, 3, 2]]"
    example = given(logits=Told(np.log([[1.0, 2.0, 1.0], [5.0, 3.0, 2.0]]), words), labels=np.array([1, 2]))
    loss, dlogits = expect_tuple(name, asked(name, softmax_cross_entropy, example), parts)
    number_of("loss", loss, example)
    expect_array("dlogits", dlogits, (2, 3), example)
    reason = "the right classes have the probabilities 1/2 and 1/5"
    expect_close("loss", loss, 1.1512925464970230, example, reason)
    expect_close("dlogits", dlogits, [[0.125, -0.25, 0.125], [0.25, 0.15, -0.4]], example, reason)
    _check_logits(name, softmax_cross_entropy)
    example = given(logits=np.array([[1000.0, 0.0]]), labels=np.array([0]))
    loss, dlogits = expect_tuple(name, asked(name, softmax_cross_entropy, example), parts)
    expect_close("the loss of the logits (1000, 0)", loss, 0.0, example, "the right class is certain")
    array_of("dlogits of the logits (1000, 0)", dlogits, (1, 2), example)
    ok("dlogits of the logits (1000, 0) is finite")
    not_looked_at = (
        "confident mistakes, rows of a batch that lie far apart, a single class, "
        "and logits that are integers or float32."
    )
    done(name, not_looked_at)


def _check_logits(name: str, softmax_cross_entropy: Function) -> None:
    """Compare the gradient of the loss with central differences."""
    parts, labels = ("loss", "dlogits"), np.array([0, 2, 2, 1])
    logits = np.random.default_rng(11).normal(size=(4, 3))
    example = given(logits=logits, labels=labels)

    def loss_at(moved: np.ndarray) -> float:
        answer = expect_tuple(name, call(name, softmax_cross_entropy, moved, labels), parts)
        return number_of("loss", answer[0], given(logits=moved, labels=labels))

    _, dlogits = expect_tuple(name, asked(name, softmax_cross_entropy, example), parts)
    dlogits = array_of("dlogits", dlogits, (4, 3), example)
    expect_gradient("dlogits", dlogits, numeric_gradient(loss_at, logits), example)


def check_auxiliary_loss(auxiliary_loss: Function) -> None:
    """Two heads in training, and a network whose heads are gone."""
    name = "auxiliary_loss"
    example = given(main_loss=1.0, aux_losses=[2.0, 3.0])
    number_of(name, asked(name, auxiliary_loss, example), example)
    ok("the answer is one finite number")
    example = given(main_loss=1.0, aux_losses=[2.0, 4.0], weight=0.25, training=TRAINING)
    expect_close("the loss in training", asked(name, auxiliary_loss, example), 2.5, example)
    example = given(main_loss=1.0, aux_losses=[], weight=0.25, training=INFERENCE)
    expect_close("the loss at inference, without heads", asked(name, auxiliary_loss, example), 1.0, example)
    not_looked_at = (
        "other numbers of heads, losses in a tuple or an array, losses that are negative, the default weight, "
        "and heads that are still there at inference."
    )
    done(name, not_looked_at)


def check_branch_gradient(branch_gradient: Function) -> None:
    """The shape, and a worked example."""
    name = "branch_gradient"
    d_main, d_aux = np.array([[1.0, -2.0, 0.0], [0.5, 3.0, -1.0]]), np.array([[4.0, 4.0, -8.0], [0.0, -2.0, 6.0]])
    example = given(d_main=d_main, d_aux=d_aux, weight=0.25)
    got = expect_array(name, asked(name, branch_gradient, example), (2, 3), example)
    expect_close(name, got, [[2.0, -1.0, -2.0], [0.5, 2.5, 0.5]], example)
    example = drawn("both hold nothing but 1", d_main=np.ones((2, 3, 4, 5)), d_aux=np.ones((2, 3, 4, 5)))
    array_of(name, asked(name, branch_gradient, example), (2, 3, 4, 5), example)
    ok("a batch of maps keeps its shape")
    done(name, "the default weight, a weight of 0, and arrays of other shapes, () among them.")


def check_auxiliary_head_forward(auxiliary_head_forward: Function) -> None:
    """Shapes, the cache, and the worked example: two windows, two channels."""
    name = "auxiliary_head_forward"
    x, params, _ = random_head(seed=2)
    example = drawn(_made(2), x=x, params=params)
    logits, cache = expect_tuple(name, asked(name, auxiliary_head_forward, example), ("logits", "cache"))
    expect_array("logits", logits, (2, 5), example)
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
        array_of(f'cache["{key}"]', cache[key], shape, example)
    ok("the arrays in cache have the right shapes")
    x, params = _example()
    example = given(x=Told(x, IMAGE), params=params)
    logits, cache = expect_tuple(name, asked(name, auxiliary_head_forward, example), ("logits", "cache"))
    cache = expect_keys("cache of the worked example", cache, CACHE)
    because = "means of two windows, 3 apart"
    expect_close('cache["pooled"]', cache["pooled"], [[[[2.0, 5.0]], [[1.0, 1.0]]]], example, because)
    expect_close('cache["zc"]', cache["zc"], [[[[1.0, 4.0]], [[1.0, -2.0]]]], example)
    expect_close('cache["flat"]', cache["flat"], [[1.0, 4.0, 1.0, 0.0]], example, "channel by channel")
    expect_close('cache["z1"]', cache["z1"], [[8.0, -2.0]], example)
    expect_close("logits", logits, [[9.0, -8.0, 4.0]], example)
    not_looked_at = (
        "maps of which the last rows or columns are left over, the numbers of maps with several rows of windows, "
        "layers of one unit, and x of integers or float32."
    )
    done(name, not_looked_at)


def check_auxiliary_head_backward(auxiliary_head_backward: Function, auxiliary_head_forward: Function) -> None:
    """The worked example, whose windows overlap, then central differences."""
    name = "auxiliary_head_backward"
    x, params = _example()
    zc = np.array([[[[1.0, 4.0]], [[1.0, -2.0]]]])
    cache: dict[str, object] = {"x": Told(x, IMAGE), "pooled": np.array([[[[2.0, 5.0]], [[1.0, 1.0]]]]), "zc": zc}
    cache |= {"flat": np.array([[1.0, 4.0, 1.0, 0.0]]), "z1": np.array([[8.0, -2.0]]), "a1": np.array([[8.0, 0.0]])}
    example = given(dlogits=np.array([[1.0, 0.5, -2.0]]), cache=cache | {"params": params})
    dx, grads = expect_tuple(name, asked(name, auxiliary_head_backward, example), ("dx", "grads"))
    dx = expect_array("dx", dx, x.shape, example)
    grads = expect_keys("grads", grads, PARAMS)
    expect_close('grads["b1"]', grads["b1"], [-0.5, 0.0], example, "the second unit is shut")
    expect_close('grads["bc"]', grads["bc"], [-1.5, -0.5], example, "summed over both places of the map")
    expect_close('grads["Wc"]', grads["Wc"], [[-4.5, -1.5], [-1.0, -0.5]], example)
    row = [-0.02, -0.02, -0.02, -0.04, -0.04, -0.02, -0.02, -0.02]
    because = "columns 3 and 4 lie in both windows"
    expect_close("the first row of dx, channel 0", dx[0, 0, 0], row, example, because)
    _check_head_gradients(name, auxiliary_head_backward, auxiliary_head_forward)
    not_looked_at = (
        "maps of which the last rows or columns are left over, units that are exactly 0 before their ReLU, "
        "layers of one unit, and dlogits or x of integers or float32."
    )
    done(name, not_looked_at)


def _check_head_gradients(name: str, backward: Function, forward: Function) -> None:
    """Compare all gradients of a head with central differences of the student's own forward pass."""
    x, params, dlogits = random_head(seed=6)
    forward_name = "auxiliary_head_forward"

    def loss(x: np.ndarray, params: dict[str, np.ndarray]) -> float:
        logits, _ = expect_tuple(forward_name, call(forward_name, forward, x, params), ("logits", "cache"))
        example = drawn(_made(6), x=x, params=params)
        return float(np.sum(array_of("logits", logits, dlogits.shape, example) * dlogits))

    say(f"      against central differences of your {forward_name}:")
    _, cache = expect_tuple(forward_name, call(forward_name, forward, x, params), ("logits", "cache"))
    example = drawn(_made(6), dlogits=dlogits, cache=Told(cache, f"what your {forward_name} returned"))
    dx, grads = expect_tuple(name, asked(name, backward, example), ("dx", "grads"))
    grads = expect_keys("grads", grads, PARAMS)
    numeric = numeric_gradient(lambda moved: loss(moved, params), x)
    expect_gradient("dx", array_of("dx", dx, x.shape, example), numeric, example)
    for key, value in params.items():
        numeric = numeric_gradient(lambda moved, key=key: loss(x, {**params, key: moved}), value)  # type: ignore[misc]
        gradient = array_of(f'grads["{key}"]', grads[key], value.shape, example)
        expect_gradient(f'grads["{key}"]', gradient, numeric, example)


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


def random_head(seed: int) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Draw x, params and dlogits of a head on two images; the seeds in use keep every ReLU away from its kink."""
    rng = np.random.default_rng(seed)
    sizes = {"Wc": (3, 2), "bc": (3,), "W1": (18, 4), "b1": (4,), "W2": (4, 5), "b2": (5,)}
    params = {key: rng.normal(size=size) for key, size in sizes.items()}
    return rng.normal(size=(2, 2, 8, 12)), params, rng.normal(size=(2, 5))


def _made(seed: int) -> str:
    return f"x, params, dlogits = random_head({seed}), of starter_code/checks/auxiliary_loss.py"
