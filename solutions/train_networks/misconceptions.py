"""Named wrong answers to `train_networks`: diagnosis tells students which one theirs behaves like.

Each is the reference with the smallest readable change to one class or function, as listed in the modules `wrong_*`.
"""

from autograder.suite.misconceptions import named
from solutions.train_networks import wrong_blocks, wrong_modules, wrong_optimizers, wrong_training

BLOCK = 'notebook, "Residual blocks"; He et al. 2015, arXiv:1512.03385'
BOTTLENECK = 'notebook, "Bottlenecks"; He et al. 2015, arXiv:1512.03385'
INCEPTION = 'notebook, "Inception modules"; Szegedy et al. 2014, arXiv:1409.4842'
HEAD = 'notebook, "Auxiliary heads"; Szegedy et al. 2014, arXiv:1409.4842'
OPTIMIZERS = 'notebook, "Your own optimizers"; assignment `optimizers`'
STEP = 'notebook, "One step of training"; assignment `auxiliary_loss`'
TRANSFER = 'notebook, "Transfer"; lecture N41'


MISCONCEPTIONS = [
    *named("residual_block", BLOCK, wrong_blocks.RESIDUAL_BLOCK, "ResidualBlock"),
    *named("bottleneck_block", BOTTLENECK, wrong_blocks.BOTTLENECK_BLOCK, "BottleneckBlock"),
    *named("inception_module", INCEPTION, wrong_modules.INCEPTION_MODULE, "InceptionModule"),
    *named("auxiliary_head", HEAD, wrong_modules.AUXILIARY_HEAD, "AuxiliaryHead"),
    *named("adam", OPTIMIZERS, wrong_optimizers.ADAM, "Adam"),
    *named("momentum", OPTIMIZERS, wrong_optimizers.MOMENTUM, "Momentum"),
    *named("train_step", STEP, wrong_training.TRAIN_STEP),
    *named("freeze_for_transfer", TRANSFER, wrong_training.FREEZE_FOR_TRANSFER),
]
