"""Hidden suite of the exercise `freeze_for_transfer`: what learns afterwards, and what stays as it was."""

from itertools import islice

import numpy as np
import pytest

from autograder.suite import (
    corners,
    expect,
    expect_array,
    expect_close,
    expect_keys,
    expect_tuple,
    expect_unmodified,
    expect_worked,
)
from solutions.train_networks import reference
from starter_code.module_probes import tensors
from starter_code.training_probes import ToyNetwork, run_transfer
from tests.hidden.train_networks.checks import CLOSE, expect_near, remembering
from tests.hidden.train_networks.inputs import EVALUATION, SILENT, TRAINING, drawn, scaled

PIXELS, UNITS, OLD = 2, 3, 4
pytestmark = pytest.mark.free("run_transfer", returned="head")  # any numbers will do that are fresh
PARTS = ("learned", "head", "logits", "in training mode", "afterwards")


def question(rng, classes, sizes=(PIXELS, UNITS, OLD), counts=(5, 5)):
    """Sizes, numbers and batches for a small network, and for a head of so many classes."""
    pixels, units, _ = sizes
    kinds = {(kind, tuple(tensor.shape)) for kind, tensor in tensors(ToyNetwork(*sizes))}
    kinds |= {("linear", (classes, units)), ("linear bias", (classes,))}
    numbers = [(kind, drawn(rng, kind, shape)) for kind, shape in sorted(kinds)]
    batches = [(rng.normal(size=(n, 1, pixels, pixels)), rng.integers(classes, size=n)) for n in counts]
    return sizes, classes, numbers, batches


def asked(student, *asking, **options):
    """What the probe says of the student's answer, taken apart."""
    return expect_keys(
        "what comes of freeze_for_transfer",
        student.run_transfer(student.freeze_for_transfer, *asking, **options),
        PARTS,
    )


@remembering
def right(*asking, **options):
    """What the probe says of the reference's answer."""
    return run_transfer(reference.freeze_for_transfer, *asking, **options)


def is_text(got, want):
    """Whether something of the student's is this text."""
    return isinstance(got, str) and got == want


@pytest.mark.points(1.5)
def test_only_the_new_head_learns(student, rng):
    """Of all parameters, weight and bias of the new last layer ask for gradients, and no others."""
    for classes in (6, OLD):
        asking = question(rng, classes)
        got, want = asked(student, *asking), right(*asking)
        weight, _ = expect_tuple("the head", got["head"], 2)
        expect_worked("the weights of the head", weight, (classes, UNITS))
        learned = expect_tuple("the parameters that learn", got["learned"], len(want["learned"]))
        expect(
            all(map(is_text, learned, want["learned"])),
            "Weight and bias of a head for the new classes should learn.",
        )


@pytest.mark.points(1)
def test_the_head_is_a_new_one(student, rng):
    """The last layer is freshly drawn, also where the number of classes stays."""
    asking = question(rng, OLD)
    old = {(kind, array.shape): array for kind, array in asking[2]}
    weight, bias = expect_tuple("the head", asked(student, *asking)["head"], 2)
    weight = expect_worked("the weights of the head", weight, (OLD, UNITS))
    bias = expect_array("the bias of the head", bias, (OLD,))
    moved = (weight - old[("linear", weight.shape)], bias - old[("linear bias", bias.shape)])
    expect(all(bool(np.abs(by).max() > 0.01) for by in moved), "The head should not hold the old weights.")


@pytest.mark.points(1)
def test_batch_norm_keeps_to_its_running_statistics(student, rng):
    """In training mode, the trunk computes what it computes in evaluation mode: its BN uses the running statistics."""
    for mode in (TRAINING, EVALUATION):
        asking = question(rng, 6)
        got, want = asked(student, *asking, arrives_in_training=mode), right(*asking)
        logits = expect_worked("the logits in evaluation mode", got["logits"], want["logits"].shape)
        expect_close("the logits in training mode", got["in training mode"], logits, **CLOSE)


@pytest.mark.points(1)
def test_training_leaves_the_trunk_as_it_was(student, rng):
    """After two steps of training, the trunk computes what it computed before."""
    for mode in (TRAINING, EVALUATION):
        asking = question(rng, 6)
        got, want = asked(student, *asking, arrives_in_training=mode), right(*asking)
        before = expect_array("the logits before training", got["logits"], want["logits"].shape)
        expect_close("the logits before training", before, want["logits"], **CLOSE)
        expect_close("the logits after training", got["afterwards"], want["logits"], **CLOSE)


@pytest.mark.sweeping
@pytest.mark.points(0.5)
def test_unusual_networks_and_numbers(student, rng):
    """Zeros, equal and huge numbers, small networks, single images: the trunk computes what it did, and each head is a new one."""
    sizes, classes, numbers, batches = question(rng, 3)
    questions = [((sizes, classes, *case), {}) for case in islice(corners(numbers, batches), 3)]
    for factor in (0, 1e6):
        questions += [((sizes, classes, numbers, [(factor * images, 0 * labels) for images, labels in batches]), {})]
    questions += [((sizes, classes, scaled(numbers, 0, *kinds), batches), {}) for kinds in SILENT]
    for classes, layers, counts in (
        (1, (1, 1, 1), (1,)),
        (2, (2, 2, 2), (2, 1)),
        (1, (3, 4, 3), (3, 2, 2)),
        (6, (1, 3, 2), (4,)),
    ):
        questions.append((question(rng, classes, layers, counts), {}))
    questions += [(question(rng, classes), {"seed": seed}) for classes, seed in ((OLD, 0), (5, 1), (5, 2))]
    got = [asked(student, *asking, **options) for asking, options in questions]
    for answer, (asking, options) in zip(got, questions, strict=True):
        want = right(*asking, **options)
        for name in ("logits", "in training mode", "afterwards"):
            expect_near(f"the logits ({name})", answer[name], want[name])
        learned = expect_tuple("the parameters that learn", answer["learned"], len(want["learned"]))
        expect(
            all(map(is_text, learned, want["learned"])), "Weight and bias of a head for the new classes should learn."
        )
    drawn_apart = [expect_tuple("the head", answer["head"], 2)[0] for answer in got[-2:]]
    first, second = (expect_worked("the weights of the head", weight, (5, UNITS)) for weight in drawn_apart)
    expect(bool(np.abs(first - second).max() > 0.01), "Each new head should be drawn anew, whatever was drawn before.")
    names = "- sizes num_classes numbers batches"
    expect_unmodified(student.run_transfer, names, student.freeze_for_transfer, *questions[0][0])
