"""The training runs of `train_networks`: what is trained, for how many points, and the baseline that earns none of them."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
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
NO_SHORTCUT_OF_BOTTLENECKS = """
class BottleneckBlock(nn.Module):
    def __init__(self, in_channels, channels, stride=1):
        super().__init__()
        sizes = [(in_channels, channels, 1, 1), (channels, channels, 3, stride), (channels, 4 * channels, 1, 1)]
        self.chain = nn.Sequential()
        for before, after, size, step in sizes:
            self.chain.append(nn.Conv2d(before, after, size, step, size // 2, bias=False))
            self.chain.append(nn.BatchNorm2d(after)).append(nn.ReLU(inplace=True))

    def forward(self, x):
        return self.chain(x)
"""
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
OWN = ("stages", "trunk", "heads")  # of the networks: where students' modules stand, one beside the other
# Of the board: what the reference reaches on the way, with every seed. Of other data nobody has seen yet when it does.
TARGETS = {"digits": 0.9}
FILES = ("training_runs", "residual_networks", "googlenet", "googlenet_table", "initialisation", "module_probes")
FASHION = "fashion-mnist"  # what whole networks learn from
BLOCK, STEP = "ResidualBlock", "train_step"
HELD_OUT, LEARNED = "held-out images", "training images"


def runs(data: Path | str | None, profile: str) -> dict[str, Run]:
    """The runs of a profile, on the data that come with it or on another data set."""
    return {"digits": _digits, "full": _full}[profile](data)


def _digits(data: Path | str | None) -> dict[str, Run]:
    """Small networks, which a processor trains in seconds."""
    course = Learning.on(data)
    return {
        "residual": course.run(
            *("residual", (BLOCK, "Momentum", STEP), HELD_OUT),
            title="ResNet-20 of your blocks, with your Momentum",
            steps=6,
            learned=3,
            baseline=NO_SHORTCUT,
            target=TARGETS.get(course.name),
        ),
        "inception": course.run(
            *("inception", ("InceptionModule", "AuxiliaryHead", "Adam", STEP), HELD_OUT),
            title="GoogLeNet of your modules and heads, with your Adam",
            steps=6,
            learned=3,
            baseline=NO_ADAM_NO_HEADS,
            target=TARGETS.get(course.name),
        ),
        "depth": course.run(
            *("depth", (BLOCK, STEP), LEARNED),
            title="ResNet-32 of your blocks, against one without shortcuts",
            steps=3,
            learned=1,
            baseline=NO_SHORTCUT,
        ),
        "transfer": course.transfer("trunk", "transfer", width=64),
    }


def _full(data: Path | str | None) -> dict[str, Run]:
    """The networks of the papers, which a GPU trains in a minute."""
    course = Learning.on(data or FASHION)
    return {
        "resnet18": course.run(
            *("resnet18", (BLOCK, "Momentum", STEP), HELD_OUT),
            title="ResNet-18 of your blocks, with your Momentum",
            steps=4,
            learned=2,
            baseline=NO_SHORTCUT,
        ),
        "resnet50": course.run(
            *("resnet50", ("BottleneckBlock", "Momentum", STEP), HELD_OUT),
            title="ResNet-50 of your bottlenecks, with your Momentum",
            steps=4,
            learned=2,
            baseline=NO_SHORTCUT_OF_BOTTLENECKS,
        ),
        "googlenet": course.run(
            *("googlenet", ("InceptionModule", "AuxiliaryHead", "Adam", STEP), HELD_OUT),
            title="GoogLeNet as published, of your modules and heads, with your Adam",
            steps=4,
            learned=2,
            baseline=NO_ADAM_NO_HEADS.replace("*= 20", "*= 1"),  # at 20, so large a network learns as well without Adam
        ),
        "resnet56": replace(course, images=course.images.halved()).run(
            *("resnet56", (BLOCK, STEP), LEARNED),
            title="ResNet-56 of your blocks, against one without shortcuts",
            steps=3,
            learned=1,
            baseline=NO_SHORTCUT,
        ),
        "large_transfer": course.transfer("large_trunk", "large_transfer", width=512),
    }


@dataclass(frozen=True)
class Learning:
    """Makes runs that learn from a set of images."""

    name: str
    images: Images

    @classmethod
    def on(cls, data: Path | str | None) -> Learning:
        """From the digits, or from another data set."""
        return cls(*images_of(data))

    def run(self, name: str, own: tuple[str, ...], what: str, **more: Any) -> Run:
        """One network, of what students have written for it, and scored on images that are held back, or that it has learned from."""
        tested = self.images if what == HELD_OUT else self.images.tested_on_what_was_learned()
        return self._made(phases=partial(_trained, name, own, self.images), held=partial(_held, tested, what), **more)

    def transfer(self, trunk: str, then: str, width: int) -> Run:
        """A trunk that learns half of the classes; frozen, it learns the others with a new last layer, which sees `width` numbers."""
        half = len(self.images.names) // 2
        old, new = self.images.of_classes(0, half), self.images.of_classes(half, 2 * half)
        return self._made(
            title="A trunk of your blocks, frozen, on new classes",
            steps=3,
            learned=2,
            phases=partial(_transferred, trunk, then, old, new, width),
            held=partial(_held, new, f"{HELD_OUT} of the new classes"),
            baseline=NO_TRUNK,
        )

    def _made(self, **more: Any) -> Run:
        starter = Path(starter_code.__file__ or "")
        sources = (Path(reference.__file__), *(starter.with_name(f"{file}.py") for file in FILES))
        return Run(sources=sources, data=(self.name, self.images.digest), **more)


def _trained(name: str, own: tuple[str, ...], images: Images, seed: int, device: Device) -> tuple[Phase, ...]:
    """One network, to its end."""
    plan = PLANS[name]

    def start(parts: Any, _: Any) -> Any:
        written = (getattr(parts, each) for each in own)
        return parts.begin(name, astuple(plan), images.learn, images.learn_labels, seed, device, *written)

    return (Phase(plan.steps, start, OWN),)


def _transferred(
    trunk: str, then: str, old: Images, new: Images, width: int, seed: int, device: Device
) -> tuple[Phase, ...]:
    """A trunk that learns some classes; then it is frozen, and a new last layer learns others."""
    classes, plan = len(new.names), PLANS[then]
    fresh = np.random.default_rng(seed).normal(size=(classes, width)) / np.sqrt(width)
    layer = [fresh.astype(np.float32), np.zeros(classes, np.float32)]

    def start(parts: Any, before: Any) -> Any:
        given = (layer, astuple(plan), new.learn, new.learn_labels)
        return parts.training(before, "transfer", parts.freeze_for_transfer, *given)

    return (*_trained(trunk, (BLOCK, STEP), old, seed, device), Phase(plan.steps, start))


def _held(images: Images, what: str) -> Held:
    """What is scored."""
    return Held(images.held, images.held_labels, what, images.names)
