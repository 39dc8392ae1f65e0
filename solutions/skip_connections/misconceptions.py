"""Named wrong answers to `skip_connections`: diagnosis tells students which one theirs behaves like.

Each is the reference with the smallest readable change to one function, as listed in the modules `wrong_*`.
"""

from autograder.grading.misconceptions import Misconception, rewrite
from solutions.skip_connections import wrong_blocks, wrong_layers, wrong_preactivation

BLOCK = 'notebook, "The block, forward"; lecture N42; He et al. 2015, arXiv:1512.03385'
PATHS = 'notebook, "The block, backward: two paths"; lecture N42'
PREACTIVATION = 'notebook, "Pre-activation: a freer path"; He et al. 2016, arXiv:1603.05027'
INITIALISATION = 'notebook, "The right start"; lecture L14; He et al. 2015, arXiv:1502.01852'
NORMALISATION = 'notebook, "Batch normalisation"; Ioffe & Szegedy 2015, arXiv:1502.03167'
NORMS = 'notebook, "Gradients through a hundred blocks"; lectures N41 and N42'


def named(exercise: str, function: str, read_on: str, table: wrong_blocks.Table) -> list[Misconception]:
    """The misconceptions of one function, from a table: id -> (title, hint, changes)."""
    return [
        Misconception(
            id=name,
            exercise=exercise,
            title=title,
            hint=hint,
            read_on=read_on,
            changes=[rewrite(function, old, new) for old, new in changes],
        )
        for name, (title, hint, changes) in table.items()
    ]


MISCONCEPTIONS = [
    *named("residual_forward", "residual_forward", BLOCK, wrong_blocks.RESIDUAL_FORWARD),
    *named("residual_backward", "residual_backward", PATHS, wrong_blocks.RESIDUAL_BACKWARD),
    *named("preactivation", "preactivation_forward", PREACTIVATION, wrong_preactivation.PREACTIVATION_FORWARD),
    *named("preactivation", "preactivation_backward", PREACTIVATION, wrong_preactivation.PREACTIVATION_BACKWARD),
    *named("he_init", "he_init", INITIALISATION, wrong_layers.HE_INIT),
    *named("batchnorm", "batchnorm_forward", NORMALISATION, wrong_layers.BATCHNORM_FORWARD),
    *named("batchnorm", "batchnorm_backward", NORMALISATION, wrong_layers.BATCHNORM_BACKWARD),
    *named("gradient_norms", "gradient_norms", NORMS, wrong_layers.GRADIENT_NORMS),
]
