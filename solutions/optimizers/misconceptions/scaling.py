"""Wrong steps of Adagrad and RMSProp; same tables as in `descent`."""

from autograder.suite.misconceptions import Table

SUM = 'state.get("r", 0.0) + grad**2'
AVERAGE = 'rho * state.get("r", 0.0) + (1 - rho) * grad**2'
ROOT = "(np.sqrt(r) + eps)"
COUNT = ("return", 't = state.get("t", 0) + 1\n    return')
COUNTED = ('{"r": r}', '{"r": r, "t": t}')

ADAGRAD: Table = {
    "epsilon-inside-root": (
        "Epsilon is added under the root, where it weighs far more for small gradients.",
        "Read where the root ends in the formula of the docstring.",
        [(ROOT, "np.sqrt(r + eps)")],
    ),
    "epsilon-omitted": (
        "Epsilon is missing: a weight that has seen no gradient yet divides zero by zero.",
        "What happens to the weight of a feature that has not occurred so far?",
        [(ROOT, "np.sqrt(r)")],
    ),
    "epsilon-hard-coded": (
        "Epsilon is always the same, whatever is passed in.",
        "Does every parameter of the function appear in its body?",
        [("+ eps)", "+ 1e-8)")],
    ),
    "no-root": (
        "The step is divided by the sum of squares itself, without taking its root.",
        "Scale the loss by a constant: how should the length of Adagrad's step change?",
        [(ROOT, "(r + eps)")],
    ),
    "no-accumulation": (
        "Each step knows its own squared gradient only; nothing adds up.",
        "After many steps, should the rate of a weight still be what it was at the beginning?",
        [(SUM, "grad**2")],
    ),
    "stale-accumulator": (
        "The step is divided by the sum from before this step's gradient.",
        "What would the very first step be divided by?",
        [(ROOT, '(np.sqrt(state.get("r", 0.0)) + eps)')],
    ),
    "global-norm": (
        "All weights share one sum, that of the whole gradient, rather than each having its own.",
        "A rare feature wants larger steps than a common one: can it get them here?",
        [(SUM, 'state.get("r", 0.0) + np.sum(grad**2)')],
    ),
    "is-rmsprop": (
        "The squares are averaged with a fading memory, which is the rule of a later section.",
        "Does Adagrad ever forget a gradient that it has seen?",
        [(SUM, '0.9 * state.get("r", 0.0) + 0.1 * grad**2')],
    ),
    "adds-magnitudes-not-squares": (
        "The magnitudes of the gradients are added up, rather than their squares.",
        "What stands under the root of the formula, and in which unit does the step come out?",
        [("+ grad**2", "+ np.abs(grad)")],
    ),
    "mean-not-sum": (
        "The squares are averaged over the steps, rather than added up.",
        "With a constant gradient, does Adagrad's step shrink or stay?",
        [COUNT, (ROOT, "(np.sqrt(r / t) + eps)"), COUNTED],
    ),
    "adagrad-ascent": (
        "The step goes along the gradient, uphill.",
        "In which direction does the gradient point: where the loss grows or where it falls?",
        [("w - lr", "w + lr")],
    ),
    "adagrad-updates-in-place": (
        "The step is made in the array w itself, which the caller still owns.",
        "Does your update make a new array, or does it write into one that you were given?",
        [("return w - lr * grad / (np.sqrt(r) + eps),", "w -= lr * grad / (np.sqrt(r) + eps)\n    return w,")],
    ),
    "adagrad-old-state-overwritten": (
        "The new sum is written into the dict that was passed in.",
        "Somebody may still hold the old state, to step from it again: does it still say the same?",
        [("return", 'state["r"] = r\n    return'), ('{"r": r}', "state")],
    ),
    "adagrad-in-type-of-w": (
        "The result is stored in the number type of w, which cuts fractions off when w holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [
            (
                "return w - lr * grad / (np.sqrt(r) + eps),",
                "return (w - lr * grad / (np.sqrt(r) + eps)).astype(w.dtype),",
            )
        ],
    ),
    "adagrad-parentheses-missing": (
        "Epsilon is added to the new weights, rather than to the root: parentheses are missing.",
        "Which division is epsilon there to protect?",
        [("w - lr * grad / (np.sqrt(r) + eps)", "w - lr * grad / np.sqrt(r) + eps")],
    ),
    "adagrad-epsilon-on-step": (
        "Epsilon is added to the quotient, rather than to what it is divided by.",
        "Which division is epsilon there to protect?",
        [("w - lr * grad / (np.sqrt(r) + eps)", "w - lr * (grad / np.sqrt(r) + eps)")],
    ),
    "adagrad-epsilon-on-scaled-step": (
        "Epsilon is added to the quotient times the rate, rather than to what it is divided by.",
        "Which division is epsilon there to protect?",
        [("w - lr * grad / (np.sqrt(r) + eps)", "w - (lr * grad / np.sqrt(r) + eps)")],
    ),
    "adagrad-weights-from-the-state": (
        "After the first step, the weights come from the state, and those that are passed in do not count.",
        "Somebody may have changed the weights since the last step: from which ones should this step set out?",
        [
            ("    r = ", '    w = state.get("w", w)\n    r = '),
            (
                'return w - lr * grad / (np.sqrt(r) + eps), {"r": r}',
                'w = w - lr * grad / (np.sqrt(r) + eps)\n    return w, {"r": r, "w": w}',
            ),
        ],
    ),
    "adagrad-updates-floats-in-place": (
        "Weights that are float64 already are changed in place: converting them makes no copy.",
        "Does a conversion make a new array where nothing has to be converted?",
        [
            (
                "return w - lr * grad / (np.sqrt(r) + eps),",
                "w = np.asarray(w, dtype=float)\n    w -= lr * grad / (np.sqrt(r) + eps)\n    return w,",
            )
        ],
    ),
    "adagrad-sum-changed-in-place": (
        "The sum in the old state is changed in place.",
        "Somebody may still hold the old state, to step from it again: does it still say the same?",
        [('state.get("r", 0.0) + grad**2', 'state.get("r", np.zeros(w.shape))\n    r += grad**2')],
    ),
}

RMSPROP: Table = {
    "is-adagrad": (
        "The squares are added up and never forgotten, as in Adagrad.",
        "What was the trouble with Adagrad's sum, and what replaces the sum here?",
        [(AVERAGE, 'state.get("r", 0.0) + grad**2')],
    ),
    "missing-one-minus-rho": (
        "The new square enters in full, so that what is kept is no average.",
        "With a constant gradient, where should the average of its squares settle?",
        [("(1 - rho) * grad**2", "grad**2")],
    ),
    "rho-swapped": (
        "The shares are swapped: the old average gets the small one and the new square the large one.",
        "With rho near one, is the average meant to have a long memory or a short one?",
        [(AVERAGE, '(1 - rho) * state.get("r", 0.0) + rho * grad**2')],
    ),
    "rmsprop-bias-corrected": (
        "The average is corrected for its start at zero, which belongs to another rule of this notebook.",
        "Does anything in this formula depend on the number of the step?",
        [COUNT, (ROOT, "(np.sqrt(r / (1 - rho**t)) + eps)"), COUNTED],
    ),
    "rmsprop-epsilon-inside-root": (
        "Epsilon is added under the root, where it weighs far more for small gradients.",
        "Read where the root ends in the formula of the docstring.",
        [(ROOT, "np.sqrt(r + eps)")],
    ),
    "rmsprop-epsilon-omitted": (
        "Epsilon is missing: a weight that has seen no gradient yet divides zero by zero.",
        "What happens to a weight whose gradient has been zero so far?",
        [(ROOT, "np.sqrt(r)")],
    ),
    "rmsprop-epsilon-hard-coded": (
        "Epsilon is always the same, whatever is passed in.",
        "Does every parameter of the function appear in its body?",
        [("+ eps)", "+ 1e-8)")],
    ),
    "rmsprop-no-root": (
        "The step is divided by the average of squares itself, without taking its root.",
        "The R of the name stands for something that is missing here.",
        [(ROOT, "(r + eps)")],
    ),
    "rmsprop-stale-average": (
        "The step is divided by the average from before this step's gradient.",
        "What would the very first step be divided by?",
        [(ROOT, '(np.sqrt(state.get("r", 0.0)) + eps)')],
    ),
    "average-not-stored": (
        "The new average is not handed on, so that every step begins without one.",
        "What does the next call get to know about this one?",
        [('{"r": r}', "state")],
    ),
    "rmsprop-global-norm": (
        "All weights share one average, that of the whole gradient, rather than each having its own.",
        "Should the steep direction of a ravine and the flat one be divided by the same number?",
        [("* grad**2", "* np.mean(grad**2)")],
    ),
    "rmsprop-magnitudes-not-squares": (
        "The magnitudes of the gradients are averaged, rather than their squares.",
        "The S of the name stands for something that is missing here.",
        [("* grad**2", "* np.abs(grad)")],
    ),
    "rho-hard-coded": (
        "The share of the old average is always the same, whatever is passed in.",
        "Does every parameter of the function appear in its body?",
        [(AVERAGE, '0.9 * state.get("r", 0.0) + 0.1 * grad**2')],
    ),
    "rmsprop-ascent": (
        "The step goes along the gradient, uphill.",
        "In which direction does the gradient point: where the loss grows or where it falls?",
        [("w - lr", "w + lr")],
    ),
    "rmsprop-updates-in-place": (
        "The step is made in the array w itself, which the caller still owns.",
        "Does your update make a new array, or does it write into one that you were given?",
        [("return w - lr * grad / (np.sqrt(r) + eps),", "w -= lr * grad / (np.sqrt(r) + eps)\n    return w,")],
    ),
    "rmsprop-old-state-overwritten": (
        "The new average is written into the dict that was passed in.",
        "Somebody may still hold the old state, to step from it again: does it still say the same?",
        [("return", 'state["r"] = r\n    return'), ('{"r": r}', "state")],
    ),
    "rmsprop-in-type-of-w": (
        "The result is stored in the number type of w, which cuts fractions off when w holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [
            (
                "return w - lr * grad / (np.sqrt(r) + eps),",
                "return (w - lr * grad / (np.sqrt(r) + eps)).astype(w.dtype),",
            )
        ],
    ),
    "rmsprop-parentheses-missing": (
        "Epsilon is added to the new weights, rather than to the root: parentheses are missing.",
        "Which division is epsilon there to protect?",
        [("w - lr * grad / (np.sqrt(r) + eps)", "w - lr * grad / np.sqrt(r) + eps")],
    ),
    "rmsprop-epsilon-on-step": (
        "Epsilon is added to the quotient, rather than to what it is divided by.",
        "Which division is epsilon there to protect?",
        [("w - lr * grad / (np.sqrt(r) + eps)", "w - lr * (grad / np.sqrt(r) + eps)")],
    ),
    "rmsprop-epsilon-on-scaled-step": (
        "Epsilon is added to the quotient times the rate, rather than to what it is divided by.",
        "Which division is epsilon there to protect?",
        [("w - lr * grad / (np.sqrt(r) + eps)", "w - (lr * grad / np.sqrt(r) + eps)")],
    ),
    "rmsprop-weights-from-the-state": (
        "After the first step, the weights come from the state, and those that are passed in do not count.",
        "Somebody may have changed the weights since the last step: from which ones should this step set out?",
        [
            ("    r = ", '    w = state.get("w", w)\n    r = '),
            (
                'return w - lr * grad / (np.sqrt(r) + eps), {"r": r}',
                'w = w - lr * grad / (np.sqrt(r) + eps)\n    return w, {"r": r, "w": w}',
            ),
        ],
    ),
    "rmsprop-updates-floats-in-place": (
        "Weights that are float64 already are changed in place: converting them makes no copy.",
        "Does a conversion make a new array where nothing has to be converted?",
        [
            (
                "return w - lr * grad / (np.sqrt(r) + eps),",
                "w = np.asarray(w, dtype=float)\n    w -= lr * grad / (np.sqrt(r) + eps)\n    return w,",
            )
        ],
    ),
    "rmsprop-average-changed-in-place": (
        "The average in the old state is changed in place.",
        "Somebody may still hold the old state, to step from it again: does it still say the same?",
        [
            (
                'rho * state.get("r", 0.0) + (1 - rho) * grad**2',
                'state.get("r", np.zeros(w.shape))\n    r *= rho\n    r += (1 - rho) * grad**2',
            )
        ],
    ),
}
