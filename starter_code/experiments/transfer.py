"""Transfer: a frozen trunk with a new head against a network from scratch, where images are few (lecture N41)."""

import copy
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

from torch import nn

from starter_code.experiments.comparing import FEWER, MORE, NEITHER, compared, told_apart
from starter_code.experiments.results import Claim, Result, Rows
from starter_code.experiments.running import Way, run
from starter_code.experiments.setting import Images, Setting
from starter_code.experiments.training import SGD, Training, learned_numbers, share_wrong, train, trained
from starter_code.module_probes import throw_dice_from
from starter_code.residual_networks import Block, small_resnet

DEPTH, WIDTH, CLASSES = 8, 16, 5  # it learns the first five classes, and then tells the other five apart
FEW = (5, 10, 25, 100)  # images of the new classes, the fewest first
FROZEN, SCRATCH = "a frozen trunk", "a new network"
SHORT = Setting(steps=80)
LONG = Setting(steps=160)
FULL = Setting(steps=600, batch=128)


def named(kind: str, few: int) -> str:
    """The name of a row."""
    return f"{kind}, {few} images"


def outcome(rows: Rows) -> str:
    """Does the frozen trunk have fewer test images wrong with the fewest images? If with no number of them: more with some?"""
    pairs = {few: (rows[named(FROZEN, few)], rows[named(SCRATCH, few)]) for few in FEW}
    told = {few: told_apart(*pair) for few, pair in pairs.items()}
    if told[FEW[0]] == FEWER:
        begins = "As claimed"
    elif MORE in told.values() and FEWER not in told.values():
        begins = "Other than claimed"
    else:
        begins = "Not decided"
    fewest, *others = FEW
    decided = next((few for few in others if told[few] != NEITHER), max(FEW))
    return f"{begins}: {compared(*pairs[fewest])}; {compared(*pairs[decided])}."


CLAIM = Claim(
    "Transfer",
    "Where images are few, a trunk that was trained on another task, frozen, serves better than a network from scratch.",
    "lecture N41; Yosinski et al. 2014, arXiv:1411.1792",
    "test images of the new classes wrong",
    outcome,
)


def frozen_against_scratch(
    block: Block, freeze_for_transfer: Callable, training: Training = SGD, setting: Setting = SHORT
) -> Result:
    """Let a trunk learn classes 0 to 4, freeze it, and tell 5 to 9 apart from few images; and the same from scratch.

    block: block(in_channels, out_channels, stride), a residual block
    freeze_for_transfer: freeze_for_transfer(network, num_classes), which gives a network with a new last layer `fc`
    """
    channels = setting.given.channels
    make = partial(small_resnet, DEPTH, block, CLASSES, channels, WIDTH)

    @cache
    def trunk(seed: int) -> nn.Module:
        return trained(make, training, setting.draw(seed).classes(0, CLASSES), setting, seed)

    def few_of(few: int, seed: int) -> tuple[Images, Setting]:
        """So many images of the new classes, and batches of half of them: BN needs several."""
        images = setting.draw(seed).classes(CLASSES, 2 * CLASSES).draw(few, seed)
        return images, replace(setting, batch=max(min(few, setting.batch) // 2, min(few, 5)))

    def frozen(few: int, seed: int) -> tuple[int, float]:
        images, smaller = few_of(few, seed)
        network = copy.deepcopy(trunk(seed))
        throw_dice_from(seed)
        network = freeze_for_transfer(network, CLASSES).to(images.train_x.device)
        train(network, training, images, smaller, seed)
        return learned_numbers(network), share_wrong(network, images.test_x, images.test_y)

    def scratch(few: int, seed: int) -> tuple[int, float]:
        images, smaller = few_of(few, seed)
        network = trained(make, training, images, smaller, seed)
        return learned_numbers(network), share_wrong(network, images.test_x, images.test_y)

    ways: dict[str, Way] = {
        named(kind, few): partial(way, few) for few in FEW for kind, way in ((FROZEN, frozen), (SCRATCH, scratch))
    }
    return run(CLAIM, ways, setting)
