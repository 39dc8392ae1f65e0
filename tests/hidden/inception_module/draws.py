"""Random images, modules and tolerances that the hidden tests of `inception_module` share.

Every draw has signed float64 entries: positive inputs hide masks. Images are not square, and most layers are not either.
"""

import numpy as np

from autograder.suite import corners, expect_close, in_order
from solutions.inception_module import reference

# An answer may compute in float32 inside and is right all the same. Its errors stay below 1e-6 of numbers that are about one,
# so these bounds are a few times that. Two right orders of summation in float64 differ by 1e-15.
FORWARD = {"rtol": 2e-6, "atol": 2e-6}
# A gradient of a weight sums over all pixels of the batch, products of either sign.
BACKWARD = {"rtol": 5e-6, "atol": 5e-6}
# (f(x+h) - f(x-h)) / 2h itself loses only 1e-16 / h = 1e-11 to rounding; the module has no curvature between kinks.
DIFFERENCES = {"rtol": 5e-6, "atol": 5e-6}
# float32 keeps seven digits; sums of up to a hundred terms of either sign leave five of them.
SINGLE = {"rtol": 1e-4, "atol": 1e-4}

# A pre-activation nearer to zero than this could change sides under rounding or under a step of central differences.
KINK = 1e-3
NEAR = 1e-5  # the same where there are no differences; an exact zero stays one
STEP = 1e-5

IMAGE = (2, 3, 5, 6)
ALIKE = (2, 2, 4, 5)  # with two maps in every layer, no shape gives a slip away
LAYERS = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj")
STACKED = ("1x1", "3x3", "5x5", "pool_proj")
# Twelve channels come out: four parts of one size, if a slip takes them for that.
DEPTHS = {"1x1": 2, "3x3_reduce": 3, "3x3": 4, "5x5_reduce": 2, "5x5": 5, "pool_proj": 1}
TWOS = dict.fromkeys(LAYERS, 2)
READS = {"3x3": "3x3_reduce", "5x5": "5x5_reduce"}  # the other layers read as many channels as x has
KERNELS = {"3x3": 3, "5x5": 5}
PARAMS = tuple(f"{kind}_{layer}" for layer in LAYERS for kind in "Wb")
KEPT = (
    "x",
    "z_1x1",
    "z_3x3_reduce",
    "a_3x3_reduce",
    "z_3x3",
    "z_5x5_reduce",
    "a_5x5_reduce",
    "z_5x5",
    "pooled",
    "z_pool_proj",
)
CASES = ((ALIKE, TWOS), (IMAGE, DEPTHS))
# Single channels, rows and columns; images as high or wide as they are deep, or as there are of them.
SIZES = ((2, 1, 2, 3), (2, 3, 3, 2), (2, 3, 1, 3), (2, 2, 3, 1), (2, 1, 3, 3))


def parameters(rng, channels, depths):
    """Weights that keep a signal at about its size, and biases, of a module that reads `channels` maps."""
    params = {}
    for layer in LAYERS:
        inputs = depths[READS[layer]] if layer in READS else channels
        size = KERNELS.get(layer, 1)
        shape = (depths[layer], inputs, size, size)
        params[f"W_{layer}"] = rng.normal(size=shape) / np.sqrt(inputs * size)
        params[f"b_{layer}"] = rng.normal(size=depths[layer]) / 2
    return params


def images(rng, shape):
    """A batch x of signed entries, no two of which are near to each other in one map: no max pool is near a tie."""
    number, channels, height, width = shape
    pixels = height * width
    grid = np.linspace(-1.6, 1.6, pixels)
    maps = rng.permuted(np.tile(grid, (number, channels, 1)), axis=-1)
    maps += rng.uniform(-0.3, 0.3, size=maps.shape) / pixels  # half of the grid's steps, at the most
    maps += rng.normal(size=(number, channels, 1)) / 2
    x = maps.reshape(shape)
    x[0, 0, :2, :2] -= 4  # a corner without a positive entry, in which a border of zeros would win the pool
    return x


def module(rng, image=IMAGE, depths=DEPTHS):
    """A batch x of a shape, the parameters of a module, and the reference's cache: no ReLU is near its kink."""
    while True:
        x, params = images(rng, image), parameters(rng, image[1], depths)
        cache = reference.inception_forward(x, params)[1]
        before = [cache[f"z_{layer}"] for layer in LAYERS]
        # Every ReLU must shut something and let something through, or an answer without it would be right.
        if all(z.min() < 0 < z.max() and np.abs(z).min() > KINK for z in before):
            return x, params, cache


def check_all(name, got, want, tolerance):
    """Answers that were all asked for before, each with what should have come; large ones may be off in proportion."""
    for one, wanted in zip(got, want, strict=True):
        size = max(1.0, float(np.abs(wanted).max()))
        expect_close(name, one, wanted, rtol=tolerance["rtol"], atol=tolerance["atol"] * size)


def special(rng):
    """Batches and parameters that are special in one way each, and the reference's (out, cache) for each of them."""
    while True:
        x, params, _ = module(rng, ALIKE, TWOS)
        x[0, 0] -= x[0, 0].max()  # the largest entry of a map is an exact zero
        in_fortran_order, with_zeros, with_ties, of_zeros, *_ = corners(x, params)
        plain = {key: value * key.startswith("b_") for key, value in params.items()}
        nothing = {key: np.zeros_like(value) for key, value in params.items()}
        cases = [of_zeros, (x, plain), (x, nothing), in_fortran_order, with_zeros, with_ties]
        for size in SIZES:
            params = parameters(rng, size[1], TWOS)
            cases.append((images(rng, size), in_order(params, backwards=True)))
        ones = parameters(rng, 2, dict.fromkeys(LAYERS, 1))
        cases.append((images(rng, (2, 2, 2, 3)), in_order(ones)))
        answers = [reference.inception_forward(x, params) for x, params in cases]
        if all(is_clear(cache) for _, cache in answers):
            return cases, answers


def is_clear(cache):
    """Whether every value before a ReLU is an exact zero, or so far from it that no rounding changes its side."""
    return all(((z == 0) | (np.abs(z) > NEAR)).all() for z in (cache[f"z_{layer}"] for layer in LAYERS))


def slices(depths):
    """Which channels of the output belong to which branch, in the order of the contract."""
    found, start = {}, 0
    for layer in STACKED:
        found[layer] = slice(start, start + depths[layer])
        start += depths[layer]
    return found


def output_shape(image, depths):
    """The shape of what a module returns."""
    return (image[0], sum(depths[layer] for layer in STACKED), *image[2:])
