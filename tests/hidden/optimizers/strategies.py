"""Cases for laws about first steps. Scales and sizes come from hypothesis, the numbers from the submission's seed."""

import numpy as np
from hypothesis import strategies as st

from tests.hidden.optimizers.walks import signed

STATES = st.integers(0, 2**32 - 1)
POWERS = st.integers(-1, 3)  # of ten: the scale of a gradient, far above epsilon
SHAPES = st.sampled_from([(1,), (4,), (2, 3)])


def first_steps(rng):
    """Weights, and a gradient of any scale."""
    entropy = int(rng.integers(2**63))

    def case(state, power, shape):
        numbers = np.random.default_rng([entropy, state])
        return numbers.normal(size=shape), 10.0**power * signed(numbers, shape)

    return st.builds(case, STATES, POWERS, SHAPES)
