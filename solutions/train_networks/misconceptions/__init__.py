"""Named wrong answers to `train_networks`: diagnosis tells students which one theirs behaves like.

Each is the reference with the smallest readable change to one class or function, as listed in the modules beside this one.
"""

from autograder.suite.misconceptions import named

from . import blocks, modules, optimizers, training

BLOCK = 'notebook, "Residual blocks"; He et al. 2015, arXiv:1512.03385'
BOTTLENECK = 'notebook, "Bottlenecks"; He et al. 2015, arXiv:1512.03385'
INCEPTION = 'notebook, "Inception modules"; Szegedy et al. 2014, arXiv:1409.4842'
HEAD = 'notebook, "Auxiliary heads"; Szegedy et al. 2014, arXiv:1409.4842'
OPTIMIZERS = 'notebook, "Your own optimizers"; assignment `optimizers`'
STEP = 'notebook, "One step of training"; assignment `auxiliary_loss`'
TRANSFER = 'notebook, "Transfer"; lecture N41'


MISCONCEPTIONS = [
    *named("residual_block", BLOCK, blocks.RESIDUAL_BLOCK, "ResidualBlock"),
    *named("bottleneck_block", BOTTLENECK, blocks.BOTTLENECK_BLOCK, "BottleneckBlock"),
    *named("inception_module", INCEPTION, modules.INCEPTION_MODULE, "InceptionModule"),
    *named("auxiliary_head", HEAD, modules.AUXILIARY_HEAD, "AuxiliaryHead"),
    *named("adam", OPTIMIZERS, optimizers.ADAM, "Adam"),
    *named("momentum", OPTIMIZERS, optimizers.MOMENTUM, "Momentum"),
    *named("train_step", STEP, training.TRAIN_STEP),
    *named("freeze_for_transfer", TRANSFER, training.FREEZE_FOR_TRANSFER),
]
