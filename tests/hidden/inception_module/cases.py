"""Images and modules of any size, for laws that must hold for all of them, and modules that are special in one way each.

Of laws, sizes come from hypothesis, numbers from the submission's seed.
"""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from autograder.suite import corners, in_order
from solutions.inception_module import reference
from tests.hidden.inception_module.inputs import (
    ALIKE,
    LAYERS,
    TINY,
    TWOS,
    Params,
    Rng,
    images,
    module,
    output_shape,
    parameters,
)

FEW = st.integers(1, 4)
SIDES = st.integers(1, 5)
STATES = st.integers(0, 2**32 - 1)
NEAR = 1e-5  # the same where there are no differences; an exact zero stays one
# Single channels, rows and columns; images as high or wide as they are deep, or as there are of them.
SIZES = ((2, 1, 2, 3), (2, 3, 3, 2), (4, 3, 1, 3), (2, 2, 3, 1), (2, 1, 3, 3))

# Of the two large kernels, the smaller one has by far the more outputs.
UNLIKE = {**TWOS, "3x3": 6, "5x5": 1}


def _numbers(rng: Rng) -> st.SearchStrategy[Rng]:
    """Generators of numbers, each from a state that hypothesis draws and the state of the submission's own."""
    entropy = int(rng.integers(2**63))
    return STATES.map(lambda state: np.random.default_rng([entropy, state]))


def pixel_cases(
    rng: Rng,
) -> st.SearchStrategy[tuple[np.ndarray, np.ndarray, np.ndarray, Rng]]:
    """Images, and the weight and the bias of a layer that reads their channels."""

    def case(numbers: Rng, image: tuple[int, ...], outputs: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, Rng]:
        x = images(numbers, image)
        return x, numbers.normal(size=(outputs, image[1])), numbers.normal(size=outputs), numbers

    return st.builds(case, _numbers(rng), st.tuples(FEW, FEW, SIDES, SIDES), FEW)


def stacks(rng: Rng) -> st.SearchStrategy[list[np.ndarray]]:
    """One to six arrays of the same height and width, of any numbers of channels."""

    def case(numbers: Rng, image: tuple[int, ...], channels: list[int]) -> list[np.ndarray]:
        return [images(numbers, (image[0], depth, *image[1:])) for depth in channels]

    return st.builds(case, _numbers(rng), st.tuples(FEW, SIDES, SIDES), st.lists(FEW, min_size=1, max_size=6))


def module_cases(rng: Rng) -> st.SearchStrategy[tuple[np.ndarray, Params, dict[str, Any], np.ndarray]]:
    """Batches of two or three images, the parameters of a module, the reference's cache, and an upstream gradient."""

    def case(
        numbers: Rng, image: tuple[int, ...], depths: tuple[int, ...]
    ) -> tuple[np.ndarray, Params, dict[str, Any], np.ndarray]:
        named = dict(zip(LAYERS, depths, strict=True))
        return *module(numbers, image, named), numbers.normal(size=output_shape(image, named))

    # Sides of at least three: in smaller images some ReLU has nothing to shut, and draws would be refused for long.
    shapes = st.tuples(st.integers(2, 3), FEW, st.integers(3, 5), st.integers(3, 5))
    return st.builds(case, _numbers(rng), shapes, st.tuples(*[st.integers(1, 3)] * len(LAYERS)))


def special(
    rng: Rng,
) -> tuple[list[tuple[np.ndarray, Params]], list[tuple[np.ndarray, dict[str, Any]]]]:
    """Batches and parameters that are special in one way each, and the reference's (out, cache) for each of them."""
    while True:
        x, params, _ = module(rng, ALIKE, TWOS)
        x[0, 0] -= x[0, 0].max()  # the largest entry of a map is an exact zero
        in_fortran_order, with_zeros, with_ties, of_zeros, *_ = corners(x, params)
        plain = {key: value * key.startswith("b_") for key, value in params.items()}
        nothing = {key: np.zeros_like(value) for key, value in params.items()}
        cases = [of_zeros, (x, plain), (x, nothing), in_fortran_order, with_zeros, with_ties]
        for size in SIZES:
            params = parameters(rng, size[1], TWOS)
            cases.append((images(rng, size), in_order(params, backwards=True)))
        ones = parameters(rng, 2, dict.fromkeys(LAYERS, 1))
        cases.append((images(rng, (2, 2, 2, 3)), in_order(ones)))
        cases.append((images(rng, (2, 2, 3, 4)), in_order(parameters(rng, 2, UNLIKE))))
        x = images(rng, ALIKE)
        cases.append((x - x.max() - 0.1, in_order(parameters(rng, 2, TWOS))))  # no map has a positive entry
        answers = [reference.inception_forward(x, params) for x, params in cases]
        if all(is_clear(cache) for _, cache in answers):
            return cases, answers


def faint(rng: Rng) -> tuple[np.ndarray, dict[str, Any]]:
    """The reference's (out, cache) of a module without biases, for images a billionth as bright: only signs decide."""
    while True:
        x, params, _ = module(rng, ALIKE, TWOS)
        unbiased = {key: value * key.startswith("W_") for key, value in params.items()}
        if is_clear(reference.inception_forward(x, unbiased)[1]):
            return reference.inception_forward(TINY * x, unbiased)


def is_clear(cache: Params) -> bool:
    """Whether every value before a ReLU is an exact zero, or so far from it that no rounding changes its side."""
    return all(((z == 0) | (np.abs(z) > NEAR)).all() for z in (cache[f"z_{layer}"] for layer in LAYERS))
