"""Random layers, images and gradients that the hidden tests of `train_networks` share, and how modules are compared.

A module is asked through `run_module`, which fills layers by kind and shape. Sizes are chosen so that in most modules no two
layers are alike; where two must be, they hold the same numbers, and no test can tell them apart by their order.

Only outputs are compared with the reference. Gradients are compared with differences of the student's own outputs, so that a
slip in what a module computes is not charged again for its gradient.
"""

from functools import cache

import numpy as np

from autograder.suite import expect, expect_array, expect_close, expect_keys, expect_tuple, expect_worked
from solutions.train_networks import reference
from starter_code.module_probes import label, run_module, tensors
from tests.hidden.train_networks.remembering import remembering

# All is in float64. Two right orders of summation in a few layers differ by some 1e-14 of numbers that are about one; no slip
# that has a name comes as close as these bounds.
CLOSE = {"rtol": 1e-7, "atol": 1e-7}
# A difference over 2 STEP loses 1e-15 / STEP = 1e-8 to rounding, and STEP^2 to curvature.
STEP = 1e-7
SLOPE = {"rtol": 1e-4, "atol": 1e-5}
PARTS = ("outputs", "dx", "gradients", "parameters")
TRAINING, EVALUATION = True, False


def drawn(rng, kind, shape):
    """Numbers for one tensor of a layer: signed, and such that signals keep their size."""
    if kind == "running variance":
        return rng.uniform(0.5, 2.0, size=shape)
    if kind == "scale":
        return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.5, 1.5, size=shape)
    if kind.endswith("bias"):  # small, so that what follows is of either sign
        return 0.3 * rng.normal(size=shape)
    inputs = int(np.prod(shape[1:])) if len(shape) > 1 else 4
    return rng.normal(size=shape) * np.sqrt(2 / inputs)


def filling(rng, name, arguments):
    """Numbers for every kind and shape of tensor in the reference's module."""
    return [(kind, drawn(rng, kind, shape)) for kind, shape in _kinds(name, arguments)]


@cache
def _kinds(name, arguments):
    module = getattr(reference, name)(*arguments)
    return sorted({(kind, tuple(tensor.shape)) for kind, tensor in tensors(module)})


def images(rng, channels, size=(5, 6), count=3):
    """Maps of either sign."""
    return rng.normal(size=(count, channels, *size))


def asked(student, name, *question, **options):
    """What the probe says of the student's class, taken apart."""
    return expect_keys(f"what comes of {name}", student.run_module(getattr(student, name), *question, **options), PARTS)


@remembering
def right(name, *question, **options):
    """What the probe says of the reference's class."""
    return run_module(getattr(reference, name), *question, **options)


def outputs(got, count=1):
    """The outputs of all passes."""
    return expect_tuple("the passes", got["outputs"], count)


def check_output(student, rng, name, arguments, size=(5, 6), *, training=True):
    """One pass gives what the reference gives."""
    question = (arguments, filling(rng, name, arguments), [(training, images(rng, arguments[0], size))])
    got, want = asked(student, name, *question), right(name, *question)
    expect_close("the output", outputs(got)[0], want["outputs"][0], **CLOSE)


def check_evaluation(student, rng, name, arguments):
    """After two batches in training mode, evaluation mode uses the statistics of both, for a single image as well."""
    for _ in range(3):  # in a single draw, few units may be open
        x = [images(rng, arguments[0], count=count) for count in (3, 4, 1)]
        passes = [(TRAINING, x[0]), (TRAINING, x[1]), (EVALUATION, x[2])]
        question = (arguments, filling(rng, name, arguments), passes)
        got, want = asked(student, name, *question), right(name, *question)
        expect_close("the output", outputs(got, 3)[-1], want["outputs"][-1], **CLOSE)


# --- gradients -----------------------------------------------------------------------------------------------------------


def moved(numbers, along, step):
    """The numbers of all layers, a step along another set of numbers."""
    return [(kind, array + step * direction) for (kind, array), (_, direction) in zip(numbers, along, strict=True)]


def smooth(rng, name, arguments, training):
    """An input, numbers, directions for both, and an upstream gradient, with no kink of the reference within a step."""

    def answer(*question):
        return right(name, *question)

    while True:
        x, numbers = images(rng, arguments[0]), filling(rng, name, arguments)
        way_x, way = images(rng, arguments[0]), filling(rng, name, arguments)
        shape = right(name, arguments, numbers, [(EVALUATION, x)])["outputs"][0].shape
        upstream = rng.normal(size=shape)
        got = right(name, arguments, numbers, [(training, x)], upstream)
        ways = ((way_x, moved(way, way, -1)), (0 * way_x, way))  # the input alone, then the numbers alone
        slopes = [(got["dx"] * way_x).sum(), along(got["gradients"], way)]
        measured = [difference(answer, arguments, numbers, x, upstream, *each, training) for each in ways]
        if np.allclose(slopes, measured, rtol=1e-5, atol=1e-6):
            return x, numbers, way_x, way, upstream


def difference(ask, arguments, numbers, x, upstream, way_x, way, training):
    """How much the loss sum(upstream * output) changes along a way, by central differences of what `ask` returns."""
    ends = []
    for step in (STEP, -STEP):
        got = ask(arguments, moved(numbers, way, step), [(training, x + step * way_x)])
        out = expect_worked("the output", outputs(got)[0], upstream.shape)
        ends.append(float((upstream * out).sum()))
    return (ends[0] - ends[1]) / (2 * STEP)


def along(gradients, way):
    """The inner product of gradients and a way: all layers of one kind and shape go the same way."""
    ways = {label(kind, array.shape): array for kind, array in way}
    return sum(float((gradient * ways[name]).sum()) for name, gradient in gradients if gradient is not None)


def check_dx(student, rng, name, arguments, *, training=True):
    """The gradient at the input agrees with differences of the student's own output."""
    x, numbers, way_x, way, upstream = smooth(rng, name, arguments, training)
    got = asked(student, name, arguments, numbers, [(training, x)], upstream)
    dx = expect_worked("the gradient at the input", got["dx"], x.shape)
    stay = moved(way, way, -1)
    slope = difference(lambda *q: asked(student, name, *q), arguments, numbers, x, upstream, way_x, stay, training)
    expect_close("the gradient at the input, along a direction", (dx * way_x).sum(), slope, **SLOPE)


def check_parameters(student, rng, name, arguments, *, training=True):
    """The parameters have the kinds and shapes of the reference's, and their gradients agree with differences."""
    x, numbers, way_x, way, upstream = smooth(rng, name, arguments, training)
    question = (arguments, numbers, [(training, x)], upstream)
    told, want = asked(student, name, *question), right(name, *question)
    expect_close("the number of parameters", told["parameters"], want["parameters"], rtol=0)
    got = expect_parameters(told["gradients"], want["gradients"])
    slope = difference(lambda *q: asked(student, name, *q), arguments, numbers, x, upstream, 0 * way_x, way, training)
    expect_close("the gradient of all parameters, along a direction", along(got, way), slope, **SLOPE)


def expect_parameters(got, want):
    """The gradients, of as many parameters of each kind and shape as there should be."""
    expect(isinstance(got, list | tuple), "The gradients should be a list.")
    told = [expect_tuple("a gradient", each, 2) for each in got[: 4 * len(want)]]
    left = [name if isinstance(name, str) else "" for name, _ in told]
    for name, _ in want:
        expect(name in left, f"There should be one more {name} among the parameters.")
        left.remove(name)
    expect(not left, f"There should be {len(want)} arrays of parameters, and there are more.")
    shapes = {name: gradient.shape for name, gradient in want}
    return [(name, None if given is None else expect_array("a gradient", given, shapes[name])) for name, given in told]
