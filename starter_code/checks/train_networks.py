"""The visible checks of `train_networks`; the locked cell after each exercise calls one of them.

They ask through the same probes as grading does, with layers whose numbers are simple enough to be followed by hand.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

from starter_code import training_runs
from starter_code.checks.checking import array_of, call, done, expect_array, expect_close, fail, off, off_at, ok
from starter_code.checks.examples import FEW, Example, drawn, given
from starter_code.data import load_digits
from starter_code.module_probes import Fill, run_module
from starter_code.plots.live_curve import LiveCurves, load_bands
from starter_code.training_probes import PUSH, run_optimizer, run_train_step, run_transfer

REHEARSAL, BETWEEN = 30, 10  # steps; and between two looks at the loss
EPS = 1e-5  # of torch's BN: with a running variance of 1 - EPS it divides by exactly 1
X = np.array([[[[1.0, -2.0], [3.0, -0.5]], [[-1.0, 2.0], [0.5, 4.0]]]])  # one image of 2 channels, 2 by 2


@dataclass(frozen=True)
class _Case:
    """A module that is built with these arguments, filled with these numbers, and run on an image."""

    name: str
    arguments: tuple[int, ...]
    x: np.ndarray
    numbers: Fill = ()
    words: str = "0 in all layers"  # what the layers hold
    training: bool = True

    def output(self, module: object) -> np.ndarray:
        """Run the module once; its output is an array."""
        got = call(self.name, run_module, module, self.arguments, self.numbers, [(self.training, self.x)])
        outputs = _list(_answer(got)["outputs"])
        if not isinstance(outputs[0], np.ndarray):
            fail(f"{self.name} should return one tensor.")
        return np.asarray(outputs[0])

    @property
    def example(self) -> Example:
        """What a student is told of it."""
        mode = "training" if self.training else "evaluation"
        made = "x is np.random.default_rng(3).normal(size=its shape)" if self.x.size > FEW else ""
        inputs = {"module": f"{self.name}{self.arguments}", "layers": self.words, "mode": mode, "x": self.x}
        return Example(inputs, made)


def check_residual_block(block: object) -> None:
    """Shapes, parameters, a branch of zero, and a branch that halves its input twice."""
    name = "ResidualBlock"
    _shapes(name, block, {(4, 4): (2, 4, 5, 6), (3, 5): (2, 5, 5, 6), (3, 5, 2): (2, 5, 3, 3)})
    _parameters(name, block, {(4, 4): 304, (3, 5, 2): 405})
    zero = _Case(name, (4, 4), _images(4))
    wanted = np.maximum(zero.x, 0)
    expect_close("the output of a block whose branch is zero", zero.output(block), wanted, zero.example)
    half = np.zeros((2, 2, 3, 3))
    half[[0, 1], [0, 1], 1, 1] = 0.5
    words = "both 3x3 convolutions multiply each map by 0.5 (the middle of the kernel); all BN do nothing"
    case = _Case(name, (2, 2), X, [("convolution", half), *_identity(2)], words, training=False)
    want = np.maximum(X + 0.5 * np.maximum(0.5 * X, 0), 0)
    because = "the branch halves, cuts at zero, and halves again"
    expect_close("the output", case.output(block), want, case.example, because)
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
    words = (
        "the first convolution is 0.5 for channels 0 and 1, and 0 for 2 and 3; the 3x3 hands its map on (1 in the "
        "middle); the last one copies it to four; all BN do nothing"
    )
    numbers = [*neck, ("convolution", middle), *_identity(1), *_identity(4)]
    case = _Case(name, (4, 1), x, numbers, words, training=False)
    want = np.maximum(x + np.maximum(x[:, :2].mean(axis=1, keepdims=True), 0), 0)
    because = "the neck is the mean of two channels, cut at zero"
    expect_close("the output", case.output(block), want, case.example, because)
    done(name, "where the stride is, the statistics of BN, and gradients.")


def check_inception_module(module: object) -> None:
    """Shapes, parameters, and the order of the branches."""
    name, sizes = "InceptionModule", (8, 2, 3, 4, 5, 6, 7)
    _shapes(name, module, {sizes: (2, 19, 5, 6)})
    _parameters(name, module, {sizes: 1_021})
    biases = [("convolution bias", np.full(depth, float(number))) for number, depth in enumerate((2, 4, 6, 7), start=1)]
    words = "0 in all layers, but for the biases of the last one of each branch: 1, 2, 3 and 4"
    case = _Case(name, sizes, _images(8), biases, words)
    want = np.repeat([1.0, 2.0, 3.0, 4.0], [2, 4, 6, 7])
    pixel = case.output(module)[0, :, 2, 3]
    expect_close(
        "the channels of one pixel", pixel, want, case.example, "2, 4, 6 and 7 channels come from the branches"
    )
    done(name, "what the convolutions and the pooling compute, and gradients.")


def check_auxiliary_head(head: object) -> None:
    """Shapes on maps of several sizes, the parameters of GoogLeNet's first head, dropout in training only."""
    name = "AuxiliaryHead"
    for size in ((14, 14), (4, 4), (2, 3)):
        case = _Case(name, (3, 5), _images(3, size))
        expect_array(f"the logits of a map of {size[0]} by {size[1]}", case.output(head), (2, 5), case.example)
    _parameters(name, head, {(512, 1000): 3_188_840, (3, 5, 2, 7): 279})
    count = [("linear bias", np.ones(1024)), ("linear", np.ones((2, 1024)))]  # hidden units are one, and are counted
    words = (
        "the first linear layer has biases of 1, the last one weights of 1; all else is 0, so that units are counted"
    )
    case = _Case(name, (1, 2, 1, 1024), _images(1), count, words, training=False)
    what = "the number of units that count in evaluation mode"
    expect_close(what, case.output(head), np.full((2, 2), 1024.0), case.example)
    case = _Case(name, (1, 2, 1, 1024), _images(1), count, words)
    got = case.output(head)
    if np.ptp(got) == 0:
        off("In training mode, some units should be dropped.", case.example, "other sums", f"{got.flat[0]:g} each time")
    ok("units are dropped in training mode")
    done(name, "how many units are dropped, where the ReLUs are, and gradients.")


def check_adam(adam: object) -> None:
    """Three steps on a gradient that stays: each has the size of the rate."""
    name = "Adam"
    got, example = _walk(name, adam, np.zeros(2), np.array([2.0, -0.5]), {"lr": 0.1, "eps": 0.0})
    want = [[-0.1, 0.1], [-0.2, 0.2], [-0.3, 0.3]]
    because = "on a gradient that stays, each step is lr"
    expect_close("the weights after each of three steps", got, want, example, because)
    done(name, "gradients that change, epsilon, groups, parameters without a gradient, saving and loading.")


def check_momentum(momentum: object) -> None:
    """Three steps on a gradient of one."""
    name = "Momentum"
    got, example = _walk(name, momentum, np.zeros(1), np.ones(1), {"lr": 0.1, "beta": 0.9})
    want = [[-0.01], [-0.029], [-0.0561]]
    expect_close("the weights after each of three steps", got, want, example, "v is 0.1, 0.19, 0.271 as grad stays")
    done(name, "gradients that change, groups, parameters without a gradient, saving and loading.")


def check_train_step(train_step: object) -> None:
    """The loss of a network that guesses, with two heads; then the loss of steps on one batch falls."""
    name = "train_step"
    batch = (np.random.default_rng(7).normal(size=(4, 1, 2, 2)), np.array([0, 1, 2, 3]))
    answer = call(name, run_train_step, train_step, (2, 3, 4, 2), [], [batch], 0.1)
    example = _batch("a network of four classes with two heads, all of its logits 0", batch, 0.1)
    got = _answer(answer)
    (loss,) = _list(got["losses"])
    if not isinstance(loss, float):
        fail("The loss should be a Python float.")
    because = "four classes, and two heads at 0.3"
    expect_close("the loss of a network that guesses", loss, 1.6 * np.log(4), example, because)
    if _list(got["training"]) != [True]:
        off("The model should be in training mode after the step.", example)
    ok("the model is in training mode after the step")
    weights = [("convolution", np.ones((3, 1, 2, 2)) * [[[[1.0]]], [[[-1.0]]], [[[0.5]]]]), ("scale", np.ones(3))]
    answer = call(name, run_train_step, train_step, (2, 3, 4, 2), weights, [batch] * 10, 0.2)
    losses = _list(_answer(answer)["losses"])
    if not losses[-1] < losses[0]:
        model = "a network of four classes with two heads, whose trunk tells the images apart"
        sentence, first, last = "In ten steps on the same batch, the loss should fall.", losses[0], losses[-1]
        off(sentence, _batch(model, batch, 0.2), f"less than {first:.6g} after the tenth", f"{last:.6g}")
    ok("in ten steps on the same batch, the loss falls")
    done(name, "how large the steps are, and whether gradients of earlier batches are in them.")


def check_freeze_for_transfer(freeze: object) -> None:
    """What learns, and that the trunk's BN does not look at the batch."""
    name, rng = "freeze_for_transfer", np.random.default_rng(8)
    numbers = [("convolution", rng.normal(size=(3, 1, 2, 2))), ("scale", np.ones(3))]
    numbers += [("running variance", np.full(3, 4.0)), *(("linear", rng.normal(size=(size, 3))) for size in (3, 6))]
    batch = (rng.normal(size=(5, 1, 2, 2)), np.arange(5))
    answer = call(name, run_transfer, freeze, (2, 3, 4), 6, numbers, [batch])
    got = _answer(answer)
    model = (
        "a convolution to 3 units, a linear layer of 3, BN with the running variance 4 after each, a last layer for 4"
    )
    example = drawn("all weights and images are normal random numbers", model=model, num_classes=6, images=batch[0])
    learned = [str(shape) for shape in _list(got["learned"])]
    if learned != ["(6, 3)", "(6,)"]:
        sentence = "Of all parameters, only weight and bias of the new last layer should ask for gradients."
        off(sentence, example, "the shapes (6, 3) and (6,)", ", ".join(learned) or "none")
    ok("only weight and bias of the new last layer ask for gradients")
    logits = array_of("the logits in evaluation mode", got["logits"], (5, 6), example)
    meanwhile = array_of("the logits in training mode", got["in training mode"], (5, 6), example)
    wrong = ~np.isclose(meanwhile, logits)
    if wrong.any():
        sentence = "In training mode the trunk should compute what it computes in evaluation mode: look at its BN."
        off_at(sentence, meanwhile, logits, wrong, example)
    ok("in training mode the trunk computes what it computes in evaluation mode")
    answer = call(name, run_transfer, freeze, (2, 3, 4), 6, numbers, [tuple(each[:2] for each in batch)])
    alone = array_of("the logits of the first two images", _answer(answer)["logits"], (2, 6), example)
    wrong = ~np.isclose(alone, logits[:2])
    if wrong.any():
        sentence = (
            "In evaluation mode an image's logits should not depend on its batch: look at the mode of the BN layers."
        )
        off_at(sentence, alone, logits[:2], wrong, example)
    ok("in evaluation mode an image's logits do not depend on its batch")
    missing = (
        "a network that arrives in evaluation mode, whether the head is a new one when the number of classes stays"
    )
    done(name, f"{missing}, and what training does to the trunk.")


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
        example = given(run=name, batches="the digits, as the plan of this run has them", steps=REHEARSAL)
        off(f"{name}: the loss should fall.", example, f"less than {first:.2f}, as at first", f"{last:.2f} in the end")
    low, high = (edge[-3] for edge in curves.bands.get(name, ((None,) * 3,) * 2))  # the middle of the last five steps
    reference = "" if low is None else f" (the reference's to between {low:.2f} and {high:.2f})"
    ok(f"{name:9} the loss falls from {first:.2f} to {last:.2f} in {REHEARSAL} steps{reference}")


def _images(channels: int, size: tuple[int, int] = (5, 6)) -> np.ndarray:
    return np.random.default_rng(3).normal(size=(2, channels, *size))


def _identity(depth: int) -> Fill:
    """A BN that does nothing in evaluation mode."""
    return [("scale", np.ones(depth)), ("running variance", np.full(depth, 1 - EPS))]


def _batch(model: str, batch: tuple[np.ndarray, np.ndarray], lr: float) -> Example:
    """What goes into a training step."""
    images, labels = batch
    return given(model=model, images=images, labels=labels, optimizer=f"torch's SGD, lr {lr}, momentum {PUSH}")


def _answer(got: object) -> Mapping[str, Any]:
    """What a probe says, without a line about it."""
    return got if isinstance(got, dict) else {}


def _shapes(name: str, module: object, cases: Mapping[tuple[int, ...], tuple[int, ...]]) -> None:
    """The output of each case has its shape."""
    for arguments, shape in cases.items():
        case = _Case(name, arguments, _images(arguments[0]))
        array_of(f"the output of {name}{arguments}", case.output(module), shape, case.example)
    ok(f"the output has the right shape in {len(cases)} case{'s' * (len(cases) > 1)}")


def _parameters(name: str, module: object, cases: Mapping[tuple[int, ...], int]) -> None:
    """Each case has so many parameters."""
    for arguments, count in cases.items():
        got = _answer(call(name, run_module, module, arguments, [], []))["parameters"]
        if got != count:
            sentence, example = "The number of parameters is off.", given(module=f"{name}{arguments}")
            off(sentence, example, f"{count:,}", f"{got:,}")
        ok(f"{name}{arguments} has {count:,} parameters")


def _walk(
    name: str, optimizer: object, start: np.ndarray, gradient: np.ndarray, options: Mapping[str, float]
) -> tuple[Any, Example]:
    """The weights of an optimizer after each of three steps on the same gradient, and what went in."""
    got = _answer(call(name, run_optimizer, optimizer, [start], [[gradient]] * 3, options))
    if got["ready-made"]:
        fail("The update should be written here, and not be left to an optimizer of torch's.")
    return got["weights"], given(w=start, grad=gradient, **options)


def _list(got: object) -> list[Any]:
    return list(got) if isinstance(got, list) else []
