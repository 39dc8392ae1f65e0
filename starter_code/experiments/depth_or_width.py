"""Depth against width: 8, 20 and 56 layers with about as many parameters each (L14 on Wide ResNet)."""

from functools import partial

from starter_code.experiments.comparing import fewer_expected
from starter_code.experiments.results import Claim, Result, Rows
from starter_code.experiments.running import run
from starter_code.experiments.setting import Setting
from starter_code.experiments.training import SGD, Training, tried
from starter_code.residual_networks import Block, small_resnet

WIDTHS = {8: 13, 20: 7, 56: 4}  # by depth: 51,555, 52,685 and 54,422 parameters with projections that have a BN
NAMES = {depth: f"{depth} layers, {width} maps" for depth, width in WIDTHS.items()}
SHORT = Setting(steps=80, count=300)
LONG = Setting(steps=200, count=300)
FULL = Setting(steps=1000, batch=128)


def outcome(rows: Rows) -> str:
    """Does the widest network have fewer test images wrong than the deepest?"""
    return fewer_expected(rows[NAMES[min(WIDTHS)]], rows[NAMES[max(WIDTHS)]])


CLAIM = Claim(
    "Depth or width",
    "With shortcuts, it is width that helps more than depth: a wide network beats one that is deep and thin.",
    "L14; Zagoruyko and Komodakis 2016, arXiv:1605.07146",
    "test images wrong",
    outcome,
)


def depth_against_width(block: Block, training: Training = SGD, setting: Setting = SHORT) -> Result:
    """Train networks of 8, 20 and 56 layers with about as many parameters, and count test images that are wrong.

    block: block(in_channels, out_channels, stride), a residual block
    """

    def way(depth: int, seed: int) -> tuple[int, float]:
        return tried(partial(small_resnet, depth, block, width=WIDTHS[depth]), training, setting, seed)

    return run(CLAIM, {name: partial(way, depth) for depth, name in NAMES.items()}, setting)
