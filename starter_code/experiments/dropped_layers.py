"""Stochastic depth on and off: residual blocks that are left out at random while a network learns (L14)."""

from functools import partial

from starter_code.experiments.comparing import fewer_expected
from starter_code.experiments.results import Claim, Result, Rows
from starter_code.experiments.running import run
from starter_code.experiments.setting import Setting
from starter_code.experiments.training import SGD, Training, tried
from starter_code.networks.stochastic_depth import stochastic_depth_resnet
from starter_code.residual_networks import Block

DEPTH, WIDTH = 32, 8
ALL, DROPPED = "all blocks, always", "blocks left out at random"
SHORT = Setting(steps=100, count=300)
LONG = Setting(steps=300, count=300)
FULL = Setting(steps=1000, batch=128)


def outcome(rows: Rows) -> str:
    """Does the network that is trained with blocks left out have fewer test images wrong?"""
    return fewer_expected(rows[DROPPED], rows[ALL])


CLAIM = Claim(
    "Stochastic depth",
    "Blocks left out at random in training, and all of them at test, make a deep network better.",
    "L14; Huang et al. 2016, arXiv:1603.09382",
    "test images wrong",
    outcome,
)


def stochastic_depth_on_and_off(block: Block, training: Training = SGD, setting: Setting = SHORT) -> Result:
    """Train 32 layers with all blocks and with blocks left out, and count test images that are wrong.

    block: block(in_channels, out_channels, stride), a residual block; blocks that halve the maps always stay. The last
        one is left out in half of the steps, and earlier ones less often.
    """

    def way(last_survival: float, seed: int) -> tuple[int, float]:
        make = partial(stochastic_depth_resnet, block, DEPTH, last_survival, width=WIDTH)
        return tried(make, training, setting, seed)

    return run(CLAIM, {ALL: partial(way, 1.0), DROPPED: partial(way, 0.5)}, setting)
