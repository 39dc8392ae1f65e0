"""Walks over several steps, on gradients that change, that the hidden tests of both optimizers share.

One test compares a walk with the reference's. Each other one looks at a single clause of the contract and compares a walk with
another one of the same student, so that a slip in the rule itself is not charged again.
"""

from itertools import islice

import numpy as np

from autograder.suite import (
    corners,
    expect,
    expect_array,
    expect_close,
    expect_keys,
    expect_tuple,
    expect_unmodified,
    in_order,
)
from solutions.train_networks import reference
from starter_code.training_probes import run_optimizer
from tests.hidden.train_networks.remembering import remembering
from tests.hidden.train_networks.unusual import expect_near

# Steps have about the size of a rate, 0.1. A misplaced epsilon of 1e-2 is off by 1e-3 of that; two right orders of summation by
# 1e-15 of it.
CLOSE = {"rtol": 1e-6, "atol": 1e-8}
STEPS = 4
SHAPES = ((3,), (2, 4), (), (3,))
PARTS = ("weights", "gradients", "returned", "ready-made")


def signed(rng, shape):
    """Numbers of either sign, of about one and never near zero."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.3, 2.0, size=shape)


def starts(rng):
    """Four parameters: two of one shape, and one without axes."""
    return [np.asarray(rng.normal(size=shape)) for shape in SHAPES]


def gradients(rng):
    """One gradient for each parameter in each step; an entry is zero for once, one always, and one is tiny."""
    grads = [[np.asarray(signed(rng, shape)) for shape in SHAPES] for _ in range(STEPS)]
    grads[1][0][0] = 0.0
    for step in grads:
        step[0][1] = 0.0
        step[1][0, 2] *= 1e-8
    return grads


def asked(student, name, *question, **options):
    """What the probe says of the student's optimizer, taken apart."""
    got = student.run_optimizer(getattr(student, name), *question, **options)
    got = expect_keys(f"what comes of {name}", got, PARTS)
    expect(got["ready-made"] is False, "The update should be written here, and not be left to an optimizer of torch's.")
    return got


def walk(student, name, begin, grads, **options):
    """The student's parameters at the start and after each step, (steps + 1, numbers). Each parameter must have moved."""
    return path(begin, asked(student, name, begin, grads, **options)["weights"], len(grads))


def path(begin, weights, steps):
    """The start, and what follows; each parameter must have moved."""
    start = np.concatenate([array.ravel() for array in begin])
    rows = np.vstack([start, expect_array("the parameters", weights, (steps, start.size))])
    for place, columns in enumerate(places(begin), start=1):
        expect(bool(np.ptp(rows[:, columns], axis=0).max() > 0), f"Parameter {place} should move.")
    return rows


def places(arrays):
    """Where each of some arrays stands in a row of all their numbers."""
    ends = np.cumsum([array.size for array in arrays])
    return [slice(end - array.size, end) for end, array in zip(ends, arrays, strict=True)]


@remembering
def right(name, *question, **options):
    """What the probe says of the reference's optimizer."""
    return run_optimizer(getattr(reference, name), *question, **options)


def check_rule(student, rng, name, **options):
    """All parameters are the reference's after each step."""
    begin, grads = starts(rng), gradients(rng)
    want = path(begin, right(name, begin, grads, **options)["weights"], STEPS)
    expect_close("the parameters, row by row", walk(student, name, begin, grads, **options), want, **CLOSE)


def check_defaults(student, rng, name, **options):
    """Without options, the walk is that with these."""
    begin, grads = starts(rng), gradients(rng)
    want = walk(student, name, begin, grads, options=options)
    expect_close("the parameters, row by row", walk(student, name, begin, grads), want, **CLOSE)


def check_groups(student, rng, name, options, groups):
    """In a group of its own, a parameter walks as it would alone with the options of the group."""
    begin, grads = starts(rng), gradients(rng)
    together = walk(student, name, begin, grads, options=options, groups=groups)
    for place, (group, columns) in enumerate(zip(groups, places(begin), strict=True)):
        only = [[step[place]] for step in grads]
        alone = walk(student, name, [begin[place]], only, options={**options, **group})
        expect_close(f"parameter {place + 1}, row by row", together[:, columns], alone, **CLOSE)


def check_schedule(student, rng, name):
    """With rates that change, each step is that of a constant rate, times the ratio of the rates."""
    begin, grads, rates = starts(rng), gradients(rng), [0.02, 0.2, 0.05, 0.12]
    changing = np.diff(walk(student, name, begin, grads, rates=rates), axis=0)
    constant = np.diff(walk(student, name, begin, grads, options={"lr": 0.1}), axis=0)
    expect_close("the steps", changing, constant * np.array(rates)[:, None] / 0.1, **CLOSE)


def check_gaps(student, rng, name):
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
        expect_close(f"parameter {place + 1}, row by row", got[1:, places(begin)[place]], alone[present], **CLOSE)


def check_file(student, rng, name):
    """A walk that is saved and loaded on the way goes on as it would have."""
    begin, grads = starts(rng), gradients(rng)
    through = walk(student, name, begin, grads, options={"lr": 0.1}, reload_before=2)
    want = walk(student, name, begin, grads, options={"lr": 0.1})
    expect_close("the parameters, row by row", through, want, **CLOSE)


def check_closure(student, rng, name):
    """A closure is called with gradients enabled, its gradients are used, and what it returns is returned; .grad stays."""
    begin, grads = starts(rng), gradients(rng)
    values = [float(value) for value in rng.uniform(1.0, 2.0, size=STEPS)]
    got = asked(student, name, begin, grads, closure_values=values)
    through = path(begin, got["weights"], STEPS)
    expect_close("the parameters, row by row", through, walk(student, name, begin, grads), **CLOSE)
    returned = expect_tuple("what the steps return", got["returned"], STEPS)
    expect_close("what the steps return", list(returned), values, **CLOSE)
    given = [np.concatenate([gradient.ravel() for gradient in step]) for step in grads]
    expect_close("the gradients after the steps", got["gradients"], given, rtol=0)


def drawn_walk(rng, *shapes, steps=2):
    """Parameters of these shapes, and a gradient of each for every step."""
    start, *grads = [[np.asarray(signed(rng, shape)) for shape in shapes] for _ in range(1 + steps)]
    return start, grads


def unusual_walks(rng, shares):
    """Walks that are unusual in one way each: parameters and gradients, and how the optimizer is asked."""
    begin, grads = drawn_walk(rng, (3, 2), (3,))
    first, second = grads
    silent = [0 * gradient for gradient in second]
    none, off = {"lr": 0.0}, dict.fromkeys(shares, 0.0)
    # Numbers: another order in memory, a zero, a tie; nothing but zeros; a zero gradient beside a memory; huge ones.
    for special in islice(corners(begin, grads), 3):
        yield special, {"options": shares}
    yield ([0 * w for w in begin], grads), {}
    yield (begin, [silent, silent]), {}
    yield (begin, [first, silent]), {}
    yield ([1e6 * w for w in begin], [[1e6 * g for g in step] for step in grads]), {"rates": [1e6, 2e6]}
    # Shapes, and gradients that are missing.
    shapes = ((), (1,), (1, 1), (2, 2), (1, 3), (3, 1), (2, 1, 3, 3), (1, 2, 1, 1), (1, 2, 2, 2))
    yield drawn_walk(rng, *shapes), {"options": shares}
    for given in ([[None, None], second], [first, [None, second[1]]], [[None, first[1]]] * 2):
        yield (begin, given), {}
    # Options that are zero, in groups and for all; their order; rates.
    yield drawn_walk(rng, (2,)), {"groups": [none]}
    yield drawn_walk(rng, (2,)), {"options": off}
    yield drawn_walk(rng, *[(2,)] * len(off)), {"groups": [{share: 0.0} for share in off]}
    yield (begin, grads), {"options": none}
    for groups in ([{"lr": 0.3}] * 2, [{}, none], [off, {}]):
        yield (begin, grads), {"groups": groups}
    for backwards in (False, True):
        options = in_order(shares | {"lr": 0.3}, backwards=backwards)
        yield (begin, grads), {"options": options, "groups": [options, {}]}
    for rates in ([0.0, 0.1], [0.0, 0.0], [0.1, 0.1]):
        yield (begin, grads), {"rates": rates, "options": {}}
    # Files and closures.
    for step in range(3):
        yield drawn_walk(rng, (2,), (2,), steps=3), {"reload_before": step, "closure_values": [0.0, -1.0, 1e6]}
    yield drawn_walk(rng, (2,), steps=1), {"closure_values": [0.0], "rates": [0.2]}
    for values in ([0.5, 0.5], [0.5, -0.5]):
        yield drawn_walk(rng, (2,)), {"closure_values": values}
    yield drawn_walk(rng, (2,), (2,), (3,), steps=3), {"closure_values": []}


def check_unusual_walks(student, rng, name, **shares):
    """Weights, gradients and what is returned are the reference's in unusual walks; the questions stay as they are.

    shares: options of the rule, which may be zero
    """
    questions = list(unusual_walks(rng, shares))
    got = [asked(student, name, *walk, **more) for walk, more in questions]
    for answer, (walk, more) in zip(got, questions, strict=True):
        want = right(name, *walk, **more)
        expect_near("the parameters, row by row", answer["weights"], want["weights"])
        expect_near("the gradients after the steps", answer["gradients"], want["gradients"])
        returned = expect_tuple("the steps", answer["returned"], len(want["returned"]))
        for one, wanted in zip(returned, want["returned"], strict=True):
            expect_near("what a step returns", one, wanted)
    names = "- starts steps options groups rates reload_before closure_values"
    options = ({"lr": 0.1}, [{"lr": 0.3}, {}], [0.1, 0.2], 1, [0.5, 0.0])
    expect_unmodified(student.run_optimizer, names, getattr(student, name), *drawn_walk(rng, (3, 2), (3,)), *options)
