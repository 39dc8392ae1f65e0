"""Random chains, logits, heads and tolerances that the hidden tests of `auxiliary_loss` share.

Every draw has signed, non-square, asymmetric float64 entries: positive inputs hide masks, square ones hide transposes.
"""

import numpy as np

from autograder.suite import expect, expect_array, expect_close
from solutions.auxiliary_loss import reference

# An answer may compute in float32 inside and is right all the same. Over a few hundred such answers its errors stay below 1e-6
# of numbers that are about one, so these bounds are a few times that. Two right orders of summation in float64 differ by 1e-15.
CLOSE = {"rtol": 5e-6, "atol": 5e-6}
# Single numbers of any size, down to 1e-30: what counts is the share by which they are off. A product of 120 factors in float32
# is off by some 1e-6.
SHARE = {"rtol": 2e-5}
# (f(x+h) - f(x-h)) / 2h itself loses 1e-16 / h = 1e-11 to rounding and h^2 = 1e-10 to curvature.
DIFFERENCES = {"rtol": 5e-6, "atol": 5e-6}
# float32 keeps seven digits; sums of some ten terms of either sign leave five of them.
SINGLE = {"rtol": 1e-4, "atol": 1e-4}

# A pre-activation nearer to zero than this could change sides under rounding or under a step of central differences.
KINK = 1e-3
STEP = 1e-5


def chain(rng, depth):
    """The input, the later weights and the slopes of a chain: signed, and none of them near zero or one."""
    size = rng.uniform(1.2, 2.0, size=2 * depth) ** rng.choice([-1.0, 1.0], size=2 * depth)
    factors = (size * rng.choice([-1.0, 1.0], size=2 * depth)).tolist()
    return factors[0], factors[1:depth], factors[depth:]


def scores(rng, rows=5, classes=4):
    """Logits of ordinary size, and labels among which the first is not the network's own choice."""
    while True:
        logits = 2 * rng.normal(size=(rows, classes))
        labels = rng.integers(classes, size=rows)
        if labels[0] != logits[0].argmax():
            return logits, labels


def extreme_scores(rng):
    """Logits of up to 1e4 of either sign, in rows that lie far apart, among them a confident mistake.

    They come in quarters, which float32 holds exactly.
    """
    near = rng.integers(-6, 7, size=(5, 4)) / 4
    near[1] = [1e4, -1e4, 0, 20]
    near[2:] += np.array([[1e4], [-1e4], [300]])
    logits, labels = rng.permuted(near, axis=1), rng.integers(4, size=5)
    labels[1] = logits[1].argmin()
    return logits, labels


def head(rng, size=(8, 11), *, rows=3, channels=2, whole=False):
    """A batch of maps, of whole numbers if asked, and the parameters of a head for it: P = 3, F = 6, K = 4."""
    places = ((size[0] - 5) // 3 + 1) * ((size[1] - 5) // 3 + 1)
    while True:
        x = rng.normal(size=(rows, channels, *size))
        x = np.rint(4 * x) if whole else x
        # Means of 25 signed numbers are small, so that the weights on them are large; their signs are all but balanced.
        params = {
            "Wc": 4 * rng.normal(size=(3, channels)),
            "bc": 0.5 * rng.normal(size=3),
            "W1": rng.normal(size=(3 * places, 6)),
            "b1": rng.normal(size=6),
            "W2": rng.normal(size=(6, 4)),
            "b2": rng.normal(size=4),
        }
        cache = reference.auxiliary_head_forward(x, params)[1]
        # In each image some units are open, and in the batch some are shut, in both layers.
        if all(_lively(cache[key].reshape(rows, -1)) for key in ("zc", "z1")):
            return x, params


def _lively(z):
    """Whether a layer has units of both kinds, each row an open one, and none near its kink."""
    return bool((z > 0).any(axis=1).all() and (z < 0).any() and np.abs(z).min() > KINK)


def head_gradient(rng, size=(8, 11), **options):
    """An upstream gradient and the reference's cache for a head drawn by `head`."""
    logits, cache = reference.auxiliary_head_forward(*head(rng, size, **options))
    return rng.normal(size=logits.shape), cache


def head_at_kinks(rng):
    """A small batch of maps, and the parameters of a head of which one unit of each layer is exactly zero for every image."""
    while True:
        x, params = head(rng, (5, 5))
        params["Wc"][0] = params["bc"][0] = 0
        params["W1"][:, 0] = params["b1"][0] = 0
        logits, cache = reference.auxiliary_head_forward(x, params)
        if np.abs(reference.auxiliary_head_backward(np.ones_like(logits), cache)[0]).max() > KINK:
            return x, params


def worked_number(what, got, *others):
    """The same for a single number: it is none of `others`, which are inputs, or answers of the student's to other questions."""
    number = float(expect_array(what, got, ()))
    alike = [float(expect_array(what, other, ())) for other in others]
    expect(number not in alike, f"{what} should depend on all that it is given.")
    return number


def check_unmodified(names, before, after):
    """Arguments are as they were, exactly."""
    for name, old, new in zip(names, before, after, strict=True):
        expect_close(f"{name} after the call", new, old, rtol=0)
