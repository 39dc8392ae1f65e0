"""Numbers that the text of `inception_module` quotes, computed again; its worked example; and its reference against torch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn import functional

from solutions.inception_module import reference
from starter_code.checks import inception_module as checks
from starter_code.convolution import conv2d_forward, max_pool_backward, max_pool_forward, relu
from starter_code.photographs import load_flower
from tests.support.notebook_text import answers

TEXT = (Path(__file__).parents[2] / "assignments/inception_module/inception_module.md").read_text(encoding="utf-8")
PIXELS = 28 * 28
# L14's module reads 256 channels; layer: kernel size, channels read, channels made.
NAIVE = {"1x1": (1, 256, 128), "3x3": (3, 256, 192), "5x5": (5, 256, 96)}
REDUCED = {
    "1x1": (1, 256, 128),
    "3x3_reduce": (1, 256, 64),
    "3x3": (3, 64, 192),
    "5x5_reduce": (1, 256, 64),
    "5x5": (5, 64, 96),
    "pool_proj": (1, 256, 64),
}


def weights(layers: dict[str, tuple[int, int, int]]) -> dict[str, int]:
    return {layer: kernel**2 * read * made for layer, (kernel, read, made) in layers.items()}


def depth(layers: dict[str, tuple[int, int, int]]) -> int:
    return sum(made for layer, (_, _, made) in layers.items() if "reduce" not in layer)


def test_naive_module_of_l14() -> None:
    counted = weights(NAIVE)
    assert PIXELS * sum(counted.values()) == 854_196_224
    assert sum(counted.values()) == 1_089_536
    assert PIXELS * counted["5x5"] == 481_689_600
    assert round(100 * counted["5x5"] / sum(counted.values())) == 56
    assert depth(NAIVE) + 256 == 672  # the pool keeps the depth of what it reads


def test_reduced_module_of_l14() -> None:
    counted = weights(REDUCED)
    assert PIXELS * sum(counted.values()) == 271_351_808
    assert sum(counted.values()) == 346_112
    assert PIXELS * counted["5x5"] == 120_422_400 == PIXELS * weights(NAIVE)["5x5"] // 4
    assert PIXELS * counted["5x5_reduce"] == 12_845_056
    assert depth(REDUCED) == 480


def test_ratio_of_both_modules_is_3_15_and_the_slide_counts_one_3x3_term_twice() -> None:
    naive, reduced = PIXELS * sum(weights(NAIVE).values()), PIXELS * sum(weights(REDUCED).values())
    assert round(naive / reduced, 2) == 3.15
    assert reduced + PIXELS * weights(REDUCED)["3x3"] == 358_055_936


def test_reduction_of_n41() -> None:
    direct, first, second = 14 * 14 * 48 * 480 * 25, 14 * 14 * 16 * 480, 14 * 14 * 48 * 16 * 25
    assert (direct, first, second, first + second) == (112_896_000, 1_505_280, 3_763_200, 5_268_480)
    assert round(direct / (first + second), 2) == 21.43
    assert [round(count / 1e6, 1) for count in (direct, first, second, first + second)] == [112.9, 1.5, 3.8, 5.3]


@pytest.mark.parametrize(
    "number",
    [
        "854,196,224",
        "271,351,808",
        "3.15",
        "1,089,536",
        "346,112",
        "481,689,600",
        "120,422,400",
        "12,845,056",
        "672",
        "480",
    ],
)
def test_the_model_answer_quotes_these_numbers(number: str) -> None:
    assert number in TEXT.split("Model answer", 1)[1]


def test_slope_of_three_branches() -> None:
    assert 3 * 2 + 1 * 2 * 4 + 1 * -1 == 13
    assert "At $x = 4$ that is $6 + 8 - 1 = 13$." in TEXT


def test_worked_example_of_the_visible_checks_is_what_the_reference_says() -> None:
    out, cache = reference.inception_forward(checks.IMAGE, checks._example())
    assert out[0].tolist() == checks.STACK
    assert {key: cache[key][0, 0].tolist() for key in checks.VALUES} == checks.INSIDE


def test_the_reference_is_the_module_of_torch_forward_and_backward() -> None:
    rng = np.random.default_rng(41)
    depths = {"1x1": 2, "3x3_reduce": 3, "3x3": 4, "5x5_reduce": 2, "5x5": 3, "pool_proj": 1}
    params = {}
    for layer, made in depths.items():
        size, read = {"3x3": 3, "5x5": 5}.get(layer, 1), depths.get(f"{layer}_reduce", 3)
        params |= {f"W_{layer}": rng.normal(size=(made, read, size, size)), f"b_{layer}": rng.normal(size=made)}
    x = rng.normal(size=(2, 3, 7, 5))
    theirs = {key: torch.tensor(array, requires_grad=True) for key, array in ({"x": x} | params).items()}

    def layer(name: str, read: torch.Tensor) -> torch.Tensor:
        return functional.relu(functional.conv2d(read, theirs[f"W_{name}"], theirs[f"b_{name}"], padding="same"))

    pooled = functional.max_pool2d(theirs["x"], 3, stride=1, padding=1)
    branches = [
        layer("1x1", theirs["x"]),
        layer("3x3", layer("3x3_reduce", theirs["x"])),
        layer("5x5", layer("5x5_reduce", theirs["x"])),
        layer("pool_proj", pooled),
    ]
    stack = torch.cat(branches, dim=1)
    dout = rng.normal(size=tuple(stack.shape))
    stack.backward(torch.tensor(dout))

    out, cache = reference.inception_forward(x, params)
    dx, grads = reference.inception_backward(dout, cache)
    np.testing.assert_allclose(out, stack.detach().numpy(), rtol=1e-10, atol=1e-10)
    for key, got in ({"x": dx} | grads).items():
        np.testing.assert_allclose(got, theirs[key].grad.numpy(), rtol=1e-10, atol=1e-10)


# --- the answers to "Looking back" ---------------------------------------------------------------------------------------


def test_a_window_of_15_covers_a_map_of_8_by_8_and_sends_the_gradient_to_one_pixel() -> None:
    x = np.random.default_rng(3).normal(size=(2, 5, 8, 8))
    largest = max_pool_forward(x, size=15, stride=8)
    assert largest.shape == (2, 5, 1, 1)
    assert np.array_equal(largest[:, :, 0, 0], x.max(axis=(2, 3)))
    sent = max_pool_backward(np.ones((2, 5, 1, 1)), x, size=15, stride=8)
    assert np.array_equal(np.count_nonzero(sent, axis=(2, 3)), np.ones((2, 5)))
    assert np.unique(reference.global_average_pool_backward(np.ones((2, 5)), x.shape)).tolist() == [1 / 64]
    assert all(said in answers("inception_module") for said in ("`size=15, stride=8`", "1/64"))


def test_without_the_relu_a_reduction_and_its_kernel_are_one_convolution_with_product_kernels() -> None:
    rng = np.random.default_rng(4)
    x, thin, wide = rng.normal(size=(2, 6, 7, 7)), rng.normal(size=(2, 6, 1, 1)), rng.normal(size=(5, 2, 3, 3))
    in_two = functional.conv2d(functional.conv2d(torch.tensor(x), torch.tensor(thin)), torch.tensor(wide), padding=1)
    kernels = np.einsum("oruv,rc->ocuv", wide, thin[:, :, 0, 0])
    in_one = functional.conv2d(torch.tensor(x), torch.tensor(kernels), padding=1)
    np.testing.assert_allclose(in_two, in_one, atol=1e-12)
    assert np.linalg.matrix_rank(kernels.swapaxes(0, 1).reshape(6, -1)) == 2  # as many as channels in between


def test_slopes_find_the_left_rim_of_the_flower_and_the_relu_leaves_the_right_one_out() -> None:
    flower, slope = load_flower(), np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4
    grey = flower.mean(axis=1, keepdims=True)
    slopes = conv2d_forward(grey, slope[None, None], np.zeros(1))[0, 0, 40:60]  # rows through the middle
    left, right = slopes.argmax(axis=1), slopes.argmin(axis=1)
    assert np.median(left) < 40
    assert np.median(right) > 100
    found = relu(slopes)
    assert found[range(20), left].min() > 0.2
    assert found[range(20), right].max() == 0


def test_the_colours_that_are_chosen_say_nothing_of_grey_pixels() -> None:
    cell = TEXT.split("chosen = {", 1)[1]
    assert "[[1, -0.5, -0.5], [0.5, 0.5, -1]]" in cell
    assert np.array([[1, -0.5, -0.5], [0.5, 0.5, -1]]).sum(axis=1).tolist() == [0, 0]
