"""Walks of an optimizer that are unusual in one way each."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from autograder.suite import corners, in_order
from tests.hidden.train_networks.inputs import Rng, drawn_walk, rates


def unusual_walks(rng: Rng, shares: dict[str, float]) -> Iterator[tuple[tuple[Any, Any], dict[str, Any]]]:
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
    yield ([1e6 * w for w in begin], [[1e6 * g for g in step] for step in grads]), {"schedule": rates(1e6, 2e6)}
    # Shapes, and gradients that are missing.
    shapes = ((), (1,), (1, 1), (2, 2), (1, 3), (3, 1), (2, 1, 3, 3), (1, 2, 1, 1), (1, 2, 2, 2))
    yield drawn_walk(rng, *shapes), {"options": shares}
    for given in ([[None, None], second], [first, [None, second[1]]], [[None, first[1]]] * 2):
        yield (begin, given), {}
    # Options that are zero, in groups and for all; their order; rates.
    yield drawn_walk(rng, (2,)), {"groups": [none]}
    # Where epsilon is 0, nothing takes its place: it shows in the second parameter, whose gradients are tiny.
    start, steep = drawn_walk(rng, (2,), (2,))
    yield (start, [[one, 1e-10 * other] for one, other in steep]), {"options": off}
    yield drawn_walk(rng, *[(2,)] * len(off)), {"groups": [{share: 0.0} for share in off]}
    yield (begin, grads), {"options": none}
    for groups in ([{"lr": 0.3}] * 2, [{}, none], [off, {}]):
        yield (begin, grads), {"groups": groups}
    for backwards in (False, True):
        options = in_order(shares | {"lr": 0.3}, backwards=backwards)
        yield (begin, grads), {"options": options, "groups": [options, {}]}
    scheduled = ([in_order({"lr": 0.1} | each, backwards=not any(each.values()))] * 2 for each in (shares, off))
    for schedule in (rates(0.0, 0.1), rates(0.0, 0.0), *scheduled):
        yield (begin, grads), {"schedule": schedule, "options": {}}
    # Files and closures.
    for step in range(3):
        yield drawn_walk(rng, (2,), (2,), steps=3), {"reload_before": step, "closure_values": [0.0, -1.0, 1e6]}
    yield drawn_walk(rng, (2,), steps=1), {"closure_values": [0.0], "schedule": rates(0.2)}
    for values in ([0.5, 0.5], [0.5, -0.5]):
        yield drawn_walk(rng, (2,)), {"closure_values": values}
    yield drawn_walk(rng, (2,), (2,), (3,), steps=3), {"closure_values": []}
