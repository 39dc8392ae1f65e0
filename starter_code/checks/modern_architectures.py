"""The visible checks of `modern_architectures`; the locked cell after each exercise calls one of them.

The worked examples are small enough to be followed with pencil and paper, or are the papers' own.
"""

from collections.abc import Callable

import numpy as np

from starter_code.checks.checking import array_of, asked, call, done, expect_array, expect_close, expect_int, off, ok
from starter_code.checks.examples import Told, drawn, given, normal

Function = Callable[..., object]
TRAINING, INFERENCE = True, False
ALIVE, DROPPED = True, False
COINS = 32  # fair ones: all fall alike once in two thousand million times

# A fire module that reads two maps of three pixels: squeezed to one map, expanded to one map by either kernel.
PIXELS = np.array([[[[1.0, 2.0, -1.0]], [[0.0, 1.0, 3.0]]]])
ROW = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, -1.0], [0.0, 0.0, 0.0]])
FIRE = {
    "W_squeeze": np.array([[[[1.0]], [[-1.0]]]]),
    "b_squeeze": np.array([0.5]),
    "W_expand1": np.array([[[[2.0]]]]),
    "b_expand1": np.array([-1.0]),
    "W_expand3": ROW[None, None],
    "b_expand3": np.array([1.0]),
}


def check_bottleneck_params(bottleneck_params: Function) -> None:
    """A block small enough to count by hand, and the paper's."""
    name = "bottleneck_params"
    example = given(channels=4, width=2)
    small = asked(name, bottleneck_params, example)
    expect_int("bottleneck_params(4, 2)", small, 52, example, "8, then 36, then 8")
    example = given(channels=256, width=64)
    paper = asked(name, bottleneck_params, example)
    expect_int("bottleneck_params(256, 64)", paper, 69_632, example, "16,384, then 36,864, then 16,384")
    done(name, "blocks that are wider inside than outside.")


def check_wide_block_params(wide_block_params: Function) -> None:
    """The same small block as usual, and twice as wide."""
    name = "wide_block_params"
    example = given(channels=4, k=1)
    usual = asked(name, wide_block_params, example)
    expect_int("wide_block_params(4, 1)", usual, 288, example, "two convolutions of 144")
    example = given(channels=4, k=2)
    wide = asked(name, wide_block_params, example)
    expect_int("wide_block_params(4, 2)", wide, 1152, example, "two convolutions that read and make 8 maps")
    done(name, "blocks that are more than twice as wide.")


def check_resnext_block_params(resnext_block_params: Function) -> None:
    """A block of three paths by hand, and the paper's."""
    name = "resnext_block_params"
    example = given(channels=8, width=2, cardinality=3)
    small = asked(name, resnext_block_params, example)
    expect_int("resnext_block_params(8, 2, 3)", small, 204, example, "48, then three groups of 36, then 48")
    example = given(channels=256, width=4, cardinality=32)
    paper = asked(name, resnext_block_params, example)
    expect_int("resnext_block_params(256, 4, 32)", paper, 70_144, example, "32,768, then 4,608, then 32,768")
    done(name, "a single path, and paths of a single map.")


def check_fire_params(fire_params: Function) -> None:
    """A module small enough to count by hand, and the first one of SqueezeNet."""
    name = "fire_params"
    example = given(in_channels=4, squeeze=2, expand1=3, expand3=5)
    small = asked(name, fire_params, example)
    expect_int("fire_params(4, 2, 3, 5)", small, 114, example, "10, then 9 and 95, with the biases")
    example = given(in_channels=96, squeeze=16, expand1=64, expand3=64)
    paper, because = asked(name, fire_params, example), "1,552, then 1,088 and 9,280, with the biases"
    expect_int("fire_params(96, 16, 64, 64)", paper, 11_920, example, because)
    done(name, "modules that squeeze nothing.")


def check_dense_block_channels(dense_block_channels: Function) -> None:
    """Two layers by hand, and the first block of DenseNet-121."""
    name = "dense_block_channels"
    example = given(in_channels=4, growth=3, layers=2)
    small, because = asked(name, dense_block_channels, example), "4 maps come in, 3 are added, 3 more are added"
    expect_int("dense_block_channels(4, 3, 2)", small, 10, example, because)
    example = given(in_channels=64, growth=32, layers=6)
    paper = asked(name, dense_block_channels, example)
    expect_int("dense_block_channels(64, 32, 6)", paper, 256, example, "the first block of DenseNet-121")
    done(name, "blocks with very few layers.")


def check_stochastic_depth(stochastic_depth_forward: Function, expected_depth: Function) -> None:
    """Shapes, one image at inference and in training, and two networks whose expected depth is known."""
    name = "stochastic_depth_forward"
    given_x = normal(1, x=(2, 3, 4, 5))
    for mode in (TRAINING, INFERENCE):
        more = {"branch": ten_times, "survival": 0.5, "training": mode, "rng": _generator(2)}
        example = drawn(given_x.made, **given_x.inputs, **more)
        array_of("out", asked(name, stochastic_depth_forward, example), (2, 3, 4, 5), example)
    ok("shape of out is (2, 3, 4, 5), dtype float64, in training and at inference")
    x = np.array([[[[1.0, -2.0]]]])
    example = given(x=x, branch=ten_times, survival=0.75, training=INFERENCE, rng=_generator(3))
    out, because = asked(name, stochastic_depth_forward, example), "the branch gives (10, -20)"
    expect_close("out at inference", out, [[[[8.5, -17.0]]]], example, because)
    for seed in range(8):
        example = given(x=x, branch=ten_times, survival=0.5, training=TRAINING, rng=_generator(seed))
        out = array_of("out", asked(name, stochastic_depth_forward, example), x.shape, example)
        if not any(np.allclose(out, wanted) for wanted in ([[[[1.0, -2.0]]]], [[[[11.0, -22.0]]]])):
            sentence = "out in training should be the input without the branch, or with all of it."
            off(sentence, example, "(1, -2) or (11, -22)", f"({out[0, 0, 0, 0]:g}, {out[0, 0, 0, 1]:g})")
    ok("out in training is right in the worked example, in each of 8 steps")
    _check_coin(name, stochastic_depth_forward, x)
    name, example = "expected_depth", given(blocks=3, final_survival=0.25)
    shallow, because = asked(name, expected_depth, example), "the blocks survive with 0.75, 0.5 and 0.25"
    expect_close("expected_depth(3, 0.25)", shallow, 1.5, example, because)
    example = given(blocks=54, final_survival=0.5)
    paper = asked(name, expected_depth, example)
    expect_close("expected_depth(54, 0.5)", paper, 40.25, example, "the paper's network")
    done("stochastic_depth", "how often the branch survives, and who shares a coin.")


def _check_coin(name: str, stochastic_depth_forward: Function, x: np.ndarray) -> None:
    """In training the coin is tossed with rng, anew in each call, and at inference there is none."""
    for seed in range(8):
        example = given(x=x, branch=ten_times, survival=0.5, training=TRAINING, rng=_generator(seed))
        outs = []
        for _ in range(2):
            rng = np.random.default_rng(seed)
            out = call(name, stochastic_depth_forward, x, ten_times, 0.5, TRAINING, rng)
            outs.append(array_of("out", out, x.shape, example))
        if not np.array_equal(outs[0], outs[1]):
            first, second = (", ".join(f"{value:g}" for value in out.ravel()) for out in outs)
            sentence = "Two generators of one seed should toss the same coin. Where does yours come from?"
            off(sentence, example, "the same twice", f"({first}), then ({second})")
    rng, outs = np.random.default_rng(4), []
    for _ in range(COINS):
        out = call(name, stochastic_depth_forward, x, ten_times, 0.5, TRAINING, rng)
        outs.append(array_of("out", out, x.shape, example))
    if all(np.array_equal(out, outs[0]) for out in outs):
        example = given(x=x, branch=ten_times, survival=0.5, training=TRAINING, rng=_generator(4))
        sentence = f"{COINS} calls in a row, with one rng, tossed the same coin. Does yours leave rng as it was?"
        off(sentence, example, "now with the branch, now without it", f"the same {COINS} times")
    rng = np.random.default_rng(3)
    call(name, stochastic_depth_forward, x, ten_times, 0.5, INFERENCE, rng)
    if rng.bit_generator.state != np.random.default_rng(3).bit_generator.state:
        example = given(x=x, branch=ten_times, survival=0.5, training=INFERENCE, rng=_generator(3))
        sentence = "At inference no coin is tossed, so that rng should be left as it is."
        off(sentence, example, "rng in the same state", "rng in another state")
    ok("the coin is tossed with rng, anew in each call, and at inference there is none")


def check_dense_block_forward(dense_block_forward: Function) -> None:
    """The shape, and two layers in numbers."""
    name, block = "dense_block_forward", normal(4, x=(2, 3, 4, 5))
    example = drawn(block.made, **block.inputs, layers=[two_sums, two_sums, sum_of_maps])
    expect_array("out", asked(name, dense_block_forward, example), (2, 8, 4, 5), example)
    example = given(x=np.array([[[[1.0, 2.0]]]]), layers=[sum_of_maps, two_sums])
    out = asked(name, dense_block_forward, example)
    expect_close("out", out, [[[[1.0, 2.0]], [[1.0, 2.0]], [[2.0, 4.0]], [[20.0, 40.0]]]], example)
    done(name, "in which order a layer reads its maps, and how often it is called.")


def check_fire_forward(fire_forward: Function) -> None:
    """The shape, and one image of three pixels in numbers."""
    name = "fire_forward"
    rng = np.random.default_rng(5)
    shapes = {"W_squeeze": (2, 3, 1, 1), "W_expand1": (4, 2, 1, 1), "W_expand3": (5, 2, 3, 3)}
    params = {key: rng.normal(size=shape) for key, shape in shapes.items()}
    params |= {f"b_{key[2:]}": rng.normal(size=shape[0]) for key, shape in shapes.items()}
    example = drawn("all are normal random numbers", x=rng.normal(size=(2, 3, 4, 5)), params=params)
    expect_array("out", asked(name, fire_forward, example), (2, 9, 4, 5), example)
    example = given(x=PIXELS, params=FIRE)
    out = asked(name, fire_forward, example)
    because = "squeezed to (1.5, 1.5, 0); the 3x3 kernel takes the left neighbour minus the right one, plus 1"
    expect_close("out", out, [[[[2.0, 2.0, 0.0]], [[0.0, 2.5, 2.5]]]], example, because)
    done(name, "images of more than one row in numbers, and integers.")


def check_grouped_conv_forward(grouped_conv_forward: Function) -> None:
    """The shape, and two groups in numbers."""
    name, maps = "grouped_conv_forward", normal(6, x=(2, 6, 4, 5), weight=(4, 3, 3, 3))
    example = drawn(maps.made, **maps.inputs, groups=2)
    expect_array("out", asked(name, grouped_conv_forward, example), (2, 4, 4, 5), example)
    x = np.array([[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]], [[-1.0, 0.0]]]])
    example = given(x=x, weight=np.array([[[[1.0]], [[10.0]]], [[[1.0]], [[-1.0]]]]), groups=2)
    out = asked(name, grouped_conv_forward, example)
    because = "the first output is map 0 plus ten times map 1, the second is map 2 minus map 3"
    expect_close("out", out, [[[[31.0, 42.0]], [[6.0, 6.0]]]], example, because)
    done(name, "the numbers of larger kernels, and of groups that make several maps.")


def check_fractal(fractal_join: Function, fractal_depth: Function) -> None:
    """The shape, a join of three branches in numbers, and two blocks whose depth can be counted in a drawing."""
    name = "fractal_join"
    rng = np.random.default_rng(7)
    branches = [rng.normal(size=(2, 3, 4, 5)) for _ in range(3)]
    made = "each is rng.normal(size=its shape), with rng = np.random.default_rng(7)"
    example = drawn(made, branches=branches, alive=[ALIVE, ALIVE, DROPPED])
    expect_array("out", asked(name, fractal_join, example), (2, 3, 4, 5), example)
    branches = [np.array([[[numbers]]]) for numbers in ([1.0, 2.0], [3.0, 6.0], [8.0, -2.0])]
    example = given(branches=branches, alive=[ALIVE, DROPPED, ALIVE])
    because = "between (1, 2) and (8, -2); (3, 6) was dropped"
    expect_close("out", asked(name, fractal_join, example), [[[[4.5, 0.0]]]], example, because)
    name = "fractal_depth"
    for columns, depth, because in ((3, 4, "the right column of the figure"), (4, 8, "the paper's block")):
        example = given(columns=columns)
        expect_int(f"fractal_depth({columns})", asked(name, fractal_depth, example), depth, example, because)
    done("fractal", "joins where everything is alive or all but one branch was dropped, and other numbers of columns.")


def check_inception_residual_forward(inception_residual_forward: Function) -> None:
    """The shape, and two branches in numbers."""
    name = "inception_residual_forward"
    rng = np.random.default_rng(8)
    projection = (rng.normal(size=(3, 5)), rng.normal(size=3))
    more = {"branches": [two_sums, ten_times], "projection": projection, "scale": 0.5}
    example = drawn("all are normal random numbers", x=rng.normal(size=(2, 3, 4, 5)), **more)
    expect_array("out", asked(name, inception_residual_forward, example), (2, 3, 4, 5), example)
    x = np.array([[[[1.0, -2.0]], [[3.0, 0.5]]]])
    projection = (np.array([[1.0, 0.0, -2.0], [0.0, -1.0, 1.0]]), np.array([0.5, -1.0]))
    example = given(x=x, branches=[first_doubled, negated], projection=projection, scale=0.5)
    out = asked(name, inception_residual_forward, example)
    because = "the stack is (2, -4), (-1, 2), (-3, -0.5), and its projection (8.5, -2.5), (-3, -3.5)"
    expect_close("out", out, [[[[5.25, 0.0]], [[1.5, 0.0]]]], example, because)
    done(name, "other scales, and how often a branch is called.")


def check_ensemble_predict(ensemble_predict: Function) -> None:
    """The shape, and three members in numbers."""
    name = "ensemble_predict"
    members = list(np.random.default_rng(9).dirichlet(np.ones(4), size=(3, 5)))
    example = drawn("every row adds up to 1", probabilities=members)
    expect_array("out", asked(name, ensemble_predict, example), (5, 4), example)
    numbers = ([[0.6, 0.4], [0.2, 0.8]], [[0.9, 0.1], [0.4, 0.6]], [[0.0, 1.0], [0.3, 0.7]])
    example = given(probabilities=[np.array(member) for member in numbers])
    out = asked(name, ensemble_predict, example)
    expect_close("out", out, [[0.5, 0.5], [0.3, 0.7]], example, "three members, two images, two classes")
    done(name, "members that come in one array, and ensembles of one.")


def _generator(seed: int) -> Told:
    """A fresh generator, to be asked once."""
    return Told(np.random.default_rng(seed), f"np.random.default_rng({seed})")


# Branches and layers of the examples. Where an answer is off, their docstrings say what they do.


def ten_times(maps: np.ndarray) -> np.ndarray:
    """Ten times the maps that it reads."""
    return 10 * maps


def negated(maps: np.ndarray) -> np.ndarray:
    """Minus the maps that it reads."""
    return -maps


def first_doubled(maps: np.ndarray) -> np.ndarray:
    """One map, 2 times the first that it reads."""
    return 2 * maps[:, :1]


def sum_of_maps(maps: np.ndarray) -> np.ndarray:
    """One map, the sum of those that it reads."""
    total: np.ndarray = maps.sum(axis=1, keepdims=True)
    return total


def two_sums(maps: np.ndarray) -> np.ndarray:
    """Two maps, the sum of those that it reads and 10 times that sum."""
    total = sum_of_maps(maps)
    return np.concatenate([total, 10 * total], axis=1)
