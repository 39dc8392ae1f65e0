"""Joins of any size, for a law that must hold for all of them. Sizes come from hypothesis, numbers from the submission's seed."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.hidden.modern_architectures.inputs import Rng, images

FEW = st.integers(1, 4)
STATES = st.integers(0, 2**32 - 1)


def joins(rng: Rng) -> st.SearchStrategy[tuple[list[np.ndarray], list[bool]]]:
    """Branches of one shape, and which of them are alive; one at least is."""
    entropy = int(rng.integers(2**63))

    def case(state: int, shape: tuple[int, ...], others: list[bool], place: int) -> tuple[list[np.ndarray], list[Any]]:
        numbers = np.random.default_rng([entropy, state])
        alive = list(others)
        alive.insert(place % (len(others) + 1), True)
        return [images(numbers, shape) for _ in alive], alive

    return st.builds(
        case, STATES, st.tuples(FEW, FEW, FEW, FEW), st.lists(st.booleans(), max_size=4), st.integers(0, 4)
    )
