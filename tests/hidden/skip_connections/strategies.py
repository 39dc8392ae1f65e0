"""Blocks of any size, for laws that must hold for all of them. Sizes come from hypothesis, numbers from the submission's seed.

Every block is well-conditioned in the way of `draws`: signed entries of about one, open somewhere, and far from every kink.
"""

import numpy as np
from hypothesis import strategies as st

from tests.hidden.skip_connections.draws import block, preactivation_block

UNITS = st.integers(1, 5)
ROWS = st.integers(2, 5)  # each of which can be asked about alone
STATES = st.integers(0, 2**32 - 1)


def residual_cases(rng, **options):
    """A batch x, the parameters of a residual block, and an upstream gradient; options are those of `draws.block`."""
    entropy = int(rng.integers(2**63))

    def case(state, sizes, rows):
        numbers = np.random.default_rng([entropy, state])
        x, params = block(numbers, sizes, rows=rows, **options)
        return x, params, numbers.normal(size=(rows, params["b2"].size))

    return st.builds(case, STATES, st.tuples(UNITS, UNITS, UNITS), ROWS)


def preactivation_cases(rng):
    """A batch x, the parameters of a pre-activation block, and an upstream gradient."""
    entropy = int(rng.integers(2**63))

    def case(state, sizes, rows):
        numbers = np.random.default_rng([entropy, state])
        x, params = preactivation_block(numbers, sizes, rows=rows)
        return x, params, numbers.normal(size=x.shape)

    return st.builds(case, STATES, st.tuples(UNITS, UNITS), ROWS)
