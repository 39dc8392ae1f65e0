"""Deep plain networks against deep residual ones: the *training* error of 8, 20 and 56 layers (lectures L14 and N42)."""

from functools import partial

from starter_code.experiments.comparing import FEWER, MORE, compared, differences, told_apart
from starter_code.experiments.results import Claim, Result, Row, Rows
from starter_code.experiments.running import Way, run
from starter_code.experiments.setting import Setting
from starter_code.experiments.training import SGD, Training, tried
from starter_code.residual_networks import Block, PlainBlock, small_resnet

DEPTHS, WIDTH = (8, 20, 56), 8
PLAIN, RESIDUAL = "plain", "residual"
SHORT = Setting(steps=60)
LONG = Setting(steps=200)
FULL = Setting(steps=1000, batch=128)


def outcome(rows: Rows) -> str:
    """Do 56 layers have more training images wrong than 20, without shortcuts, and less so or not at all with them?"""
    _, middle, deep = DEPTHS
    pairs = [(rows[f"{kind}, {deep} layers"], rows[f"{kind}, {middle} layers"]) for kind in (PLAIN, RESIDUAL)]
    plain, residual = (told_apart(*pair) for pair in pairs)
    lost = [Row(a.name, a.params, tuple(differences(a, b))) for a, b in pairs]  # by going deeper
    if plain == FEWER or residual == MORE:
        begins = "Other than claimed"
    elif plain == MORE and told_apart(*lost) == MORE:
        begins = "As claimed"
    else:
        begins = "Not decided"
    return f"{begins}: {'; '.join(compared(*pair) for pair in pairs)}."


CLAIM = Claim(
    "Plain against residual",
    "56 plain layers have a larger training error than 20; with shortcuts, deeper is not worse.",
    "lectures L14 and N42; He et al. 2015, arXiv:1512.03385, figures 1 and 6",
    "training images wrong",
    outcome,
)


def plain_against_residual(block: Block, training: Training = SGD, setting: Setting = SHORT) -> Result:
    """Train 8, 20 and 56 layers with shortcuts and without, and count training images that are wrong.

    block: block(in_channels, out_channels, stride), a residual block
    """

    def way(made_of: Block, depth: int, seed: int) -> tuple[int, float]:
        make = partial(small_resnet, depth, made_of, width=WIDTH)
        return tried(make, training, setting, seed, on_training_images=True)

    kinds = {PLAIN: PlainBlock, RESIDUAL: block}
    ways: dict[str, Way] = {
        f"{kind}, {depth} layers": partial(way, made_of, depth) for kind, made_of in kinds.items() for depth in DEPTHS
    }
    return run(CLAIM, ways, setting)
