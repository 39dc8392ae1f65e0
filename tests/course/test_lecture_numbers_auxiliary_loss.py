"""The numbers that the notebook on auxiliary losses quotes, computed once more, and the errata that go with them."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest

from solutions.auxiliary_loss import reference
from starter_code.chains import RELU, SIGMOID, run_chain
from starter_code.data import load_digits
from starter_code.deep_trunk import Trunk, layer_backward, layer_forward, new_trunk
from starter_code.gradient_check import numeric_gradient, relative_error
from tests.support.notebook_text import answers

GOOGLENET_WITHOUT_HEADS = 6_998_552  # the published table, with biases
TRUNKS = {"ReLU": RELU, "sigmoid": SIGMOID}


def head_of_googlenet(channels: int) -> dict[str, np.ndarray]:
    shapes = {"Wc": (128, channels), "bc": (128,), "W1": (128 * 16, 1024), "b1": (1024,), "W2": (1024, 1000)}
    return {key: np.zeros(shape) for key, shape in (shapes | {"b2": (1000,)}).items()}


def test_a_head_of_googlenet_pools_14_by_14_to_4_by_4_and_flattens_it_to_2048() -> None:
    logits, cache = reference.auxiliary_head_forward(np.ones((1, 512, 14, 14)), head_of_googlenet(512))
    assert (cache["pooled"].shape, cache["flat"].shape, logits.shape) == ((1, 512, 4, 4), (1, 2048), (1, 1000))


def test_the_two_heads_of_googlenet_bring_it_from_the_published_count_to_13378280() -> None:
    counts = [sum(array.size for array in head_of_googlenet(channels).values()) for channels in (512, 528)]
    assert counts == [3_188_840, 3_190_888]
    assert GOOGLENET_WITHOUT_HEADS + sum(counts) == 13_378_280
    assert round(100 * sum(counts) / 13_378_280) == 48


@pytest.mark.parametrize("name", ["auxiliary_loss", "branch_gradient"])
def test_the_default_weight_is_the_one_of_the_paper_and_not_three(name: str) -> None:
    assert inspect.signature(getattr(reference, name)).parameters["weight"].default == 0.3


@pytest.mark.parametrize(("weight", "share"), [(0.3, 38), (3.0, 86)])
def test_the_heads_of_a_network_that_guesses_have_this_share_of_its_loss(weight: float, share: int) -> None:
    guess = reference.softmax_cross_entropy(np.zeros((2, 1000)), np.array([0, 999]))[0]
    assert guess == pytest.approx(math.log(1000))
    total = reference.auxiliary_loss(guess, [guess, guess], weight)
    assert round(100 * (total - guess) / total) == share


def test_the_product_of_the_lecture_is_the_derivative_of_a_chain_of_four() -> None:
    x, weights = 0.8, [1.5, -2.0, 0.7, 3.0]
    _, (f1, f2, f3, f4) = run_chain(x, weights, SIGMOID)
    _, w2, w3, w4 = weights
    product = x * f1 * w2 * f2 * w3 * f3 * w4 * f4
    assert reference.chain_gradient(x, weights[1:], [f1, f2, f3, f4]) == pytest.approx(product, rel=1e-12)
    numeric = numeric_gradient(lambda first: run_chain(x, [first[0], *weights[1:]], SIGMOID)[0], np.array(weights[:1]))
    assert product == pytest.approx(numeric[0], rel=1e-6)


def test_the_slope_of_a_sigmoid_is_at_most_a_quarter_and_that_of_an_open_relu_one() -> None:
    z = np.linspace(-9, 9, 181)
    assert SIGMOID.slope(z).max() == SIGMOID.slope(np.zeros(1))[0] == 0.25
    assert RELU.slope(np.array([-1.0, 0.0, 1.0])).tolist() == [0, 0, 1]


@pytest.mark.parametrize("name", TRUNKS)
def test_the_given_trunk_agrees_with_central_differences(name: str) -> None:
    rng = np.random.default_rng(0)
    trunk = new_trunk(2, 3, TRUNKS[name], 2.0, rng)
    a, upstream = rng.normal(size=(2, 3, 5, 4)), rng.normal(size=(2, 3, 5, 4))
    da, grads = layer_backward(upstream, layer_forward(a, trunk, 1)[1], trunk, 1)

    def loss(a: np.ndarray, weights: np.ndarray, biases: np.ndarray) -> float:
        moved = Trunk([trunk.weights[0], weights], [trunk.biases[0], biases], trunk.nonlinearity)
        return float((layer_forward(a, moved, 1)[0] * upstream).sum())

    at = (a, trunk.weights[1], trunk.biases[1])
    for place, gradient in enumerate((da, grads["weights"], grads["biases"])):
        numeric = numeric_gradient(
            lambda moved, p=place: loss(*(moved if k == p else v for k, v in enumerate(at))), at[place]
        )
        assert relative_error(gradient, numeric) < 1e-6


def test_two_heads_make_the_first_gradient_about_twice_as_large_where_relus_start_well() -> None:
    """As section 7 measures it: twelve layers, heads behind the 4th and the 8th, on digits."""
    digits = load_digits()
    images = ((digits.train_x - digits.train_x.mean()) / digits.train_x.std()).reshape(-1, 1, 8, 8)[:64]
    labels, ratios = digits.train_y[:64], []
    for seed in range(5):
        with_heads, without = (first_gradient(images, labels, branches, seed) for branches in ((3, 7), ()))
        ratios.append(np.log(with_heads / without))
    assert 1.8 < np.exp(np.mean(ratios)) < 2.2
    assert "about twice as large" in answers("auxiliary_loss")


def first_gradient(images: np.ndarray, labels: np.ndarray, branches: tuple[int, ...], seed: int) -> float:
    """The norm of the gradient of the first of twelve layers."""
    rng = np.random.default_rng(seed)
    trunk, a, trace, heads = new_trunk(12, 8, RELU, 2.0, rng), images, [], {}
    params = {layer: small_head(rng) for layer in (11, 3, 7)}
    for layer in range(12):
        a, cache = layer_forward(a, trunk, layer)
        trace.append(cache)
        if layer in {11, *branches}:
            heads[layer] = reference.auxiliary_head_forward(a, params[layer])
    da = np.zeros_like(a)
    for layer in reversed(range(12)):
        if layer in heads:
            logits, cache = heads[layer]
            upstream = reference.softmax_cross_entropy(logits, labels)[1]
            own = reference.auxiliary_head_backward(upstream, cache)[0]
            da = reference.branch_gradient(da, own, 1.0 if layer == 11 else 0.3)
        da, grads = layer_backward(da, trace[layer], trunk, layer)
    return float(np.linalg.norm(grads["weights"]))


def small_head(rng: np.random.Generator) -> dict[str, np.ndarray]:
    shapes = {"Wc": (6, 8), "bc": (6,), "W1": (24, 24), "b1": (24,), "W2": (24, 10), "b2": (10,)}
    fan_in = {"Wc": 8, "W1": 24, "W2": 24}
    return {
        key: rng.normal(0, np.sqrt(2 / fan_in[key]), size=shape) if key in fan_in else np.zeros(shape)
        for key, shape in shapes.items()
    }
