"""Auxiliary heads on and off: a GoogLeNet of four modules, and its training error after the same steps (lectures N41, N42, L14)."""

from collections.abc import Callable
from functools import partial

from torch import nn

from starter_code.experiments.comparing import fewer_expected
from starter_code.experiments.results import Claim, Result, Rows
from starter_code.experiments.running import run
from starter_code.experiments.setting import Setting
from starter_code.experiments.training import Training, tried
from starter_code.googlenet import small_googlenet

WITH, WITHOUT = "two heads", "no heads"
SHORT = Setting(steps=120)
LONG = Setting(steps=300)
FULL = Setting(steps=1000, batch=128)


def outcome(rows: Rows) -> str:
    """Does the network with heads have fewer training images wrong?"""
    return fewer_expected(rows[WITH], rows[WITHOUT])


CLAIM = Claim(
    "Auxiliary heads",
    "Auxiliary classifiers on middle modules bring gradients to the early layers, so that the network learns better.",
    "lectures N41, N42 and L14; Szegedy et al. 2014, arXiv:1409.4842, section 5",
    "training images wrong, after training without the heads",
    outcome,
)


def heads_on_and_off(
    module: Callable[..., nn.Module], head: Callable[..., nn.Module], training: Training, setting: Setting = SHORT
) -> Result:
    """Train a small GoogLeNet with its two heads and without, and count training images that its main output gets wrong.

    module: module(in_channels, c1, c3_reduce, c3, c5_reduce, c5, pool_proj)
    head: head(in_channels, num_classes, hidden, width)
    training: its step adds the losses of the heads
    """

    def way(side: Callable[..., nn.Module] | None, seed: int) -> tuple[int, float]:
        return tried(partial(small_googlenet, module, side), training, setting, seed, on_training_images=True)

    return run(CLAIM, {WITHOUT: partial(way, None), WITH: partial(way, head)}, setting)
