"""The training runs of `train_networks`: what is trained, for how many points, and the baseline that earns none of them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import starter_code
from autograder.grading.student import Student
from autograder.training import Device, Held, Run, Session
from solutions.train_networks import reference
from starter_code.training_runs import PLANS
from tests.hidden.train_networks.image_data import Images, images_of
from tests.hidden.train_networks.sessions import Training, Transfer

NO_SHORTCUT = "from starter_code.residual_networks import PlainBlock as ResidualBlock"
# Gradient descent in Adam's place, and heads that are not listened to.
NO_ADAM_NO_HEADS = """
class Adam(Momentum):
    def __init__(self, params):
        super().__init__(params, lr=0.0, beta=0.0)

    def step(self, closure=None):
        for group in self.param_groups:
            group["lr"] *= 20
        super().step(closure)

_train_step = train_step

def train_step(model, images, labels, optimizer):
    return _train_step(model, images, labels, optimizer, aux_weight=0.0)
"""
# A trunk that sees its images, and learns nothing from them.
NO_TRUNK = """
_train_step, _freeze, _frozen = train_step, freeze_for_transfer, []

def freeze_for_transfer(model, num_classes):
    _frozen.append(model)
    return _freeze(model, num_classes)

def train_step(model, images, labels, optimizer):
    if _frozen:
        return _train_step(model, images, labels, optimizer)
    model.train()
    with torch.no_grad():
        return nn.functional.cross_entropy(model(images), labels).item()
"""
PARTS = ("network", "update", "learned")
FILES = ("training_runs", "residual_networks", "googlenet", "googlenet_table", "initialisation", "module_probes")


def runs(data: Path | None) -> dict[str, Run]:
    """The four runs, on the digits or on another data set."""
    name, images = images_of(data)
    old, new = images.of_classes(0, 5), images.of_classes(5, 10)
    starter = Path(starter_code.__file__ or "")
    follows_from = {
        "sources": (Path(reference.__file__), *(starter.with_name(f"{file}.py") for file in FILES)),
        "data": (name, images.digest),
    }

    def one(
        name: str, own: tuple[str, ...], points: tuple[float, float, float], tested: Images, what: str, **more: str
    ) -> Run:
        """A run of one network, and how many points its three parts have."""
        begin, held = partial(_begin, name, own, tested), partial(_held, tested, what)
        return Run(
            **dict(zip(PARTS, points, strict=True)),
            steps=PLANS[name].steps,
            begin=begin,
            held=held,
            **more,
            **follows_from,
        )

    block, step = "ResidualBlock", "train_step"
    inception = ("InceptionModule", "AuxiliaryHead", "Adam", step)
    return {
        "residual": one(
            "residual",
            (block, "Momentum", step),
            (2, 2, 5),
            images,
            "held-out images",
            title="ResNet-20 of your blocks, with your Momentum",
            baseline=NO_SHORTCUT,
        ),
        "inception": one(
            "inception",
            inception,
            (2, 2, 5),
            images,
            "held-out images",
            title="GoogLeNet of your modules and heads, with your Adam",
            baseline=NO_ADAM_NO_HEADS,
        ),
        "depth": one(
            "depth",
            (block, step),
            (1, 1, 2),
            images.tested_on_what_was_learned(),
            "training images",
            title="ResNet-32 of your blocks, against one without shortcuts",
            baseline=NO_SHORTCUT,
        ),
        "transfer": Run(
            **dict(zip(PARTS, (1, 1, 3), strict=True)),
            title="A trunk of your blocks, frozen, on new classes",
            steps=PLANS["trunk"].steps + PLANS["transfer"].steps,
            begin=partial(_transfer, old, new),
            held=partial(_held, new, "held-out images of the new classes"),
            baseline=NO_TRUNK,
            **follows_from,
        ),
    }


def _begin(name: str, own: tuple[str, ...], images: Images, student: Student, seed: int, device: Device) -> Session:
    return Training(student, name, own, images, seed, device)


def _transfer(old: Images, new: Images, student: Student, seed: int, device: Device) -> Session:
    return Transfer(student, old, new, seed, device)


def _held(images: Images, what: str) -> Held:
    """What is scored, and the images as people look at them."""
    shown = images.held[:, 0] if images.held.shape[1] == 1 else images.held.transpose(0, 2, 3, 1)
    return Held(images.held_labels, shown, what, images.names)
