"""Mechanical mutants of the reference that are right answers too, each with the reason: no test can catch them, and none should.

`python -m autograder.quality` names mutants that no test catches. It also says when one of these is caught, or is none any more.
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
