"""Walks over several steps, on gradients that change, that hidden tests of both optimizers compare.

One test compares a walk with the reference's. Each other one looks at a single clause of the contract and compares a walk with
another one of the same student, so that a slip in the rule itself is not charged again.
"""

from typing import Any

import numpy as np

from autograder.suite import Student, expect, expect_array, expect_close, expect_keys, expect_tuple, expect_unmodified
from solutions.train_networks import reference
from starter_code.training_probes import run_optimizer
from tests.hidden.train_networks.cases import unusual_walks
from tests.hidden.train_networks.checks import expect_near, remembering
from tests.hidden.train_networks.inputs import STEPS, Rng, drawn_walk, gradients, rates, starts

# Steps have about the size of a rate, 0.1. A misplaced epsilon of 1e-2 is off by 1e-3 of that; two right orders of summation by
# 1e-15 of it.
CLOSE = {"rtol": 1e-6, "atol": 1e-8}
PARTS = ("weights", "gradients", "returned", "ready-made")


def asked(student: Student, name: str, *question: Any, **options: Any) -> dict[str, Any]:
    """What the probe says of the student's optimizer, taken apart."""
    got = student.run_optimizer(getattr(student, name), *question, **options)
    got = expect_keys(f"what comes of {name}", got, PARTS)
    expect(got["ready-made"] is False, "The update should be written here, and not be left to an optimizer of torch's.")
    return got


def walk(student: Student, name: str, begin: list[np.ndarray], grads: list[Any], **options: Any) -> np.ndarray:
    """The student's parameters at the start and after each step, (steps + 1, numbers). Each parameter must have moved."""
    return path(begin, asked(student, name, begin, grads, **options)["weights"], len(grads))


def path(begin: list[np.ndarray], weights: Any, steps: int) -> np.ndarray:
    """The start, and what follows; each parameter must have moved."""
    start = np.concatenate([array.ravel() for array in begin])
    rows = np.vstack([start, expect_array("the parameters", weights, (steps, start.size))])
    for place, columns in enumerate(places(begin), start=1):
        expect(bool(np.ptp(rows[:, columns], axis=0).max() > 0), f"Parameter {place} should move.")
    return rows


def places(arrays: list[np.ndarray]) -> list[slice]:
    """Where each of some arrays stands in a row of all their numbers."""
    ends = np.cumsum([array.size for array in arrays])
    return [slice(end - array.size, end) for end, array in zip(ends, arrays, strict=True)]


@remembering
def right(name: str, *question: Any, **options: Any) -> dict[str, Any]:
    """What the probe says of the reference's optimizer."""
    return run_optimizer(getattr(reference, name), *question, **options)


def check_rule(student: Student, rng: Rng, name: str, **options: Any) -> None:
    """All parameters are the reference's after each step."""
    begin, grads = starts(rng), gradients(rng)
    want = path(begin, right(name, begin, grads, **options)["weights"], STEPS)
    expect_close("the path of the parameters", walk(student, name, begin, grads, **options), want, **CLOSE)


def check_defaults(student: Student, rng: Rng, name: str, **options: Any) -> None:
    """Without options, the walk is that with these."""
    begin, grads = starts(rng), gradients(rng)
    want = walk(student, name, begin, grads, options=options)
    expect_close("the path of the parameters", walk(student, name, begin, grads), want, **CLOSE)


def check_groups(
    student: Student, rng: Rng, name: str, options: dict[str, float], groups: list[dict[str, float]]
) -> None:
    """In a group of its own, a parameter walks as it would alone with the options of the group."""
    begin, grads = starts(rng), gradients(rng)
    together = walk(student, name, begin, grads, options=options, groups=groups)
    for place, (group, columns) in enumerate(zip(groups, places(begin), strict=True)):
        only = [[step[place]] for step in grads]
        alone = walk(student, name, [begin[place]], only, options={**options, **group})
        expect_close(f"the path of parameter {place + 1}", together[:, columns], alone, **CLOSE)


def check_schedule(student: Student, rng: Rng, name: str) -> None:
    """With rates that change, each step is that of a constant rate, times the ratio of the rates."""
    begin, grads, each = starts(rng), gradients(rng), (0.02, 0.2, 0.05, 0.12)
    changing = np.diff(walk(student, name, begin, grads, schedule=rates(*each)), axis=0)
    constant = np.diff(walk(student, name, begin, grads, options={"lr": 0.1}), axis=0)
    expect_close("the size of each step", changing, constant * np.array(each)[:, None] / 0.1, **CLOSE)


def check_other_options(
    student: Student, rng: Rng, name: str, first: dict[str, float], then: dict[str, float], **silent: float
) -> None:
    """Options that change after a first step on gradients of zero count as if they had been there from the start.

    silent: options of that step which `then` may not have there, since it divides zero by them. Only the direction of a step
        is compared: its length depends on how an answer takes powers of an option that has changed, which is left open.
    """
    begin, grads = drawn_walk(rng, (3,), (2, 2), steps=STEPS)
    grads[0] = [0 * gradient for gradient in grads[0]]
    changed, constant = (
        np.diff(walk(student, name, begin, grads, options=each, schedule=[each, *[then] * (STEPS - 1)]), axis=0)[1:]
        for each in (first, then | silent)
    )
    lengths = [np.linalg.norm(steps, axis=1, keepdims=True) for steps in (changed, constant)]
    expect(all(bool(length.min() > 0) for length in lengths), "The parameters should move in each step.")
    expect_close("the direction of each step", changed / lengths[0], constant / lengths[1], **CLOSE)


def check_gaps(student: Student, rng: Rng, name: str) -> None:
    """A parameter without gradient stays in that step, and then walks on as if the step had not been."""
    begin, grads = starts(rng), gradients(rng)
    missing = {0: {0, 1}, 1: {2}, 3: {0, 3}}  # parameter: steps
    given = [
        [None if step in missing.get(place, ()) else gradient for place, gradient in enumerate(each)]
        for step, each in enumerate(grads)
    ]
    got = walk(student, name, begin, given, options={"lr": 0.1})
    for place, steps in missing.items():
        kept = [[each[place]] for step, each in enumerate(grads) if step not in steps]
        alone = walk(student, name, [begin[place]], kept, options={"lr": 0.1})
        present = np.cumsum([step not in steps for step in range(STEPS)])
        expect_close(f"the path of parameter {place + 1}", got[1:, places(begin)[place]], alone[present], **CLOSE)


def check_file(student: Student, rng: Rng, name: str) -> None:
    """A walk that is saved and loaded on the way goes on as it would have."""
    begin, grads = starts(rng), gradients(rng)
    through = walk(student, name, begin, grads, options={"lr": 0.1}, reload_before=2)
    want = walk(student, name, begin, grads, options={"lr": 0.1})
    expect_close("the path of the parameters", through, want, **CLOSE)


def check_closure(student: Student, rng: Rng, name: str) -> None:
    """A closure is called with gradients enabled, its gradients are used, and what it returns is returned; .grad stays."""
    begin, grads = starts(rng), gradients(rng)
    values = [float(value) for value in rng.uniform(1.0, 2.0, size=STEPS)]
    got = asked(student, name, begin, grads, closure_values=values)
    through = path(begin, got["weights"], STEPS)
    expect_close("the path of the parameters", through, walk(student, name, begin, grads), **CLOSE)
    returned = expect_tuple("what the steps return", got["returned"], STEPS)
    expect(
        all(isinstance(one, np.ndarray) for one in returned),
        "A step should return what the closure returned, here a tensor.",
    )
    expect_close("what the steps return", list(returned), values, **CLOSE)
    given = [np.concatenate([gradient.ravel() for gradient in step]) for step in grads]
    expect_close("what a step leaves in .grad", got["gradients"], given, rtol=0)


def check_unusual_walks(student: Student, rng: Rng, name: str, **shares: float) -> None:
    """Weights, gradients and what is returned are the reference's in unusual walks; the questions stay as they are.

    shares: options of the rule, which may be zero
    """
    questions = list(unusual_walks(rng, shares))
    got = [asked(student, name, *walk, **more) for walk, more in questions]
    for answer, (walk, more) in zip(got, questions, strict=True):
        want = right(name, *walk, **more)
        expect_near("the path of the parameters", answer["weights"], want["weights"])
        expect_near("what a step leaves in .grad", answer["gradients"], want["gradients"])
        returned = expect_tuple("the steps", answer["returned"], len(want["returned"]))
        for one, wanted in zip(returned, want["returned"], strict=True):
            expect_near("what a step returns", one, wanted)
    names = "- starts steps options groups schedule reload_before closure_values"
    options = ({"lr": 0.1}, [{"lr": 0.3}, {}], rates(0.1, 0.2), 1, [0.5, 0.0])
    expect_unmodified(student.run_optimizer, names, getattr(student, name), *drawn_walk(rng, (3, 2), (3,)), *options)
