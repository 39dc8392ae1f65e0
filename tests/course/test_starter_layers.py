"""The layers that students are given compute what they promise: against central differences, and against torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from starter_code.convolution import conv2d_backward, conv2d_forward, max_pool_backward, max_pool_forward, relu
from starter_code.gradient_check import numeric_gradient, relative_error

IMAGES = [(2, 3, 5, 4), (1, 1, 1, 1), (1, 2, 4, 7), (3, 2, 1, 6)]
KERNELS = [1, 3, 5]
STRIDES = [1, 2]


def rng() -> np.random.Generator:
    return np.random.default_rng(41)


def layer(image: tuple[int, ...], kernel: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """x, weight, bias and an upstream gradient for four output channels."""
    draw = rng()
    x, weight = draw.normal(size=image), draw.normal(size=(4, image[1], kernel, kernel))
    return x, weight, draw.normal(size=4), draw.normal(size=(image[0], 4, *image[2:]))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("image", IMAGES)
def test_convolution_is_that_of_torch_forward_and_backward(image: tuple[int, ...], kernel: int) -> None:
    x, weight, bias, dout = layer(image, kernel)
    theirs = [torch.tensor(array, requires_grad=True) for array in (x, weight, bias)]
    out = functional.conv2d(*theirs, padding=kernel // 2)
    out.backward(torch.tensor(dout))
    np.testing.assert_allclose(conv2d_forward(x, weight, bias), out.detach().numpy(), rtol=1e-12, atol=1e-12)
    for got, wanted in zip(conv2d_backward(dout, x, weight), theirs, strict=True):
        np.testing.assert_allclose(got, wanted.grad.numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kernel", KERNELS)
def test_convolution_backward_agrees_with_central_differences(kernel: int) -> None:
    x, weight, bias, dout = layer((2, 2, 3, 4), kernel)
    dx, dweight, dbias = conv2d_backward(dout, x, weight)
    numeric = (
        (dx, numeric_gradient(lambda moved: float((dout * conv2d_forward(moved, weight, bias)).sum()), x)),
        (dweight, numeric_gradient(lambda moved: float((dout * conv2d_forward(x, moved, bias)).sum()), weight)),
        (dbias, numeric_gradient(lambda moved: float((dout * conv2d_forward(x, weight, moved)).sum()), bias)),
    )
    for got, wanted in numeric:
        assert got.shape == wanted.shape
        assert relative_error(got, wanted) < 1e-8


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("size", [1, 3, 5])
@pytest.mark.parametrize("image", IMAGES)
def test_max_pooling_is_that_of_torch_forward_and_backward(image: tuple[int, ...], size: int, stride: int) -> None:
    x = rng().normal(size=image) - 1  # many windows without a positive entry: padding must never win
    theirs = torch.tensor(x, requires_grad=True)
    out = functional.max_pool2d(theirs, size, stride=stride, padding=size // 2)
    dout = rng().normal(size=tuple(out.shape))
    out.backward(torch.tensor(dout))
    np.testing.assert_array_equal(max_pool_forward(x, size, stride), out.detach().numpy())
    np.testing.assert_allclose(max_pool_backward(dout, x, size, stride), theirs.grad.numpy(), rtol=1e-12, atol=1e-12)


def test_max_pooling_backward_agrees_with_central_differences() -> None:
    x, dout = rng().permutation(2 * 2 * 3 * 5).reshape(2, 2, 3, 5) / 7, rng().normal(size=(2, 2, 3, 5))
    numeric = numeric_gradient(lambda moved: float((dout * max_pool_forward(moved)).sum()), x)
    assert relative_error(max_pool_backward(dout, x), numeric) < 1e-8


def test_of_equal_entries_the_first_one_gets_the_gradient_as_in_torch() -> None:
    x = np.zeros((1, 1, 3, 3))
    theirs = torch.tensor(x, requires_grad=True)
    functional.max_pool2d(theirs, 3, stride=1, padding=1).sum().backward()
    np.testing.assert_array_equal(max_pool_backward(np.ones((1, 1, 3, 3)), x), theirs.grad.numpy())


def test_relu_is_zero_below_zero_and_makes_a_new_array() -> None:
    z = np.array([-2.0, -0.0, 0.0, 3.5])
    np.testing.assert_array_equal(relu(z), [0, 0, 0, 3.5])
    assert relu(z) is not z


def test_integers_and_single_precision_are_taken() -> None:
    x, weight, bias, dout = layer((2, 3, 5, 4), 3)
    whole = np.rint(3 * x).astype(np.int64)
    np.testing.assert_array_equal(conv2d_forward(whole, weight, bias), conv2d_forward(whole * 1.0, weight, bias))
    np.testing.assert_array_equal(max_pool_forward(whole), max_pool_forward(whole * 1.0))
    upstream = np.rint(3 * dout).astype(np.int64)
    for got, wanted in zip(
        conv2d_backward(upstream, x, weight), conv2d_backward(upstream * 1.0, x, weight), strict=True
    ):
        np.testing.assert_allclose(got, wanted, rtol=1e-12)
    np.testing.assert_array_equal(max_pool_backward(whole, x), max_pool_backward(whole * 1.0, x))
    small = conv2d_forward(*(array.astype(np.float32) for array in (x, weight, bias)))
    assert small.dtype == max_pool_forward(x.astype(np.float32)).dtype == np.float32


def test_no_layer_changes_its_inputs() -> None:
    x, weight, bias, dout = layer((2, 3, 5, 4), 3)
    before = [array.copy() for array in (x, weight, bias, dout)]
    conv2d_forward(x, weight, bias)
    conv2d_backward(dout, x, weight)
    max_pool_backward(dout[:, :3], x)
    relu(max_pool_forward(x))
    for was, now in zip(before, (x, weight, bias, dout), strict=True):
        np.testing.assert_array_equal(was, now)


@pytest.mark.parametrize("shape", [(4, 3), (4, 3, 2, 2), (4, 3, 3, 1), (4, 3, 3)])
def test_a_weight_of_the_wrong_shape_is_refused_in_a_sentence(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="k odd"):
        conv2d_forward(np.zeros((1, 3, 4, 4)), np.zeros(shape), np.zeros(4))
