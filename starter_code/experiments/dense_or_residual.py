"""Dense against residual: about as many layers and parameters, stacked maps or sums (L14)."""

from functools import partial

from starter_code.experiments.comparing import fewer_expected
from starter_code.experiments.results import Claim, Result, Rows
from starter_code.experiments.running import run
from starter_code.experiments.setting import Setting
from starter_code.experiments.training import SGD, Training, tried
from starter_code.networks.densenet import small_densenet
from starter_code.residual_networks import Block, small_resnet

DENSE_DEPTH, GROWTH = 28, 8  # 46,362 parameters
RESIDUAL_DEPTH, WIDTH = 32, 5  # 46,275 with projections that have a BN
DENSE, RESIDUAL = "dense, 28 layers", "residual, 32 layers"
SHORT = Setting(steps=90, count=300)
LONG = Setting(steps=200, count=300)
FULL = Setting(steps=1000, batch=128)


def outcome(rows: Rows) -> str:
    """Does the dense network have fewer test images wrong?"""
    return fewer_expected(rows[DENSE], rows[RESIDUAL])


CLAIM = Claim(
    "Dense or residual",
    "Layers that see the maps of all layers before them use them again: a DenseNet does better with as many parameters.",
    "L14; Huang et al. 2016, arXiv:1608.06993",
    "test images wrong",
    outcome,
)


def dense_against_residual(block: Block, training: Training = SGD, setting: Setting = SHORT) -> Result:
    """Train a DenseNet and a ResNet with about as many parameters, and count test images that are wrong.

    block: block(in_channels, out_channels, stride), a residual block
    """
    made = {
        RESIDUAL: partial(small_resnet, RESIDUAL_DEPTH, block, width=WIDTH),
        DENSE: partial(small_densenet, DENSE_DEPTH, GROWTH),
    }
    return run(CLAIM, {name: partial(tried, make, training, setting) for name, make in made.items()}, setting)
