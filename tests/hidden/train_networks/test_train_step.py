"""Hidden suite of the exercise `train_step`: steps on a small network without heads, with one, and with two."""

from itertools import islice

import numpy as np
import pytest

from autograder.suite import corners, expect, expect_array, expect_close, expect_keys, expect_tuple, expect_unmodified
from solutions.train_networks import reference
from starter_code.module_probes import tensors
from starter_code.training_probes import ToyClassifier, run_train_step
from tests.hidden.train_networks.checks import CLOSE, expect_near, remembering
from tests.hidden.train_networks.inputs import SILENT, drawn, scaled

PIXELS, UNITS, CLASSES, RATE = 2, 3, 4, 0.2
PARTS = ("losses", "weights", "training", "logits")


def question(rng, heads, rate=RATE, layers=(PIXELS, UNITS, CLASSES), counts=(4, 5, 6)):
    """Sizes, numbers, some batches and a rate, for a small network with so many heads."""
    pixels, _, classes = layers
    sizes = (*layers, heads)
    kinds = sorted({(kind, tuple(tensor.shape)) for kind, tensor in tensors(ToyClassifier(*sizes))})
    numbers = [(kind, drawn(rng, kind, shape)) for kind, shape in kinds]
    batches = [(rng.normal(size=(n, 1, pixels, pixels)), rng.integers(classes, size=n)) for n in counts]
    return sizes, numbers, batches, rate


def asked(student, *asking, **options):
    """What the probe says of the student's steps, taken apart."""
    got = student.run_train_step(student.train_step, *asking, options=options)
    return expect_keys("what comes of train_step", got, PARTS)


@remembering
def right(*asking, **options):
    """What the probe says of the reference's steps."""
    return run_train_step(reference.train_step, *asking, options=options)


@pytest.mark.points(1.5)
def test_each_step_follows_the_gradient_of_its_batch_alone(student, rng):
    """Without heads, each step is the optimizer's, on the gradient of its own batch in training mode."""
    asking = question(rng, 0)
    want = right(*asking)["weights"]
    expect_close("the path of the weights", asked(student, *asking)["weights"], want, **CLOSE)


@pytest.mark.points(1.5)
def test_heads_count_with_their_weight(student, rng):
    """Each head adds its gradient with the weight 0.3, with one head and with two, or with what aux_weight says."""
    for heads, options in ((1, {}), (2, {}), (2, {"aux_weight": 0.7})):
        asking = question(rng, heads)

        def first(answer):
            shape = right(*asking)["weights"].shape  # noqa: B023  (asked at once)
            return expect_array("the path of the weights", answer["weights"], shape)[0]

        added = first(asked(student, *asking, **options)) - first(asked(student, *asking, aux_weight=0.0))
        want = first(right(*asking, **options)) - first(right(*asking, aux_weight=0.0))
        expect_close("what the heads add to the step", added, want, **CLOSE)


@pytest.mark.points(1.5)
def test_loss_before_the_step_is_returned(student, rng):
    """The whole loss before the step is returned, as a Python float."""
    for heads in (0, 2):
        asking = question(rng, heads)
        want = right(*asking)["losses"]
        losses = expect_tuple("the losses", asked(student, *asking)["losses"], len(want))
        expect(all(isinstance(loss, float) for loss in losses), "The loss should be a Python float.")
        expect_close("the first loss", losses[0], want[0], **CLOSE)


@pytest.mark.points(1)
def test_training_mode_and_statistics(student, rng):
    """The model stays in training mode, and each batch goes through it once: its BN has the statistics of all of them."""
    asking = question(rng, 0, rate=0.0)  # the weights stay, so that the logits tell about the statistics alone
    got, want = asked(student, *asking), right(*asking)
    trained = expect_tuple("the steps", got["training"], len(want["training"]))
    expect(all(mode is True for mode in trained), "The model should be in training mode after each step.")
    logits = expect_array("the logits in evaluation mode", got["logits"], want["logits"].shape)
    expect(bool(np.ptp(logits) > 0), "The logits should differ.")
    expect_close("the logits in evaluation mode", logits, want["logits"], **CLOSE)


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_unusual_networks_and_numbers(student, rng):
    """Zeros, equal and huge numbers, small networks, any number of heads, a rate and a weight of zero: each step is as always."""
    sizes, numbers, batches, rate = question(rng, 1, counts=(3, 4))
    questions = [((sizes, *case, rate), {}) for case in islice(corners(numbers, batches), 3)]
    silent = [
        [(0 * images, labels) for images, labels in batches],
        [(images, 0 * labels) for images, labels in batches],
    ]
    questions += [((sizes, numbers, each, rate), {}) for each in silent]
    questions += [((sizes, scaled(numbers, 0, *kinds), batches, rate), {}) for kinds in SILENT]
    same = np.zeros_like(batches[0][1])
    questions += [((sizes, numbers, [(1e6 * images, same) for images, _ in batches[:1]], rate), {})]
    for layers, heads, counts in (
        ((1, 1, 1), 0, (2,)),
        ((3, 2, 2), 1, (3, 3)),
        ((2, 4, 1), 2, (2,)),
        ((1, 3, 3), 3, (4, 2, 2)),
    ):
        questions.append((question(rng, heads, layers=layers, counts=counts), {}))
    questions += [(question(rng, heads, rate), {}) for heads in (0, 1) for rate in (0.0, 0.4)]
    questions += [(question(rng, 2), {"aux_weight": weight}) for weight in (0.0, 0.3, 1.0)]
    got = [asked(student, *asking, **options) for asking, options in questions]
    for answer, (asking, options) in zip(got, questions, strict=True):
        want = right(*asking, **options)
        expect_near("what a step returns", answer["losses"], want["losses"])
        expect_near("the path of the weights", answer["weights"], want["weights"])
        expect_near("the logits in evaluation mode", answer["logits"], want["logits"])
        modes = expect_tuple("the steps", answer["training"], len(want["training"]))
        expect(all(mode is True for mode in modes), "The model should be in training mode after each step.")
    names = "- sizes numbers batches lr options"
    expect_unmodified(
        student.run_train_step, names, student.train_step, sizes, numbers, batches, rate, {"aux_weight": 0.3}
    )
