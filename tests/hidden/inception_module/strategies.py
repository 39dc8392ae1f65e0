"""Images and modules of any size, for laws that must hold for all of them.

Sizes come from hypothesis, numbers from the submission's seed.
"""

import numpy as np
from hypothesis import strategies as st

from tests.hidden.inception_module.draws import LAYERS, images, module, output_shape

FEW = st.integers(1, 4)
SIDES = st.integers(1, 5)
STATES = st.integers(0, 2**32 - 1)


def _numbers(rng):
    """Generators of numbers, each from a state that hypothesis draws and the state of the submission's own."""
    entropy = int(rng.integers(2**63))
    return STATES.map(lambda state: np.random.default_rng([entropy, state]))


def pixel_cases(rng):
    """Images, and the weight and the bias of a layer that reads their channels."""

    def case(numbers, image, outputs):
        x = images(numbers, image)
        return x, numbers.normal(size=(outputs, image[1])), numbers.normal(size=outputs), numbers

    return st.builds(case, _numbers(rng), st.tuples(FEW, FEW, SIDES, SIDES), FEW)


def stacks(rng):
    """One to four arrays of the same height and width, of any numbers of channels."""

    def case(numbers, image, channels):
        return [images(numbers, (image[0], depth, *image[1:])) for depth in channels]

    return st.builds(case, _numbers(rng), st.tuples(FEW, SIDES, SIDES), st.lists(FEW, min_size=1, max_size=4))


def module_cases(rng):
    """Batches of two or three images, the parameters of a module, the reference's cache, and an upstream gradient."""

    def case(numbers, image, depths):
        named = dict(zip(LAYERS, depths, strict=True))
        return *module(numbers, image, named), numbers.normal(size=output_shape(image, named))

    # Sides of at least three: in smaller images some ReLU has nothing to shut, and draws would be refused for long.
    shapes = st.tuples(st.integers(2, 3), FEW, st.integers(3, 5), st.integers(3, 5))
    return st.builds(case, _numbers(rng), shapes, st.tuples(*[st.integers(1, 3)] * len(LAYERS)))
