"""One step of a ball that arrives with a velocity, and where its rule asks for the gradient; the notebook on optimizers draws it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from starter_code.surfaces import Surface


@dataclass(frozen=True)
class BallStep:
    """A step of a rule with momentum from `here`, taken apart; all are (2,).

    kept: the part of the old velocity that is kept, beta v
    asked: where the rule took the gradient
    there: where the step ends
    """

    here: np.ndarray
    kept: np.ndarray
    asked: np.ndarray
    there: np.ndarray


def heavy_ball_step(
    momentum_step: Callable, surface: Surface, velocity: np.ndarray, lr: float, beta: float
) -> BallStep:
    """A step of the momentum of this course, at 1 / (1 - beta) times the rate: a heavy ball. It starts where the surface does."""
    rate = lr / (1 - beta)
    # A first step with this gradient has the size of the velocity, and leaves the velocity in the state.
    here, memory = momentum_step(surface.start - velocity, -velocity / lr, {}, rate, beta=beta)
    there, _ = momentum_step(here, surface.gradient(here), memory, rate, beta=beta)
    return BallStep(here, beta * velocity, here, there)


def nesterov_ball_step(
    nesterov_step: Callable, surface: Surface, velocity: np.ndarray, lr: float, beta: float
) -> BallStep:
    """A step of Nesterov's momentum from the start of a surface, to which the ball comes with this velocity."""
    asked = []

    def noted(w: np.ndarray) -> np.ndarray:
        asked.append(np.array(w, dtype=float))
        return surface.gradient(w)

    here, memory = nesterov_step(surface.start - velocity, lambda _: -velocity / lr, {}, lr, beta=beta)
    there, _ = nesterov_step(here, noted, memory, lr, beta=beta)
    return BallStep(here, beta * velocity, asked[-1], there)
