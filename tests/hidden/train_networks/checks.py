"""How what a probe says of a student's module is compared with what it says of the reference.

Most tests look at one clause each, on usual numbers, and compare outputs with the reference. Gradients are compared with differences of
the student's own outputs, so that a slip in what a module computes is not charged again for its gradient. `check_unusual` compares
everything, for questions that are unusual in one way each: zeros, equal and huge numbers, maps of one pixel, single channels, a batch
of one, the other mode. All of them are asked before any answer is compared.
"""

import pickle
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import wraps
from itertools import islice
from typing import Any, ParamSpec

import numpy as np

from autograder.suite import (
    Student,
    corners,
    expect,
    expect_array,
    expect_close,
    expect_keys,
    expect_none,
    expect_tuple,
    expect_unmodified,
    expect_worked,
)
from solutions.train_networks import reference
from starter_code.module_probes import Fill, label, run_module
from tests.hidden.train_networks.inputs import EVALUATION, SILENT, TRAINING, Rng, filling, images, scaled

Array = np.ndarray  # short: no line of a signature may read as one of the starter code
Asked = ParamSpec("Asked")

KEPT = 128  # questions of each kind: an exercise asks up to 56 in one seed
# All is in float64. Two right orders of summation in a few layers differ by some 1e-14 of numbers that are about one; no slip
# that has a name comes as close as these bounds.
CLOSE = {"rtol": 1e-7, "atol": 1e-7}
# A difference over 2 STEP loses 1e-15 / STEP = 1e-8 to rounding, and STEP^2 to curvature.
STEP = 1e-7
SLOPE = {"rtol": 1e-4, "atol": 1e-5}
PARTS = ("outputs", "dx", "gradients", "parameters")
COUNTS = 3  # images in a batch where nothing is said


def remembering(ask: Callable[Asked, dict[str, Any]]) -> Callable[Asked, dict[str, Any]]:
    """`ask`, which answers a question that it has just been asked from memory. Nobody may change an answer."""
    answers: OrderedDict[bytes, dict[str, Any]] = OrderedDict()

    @wraps(ask)
    def remembered(*question: Asked.args, **options: Asked.kwargs) -> dict[str, Any]:
        key = pickle.dumps((question, options))
        if key not in answers:
            answers[key] = ask(*question, **options)
            if len(answers) > KEPT:
                answers.popitem(last=False)
        return answers[key]

    return remembered


def asked(student: Student, name: str, *question: Any, **options: Any) -> dict[str, Any]:
    """What the probe says of the student's class, taken apart."""
    return expect_keys(f"what comes of {name}", student.run_module(getattr(student, name), *question, **options), PARTS)


@remembering
def right(name: str, *question: Any, **options: Any) -> dict[str, Any]:
    """What the probe says of the reference's class."""
    return run_module(getattr(reference, name), *question, **options)


def outputs(got: Any, count: int = 1) -> tuple[Any, ...]:
    """The outputs of all passes."""
    return expect_tuple("the passes", got["outputs"], count)


def check_output(
    student: Student,
    rng: Rng,
    name: str,
    arguments: tuple[int, ...],
    size: tuple[int, int] = (5, 6),
    *,
    training: bool = True,
) -> None:
    """One pass gives what the reference gives."""
    question = (arguments, filling(rng, name, arguments), [(training, images(rng, arguments[0], size))])
    got, want = asked(student, name, *question), right(name, *question)
    expect_close("the output", outputs(got)[0], want["outputs"][0], **CLOSE)


def check_evaluation(student: Student, rng: Rng, name: str, arguments: tuple[int, ...]) -> None:
    """After two batches in training mode, evaluation mode uses the statistics of both, for a single image as well."""
    for _ in range(3):  # in a single draw, few units may be open
        x = [images(rng, arguments[0], count=count) for count in (3, 4, 1)]
        passes = [(TRAINING, x[0]), (TRAINING, x[1]), (EVALUATION, x[2])]
        question = (arguments, filling(rng, name, arguments), passes)
        got, want = asked(student, name, *question), right(name, *question)
        expect_close("the output", outputs(got, 3)[-1], want["outputs"][-1], **CLOSE)


def moved(numbers: Fill, along: Fill, step: float) -> Fill:
    """The numbers of all layers, a step along another set of numbers."""
    return [(kind, array + step * direction) for (kind, array), (_, direction) in zip(numbers, along, strict=True)]


def smooth(rng: Rng, name: str, arguments: tuple[int, ...], training: bool) -> tuple[Array, Fill, Array, Fill, Array]:
    """An input, numbers, directions for both, and an upstream gradient, with no kink of the reference within a step."""

    def answer(*question: Any) -> dict[str, Any]:
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


def difference(
    ask: Callable[..., Any],
    arguments: tuple[int, ...],
    numbers: Fill,
    x: Array,
    upstream: Array,
    way_x: Array,
    way: Fill,
    training: bool,
) -> float:
    """How much the loss sum(upstream * output) changes along a way, by central differences of what `ask` returns."""
    ends = []
    for step in (STEP, -STEP):
        got = ask(arguments, moved(numbers, way, step), [(training, x + step * way_x)])
        out = expect_worked("the output", outputs(got)[0], upstream.shape)
        ends.append(float((upstream * out).sum()))
    return (ends[0] - ends[1]) / (2 * STEP)


def along(gradients: list[tuple[str, Array | None]], way: Fill) -> float:
    """The inner product of gradients and a way: all layers of one kind and shape go the same way."""
    ways = {label(kind, array.shape): array for kind, array in way}
    return sum(float((gradient * ways[name]).sum()) for name, gradient in gradients if gradient is not None)


def check_dx(student: Student, rng: Rng, name: str, arguments: tuple[int, ...], *, training: bool = True) -> None:
    """The gradient at the input agrees with differences of the student's own output."""
    x, numbers, way_x, way, upstream = smooth(rng, name, arguments, training)
    got = asked(student, name, arguments, numbers, [(training, x)], upstream)
    expect_known_layers(got, numbers)
    dx = expect_worked("the gradient at the input", got["dx"], x.shape)
    stay = moved(way, way, -1)
    slope = difference(lambda *q: asked(student, name, *q), arguments, numbers, x, upstream, way_x, stay, training)
    expect_close("the gradient at the input, along a direction", (dx * way_x).sum(), slope, **SLOPE)


def expect_known_layers(got: Any, numbers: Fill) -> None:
    """Where nothing comes back to the input, all layers have been filled: those that the docstring lacks are filled with zeros."""
    known = {label(kind, array.shape) for kind, array in numbers}
    if isinstance(got["dx"], np.ndarray) and not got["dx"].any() and isinstance(got["gradients"], list | tuple):
        names = [expect_tuple("a gradient", each, 2)[0] for each in got["gradients"]]
        expect(
            all(isinstance(name, str) and name in known for name in names),
            "A layer has a kind or a shape that the docstring does not give, so that it holds zeros in this test.",
        )


def check_parameters(
    student: Student, rng: Rng, name: str, arguments: tuple[int, ...], *, training: bool = True
) -> None:
    """The parameters have the kinds and shapes of the reference's, and their gradients agree with differences."""
    x, numbers, way_x, way, upstream = smooth(rng, name, arguments, training)
    question = (arguments, numbers, [(training, x)], upstream)
    told, want = asked(student, name, *question), right(name, *question)
    expect_close("the number of parameters", told["parameters"], want["parameters"], rtol=0)
    got = expect_parameters(told["gradients"], want["gradients"])
    slope = difference(lambda *q: asked(student, name, *q), arguments, numbers, x, upstream, 0 * way_x, way, training)
    expect_close("the gradient of all parameters, along a direction", along(got, way), slope, **SLOPE)


def expect_parameters(got: Any, want: Any) -> list[tuple[str, Array | None]]:
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


def question(
    rng: Rng,
    name: str,
    arguments: tuple[int, ...],
    size: tuple[int, int],
    mode: bool,
    count: int = COUNTS,
) -> tuple[Any, ...]:
    """A module with numbers of its own, one pass, and a gradient that goes back through it."""
    numbers, x = filling(rng, name, arguments), images(rng, arguments[0], size, count)
    shape = right(name, arguments, numbers, [(mode, x)])["outputs"][0].shape
    return arguments, numbers, [(mode, x)], rng.normal(size=shape)


def check_unusual(
    student: Student,
    rng: Rng,
    name: str,
    base: tuple[int, ...],
    variants: Iterable[Any],
    mode: bool = TRAINING,
    *,
    pooled: slice = slice(0),
) -> None:
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
    others = [images(rng, base[0], (4, 3)) for _ in range(2)]
    cases += [(numbers, [(mode, x)]), (numbers, [(mode, others[0]), (EVALUATION, x)]), (numbers, [])]
    cases += [(numbers, [(EVALUATION, others[0]), (mode, others[1]), (EVALUATION, x)])]
    questions = [(arguments, *case) for case in cases] + [question(rng, name, *variant) for variant in variants]
    seeds = [{"seed": seed} for seed in (0, 1, 2)]
    options = [*seeds, *[{}] * (len(questions) - len(seeds))]
    kind = getattr(student, name)
    got = [student.run_module(kind, *each, **more) for each, more in zip(questions, options, strict=True)]
    for answer, each, more in zip(got, questions, options, strict=True):
        expect_whole(expect_keys(f"what comes of {name}", answer, PARTS), right(name, *each, **more))
    expect_unmodified(student.run_module, "- arguments numbers passes upstream", kind, *questions[0])


def expect_whole(got: Any, want: Any) -> None:
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


def expect_near(what: str, got: Any, want: Any) -> None:
    """The array, within bounds that are relative to its largest number; or None."""
    if want is None:
        expect_none(what, got)
    else:
        size = max(1.0, float(np.abs(want).max()))
        expect_close(what, got, want, rtol=CLOSE["rtol"], atol=CLOSE["atol"] * size)
