"""The visible checks of `train_networks`; the locked cell after each exercise calls one of them.

They ask through the same probes as grading does, with layers whose numbers are simple enough to be followed by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from typing import Any

import numpy as np

from starter_code import training_runs
from starter_code.checks.checking import array_of, call, done, expect_array, expect_close, fail, ok
from starter_code.data import load_digits
from starter_code.module_probes import Fill, run_module
from starter_code.plots.live_curve import LiveCurves, load_bands
from starter_code.training_probes import run_optimizer, run_train_step, run_transfer

REHEARSAL, BETWEEN = 30, 5  # steps; and between two looks at the loss
EPS = 1e-5  # of torch's BN: with a running variance of 1 - EPS it divides by exactly 1
X = np.array([[[[1.0, -2.0], [3.0, -0.5]], [[-1.0, 2.0], [0.5, 4.0]]]])  # one image of 2 channels, 2 by 2


def check_residual_block(block: object) -> None:
    """Shapes, parameters, a branch of zero, and a branch that halves its input twice."""
    name = "ResidualBlock"
    _shapes(name, block, {(4, 4): (2, 4, 5, 6), (3, 5): (2, 5, 5, 6), (3, 5, 2): (2, 5, 3, 3)})
    _parameters(name, block, {(4, 4): 304, (3, 5, 2): 405})
    x = _images(4)
    expect_close("the output of a block whose branch is zero", _run(name, block, (4, 4), [], x), np.maximum(x, 0))
    half = np.zeros((2, 2, 3, 3))
    half[[0, 1], [0, 1], 1, 1] = 0.5
    got = _run(name, block, (2, 2), [("convolution", half), *_identity(2)], X, training=False)
    want = np.maximum(X + 0.5 * np.maximum(0.5 * X, 0), 0)
    expect_close("the output", got, want, "the branch halves, cuts at zero, and halves again; all BN do nothing")
    done(name, "the numbers that a projection gives, the statistics of BN, and gradients.")


def check_bottleneck_block(block: object) -> None:
    """Shapes, parameters, and a bottleneck that hands on a mean."""
    name = "BottleneckBlock"
    _shapes(name, block, {(12, 3): (2, 12, 5, 6), (5, 3): (2, 12, 5, 6), (5, 3, 2): (2, 12, 3, 3)})
    _parameters(name, block, {(12, 3): 189, (5, 3, 2): 252})
    x = np.concatenate([X, -X], axis=1)
    middle = np.zeros((1, 1, 3, 3))
    middle[0, 0, 1, 1] = 1.0
    neck = [("convolution", np.array([0.5, 0.5, 0.0, 0.0]).reshape(1, 4, 1, 1)), ("convolution", np.ones((4, 1, 1, 1)))]
    got = _run(name, block, (4, 1), [*neck, ("convolution", middle), *_identity(1), *_identity(4)], x, training=False)
    want = np.maximum(x + np.maximum(x[:, :2].mean(axis=1, keepdims=True), 0), 0)
    expect_close("the output", got, want, "the neck is the mean of two channels, cut at zero; all BN do nothing")
    done(name, "where the stride is, the statistics of BN, and gradients.")


def check_inception_module(module: object) -> None:
    """Shapes, parameters, and the order of the branches."""
    name, sizes = "InceptionModule", (8, 2, 3, 4, 5, 6, 7)
    _shapes(name, module, {sizes: (2, 19, 5, 6)})
    _parameters(name, module, {sizes: 1_021})
    biases = [("convolution bias", np.full(depth, float(number))) for number, depth in enumerate((2, 4, 6, 7), start=1)]
    got = _run(name, module, sizes, biases, _images(8))
    want = np.repeat([1.0, 2.0, 3.0, 4.0], [2, 4, 6, 7])
    expect_close(
        "the channels of one pixel", got[0, :, 2, 3], want, "only the biases of the four branches are not zero"
    )
    done(name, "what the convolutions and the pooling compute, and gradients.")


def check_auxiliary_head(head: object) -> None:
    """Shapes on maps of several sizes, the parameters of GoogLeNet's first head, dropout in training only."""
    name = "AuxiliaryHead"
    for size in ((14, 14), (4, 4), (2, 3)):
        expect_array(
            f"the logits of a map of {size[0]} by {size[1]}", _run(name, head, (3, 5), [], _images(3, size)), (2, 5)
        )
    _parameters(name, head, {(512, 1000): 3_188_840, (3, 5, 2, 7): 279})
    count = [("linear bias", np.ones(1024)), ("linear", np.ones((2, 1024)))]  # hidden units are one, and are counted
    x = _images(1)
    got = _run(name, head, (1, 2, 1, 1024), count, x, training=False)
    expect_close("the number of units that count in evaluation mode", got, np.full((2, 2), 1024.0))
    if np.ptp(_run(name, head, (1, 2, 1, 1024), count, x)) == 0:
        fail("In training mode, some units should be dropped.")
    ok("units are dropped in training mode")
    done(name, "how many units are dropped, where the ReLUs are, and gradients.")


def check_adam(adam: object) -> None:
    """Three steps on a gradient that stays: each has the size of the rate."""
    name = "Adam"
    steps = [[np.array([2.0, -0.5])]] * 3
    got = _walk(name, adam, [np.zeros(2)], steps, {"lr": 0.1, "eps": 0.0})
    want = [[-0.1, 0.1], [-0.2, 0.2], [-0.3, 0.3]]
    expect_close("the weights after each of three steps", got, want, "on a gradient that stays, each step is lr")
    done(name, "gradients that change, epsilon, groups, parameters without a gradient, saving and loading.")


def check_momentum(momentum: object) -> None:
    """Three steps on a gradient of one."""
    name = "Momentum"
    got = _walk(name, momentum, [np.zeros(1)], [[np.ones(1)]] * 3, {"lr": 0.1, "beta": 0.9})
    expect_close("the weights after each of three steps", got, [[-0.01], [-0.029], [-0.0561]], "v is 0.1, 0.19, 0.271")
    done(name, "gradients that change, groups, parameters without a gradient, saving and loading.")


def check_train_step(train_step: object) -> None:
    """The loss of a network that guesses, with two heads; then the loss of steps on one batch falls."""
    name = "train_step"
    images = np.random.default_rng(7).normal(size=(4, 1, 2, 2))
    batch = (images, np.array([0, 1, 2, 3]))
    answer = call(name, run_train_step, train_step, (2, 3, 4, 2), [], [batch], 0.1)
    got = _answer(answer)
    (loss,) = _list(got["losses"])
    if not isinstance(loss, float):
        fail("The loss should be a Python float.")
    expect_close("the loss of a network that guesses", loss, 1.6 * np.log(4), "four classes, and two heads at 0.3")
    if _list(got["training"]) != [True]:
        fail("The model should be in training mode after the step.")
    ok("the model is in training mode after the step")
    weights = [("convolution", np.ones((3, 1, 2, 2)) * [[[[1.0]]], [[[-1.0]]], [[[0.5]]]]), ("scale", np.ones(3))]
    answer = call(name, run_train_step, train_step, (2, 3, 4, 2), weights, [batch] * 10, 0.2)
    losses = _list(_answer(answer)["losses"])
    if not losses[-1] < losses[0]:
        fail("In ten steps on the same batch, the loss should fall.")
    ok("in ten steps on the same batch, the loss falls")
    done(name, "how large the steps are, and whether gradients of earlier batches are in them.")


def check_freeze_for_transfer(freeze: object) -> None:
    """What learns, and that the trunk's BN does not look at the batch."""
    name, rng = "freeze_for_transfer", np.random.default_rng(8)
    numbers = [
        ("convolution", rng.normal(size=(3, 1, 2, 2))),
        ("scale", np.ones(3)),
        ("running variance", np.full(3, 4.0)),
    ]
    numbers += [("linear", rng.normal(size=(6, 3)))]
    batch = (rng.normal(size=(5, 1, 2, 2)), np.arange(5))
    answer = call(name, run_transfer, freeze, (2, 3, 4), 6, numbers, [batch])
    got = _answer(answer)
    if _list(got["learned"]) != ["(6, 3)", "(6,)"]:
        fail("Of all parameters, only weight and bias of the new last layer should ask for gradients.")
    ok("only weight and bias of the new last layer ask for gradients")
    logits = array_of("the logits in evaluation mode", got["logits"], (5, 6))
    meanwhile = array_of("the logits in training mode", got["in training mode"], (5, 6))
    if not np.allclose(logits, meanwhile):
        fail("In training mode the trunk should compute what it computes in evaluation mode: look at its BN.")
    ok("in training mode the trunk computes what it computes in evaluation mode")
    done(name, "whether the head is a new one when the number of classes stays, and what training does to the trunk.")


def rehearse(
    block: object, module: object, head: object, adam: object, momentum: object, train_step: object, freeze: object
) -> None:
    """Train each network of the training stage for some steps, and show what becomes of the loss."""
    digits = load_digits()
    images = digits.train_x.reshape(-1, 1, 8, 8).astype(np.float32)
    labels = digits.train_y.astype(np.int64)
    runs = {
        "residual": (block, momentum, train_step),
        "inception": (module, head, adam, train_step),
        "depth": (block, train_step),
    }
    bands = load_bands("train_networks")
    curves = LiveCurves({name: bands[name] for name in runs if name in bands}, REHEARSAL)
    for name, own in runs.items():
        run = call(name, training_runs.begin, name, _plan(name), images, labels, 0, "cpu", *own)
        _rehearsed(name, run, curves)
    old, new = labels < 5, labels >= 5  # noqa: PLR2004  (the first five classes, and the others)
    given = (images[old], labels[old], 0, "cpu")
    trunk = call("trunk", training_runs.begin, "trunk", _plan("trunk"), *given, block, train_step)
    _rehearsed("trunk", trunk, curves)
    weights = np.random.default_rng(0).normal(size=(5, 64)).astype(np.float32) / 8
    fresh = [weights, np.zeros(5, np.float32)]
    others = (images[new], labels[new] - 5)
    frozen = call("transfer", training_runs.training, trunk, "transfer", freeze, fresh, _plan("transfer"), *others)
    _rehearsed("transfer", frozen, curves)
    done("The rehearsal", "what is learned in the end, and whether each step is the right one.")


def _plan(name: str) -> tuple[Any, ...]:
    """The plan of a run, as it is handed over."""
    return astuple(training_runs.PLANS[name])


def _rehearsed(name: str, run: object, curves: LiveCurves) -> None:
    """Some steps, after which the loss should be smaller."""
    losses: list[float] = []
    for _ in range(REHEARSAL // BETWEEN):
        call(name, training_runs.training, run, "advance", BETWEEN)
        losses = run.losses if isinstance(run, training_runs.Run) else []
        curves.show(name, losses)
    first, last = float(np.mean(losses[:5])), float(np.mean(losses[-5:]))
    if not last < first:
        fail(f"{name}: in {REHEARSAL} steps the loss should fall, and went from {first:.2f} to {last:.2f}.")
    low, high = (edge[-3] for edge in curves.bands.get(name, ((None,) * 3,) * 2))  # the middle of the last five steps
    reference = "" if low is None else f" (the reference's to between {low:.2f} and {high:.2f})"
    ok(f"{name:9} the loss falls from {first:.2f} to {last:.2f} in {REHEARSAL} steps{reference}")


def _images(channels: int, size: tuple[int, int] = (5, 6)) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(2, channels, *size))


def _identity(depth: int) -> Fill:
    """A BN that does nothing in evaluation mode."""
    return [("scale", np.ones(depth)), ("running variance", np.full(depth, 1 - EPS))]


def _run(
    name: str, module: object, arguments: Sequence[int], numbers: Fill, x: np.ndarray, *, training: bool = True
) -> np.ndarray:
    """Run a module once; its output is an array."""
    got = call(name, run_module, module, tuple(arguments), numbers, [(training, x)])
    outputs = _list(_answer(got)["outputs"])
    array = np.asarray(outputs[0])
    if not isinstance(outputs[0], np.ndarray):
        fail(f"{name} should return one tensor.")
    return array


def _answer(got: object) -> Mapping[str, Any]:
    """What a probe says, without a line about it."""
    return got if isinstance(got, dict) else {}


def _shapes(name: str, module: object, cases: Mapping[tuple[int, ...], tuple[int, ...]]) -> None:
    """The output of each case has its shape."""
    for arguments, shape in cases.items():
        got = _run(name, module, arguments, [], _images(arguments[0]))
        array_of(f"the output of {name}{arguments}", got, shape)
    ok(f"the output has the right shape in {len(cases)} case{'s' * (len(cases) > 1)}")


def _parameters(name: str, module: object, cases: Mapping[tuple[int, ...], int]) -> None:
    """Each case has so many learned numbers."""
    for arguments, count in cases.items():
        got = _answer(call(name, run_module, module, arguments, [], []))["parameters"]
        if got != count:
            fail(f"{name}{arguments} should have {count:,} learned numbers and has {got:,}.")
        ok(f"{name}{arguments} has {count:,} learned numbers")


def _walk(name: str, optimizer: object, starts: Any, steps: Any, options: Mapping[str, float]) -> Any:
    """The weights of an optimizer after each step."""
    got = _answer(call(name, run_optimizer, optimizer, starts, steps, options))
    if got["ready-made"]:
        fail("The update should be written here, and not be left to an optimizer of torch's.")
    return got["weights"]


def _list(got: object) -> list[Any]:
    return list(got) if isinstance(got, list) else []
