"""Named wrong answers to `modern_architectures`: diagnosis tells students which one theirs behaves like.

Each is the reference with the smallest readable change to one function, as listed in the modules beside this one.
"""

from autograder.suite.misconceptions import named

from . import blocks, convolutions, counts, joins

BOTTLENECK = "lecture L14; He et al. 2015, arXiv:1512.03385, figure 5"
WIDE = "lecture L14; Zagoruyko and Komodakis 2016, arXiv:1605.07146"
RESNEXT = "lecture L14; Xie et al. 2016, arXiv:1611.05431, figure 3"
STOCHASTIC = "lecture L14; Huang et al. 2016, arXiv:1603.09382, section 3"
DENSE = "lecture L14; Huang et al. 2016, arXiv:1608.06993, section 3"
FRACTAL = "lecture L14; Larsson et al. 2016, arXiv:1605.07648"
FIRE = "lecture L14; Iandola et al. 2016, arXiv:1602.07360, section 3"
RESIDUAL = "lecture L14; Szegedy et al. 2016, arXiv:1602.07261, section 3"
ENSEMBLE = "lecture L14"

MISCONCEPTIONS = [
    *named("bottleneck_params", BOTTLENECK, counts.BOTTLENECK),
    *named("wide_block_params", WIDE, counts.WIDE),
    *named("resnext_block_params", RESNEXT, counts.RESNEXT),
    *named("fire_params", FIRE, counts.FIRE),
    *named("dense_block_channels", DENSE, counts.DENSE),
    *named("stochastic_depth", STOCHASTIC, blocks.STOCHASTIC, "stochastic_depth_forward"),
    *named("stochastic_depth", STOCHASTIC, blocks.EXPECTED, "expected_depth"),
    *named("dense_block_forward", DENSE, blocks.DENSE),
    *named("fire_forward", FIRE, convolutions.FIRE),
    *named("grouped_conv_forward", RESNEXT, convolutions.GROUPED),
    *named("fractal", FRACTAL, joins.FRACTAL_JOIN, "fractal_join"),
    *named("fractal", FRACTAL, joins.FRACTAL_DEPTH, "fractal_depth"),
    *named("inception_residual_forward", RESIDUAL, joins.RESIDUAL),
    *named("ensemble_predict", ENSEMBLE, joins.ENSEMBLE),
]
