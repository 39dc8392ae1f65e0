"""Weight decay: 1e-5, as L14 says, against 1e-4, as the paper has it; none, and 3e-2, to compare with."""

from functools import partial

from starter_code.experiments.comparing import NEITHER, compared, told_apart
from starter_code.experiments.results import Claim, Result, Rows
from starter_code.experiments.running import Way, run
from starter_code.experiments.setting import Setting
from starter_code.experiments.training import SGD, Training, tried
from starter_code.residual_networks import Block, small_resnet

DEPTH, WIDTH = 14, 8
DECAYS = {"none": 0.0, "1e-5": 1e-5, "1e-4": 1e-4, "3e-2": 3e-2}
LECTURE, PAPER, LARGE = "1e-5", "1e-4", "3e-2"
SHORT = Setting(steps=80, count=300)
LONG = Setting(steps=240, count=300)
FULL = Setting(steps=1000, batch=128)


def outcome(rows: Rows) -> str:
    """Can the decay of the lecture and that of the paper be told apart? And a large one from none?"""
    pairs = (rows[PAPER], rows[LECTURE]), (rows[LARGE], rows["none"])
    begins = "The two cannot be told apart here" if told_apart(*pairs[0]) == NEITHER else "The two differ"
    return f"{begins}: {'; '.join(compared(*pair) for pair in pairs)}."


CLAIM = Claim(
    "Weight decay",
    "ResNets are trained with a weight decay of 1e-5. (The paper has 1e-4. Does it matter which?)",
    "L14; He et al. 2015, arXiv:1512.03385, section 3.4",
    "test images wrong",
    outcome,
)


def decay_of_lecture_and_paper(block: Block, training: Training = SGD, setting: Setting = SHORT) -> Result:
    """Train 14 layers with four weight decays, and count test images that are wrong.

    block: block(in_channels, out_channels, stride), a residual block
    """

    def way(decay: float, seed: int) -> tuple[int, float]:
        return tried(partial(small_resnet, DEPTH, block, width=WIDTH), training, setting, seed, decay=decay)

    ways: dict[str, Way] = {name: partial(way, decay) for name, decay in DECAYS.items()}
    return run(CLAIM, ways, setting)
