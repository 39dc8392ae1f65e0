"""Five networks together against each of them alone (L14: seven AlexNets won in 2012)."""

from collections.abc import Callable
from functools import cache, partial

import numpy as np

from starter_code.experiments.comparing import fewer_expected
from starter_code.experiments.results import Claim, Result, Rows
from starter_code.experiments.running import run
from starter_code.experiments.setting import Setting
from starter_code.experiments.training import SGD, Training, learned_numbers, probabilities_of, trained
from starter_code.residual_networks import Block, small_resnet

DEPTH, WIDTH, MEMBERS = 8, 8, 5
MEMBER, BEST, TOGETHER = "a member, on average", "the best member, seen afterwards", "five together"
SHORT = Setting(steps=80, count=300)
LONG = Setting(steps=160, count=300)
FULL = Setting(steps=1000, batch=128)


def outcome(rows: Rows) -> str:
    """Do five have fewer test images wrong than a member has on average?"""
    return fewer_expected(rows[TOGETHER], rows[MEMBER])


CLAIM = Claim(
    "An ensemble",
    "Several networks whose probabilities are averaged have fewer images wrong than one of them.",
    "L14; Krizhevsky et al. 2012: top-5 error 18.2 % alone, 16.4 % for five",
    "test images wrong",
    outcome,
)


def ensemble_against_members(
    block: Block, ensemble_predict: Callable, training: Training = SGD, setting: Setting = SHORT
) -> Result:
    """Train five networks that differ in their first weights and the order of batches, and count test images wrong.

    block: block(in_channels, out_channels, stride), a residual block
    ensemble_predict: ensemble_predict(probabilities), of a list of arrays (N, K); gives one array (N, K)

    "The best member" is chosen by the test images themselves, so it looks better than it is.
    """

    @cache
    def members(seed: int) -> tuple[int, list[np.ndarray]]:
        """How many numbers a member has learned, and the probabilities that each gives to the test images."""
        images = setting.draw(seed)
        make = partial(small_resnet, DEPTH, block, in_channels=images.channels, width=WIDTH)
        seeds = [MEMBERS * seed + number for number in range(MEMBERS)]
        networks = [trained(make, training, images, setting, each) for each in seeds]
        return learned_numbers(networks[0]), [probabilities_of(network, images.test_x) for network in networks]

    answers = setting.given.test_y.cpu().numpy()

    def alone(choose: Callable[[list[float]], float], seed: int) -> tuple[int, float]:
        learned, rows = members(seed)
        return learned, float(choose([_wrong(each, answers) for each in rows]))

    def together(seed: int) -> tuple[int, float]:
        learned, rows = members(seed)
        return MEMBERS * learned, _wrong(np.asarray(ensemble_predict([each.copy() for each in rows])), answers)

    return run(CLAIM, {MEMBER: partial(alone, np.mean), BEST: partial(alone, min), TOGETHER: together}, setting)


def _wrong(rows: np.ndarray, answers: np.ndarray) -> float:
    """The share of rows whose largest number is not at the answer."""
    return float(np.mean(rows.argmax(axis=1) != answers))
