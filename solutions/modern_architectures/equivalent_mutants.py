"""Mutants of the reference that are right answers too, or wrong outside of the contract only, each with the reason.

`autograder quality` names mutants that no test catches. It also says when one of these is caught, or is none any more.
"""

LENGTHS = "It matters only where the lists differ in length, and the docstring promises that they do not."
GROUPS = "grouped_conv_forward: parts = zip(np.split(x, groups, axis=1), np.split(weight, groups), strict=True) -> "
KEPT = "fractal_join: kept = [branch for branch, lives in zip(branches, alive, strict=True) if lives] -> "

EQUIVALENT = {
    f"{GROUPS}parts = zip(np.split(x, groups, axis=1), np.split(weight, groups), strict=False)": LENGTHS,
    f"{GROUPS}parts = zip(np.split(x, groups, axis=1), np.split(weight, groups))": LENGTHS,
    f"{KEPT}kept = [branch for branch, lives in zip(branches, alive, strict=False) if lives]": LENGTHS,
    f"{KEPT}kept = [branch for branch, lives in zip(branches, alive) if lives]": LENGTHS,
    "stochastic_depth_forward: survives = rng.random() < survival -> survives = rng.random() <= survival": (
        "A number that was drawn equals the probability once in 2^53 times, and never 1."
    ),
}

COUNT = "The docstring asks for a number from 1 on."
FLOATS = "The docstring says that this argument is float64."
CHANCE = "A probability is no negative number."
SUM = "The docstring says that the probabilities of an image add up to 1."

OUTSIDE = {
    "*_params: wrong where * is 0": COUNT,
    "dense_block_channels: wrong where in_channels is 0": COUNT,
    "dense_block_channels: wrong where growth is 0": COUNT,
    "fractal_depth: wrong where columns is 0": COUNT,
    "stochastic_depth_forward: wrong where survival is 0": "The docstring asks for a survival above 0.",
    "stochastic_depth_forward: wrong where survival is negative": CHANCE,
    "expected_depth: wrong where blocks is 0": COUNT,
    "expected_depth: wrong where final_survival is negative": CHANCE,
    "grouped_conv_forward: wrong where weight holds integers": FLOATS,
    "grouped_conv_forward: wrong where weight is float32": FLOATS,
    "inception_residual_forward: wrong where projection[each] holds integers": FLOATS,
    "inception_residual_forward: wrong where projection[each] is float32": FLOATS,
    "inception_residual_forward: wrong where scale is negative": "The docstring asks for a scale of 0 or more.",
    "ensemble_predict: wrong where probabilities* has a negative number": CHANCE,
    "ensemble_predict: signs in probabilities* do not count": CHANCE,
    "ensemble_predict: wrong where probabilities* is all zeros": SUM,
    "ensemble_predict: zeros in probabilities* are taken for None": SUM,
}
