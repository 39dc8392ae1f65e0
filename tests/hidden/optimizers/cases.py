"""Cases for laws about first steps, and walks that are special in one way each.

Of laws, scales and sizes come from hypothesis, numbers from the submission's seed.
"""

import numpy as np
from hypothesis import strategies as st

from autograder.suite import corners
from tests.hidden.optimizers.inputs import Rng, signed

STATES = st.integers(0, 2**32 - 1)
POWERS = st.integers(-1, 3)  # of ten: the scale of a gradient, far above epsilon
SHAPES = st.sampled_from([(1,), (4,), (2, 3)])


def first_steps(rng: Rng) -> st.SearchStrategy[tuple[np.ndarray, np.ndarray]]:
    """Weights, and a gradient of any scale."""
    entropy = int(rng.integers(2**63))

    def case(state: int, power: int, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        numbers = np.random.default_rng([entropy, state])
        return numbers.normal(size=shape), 10.0**power * signed(numbers, shape)

    return st.builds(case, STATES, POWERS, SHAPES)


def special_walks(rng: Rng) -> list[tuple[np.ndarray, list[np.ndarray]]]:
    """Weights and a gradient for each of two steps: zeros, equal and huge numbers, Fortran order, and one to three axes of any lengths."""
    walks = []
    for place, shape in enumerate(((2, 3), (2, 2), (1, 2, 2), (2, 1, 2), (2, 2, 1))):  # of each shape another corner
        w, *grads = list(corners(*signed(rng, (3, *shape))))[place]
        walks.append((w, grads))
    return [*walks, (signed(rng, 1), list(4e5 * signed(rng, (2, 1))))]
