"""Compares all that a probe says of a student's class with what it says of the reference: every output, every gradient.

Other tests look at one clause each, on usual numbers. These questions are unusual in one way each: zeros, equal and huge numbers, maps
of one pixel, single channels, a batch of one, the other mode. All are asked before any answer is compared.
"""

from itertools import islice

import numpy as np

from autograder.suite import corners, expect, expect_close, expect_keys, expect_none, expect_tuple, expect_unmodified
from tests.hidden.train_networks.draws import (
    CLOSE,
    EVALUATION,
    PARTS,
    TRAINING,
    filling,
    images,
    outputs,
    right,
)

COUNTS = 3  # images in a batch where nothing is said
# Kinds of numbers that may be zero at once, and no value before a ReLU is.
SILENT = (
    ("convolution", "linear", "running mean"),
    ("scale", "convolution bias", "linear bias", "running variance"),
    ("shift",),
)


def question(rng, name, arguments, size, mode, count=COUNTS):
    """A module with numbers of its own, one pass, and a gradient that goes back through it."""
    numbers, x = filling(rng, name, arguments), images(rng, arguments[0], size, count)
    shape = right(name, arguments, numbers, [(mode, x)])["outputs"][0].shape
    return arguments, numbers, [(mode, x)], rng.normal(size=shape)


def scaled(numbers, factor, *kinds):
    """The numbers of all layers, those of some kinds times a factor."""
    return [(kind, factor * array if kind in kinds else array) for kind, array in numbers]


def check_unusual(student, rng, name, base, variants, mode=TRAINING, *, pooled=slice(0)):
    """All that comes of a module is the reference's, for these arguments, sizes of maps, modes and counts.

    base: the arguments of the module whose numbers and inputs are changed: zeros, ties, huge numbers, another order in memory
    pooled: the channels of its output that a max pool may share among equal entries; nothing goes back there where x is all zeros
    """
    arguments, numbers, passes, upstream = question(rng, name, base, (4, 3), mode)
    ((_, x),) = passes
    unshared = upstream.copy()
    unshared[:, pooled] = 0
    cases = list(islice(corners(numbers, passes, upstream), 3))
    # A scale and a shift that are zero at once would put a ReLU on its kink, where the contract fixes no slope.
    zeros = [
        (kind, before if kind == "shift" else array)
        for (kind, before), (_, array) in zip(numbers, cases[1][0], strict=True)
    ]
    cases[1] = (zeros, *cases[1][1:])
    cases += [(numbers, [(mode, 0 * x)], unshared), (numbers, passes, 0 * upstream)]
    cases += [(scaled(numbers, 1e6, "convolution", "linear"), [(mode, 1e6 * x)], 1e6 * upstream)]
    there = {kind for kind, _ in numbers}
    cases += [(scaled(numbers, 0, *kinds), passes, upstream) for kinds in SILENT if there & set(kinds)]
    more = [images(rng, base[0], (4, 3)) for _ in range(2)]
    cases += [(numbers, [(mode, x)]), (numbers, [(mode, more[0]), (EVALUATION, x)]), (numbers, [])]
    cases += [(numbers, [(EVALUATION, more[0]), (mode, more[1]), (EVALUATION, x)])]
    questions = [(arguments, *case) for case in cases] + [question(rng, name, *variant) for variant in variants]
    seeds = [{"seed": seed} for seed in (0, 1, 2)]
    options = [*seeds, *[{}] * (len(questions) - len(seeds))]
    kind = getattr(student, name)
    got = [student.run_module(kind, *each, **more) for each, more in zip(questions, options, strict=True)]
    for answer, each, more in zip(got, questions, options, strict=True):
        expect_whole(expect_keys(f"what comes of {name}", answer, PARTS), right(name, *each, **more))
    expect_unmodified(student.run_module, "- arguments numbers passes upstream", kind, *questions[0])


def expect_whole(got, want):
    """Outputs, gradients and the number of parameters are these."""
    for out, wanted in zip(outputs(got, len(want["outputs"])), want["outputs"], strict=True):
        expect_near("the output", out, wanted)
    expect_near("the gradient at the input", got["dx"], want["dx"])
    expect_close("the number of parameters", got["parameters"], want["parameters"], rtol=0)
    told = [
        expect_tuple("a gradient", each, 2)
        for each in expect_tuple("the gradients", got["gradients"], len(want["gradients"]))
    ]
    for (name, gradient), (wanted_name, wanted) in zip(told, want["gradients"], strict=True):
        expect(
            isinstance(name, str) and name == wanted_name,
            "The parameters should have the kinds and shapes of the docstring.",
        )
        expect_near(f"the gradient of a {wanted_name}", gradient, wanted)


def expect_near(what, got, want):
    """The array, within bounds that are relative to its largest number; or None."""
    if want is None:
        expect_none(what, got)
    else:
        size = max(1.0, float(np.abs(want).max()))
        expect_close(what, got, want, rtol=CLOSE["rtol"], atol=CLOSE["atol"] * size)
