"""Named wrong answers to `skip_connections`: diagnosis tells students which one theirs behaves like.

Each is the reference with the smallest readable change to one function, as listed in the modules beside this one.
"""

from autograder.suite.misconceptions import named

from . import blocks, layers, preactivation

BLOCK = 'notebook, "The block, forward"; lecture N42; He et al. 2015, arXiv:1512.03385'
PATHS = 'notebook, "The block, backward: two paths"; lecture N42'
PREACTIVATION = 'notebook, "Pre-activation: a freer path"; He et al. 2016, arXiv:1603.05027'
INITIALISATION = 'notebook, "The right start"; lecture L14; He et al. 2015, arXiv:1502.01852'
NORMALISATION = 'notebook, "Batch normalisation"; Ioffe & Szegedy 2015, arXiv:1502.03167'
NORMS = 'notebook, "Gradients through a hundred blocks"; lectures N41 and N42'


MISCONCEPTIONS = [
    *named("residual_forward", BLOCK, blocks.RESIDUAL_FORWARD),
    *named("residual_backward", PATHS, blocks.RESIDUAL_BACKWARD),
    *named("preactivation", PREACTIVATION, preactivation.PREACTIVATION_FORWARD, "preactivation_forward"),
    *named("preactivation", PREACTIVATION, preactivation.PREACTIVATION_BACKWARD, "preactivation_backward"),
    *named("he_init", INITIALISATION, layers.HE_INIT),
    *named("batchnorm", NORMALISATION, layers.BATCHNORM_FORWARD, "batchnorm_forward"),
    *named("batchnorm", NORMALISATION, layers.BATCHNORM_BACKWARD, "batchnorm_backward"),
    *named("gradient_norms", NORMS, layers.GRADIENT_NORMS),
]
