"""The visible checks of `modern_architectures`; the locked cell after each exercise calls one of them.

The worked examples are small enough to be followed with pencil and paper, or are the papers' own.
"""

from collections.abc import Callable

import numpy as np

from starter_code.checks.checking import array_of, call, done, expect_array, expect_close, expect_int, fail, ok

Function = Callable[..., object]
TRAINING, INFERENCE = True, False
ALIVE, DROPPED = True, False

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
    small = call(name, bottleneck_params, 4, 2)
    expect_int("bottleneck_params(4, 2)", small, 52, "8, then 36, then 8")
    paper = call(name, bottleneck_params, 256, 64)
    expect_int("bottleneck_params(256, 64)", paper, 69_632, "16,384, then 36,864, then 16,384")
    done(name, "blocks that are wider inside than outside.")


def check_wide_block_params(wide_block_params: Function) -> None:
    """The same small block as usual, and twice as wide."""
    name = "wide_block_params"
    usual = call(name, wide_block_params, 4, 1)
    expect_int("wide_block_params(4, 1)", usual, 288, "two convolutions of 144")
    wide = call(name, wide_block_params, 4, 2)
    expect_int("wide_block_params(4, 2)", wide, 1152, "two convolutions that read and make 8 maps")
    done(name, "blocks that are more than twice as wide.")


def check_resnext_block_params(resnext_block_params: Function) -> None:
    """A block of three paths by hand, and the paper's."""
    name = "resnext_block_params"
    small = call(name, resnext_block_params, 8, 2, 3)
    expect_int("resnext_block_params(8, 2, 3)", small, 204, "48, then three groups of 36, then 48")
    paper = call(name, resnext_block_params, 256, 4, 32)
    expect_int("resnext_block_params(256, 4, 32)", paper, 70_144, "32,768, then 4,608, then 32,768")
    done(name, "a single path, and paths of a single map.")


def check_fire_params(fire_params: Function) -> None:
    """A module small enough to count by hand, and the first one of SqueezeNet."""
    name = "fire_params"
    small = call(name, fire_params, 4, 2, 3, 5)
    expect_int("fire_params(4, 2, 3, 5)", small, 114, "10, then 9 and 95, with the biases")
    paper = call(name, fire_params, 96, 16, 64, 64)
    expect_int("fire_params(96, 16, 64, 64)", paper, 11_920, "1,552, then 1,088 and 9,280, with the biases")
    done(name, "modules that squeeze nothing.")


def check_dense_block_channels(dense_block_channels: Function) -> None:
    """Two layers by hand, and the first block of DenseNet-121."""
    name = "dense_block_channels"
    small = call(name, dense_block_channels, 4, 3, 2)
    expect_int("dense_block_channels(4, 3, 2)", small, 10, "4 maps come in, 3 are added, 3 more are added")
    paper = call(name, dense_block_channels, 64, 32, 6)
    expect_int("dense_block_channels(64, 32, 6)", paper, 256, "the first block of DenseNet-121")
    done(name, "blocks with very few layers.")


def check_stochastic_depth(stochastic_depth_forward: Function, expected_depth: Function) -> None:
    """Shapes, one image at inference and in training, and two networks whose expected depth is known."""
    name = "stochastic_depth_forward"
    x = np.random.default_rng(1).normal(size=(2, 3, 4, 5))
    for mode in (TRAINING, INFERENCE):
        out = call(name, stochastic_depth_forward, x, _times_ten, 0.5, mode, np.random.default_rng(2))
        array_of("out", out, (2, 3, 4, 5))
    ok("shape of out is (2, 3, 4, 5), dtype float64, in training and at inference")
    x = np.array([[[[1.0, -2.0]]]])
    out = call(name, stochastic_depth_forward, x, _times_ten, 0.75, INFERENCE, np.random.default_rng(3))
    expect_close("out at inference", out, [[[[8.5, -17.0]]]], "x is (1, -2), the branch gives (10, -20), survival 0.75")
    for seed in range(8):
        rng = np.random.default_rng(seed)
        out = array_of("out", call(name, stochastic_depth_forward, x, _times_ten, 0.5, TRAINING, rng), x.shape)
        if not any(np.allclose(out, wanted) for wanted in ([[[[1.0, -2.0]]]], [[[[11.0, -22.0]]]])):
            fail(
                "out in training should be (1, -2) or (11, -22) here, the input without the branch or with all of it, "
                f"and is ({out[0, 0, 0, 0]:g}, {out[0, 0, 0, 1]:g})."
            )
    ok("out in training is right in the worked example, in each of 8 steps")
    name = "expected_depth"
    shallow = call(name, expected_depth, 3, 0.25)
    expect_close("expected_depth(3, 0.25)", shallow, 1.5, "the blocks survive with 0.75, 0.5 and 0.25")
    expect_close("expected_depth(54, 0.5)", call(name, expected_depth, 54, 0.5), 40.25, "the paper's network")
    done("stochastic_depth", "how often the branch survives, and who shares a coin.")


def check_dense_block_forward(dense_block_forward: Function) -> None:
    """The shape, and two layers in numbers."""
    name = "dense_block_forward"
    x = np.random.default_rng(4).normal(size=(2, 3, 4, 5))
    out = call(name, dense_block_forward, x, [_two_sums, _two_sums, _sum_of_maps])
    expect_array("out", out, (2, 8, 4, 5))
    out = call(name, dense_block_forward, np.array([[[[1.0, 2.0]]]]), [_sum_of_maps, _two_sums])
    because = "layer 0 adds up the maps that it reads, layer 1 adds them up and gives that sum and ten times the sum"
    expect_close("out", out, [[[[1.0, 2.0]], [[1.0, 2.0]], [[2.0, 4.0]], [[20.0, 40.0]]]], because)
    done(name, "in which order a layer reads its maps, and how often it is called.")


def check_fire_forward(fire_forward: Function) -> None:
    """The shape, and one image of three pixels in numbers."""
    name = "fire_forward"
    rng = np.random.default_rng(5)
    shapes = {"W_squeeze": (2, 3, 1, 1), "W_expand1": (4, 2, 1, 1), "W_expand3": (5, 2, 3, 3)}
    params = {key: rng.normal(size=shape) for key, shape in shapes.items()}
    params |= {f"b_{key[2:]}": rng.normal(size=shape[0]) for key, shape in shapes.items()}
    expect_array("out", call(name, fire_forward, rng.normal(size=(2, 3, 4, 5)), params), (2, 9, 4, 5))
    out = call(name, fire_forward, PIXELS.copy(), {key: array.copy() for key, array in FIRE.items()})
    because = "squeezed to (1.5, 1.5, 0); the 3x3 kernel takes the left neighbour minus the right one, plus 1"
    expect_close("out", out, [[[[2.0, 2.0, 0.0]], [[0.0, 2.5, 2.5]]]], because)
    done(name, "images of more than one row in numbers, and integers.")


def check_grouped_conv_forward(grouped_conv_forward: Function) -> None:
    """The shape, and two groups in numbers."""
    name = "grouped_conv_forward"
    rng = np.random.default_rng(6)
    out = call(name, grouped_conv_forward, rng.normal(size=(2, 6, 4, 5)), rng.normal(size=(4, 3, 3, 3)), 2)
    expect_array("out", out, (2, 4, 4, 5))
    x = np.array([[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]], [[-1.0, 0.0]]]])
    out = call(name, grouped_conv_forward, x, np.array([[[[1.0]], [[10.0]]], [[[1.0]], [[-1.0]]]]), 2)
    because = "the first output is map 0 plus ten times map 1, the second is map 2 minus map 3"
    expect_close("out", out, [[[[31.0, 42.0]], [[6.0, 6.0]]]], because)
    done(name, "the numbers of larger kernels, and of groups that make several maps.")


def check_fractal(fractal_join: Function, fractal_depth: Function) -> None:
    """The shape, a join of three branches in numbers, and two blocks whose depth can be counted in a drawing."""
    name = "fractal_join"
    rng = np.random.default_rng(7)
    branches = [rng.normal(size=(2, 3, 4, 5)) for _ in range(3)]
    expect_array("out", call(name, fractal_join, branches, [ALIVE, ALIVE, DROPPED]), (2, 3, 4, 5))
    branches = [np.array([[[numbers]]]) for numbers in ([1.0, 2.0], [3.0, 6.0], [8.0, -2.0])]
    out = call(name, fractal_join, branches, [ALIVE, DROPPED, ALIVE])
    expect_close("out", out, [[[[4.5, 0.0]]]], "between (1, 2) and (8, -2); (3, 6) was dropped")
    name = "fractal_depth"
    expect_int("fractal_depth(3)", call(name, fractal_depth, 3), 4, "the right column of the figure")
    expect_int("fractal_depth(4)", call(name, fractal_depth, 4), 8, "the paper's block")
    done("fractal", "joins where everything is alive or all but one branch was dropped, and other numbers of columns.")


def check_inception_residual_forward(inception_residual_forward: Function) -> None:
    """The shape, and two branches in numbers."""
    name = "inception_residual_forward"
    rng = np.random.default_rng(8)
    projection = (rng.normal(size=(3, 5)), rng.normal(size=3))
    x = rng.normal(size=(2, 3, 4, 5))
    out = call(name, inception_residual_forward, x, [_two_sums, _times_ten], projection, 0.5)
    expect_array("out", out, (2, 3, 4, 5))
    x = np.array([[[[1.0, -2.0]], [[3.0, 0.5]]]])
    projection = (np.array([[1.0, 0.0, -2.0], [0.0, -1.0, 1.0]]), np.array([0.5, -1.0]))
    out = call(name, inception_residual_forward, x, [_first_doubled, np.negative], projection, 0.5)
    because = "the stack is (2, -4), (-1, 2), (-3, -0.5), and its projection (8.5, -2.5), (-3, -3.5)"
    expect_close("out", out, [[[[5.25, 0.0]], [[1.5, 0.0]]]], because)
    done(name, "other scales, and how often a branch is called.")


def check_ensemble_predict(ensemble_predict: Function) -> None:
    """The shape, and three members in numbers."""
    name = "ensemble_predict"
    drawn = np.random.default_rng(9).dirichlet(np.ones(4), size=(3, 5))
    expect_array("out", call(name, ensemble_predict, list(drawn)), (5, 4))
    members = ([[0.6, 0.4], [0.2, 0.8]], [[0.9, 0.1], [0.4, 0.6]], [[0.0, 1.0], [0.3, 0.7]])
    out = call(name, ensemble_predict, [np.array(member) for member in members])
    expect_close("out", out, [[0.5, 0.5], [0.3, 0.7]], "three members, two images, two classes")
    done(name, "members that come in one array, and ensembles of one.")


def _times_ten(maps: np.ndarray) -> np.ndarray:
    """A branch that keeps the depth."""
    return 10 * maps


def _first_doubled(maps: np.ndarray) -> np.ndarray:
    """A branch that makes one map."""
    return 2 * maps[:, :1]


def _sum_of_maps(maps: np.ndarray) -> np.ndarray:
    """A layer that makes one map: the sum of all that it reads."""
    total: np.ndarray = maps.sum(axis=1, keepdims=True)
    return total


def _two_sums(maps: np.ndarray) -> np.ndarray:
    """A layer that makes two maps: the sum of all that it reads, and ten times that."""
    total = _sum_of_maps(maps)
    return np.concatenate([total, 10 * total], axis=1)
