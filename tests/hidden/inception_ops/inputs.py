"""Layers, modules and small networks with made-up numbers, drawn for the hidden tests of `inception_ops`.

Heights differ from widths, depths from each other, and no kernel of a drawn layer is 1, so that numbers put in the wrong place show.
"""

from typing import Any

import numpy as np

from autograder.suite import in_order
from solutions.inception_ops import reference
from starter_code.googlenet_table import BRANCHES, conv, flat, head, image, inception, pool

Rng = np.random.Generator
Table = list[dict[str, Any]]  # rows as in `starter_code.googlenet_table`

# Three small tables. They end with a convolution, a module and a head, and hold what larger ones do not: a side or a depth of one, an even
# kernel, two average poolings, three groups, heads of any number of layers, a dropout that drops nothing, an oblong map that is
# flattened. The names of rows and the order of their keys say nothing.
TABLES = (
    [image((5, 4), 1), conv("only", 2, 1, (4, 3), 1)],
    [
        image((8, 12), 3),
        pool("avg_pool", "first", 2, 2, (4, 6), 3),
        pool("avg_pool", "second", 1, 2, (2, 3), 3),
        inception("ones", (2, 3), 4, 1, 1, 1, 1, 1, 1),
    ],
    [
        image((7, 10), 6),
        {"kind": "head", "name": "none", "layers": []},
        conv("4x4 before a pool", 4, 3, (2, 3), 6, 3),
        {"kind": "head", "name": "one", "layers": [flat("fc", "fc", 5)]},
        flat("fc", "second", 5),
        flat("dropout", "dropout", 5, rate=0.0),
        {"kind": "head", "name": "two", "layers": [flat("fc", "fc", 5)] * 2},
    ],
)
TWO_HEADS = [
    image((9, 7), 3),
    conv("conv", 3, 1, (9, 7), 5),
    *[{"kind": "head", "name": name, "layers": [flat("fc", "fc", 4)]} for name in ("one", "two")],
    conv("conv", 3, 2, (5, 4), 6),
]
SMALL = [in_order(table, backwards=backwards) for table in TABLES for backwards in (False, True)]
# The lectures' modules: N41 (14 x 14 x 480) and L14 (28 x 28 x 256).
LECTURE_SHAPE = (256, 28, 28)
LECTURE_NAIVE = {"1x1": 128, "3x3": 192, "5x5": 96}
SMALL_REDUCED = {"1x1": 3, "3x3_reduce": 2, "3x3": 5, "5x5_reduce": 1, "5x5": 7, "pool_proj": 6}
LECTURE_REDUCED = {"1x1": 128, "3x3_reduce": 64, "3x3": 192, "5x5_reduce": 64, "5x5": 96, "pool_proj": 64}


def widened(times: int) -> Table:
    """The table of a network on a large image, with this many times the channels of a small one."""
    return [
        image((115, 113), 3 * times),
        conv("first", 3, 1, (113, 111), 5 * times),
        pool("max_pool", "second", 40, 36, (3, 5), 5 * times),
        inception("ones", (3, 5), 21 * times, *(times * channels for channels in SMALL_REDUCED.values())),
        flat("fc", "classifier", times),
    ]


def distinct(rng: Rng, low: int, high: int, count: int) -> list[int]:
    """Different whole numbers from low to high, in any order."""
    return [low + int(number) for number in rng.choice(high - low + 1, size=count, replace=False)]


def sizes(rng: Rng) -> tuple[int, int]:
    """Height and width of an output, which differ."""
    height, width = distinct(rng, 5, 40, 2)
    return height, width


def shape(rng: Rng) -> tuple[int, int, int]:
    """Depth, height and width of an input, all different."""
    channels, height, width = distinct(rng, 6, 40, 3)
    return 8 * channels, height, width


def depths(rng: Rng) -> tuple[int, int]:
    """Channels of an input and of an output, which differ."""
    inputs, outputs = distinct(rng, 3, 60, 2)
    return inputs, outputs


def kernel(rng: Rng) -> int:
    """A side of a square kernel: 3, 5 or 7."""
    return int(rng.choice([3, 5, 7]))


def oblong(rng: Rng) -> tuple[int, int]:
    """A kernel whose height differs from its width."""
    height, width = distinct(rng, 2, 7, 2)
    return height, width


def grouped(rng: Rng) -> tuple[int, int, int]:
    """Channels of an input and of an output, and a number of groups that divides both."""
    groups, (inputs, outputs) = int(rng.integers(2, 5)), distinct(rng, 2, 9, 2)
    return groups * inputs, groups * outputs, groups


def naive_branches(rng: Rng) -> dict[str, int]:
    """The numbers of a naive module, all different."""
    return dict(zip(LECTURE_NAIVE, distinct(rng, 4, 70, 3), strict=True))


def reduced_branches(rng: Rng) -> dict[str, int]:
    """The numbers of a module with reductions, all different."""
    return dict(zip(BRANCHES, distinct(rng, 4, 70, 6), strict=True))


def network(rng: Rng) -> Table:
    """The table of a small network that is not GoogLeNet: grouped convolutions, a map that is flattened, an auxiliary head."""
    height, width = distinct(rng, 61, 90, 2)
    rows = [image((height, width), int(rng.integers(2, 5)))]
    _convolve(rng, rows, stride=2, groups=1)
    _shrink(rows, "max_pool")
    _convolve(rng, rows, stride=1, groups=2)
    for _ in range(int(rng.integers(2, 4))):
        _module(rng, rows)
    side_branch = len(rows) - 1  # below a module that is not the last one before a pooling
    for _ in range(int(rng.integers(1, 3))):
        _shrink(rows, "max_pool")
        _module(rng, rows)
    _shrink(rows, "avg_pool")
    rows.append(flat("fc", "hidden", int(rng.integers(30, 60))))
    rows.append(flat("dropout", "dropout", rows[-1]["out_channels"], rate=0.5))
    rows.append(flat("fc", "classifier", int(rng.integers(5, 20))))
    rows.append(flat("softmax", "softmax", rows[-1]["out_channels"]))
    rows.insert(side_branch, head("head", (2, 3), rows[side_branch - 1]["out_channels"], *distinct(rng, 5, 30, 3)))
    return rows


def _convolve(rng: Rng, rows: Table, stride: int, groups: int) -> None:
    side, channels = kernel(rng), 2 * int(rng.integers(3, 20))
    height, width = (reference.conv_output_size(n, side, stride, side // 2) for n in rows[-1]["out_size"])
    rows.append(conv(f"conv{len(rows)}", side, stride, (height, width), channels, groups))


def _shrink(rows: Table, kind: str) -> None:
    height, width = (reference.conv_output_size(n, 3, 2, 1) for n in rows[-1]["out_size"])
    rows.append(pool(kind, f"pool{len(rows)}", 3, 2, (height, width), rows[-1]["out_channels"]))


def _module(rng: Rng, rows: Table) -> None:
    branches = distinct(rng, 4, 30, 6)
    channels = sum(branches) - branches[BRANCHES.index("3x3_reduce")] - branches[BRANCHES.index("5x5_reduce")]
    rows.append(inception(f"module{len(rows)}", rows[-1]["out_size"], channels, *branches))
