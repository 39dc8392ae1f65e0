"""Laws that must hold for all cases of a kind: hypothesis draws the cases, from the submission's seed. Used by hidden suites.

A regrade draws the same cases again, on any machine and whatever else is loaded; another student gets others. The first case is the
simplest of its kind. What a law raises comes through as it is, and ends the test: no case is tried twice, none is printed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.strategies import SearchStrategy

EXAMPLES = 6  # about 3 ms in hypothesis; a whole suite has 200
BACKEND = "autograder"
Case = TypeVar("Case")


def central_differences(loss: Callable[[], float], at: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """The gradient of `loss` at the float64 array `at`, one entry after the other: (loss above - loss below) / 2 step.

    `loss` reads `at` each time; the array ends as it was.
    """
    gradient = np.zeros_like(at)
    for index in np.ndindex(at.shape):
        kept = at[index]
        at[index] = kept + step
        above = loss()
        at[index] = kept - step
        gradient[index] = (above - loss()) / (2 * step)
        at[index] = kept
    return gradient


class SeededProvider(HypothesisProvider):
    """Hypothesis' own way of drawing, less the numbers that it picks from the source of whatever modules are loaded."""

    def _maybe_draw_constant(self, *_: Any, **__: Any) -> None:
        """No such number."""


AVAILABLE_PROVIDERS[BACKEND] = SeededProvider


class _Broken(BaseException):
    """Carries a fault out of hypothesis, which would run the case of an Exception once more, and write down what was in it."""

    def __init__(self, fault: Exception) -> None:
        super().__init__()
        self.fault = fault


def for_all(
    rng: np.random.Generator, cases: SearchStrategy[Case], law: Callable[[Case], None], *, examples: int = EXAMPLES
) -> None:
    """Try `law` on cases that follow from the state of `rng`; raises what it raises for the first case that breaks it."""

    @seed(int(rng.integers(2**63)))
    @settings(
        backend=BACKEND,
        max_examples=examples,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )
    @given(cases)
    def tried(case: Case) -> None:
        try:
            law(case)
        except Exception as fault:
            raise _Broken(fault) from fault

    try:
        tried()
    except _Broken as broken:
        raise broken.fault from None
