"""Dense against residual: about as many layers and parameters, stacked maps or sums (L14)."""

from collections.abc import Callable
from functools import partial

from torch import nn

from starter_code.experiments.comparing import fewer_expected
from starter_code.experiments.results import Claim, Result, Rows
from starter_code.experiments.running import run
from starter_code.experiments.setting import Images, Setting
from starter_code.experiments.training import SGD, Training, learned_numbers, share_wrong, trained
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

    def dense(images: Images) -> nn.Module:
        return small_densenet(DENSE_DEPTH, GROWTH, in_channels=images.channels)

    def residual(images: Images) -> nn.Module:
        return small_resnet(RESIDUAL_DEPTH, block, in_channels=images.channels, width=WIDTH)

    def way(make: Callable[[Images], nn.Module], seed: int) -> tuple[int, float]:
        images = setting.draw(seed)
        network = trained(partial(make, images), training, images, setting, seed)
        return learned_numbers(network), share_wrong(network, images.test_x, images.test_y)

    return run(CLAIM, {RESIDUAL: partial(way, residual), DENSE: partial(way, dense)}, setting)
