"""Named wrong answers to `optimizers`: diagnosis tells students which one theirs behaves like.

Each is the reference with the smallest readable change to one function, as listed in the modules beside this one.
"""

from autograder.suite.misconceptions import named

from . import combined, descent, momentum, scaling

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
    *named("gradient_descent", DESCENT, descent.GRADIENT_DESCENT),
    *named("max_stable_lr", STABILITY, descent.MAX_STABLE_LR),
    *named("schedules", SCHEDULES, descent.STEP_DECAY, "step_decay"),
    *named("schedules", SCHEDULES, descent.PLATEAU_DECAY, "plateau_decay"),
    *named("momentum_step", MOMENTUM, momentum.MOMENTUM),
    *named("nesterov_step", NESTEROV, momentum.NESTEROV),
    *named("adagrad_step", ADAGRAD, scaling.ADAGRAD),
    *named("rmsprop_step", RMSPROP, scaling.RMSPROP),
    *named("rmsprop_nesterov_step", COMBINED, combined.RMSPROP_NESTEROV),
    *named("adam_step", ADAM, combined.ADAM),
]
