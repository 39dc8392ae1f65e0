"""Named wrong answers to `optimizers`: diagnosis tells students which one theirs behaves like.

Each is the reference with the smallest readable change to one function, as listed in the modules `wrong_*`.
"""

from autograder.suite.misconceptions import named
from solutions.optimizers import wrong_combined, wrong_descent, wrong_momentum, wrong_scaling

DESCENT = 'notebook, "Downhill, one step at a time"; lectures N42 and N43'
STABILITY = 'notebook, "How large may the rate be?"; lecture N43'
SCHEDULES = 'notebook, "Schedules"; lectures N43 and L14'
MOMENTUM = 'notebook, "Momentum"; lectures N43 and L14'
NESTEROV = 'notebook, "Nesterov: look before you step"; lecture N43; Sutskever et al. 2013, ICML'
ADAGRAD = 'notebook, "Adagrad: a rate for every weight"; lecture N44; Duchi et al. 2011, JMLR 12'
RMSPROP = 'notebook, "RMSProp: forget the far past"; lecture N45'
COMBINED = 'notebook, "RMSProp with Nesterov\'s momentum"; lecture N45'
ADAM = 'notebook, "Adam"; lecture N45; Kingma & Ba 2014, arXiv:1412.6980'


MISCONCEPTIONS = [
    *named("gradient_descent", DESCENT, wrong_descent.GRADIENT_DESCENT),
    *named("max_stable_lr", STABILITY, wrong_descent.MAX_STABLE_LR),
    *named("schedules", SCHEDULES, wrong_descent.STEP_DECAY, "step_decay"),
    *named("schedules", SCHEDULES, wrong_descent.PLATEAU_DECAY, "plateau_decay"),
    *named("momentum_step", MOMENTUM, wrong_momentum.MOMENTUM),
    *named("nesterov_step", NESTEROV, wrong_momentum.NESTEROV),
    *named("adagrad_step", ADAGRAD, wrong_scaling.ADAGRAD),
    *named("rmsprop_step", RMSPROP, wrong_scaling.RMSPROP),
    *named("rmsprop_nesterov_step", COMBINED, wrong_combined.RMSPROP_NESTEROV),
    *named("adam_step", ADAM, wrong_combined.ADAM),
]
