"""Mechanical mutants of the reference that are right answers too, each with the reason: no test can catch them, and none should.

`autograder quality` names mutants that no test catches. It also says when one of these is caught, or is none any more.
"""

FIRST = "The first loss is a new best, which sets the count to 0 before anything reads it."
START = "plateau_decay: rates, lr, best, waited = [], lr0, np.inf, 0 -> rates, lr, best, waited = [], lr0, np.inf, "

EQUIVALENT = {
    "plateau_decay: if waited == patience: -> if waited >= patience:": (
        "The count grows by one at a time and goes back to 0 when it reaches patience, so it is never larger."
    ),
    f"{START}1": FIRST,
    f"{START}-1": FIRST,
}

LR = "The docstring asks for a rate above 0."
STEP_LR = "The docstring asks for a rate of 0 or more."
FACTOR = "The docstring asks for a factor above 0."
PATIENCE = "The docstring asks for a patience of at least 1."
SHARE = "The docstring asks for a share from 0 to below 1."
EPS = "The docstring asks for an epsilon above 0."
SAME = "The docstring says that it is the same in all steps."

# Signature mutants that answer otherwise only where the contract says nothing.
OUTSIDE = {
    "gradient_descent: wrong where lr is 0": LR,
    "gradient_descent: wrong where lr is negative": LR,
    "step_decay: wrong where lr0 is 0": LR,
    "step_decay: wrong where lr0 is negative": LR,
    "step_decay: wrong where factor is 0": FACTOR,
    "step_decay: wrong where factor is negative": FACTOR,
    "plateau_decay: wrong where lr0 is 0": LR,
    "plateau_decay: wrong where lr0 is negative": LR,
    "plateau_decay: wrong where factor is 0": FACTOR,
    "plateau_decay: wrong where factor is negative": FACTOR,
    "plateau_decay: factor is its default where it is falsy": FACTOR,
    "plateau_decay: wrong where patience is 0": PATIENCE,
    "plateau_decay: patience is its default where it is falsy": PATIENCE,
    "*_step: wrong where lr is negative": STEP_LR,
    "*_step: wrong where beta* is negative": SHARE,
    "*_step: wrong where rho is negative": SHARE,
    "*_step: wrong where eps is 0": EPS,
    "*_step: wrong where eps is negative": EPS,
    "*_step: beta* is taken from the call with which state began": SAME,
    "*_step: rho is taken from the call with which state began": SAME,
    "*_step: eps is taken from the call with which state began": SAME,
}
