"""The training runs of `train_networks`: what is trained, for how many points, and the baseline that earns none of them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import starter_code
from autograder.training import Device, Held, Phase, Run
from solutions.train_networks import reference
from starter_code.training_runs import PLANS
from tests.hidden.train_networks.image_data import Images, images_of

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
WIDTH_OF_TRUNK = 64  # of what its last layer sees
OWN = ("stages", "trunk", "heads")  # of the networks: where students' modules stand, one beside the other
# Of the board: what the reference reaches on the way, with every seed. Of other data nobody has seen yet when it does.
TARGETS = {"digits": 0.9}
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

    block, step, target = "ResidualBlock", "train_step", TARGETS.get(name)

    def one(
        name: str, own: tuple[str, ...], steps: float, learned: float, tested: Images, what: str, **more: Any
    ) -> Run:
        """A run of one network, with its points for steps and for what was learned."""
        phases, held = partial(_trained, name, own, tested), partial(_held, tested, what)
        return Run(steps=steps, learned=learned, phases=phases, held=held, **more, **follows_from)

    return {
        "residual": one(
            *("residual", (block, "Momentum", step), 6, 3, images, "held-out images"),
            title="ResNet-20 of your blocks, with your Momentum",
            baseline=NO_SHORTCUT,
            target=target,
        ),
        "inception": one(
            *("inception", ("InceptionModule", "AuxiliaryHead", "Adam", step), 6, 3, images, "held-out images"),
            title="GoogLeNet of your modules and heads, with your Adam",
            baseline=NO_ADAM_NO_HEADS,
            target=target,
        ),
        "depth": one(
            *("depth", (block, step), 3, 1, images.tested_on_what_was_learned(), "training images"),
            title="ResNet-32 of your blocks, against one without shortcuts",
            baseline=NO_SHORTCUT,
        ),
        "transfer": Run(
            title="A trunk of your blocks, frozen, on new classes",
            steps=3,
            learned=2,
            phases=partial(_transferred, (block, step), old, new),
            held=partial(_held, new, "held-out images of the new classes"),
            baseline=NO_TRUNK,
            **follows_from,
        ),
    }


def _trained(name: str, own: tuple[str, ...], images: Images, seed: int, device: Device) -> tuple[Phase, ...]:
    """One network, to its end."""

    def start(parts: Any, _: Any) -> Any:
        return parts.begin(
            name, images.learn, images.learn_labels, seed, device, *(getattr(parts, each) for each in own)
        )

    return (Phase(PLANS[name].steps, start, OWN),)


def _transferred(own: tuple[str, ...], old: Images, new: Images, seed: int, device: Device) -> tuple[Phase, ...]:
    """A trunk that learns some classes; then it is frozen, and a new last layer learns others."""
    classes, width = len(new.names), WIDTH_OF_TRUNK
    fresh = np.random.default_rng(seed).normal(size=(classes, width)) / np.sqrt(width)
    layer = [fresh.astype(np.float32), np.zeros(classes, np.float32)]

    def start(parts: Any, trunk: Any) -> Any:
        return parts.training(trunk, "transfer", parts.freeze_for_transfer, layer, new.learn, new.learn_labels)

    return (*_trained("trunk", own, old, seed, device), Phase(PLANS["transfer"].steps, start))


def _held(images: Images, what: str) -> Held:
    """What is scored."""
    return Held(images.held, images.held_labels, what, images.names)
