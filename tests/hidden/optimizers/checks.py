"""How far an answer to `optimizers` may be off, and walks over several steps that hidden tests compare or look at."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograder.suite import Given, Student, as_numbers, expect, expect_close, expect_tuple, expect_worked, unchanged
from solutions.optimizers import reference
from tests.hidden.optimizers.cases import special_walks
from tests.hidden.optimizers.inputs import LONG, SIZE, STEPS, Rng, bowl, gradients, signed

# Weights and steps are of about one. An answer may compute in float32 inside and is right all the same: over a few steps that loses
# less than 1e-6. No slip that has a name comes as close: the smallest, an epsilon of 1e-2 in the wrong place, moves weights by 1e-4.
CLOSE = {"rtol": 3e-6, "atol": 3e-6}


def answer(student: Student, rule: str, *arguments: Any, **options: Any) -> tuple[Any, ...]:
    """The weights and the state that the student's function returns."""
    return expect_tuple(rule, getattr(student, rule)(*arguments, **options), 2)


def expect_near(what: str, got: Any, want: np.ndarray) -> None:
    """Numbers are right, by the size of the largest: huge ones have no more digits than others."""
    expect_close(what, got, want, rtol=CLOSE["rtol"], atol=CLOSE["atol"] * max(1.0, float(np.abs(want).max())))


def check_walk(
    student: Student,
    rule: str,
    w: np.ndarray,
    asks: Sequence[Any],
    rates: Sequence[float],
    *in_order: float,
    **options: Any,
) -> None:
    """The student's weights are the reference's after each step; `asks` are gradients or functions that give them.

    in_order: what is passed on behind the rate, without names

    All steps are taken before any is compared: slips that agree in the first one part in those that follow.
    """
    plan = list(zip(asks, rates, strict=True))
    wanted: list[np.ndarray] = []
    right: np.ndarray = w
    kept: Any = {}
    for ask, lr in plan:
        right, kept = getattr(reference, rule)(right, ask, kept, lr, *in_order, **options)
        wanted.append(right)
    got: list[np.ndarray] = []
    state: Any = {}
    for ask, lr in plan:
        w, state = answer(student, rule, w, ask, state, lr, *in_order, **options)
        w = as_numbers("w", w)
        got.append(w)
    for number, (one, want) in enumerate(zip(got, wanted, strict=True), start=1):
        expect_near(f"w after step {number}", one, want)


def check_walk_on_gradients(
    student: Student,
    rule: str,
    rng: Rng,
    rates: Sequence[float],
    *in_order: float,
    edges: bool = False,
    **options: Any,
) -> None:
    """The same, from a drawn start and on drawn gradients, one for each rate."""
    grads = gradients(rng, len(rates), edges=edges)
    check_walk(student, rule, rng.normal(size=SIZE), grads, rates, *in_order, **options)


def check_walk_on_a_bowl(
    student: Student,
    rule: str,
    rng: Rng,
    rates: Sequence[float],
    *in_order: float,
    edges: bool = False,
    **options: Any,
) -> None:
    """The same, for a rule that asks for its gradients."""
    gradient, _ = bowl(rng, edges=edges)
    check_walk(student, rule, rng.normal(size=SIZE), [gradient] * len(rates), rates, *in_order, **options)


def check_long_walk(student: Student, rule: str, rng: Rng, *, asks_for_gradients: bool = False, **options: Any) -> None:
    """The same for many small steps, on gradients that do not depend on where it is: nothing is forgotten too early."""
    grads = signed(rng, (int(rng.integers(*LONG)), SIZE))
    asks = [_ask_for(gradient, asks_for_gradients=asks_for_gradients) for gradient in grads]
    check_walk(student, rule, rng.normal(size=SIZE), asks, [0.01] * len(asks), **options)


def check_tiny_epsilon(
    student: Student, rule: str, rng: Rng, *, asks_for_gradients: bool = False, **options: Any
) -> None:
    """An epsilon far below the usual one counts as passed in: a step on gradients of its size, and on larger ones."""
    ask = _ask_for(signed(rng, 3) * np.array([1e-12, 1e-11, 1.0]), asks_for_gradients=asks_for_gradients)
    check_walk(student, rule, rng.normal(size=3), [ask], [0.1], **options, eps=1e-12)


def _ask_for(gradient: np.ndarray, *, asks_for_gradients: bool) -> np.ndarray | Given:
    """A gradient as a rule takes it: as it is, or from a function that gives it everywhere."""
    return Given(lambda _: gradient, gradient.shape) if asks_for_gradients else gradient


def check_special_walks(
    student: Student, rule: str, rng: Rng, *, asks_for_gradients: bool = False, **options: Any
) -> None:
    """Walks from `special_walks` that take turns are the reference's; each has a state of its own.

    Between two steps the weights shrink, which no state knows of. All walks are ended before any is compared.
    """
    right = getattr(reference, rule)

    def ask_of(gradient: np.ndarray, curvature: float = 0.1) -> np.ndarray | Given:
        # Never near zero, where a rule that divides by the size of a gradient jumps.
        rising = Given(lambda w: curvature * w.astype(np.float64) + gradient, gradient.shape)
        return rising if asks_for_gradients else gradient

    def ends(answering: Callable[..., tuple[Any, Any]]) -> list[np.ndarray]:
        reached: list[tuple[np.ndarray, Any]] = [(w, {}) for w, _ in walks]
        for step in range(3):
            for place, (_, asks) in enumerate(walks):
                if step < len(asks):
                    w, state = reached[place]
                    w, state = answering(0.9 * w if step else w, asks[step], state, 0.1, **options)
                    reached[place] = as_numbers("w", w), state
        return [w for w, _ in reached]

    walks = [(w, list(map(ask_of, grads))) for w, grads in special_walks(rng)]
    gradient, other, start = signed(rng, (3, 3))
    # One more walk is at zero after a step. The gradient of another one is zero in the second of its three.
    first, last, nothing = (ask_of(each, 0.0) for each in (gradient, other, 0 * gradient))
    walks += [
        (-right(0 * start, first, {}, 0.1, **options)[0], [first, last]),
        (start, [first, nothing, last]),
    ]
    wanted, got = ends(right), ends(partial(answer, student, rule))
    for one, want in zip(got, wanted, strict=True):
        expect_near("w after the last step", one, want)


def check_calls(student: Student, rule: str, rng: Rng) -> None:
    """The gradient is asked for once a step, where the last step times beta would lead from the weights."""
    gradient, asked = bowl(rng)
    beta, last = 0.9, np.zeros(SIZE)
    state: Any = {}
    w = rng.normal(size=SIZE)
    for _ in range(STEPS):
        before = len(asked)
        new, state = answer(student, rule, w, gradient, state, 0.1, beta=beta)
        new = expect_worked("w", new, w.shape)
        expect(len(asked) == before + 1, f"{rule} should ask for the gradient once in each step.")
        expect_close("the point at which the gradient was asked for", asked[-1], w + beta * last, **CLOSE)
        last, w = new - w, new


def check_corners(student: Student, rule: str, asks: Sequence[Any], **options: Any) -> None:
    """Two steps from integers, and two in an array of two axes, end where the same numbers end in a float64 vector.

    asks: two integer gradients of three entries, or two functions that make a gradient for weights of a shape
    """
    start = np.array([3, -1, 2])

    def shaped(ask: Any, shape: tuple[int, ...], dtype: type = np.float64) -> Any:
        return ask(shape) if callable(ask) else ask.astype(dtype).reshape(shape)

    def ends(shape: tuple[int, ...], dtype: type) -> np.ndarray:
        w: np.ndarray = start.astype(dtype).reshape(shape)
        state: Any = {}
        for ask in asks:
            w, state = answer(student, rule, w, shaped(ask, shape, dtype), state, 0.3, **options)
            w = as_numbers("w", w)
        return w

    plain = expect_worked("w", ends((3,), np.float64), (3,))
    expect(not np.array_equal(plain, start), "The steps should lead away from where they began.")
    expect_close("w for integers", ends((3,), np.int64), plain, **CLOSE)
    for shape in ((3, 1), (1, 3)):
        expect_close(f"w of shape {shape}", ends(shape, np.float64), plain.reshape(shape), **CLOSE)


def check_unmodified(student: Student, rule: str, w: np.ndarray, asks: Sequence[Any], **options: Any) -> None:
    """No argument changes in any of several steps: neither the weights nor the gradient nor the old state."""
    start = w
    state: Any = {}
    for ask in asks:
        result, after = getattr(student, rule).with_inputs(w, ask, state, 0.1, **options)
        new, new_state = expect_tuple(rule, result, 2)
        new = expect_worked("w", new, w.shape)
        expect_close("w after the call", after[0], w, rtol=0)
        if not callable(ask):
            expect_close("grad after the call", after[1], ask, rtol=0)
        expect(unchanged(state, after[2]), "The old state should be as it was; the call has changed it.")
        w, state = new, new_state
    expect(not np.array_equal(w, start), "The steps should lead away from where they began.")
