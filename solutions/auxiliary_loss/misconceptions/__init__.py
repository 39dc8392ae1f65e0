"""Named wrong answers to `auxiliary_loss`: diagnosis tells students which one theirs behaves like.

Each is the reference with the smallest readable change to one function, as listed in the modules beside this one.
"""

from autograder.suite.misconceptions import named

from . import heads, losses, weights

CHAIN = 'notebook, "A product of slopes"; lecture N41'
SOFTMAX = 'notebook, "The loss of a classifier"; lecture N41'
WEIGHING = 'notebook, "One loss from three"; lecture N41; Szegedy et al. 2014, arXiv:1409.4842, section 5'
BRANCH = 'notebook, "Where a head branches off"; lectures N41 and N42'
HEAD = 'notebook, "A head, forward"; Szegedy et al. 2014, arXiv:1409.4842, section 5'
HEAD_BACK = 'notebook, "A head, backward"; Szegedy et al. 2014, arXiv:1409.4842, section 5'


MISCONCEPTIONS = [
    *named("chain_gradient", CHAIN, losses.CHAIN_GRADIENT),
    *named("softmax_cross_entropy", SOFTMAX, losses.SOFTMAX_CROSS_ENTROPY),
    *named("auxiliary_loss", WEIGHING, weights.AUXILIARY_LOSS),
    *named("branch_gradient", BRANCH, weights.BRANCH_GRADIENT),
    *named("auxiliary_head_forward", HEAD, heads.HEAD_FORWARD),
    *named("auxiliary_head_backward", HEAD_BACK, heads.HEAD_BACKWARD),
]
