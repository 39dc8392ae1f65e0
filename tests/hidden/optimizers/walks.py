"""Gradients, rates, tolerances and the walks over several steps that the hidden tests of `optimizers` share.

A single step from a fresh state hides all that a rule remembers, so walks have four, on gradients that change from step to step.
"""

from functools import partial

import numpy as np

from autograder.suite import Given, as_numbers, corners, expect, expect_close, expect_tuple, expect_worked, unchanged
from solutions.optimizers import reference

# Weights and steps are of about one. An answer may compute in float32 inside and is right all the same: over a few steps that loses
# less than 1e-6. No slip that has a name comes as close: the smallest, an epsilon of 1e-2 in the wrong place, moves weights by 1e-4.
CLOSE = {"rtol": 3e-6, "atol": 3e-6}
STEPS = 4
SIZE = 5
TINY = 1e-8  # a gradient as small as the usual epsilon


def signed(rng, shape):
    """Numbers of either sign, of about one and never near zero."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.3, 2.0, size=shape)


def gradients(rng, steps=STEPS, *, edges=False):
    """One gradient for each step, with an entry that is zero for once; with edges, one that is always zero and one that is tiny.

    Edges show epsilon and nothing else: they belong where epsilon is asked about, or where there is none.
    """
    grads = signed(rng, (steps, SIZE))
    grads[1, 2] = 0.0
    if edges:
        grads[:, 3] = 0.0
        grads[:, 4] *= TINY
    return list(grads)


def bowl(rng, *, edges=False):
    """The gradient of a quadratic loss of five weights, and the points where it was asked; with edges as in `gradients`."""
    matrix = signed(rng, (SIZE, SIZE))
    matrix = matrix @ matrix.T / SIZE + np.eye(SIZE)
    offset = signed(rng, SIZE)
    if edges:
        scale = np.array([1, 1, 1, 0, TINY])
        matrix, offset = scale[:, None] * matrix, scale * offset
    asked = []

    def gradient(w):
        point = w.astype(np.float64)
        asked.append(point)
        with np.errstate(invalid="ignore", over="ignore"):  # an answer may ask anywhere
            return matrix @ point - offset

    return Given(gradient, (SIZE,)), asked


def slope(shape):
    """A gradient for weights of a shape, each entry on its own."""
    return Given(lambda w: 0.5 * w.astype(np.float64) + 0.25, shape)


def steady(rng):
    """The same rate for every step."""
    return [float(rng.uniform(0.05, 0.2))] * STEPS


def changing(rng):
    """Another rate for every step; one of them is 0."""
    return [float(lr) for lr in rng.permutation([0.0, 0.05, 0.12, 0.2])]


def answer(student, rule, *arguments, **options):
    """The weights and the state that the student's function returns."""
    return expect_tuple(rule, getattr(student, rule)(*arguments, **options), 2)


def check_walk(student, rule, w, asks, rates, **options):
    """The student's weights are the reference's after each step; `asks` are gradients or functions that give them.

    All steps are taken before any is compared: slips that agree in the first one part in those that follow.
    """
    plan = list(zip(asks, rates, strict=True))
    wanted, right, kept = [], w, {}
    for ask, lr in plan:
        right, kept = getattr(reference, rule)(right, ask, kept, lr, **options)
        wanted.append(right)
    got, state = [], {}
    for ask, lr in plan:
        w, state = answer(student, rule, w, ask, state, lr, **options)
        w = as_numbers("w", w)
        got.append(w)
    for number, (one, want) in enumerate(zip(got, wanted, strict=True), start=1):
        expect_close(f"w after step {number}", one, want, **CLOSE)


def check_walk_on_gradients(student, rule, rng, rates, *, edges=False, **options):
    """The same, from a drawn start and on drawn gradients, one for each rate."""
    check_walk(student, rule, rng.normal(size=SIZE), gradients(rng, edges=edges)[: len(rates)], rates, **options)


def check_walk_on_a_bowl(student, rule, rng, rates, *, edges=False, **options):
    """The same, for a rule that asks for its gradients."""
    gradient, _ = bowl(rng, edges=edges)
    check_walk(student, rule, rng.normal(size=SIZE), [gradient] * len(rates), rates, **options)


def special_walks(rng):
    """Weights and a gradient for each of two steps: zeros, equal and huge numbers, Fortran order, and one to three axes of any lengths."""
    walks = []
    for place, shape in enumerate(((2, 3), (2, 2), (1, 2, 2), (2, 1, 2), (2, 2, 1))):  # of each shape another corner
        w, *grads = list(corners(*signed(rng, (3, *shape))))[place]
        walks.append((w, grads))
    return [*walks, (signed(rng, 1), list(4e5 * signed(rng, (2, 1))))]


def check_special_walks(student, rule, rng, *, asks_for_gradients=False, **options):
    """Walks from `special_walks` that take turns are the reference's; each has a state of its own.

    All walks are ended before any is compared. Numbers are compared by the size of the largest: huge ones have no more digits than others.
    """
    right = getattr(reference, rule)

    def ask_of(gradient, curvature=0.1):  # never near zero, where a rule that divides by the size of a gradient jumps
        rising = Given(lambda w: curvature * w.astype(np.float64) + gradient, gradient.shape)
        return rising if asks_for_gradients else gradient

    def ends(answering):
        reached = [(w, {}) for w, _ in walks]
        for step in range(2):
            for place, (_, asks) in enumerate(walks):
                w, state = reached[place]
                w, state = answering(w, asks[step], state, 0.1, **options)
                reached[place] = as_numbers("w", w), state
        return [w for w, _ in reached]

    walks = [(w, list(map(ask_of, grads))) for w, grads in special_walks(rng)]
    gradient, other, start = signed(
        rng, (3, 3)
    )  # one more walk is at zero after a step, the gradient of another one is
    asks = [ask_of(each, 0.0) for each in (gradient, other, 0 * gradient)]
    walks += [(-right(0 * start, asks[0], {}, 0.1, **options)[0], asks[:2]), (start, asks[::2])]
    wanted, got = ends(right), ends(partial(answer, student, rule))
    for one, want in zip(got, wanted, strict=True):
        scale = max(1.0, float(np.abs(want).max()))
        expect_close("w after two steps", one, want, rtol=CLOSE["rtol"], atol=scale * CLOSE["atol"])


def check_calls(student, rule, rng):
    """The gradient is asked for once a step, where the last step times beta would lead from the weights."""
    gradient, asked = bowl(rng)
    beta, last, state = 0.9, np.zeros(SIZE), {}
    w = rng.normal(size=SIZE)
    for _ in range(STEPS):
        before = len(asked)
        new, state = answer(student, rule, w, gradient, state, 0.1, beta=beta)
        new = expect_worked("w", new, w.shape)
        expect(len(asked) == before + 1, f"{rule} should ask for the gradient once in each step.")
        expect_close("the point at which the gradient was asked for", asked[-1], w + beta * last, **CLOSE)
        last, w = new - w, new


def check_corners(student, rule, asks, **options):
    """Two steps from integers, and two in an array of two axes, end where the same numbers end in a float64 vector.

    asks: two integer gradients of three entries, or two functions that make a gradient for weights of a shape
    """
    start = np.array([3, -1, 2])

    def shaped(ask, shape, dtype=np.float64):
        return ask(shape) if callable(ask) else ask.astype(dtype).reshape(shape)

    def ends(shape, dtype):
        w, state = start.astype(dtype).reshape(shape), {}
        for ask in asks:
            w, state = answer(student, rule, w, shaped(ask, shape, dtype), state, 0.3, **options)
            w = as_numbers("w", w)
        return w

    plain = expect_worked("w", ends((3,), np.float64), (3,))
    expect(not np.array_equal(plain, start), "The steps should lead away from where they began.")
    expect_close("w for integers", ends((3,), np.int64), plain, **CLOSE)
    for shape in ((3, 1), (1, 3)):
        expect_close(f"w of shape {shape}", ends(shape, np.float64), plain.reshape(shape), **CLOSE)


def check_unmodified(student, rule, w, asks, **options):
    """No argument changes in any of several steps: neither the weights nor the gradient nor the old state."""
    start, state = w, {}
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
