"""Wrong steps of the two rules that combine both ideas; same tables as in `descent`."""

from autograder.suite.misconceptions import Table

ROOT = "(np.sqrt(r) + eps)"
VELOCITY = "v = beta * v - lr * g / (np.sqrt(r) + eps)"
STATE = '{"v": v, "r": r}'

RMSPROP_NESTEROV: Table = {
    "momentum-before-rescaling": (
        "The plain gradient drives the velocity, and the velocity as a whole is rescaled afterwards.",
        "Which of the two is divided by the root: the gradient on its way into the velocity, or the velocity?",
        [(VELOCITY, "v = beta * v - lr * g"), ("w + v,", "w + v / (np.sqrt(r) + eps),")],
    ),
    "accumulator-from-current-point": (
        "The squares are those of the gradient at the weights, rather than at the look-ahead point.",
        "How many different gradients appear in the formula?",
        [("(1 - rho) * g**2", "(1 - rho) * grad_fn(w) ** 2")],
    ),
    "both-gradients-from-current-point": (
        "The gradient is taken where the weights are, rather than where the velocity is about to carry them.",
        "What is the one thing in which Nesterov's momentum differs from a heavy ball?",
        [("grad_fn(w + beta * v)", "grad_fn(w)")],
    ),
    "rescaled-look-ahead-without-beta": (
        "The look-ahead goes the whole old velocity, rather than the share of it that is kept.",
        "How far would the old velocity carry the weights in this step, if the gradient were zero?",
        [("grad_fn(w + beta * v)", "grad_fn(w + v)")],
    ),
    "rescaling-forgotten": (
        "The velocity takes the plain gradient: this is Nesterov's momentum alone.",
        "What has become of the average of squares after it was computed?",
        [(VELOCITY, "v = beta * v - lr * g")],
    ),
    "velocity-forgotten": (
        "There is no velocity: this is RMSProp alone.",
        "Which two ideas does this rule put together?",
        [(VELOCITY, "v = -lr * g / (np.sqrt(r) + eps)"), (STATE, '{"r": r}')],
    ),
    "rescaled-velocity-averaged": (
        "The rescaled gradient is averaged into the velocity, with a share of its own.",
        "Which factor stands before the gradient in the formula of the velocity?",
        [("- lr * g", "- (1 - beta) * lr * g")],
    ),
    "shares-swapped": (
        "The two shares are swapped: the one for the squares keeps the velocity, and the other way round.",
        "Two memories, two shares: which of them belongs to which?",
        [
            ('v = state.get("v", 0.0)', 'v = state.get("v", 0.0)\n    rho, beta = beta, rho'),
        ],
    ),
    "one-share-for-both": (
        "One share serves both memories.",
        "Does every parameter of the function appear in its body?",
        [('v = state.get("v", 0.0)', 'v = state.get("v", 0.0)\n    beta = rho')],
    ),
    "rescaled-rate-outside-velocity": (
        "The learning rate is applied to the whole velocity, the steps of earlier rates included.",
        "When the rate changes, does the formula change the part of the velocity that is there already?",
        [
            ("grad_fn(w + beta * v)", "grad_fn(w + lr * beta * v)"),
            (VELOCITY, "v = beta * v - g / (np.sqrt(r) + eps)"),
            ("w + v,", "w + lr * v,"),
        ],
    ),
    "average-forgets-nothing": (
        "The squares are added up and never forgotten, as in Adagrad.",
        "What was the trouble with Adagrad's sum, and what replaces the sum here?",
        [('rho * state.get("r", 0.0) + (1 - rho) * g**2', 'state.get("r", 0.0) + g**2')],
    ),
    "combined-stale-average": (
        "The gradient is divided by the average from before this step.",
        "What would the very first gradient be divided by?",
        [(ROOT, '(np.sqrt(state.get("r", 0.0)) + eps)')],
    ),
    "combined-epsilon-inside-root": (
        "Epsilon is added under the root, where it weighs far more for small gradients.",
        "Read where the root ends in the formula of the docstring.",
        [(ROOT, "np.sqrt(r + eps)")],
    ),
    "combined-epsilon-hard-coded": (
        "Epsilon is always the same, whatever is passed in.",
        "Does every parameter of the function appear in its body?",
        [("+ eps)", "+ 1e-8)")],
    ),
    "combined-asks-twice": (
        "The gradient is asked for more than once in a step.",
        "A gradient is the costly part of a step: at how many points does the formula need one?",
        [("    r = rho", "    grad_fn(w)\n    r = rho")],
    ),
    "combined-updates-in-place": (
        "The step is made in the array w itself, which the caller still owns.",
        "Does your update make a new array, or does it write into one that you were given?",
        [("return w + v,", "w += v\n    return w,")],
    ),
    "combined-old-state-overwritten": (
        "Velocity and average are written into the dict that was passed in.",
        "Somebody may still hold the old state, to step from it again: does it still say the same?",
        [("return w + v, ", 'state["v"], state["r"] = v, r\n    return w + v, '), (STATE, "state")],
    ),
    "combined-in-type-of-w": (
        "The result is stored in the number type of w, which cuts fractions off when w holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("return w + v,", "return (w + v).astype(w.dtype),")],
    ),
    "combined-parentheses-missing": (
        "Epsilon is added to the new velocity, rather than to the root: parentheses are missing.",
        "Which division is epsilon there to protect?",
        [("v = beta * v - lr * g / (np.sqrt(r) + eps)", "v = beta * v - lr * g / np.sqrt(r) + eps")],
    ),
    "combined-epsilon-on-step": (
        "Epsilon is added to the quotient, rather than to what it is divided by.",
        "Which division is epsilon there to protect?",
        [("v = beta * v - lr * g / (np.sqrt(r) + eps)", "v = beta * v - lr * (g / np.sqrt(r) + eps)")],
    ),
    "combined-epsilon-on-scaled-step": (
        "Epsilon is added to the quotient times the rate, rather than to what it is divided by.",
        "Which division is epsilon there to protect?",
        [("v = beta * v - lr * g / (np.sqrt(r) + eps)", "v = beta * v - (lr * g / np.sqrt(r) + eps)")],
    ),
    "combined-no-root": (
        "The gradient is divided by the average of squares itself, without taking its root.",
        "The R of RMSProp stands for something that is missing here.",
        [(ROOT, "(r + eps)")],
    ),
    "combined-missing-one-minus-rho": (
        "The new square enters in full, so that what is kept is no average.",
        "With a constant gradient, where should the average of its squares settle?",
        [("(1 - rho) * g**2", "g**2")],
    ),
    "combined-rho-swapped": (
        "The shares are swapped: the old average gets the small one and the new square the large one.",
        "With rho near one, is the average meant to have a long memory or a short one?",
        [('rho * state.get("r", 0.0) + (1 - rho) * g**2', '(1 - rho) * state.get("r", 0.0) + rho * g**2')],
    ),
    "combined-bias-corrected": (
        "The average is corrected for its start at zero, which belongs to another rule of this notebook.",
        "Does anything in this formula depend on the number of the step?",
        [
            ("    r = rho", '    t = state.get("t", 0) + 1\n    r = rho'),
            (ROOT, "(np.sqrt(r / (1 - rho**t)) + eps)"),
            (STATE, '{"v": v, "r": r, "t": t}'),
        ],
    ),
    "combined-average-not-stored": (
        "The new average is not handed on, so that every step begins without one.",
        "Which of the two memories does the next call get?",
        [(STATE, '{"v": v}')],
    ),
    "combined-global-norm": (
        "All weights share one average, that of the whole gradient, rather than each having its own.",
        "Should the steep direction of a ravine and the flat one be divided by the same number?",
        [("* g**2", "* np.mean(g**2)")],
    ),
    "combined-look-ahead-wrong-sign": (
        "The gradient is taken behind the weights, where they came from.",
        "In this form the velocity is a step, with its sign: which way does it carry the weights?",
        [("grad_fn(w + beta * v)", "grad_fn(w - beta * v)")],
    ),
    "combined-stays-at-look-ahead": (
        "The new velocity is added to the look-ahead point, so that the old velocity counts twice.",
        "From which point does the step set out: from the weights, or from where they only looked?",
        [
            ('v = state.get("v", 0.0)\n', 'v = state.get("v", 0.0)\n    w = w + beta * v\n'),
            ("grad_fn(w + beta * v)", "grad_fn(w)"),
        ],
    ),
    "combined-torch-form": (
        "The weights are kept at the look-ahead point, as PyTorch keeps them for Nesterov's momentum: a sister form.",
        "Two forms describe the same ball seen from two points: at which of them does the docstring ask for the gradient?",
        [("grad_fn(w + beta * v)", "grad_fn(w)"), ("w + v,", "w + beta * v - lr * g / (np.sqrt(r) + eps),")],
    ),
    "combined-ascent": (
        "The gradient is added to the velocity, which then points uphill.",
        "In this form the velocity is a step: in which direction should a gradient push it?",
        [("- lr * g", "+ lr * g")],
    ),
    "combined-weights-from-the-state": (
        "After the first step, the weights come from the state, and those that are passed in do not count.",
        "Somebody may have changed the weights since the last step: from which ones should this step set out?",
        [
            ('v = state.get("v", 0.0)\n', 'w, v = state.get("w", w), state.get("v", 0.0)\n'),
            ('{"v": v, "r": r}', '{"v": v, "r": r, "w": w + v}'),
        ],
    ),
    "combined-velocity-from-positions": (
        "The velocity is worked out from where the weights were, and takes in what the caller has changed since.",
        "Somebody may shrink the weights between two steps: is that a motion of the ball's own?",
        [('v = state.get("v", 0.0)', 'v = w - state.get("w", w)'), (STATE, '{"r": r, "w": w}')],
    ),
    "combined-updates-floats-in-place": (
        "Weights that are float64 already are changed in place: converting them makes no copy.",
        "Does a conversion make a new array where nothing has to be converted?",
        [("return w + v,", "w = np.asarray(w, dtype=float)\n    w += v\n    return w,")],
    ),
    "combined-memories-changed-in-place": (
        "Velocity and average in the old state are changed in place.",
        "Somebody may still hold the old state, to step from it again: does it still say the same?",
        [
            ('v = state.get("v", 0.0)\n', 'v = state.get("v", np.zeros(w.shape))\n    v *= beta\n'),
            ("grad_fn(w + beta * v)", "grad_fn(w + v)"),
            (
                'r = rho * state.get("r", 0.0) + (1 - rho) * g**2',
                'r = state.get("r", np.zeros(w.shape))\n    r *= rho\n    r += (1 - rho) * g**2',
            ),
            ("v = beta * v - lr * g / (np.sqrt(r) + eps)", "v -= lr * g / (np.sqrt(r) + eps)"),
        ],
    ),
}

T = 't = state.get("t", 0) + 1'
M = 'm = beta1 * state.get("m", 0.0) + (1 - beta1) * grad\n'
R = 'r = beta2 * state.get("r", 0.0) + (1 - beta2) * grad**2'
M_HAT = "m_hat = m / (1 - beta1**t)"
R_HAT = "r_hat = r / (1 - beta2**t)"
STEP = "w - lr * m_hat / (np.sqrt(r_hat) + eps)"

ADAM: Table = {
    "no-bias-correction": (
        "Neither average is corrected for its start at zero.",
        "After a single step, how far has an average with a long memory come from zero?",
        [(M_HAT, "m_hat = m"), (R_HAT, "r_hat = r")],
    ),
    "first-moment-only": (
        "Only the average of the gradients is corrected, not that of their squares.",
        "Which of the two averages starts at zero: one of them, or both?",
        [(R_HAT, "r_hat = r")],
    ),
    "second-moment-only": (
        "Only the average of the squares is corrected, not that of the gradients.",
        "Which of the two averages starts at zero: one of them, or both?",
        [(M_HAT, "m_hat = m")],
    ),
    "t-starts-at-zero": (
        "The first step has the number zero, and the correction divides by zero.",
        "What is a share to the power of zero, and what does that make of the correction?",
        [(T, 't = state.get("t", 0)'), ('{"t": t,', '{"t": t + 1,')],
    ),
    "t-one-high": (
        "The first step has the number two.",
        "How often is the step counted before the correction uses its number?",
        [(T, 't = state.get("t", 1) + 1')],
    ),
    "no-power-of-t": (
        "The correction is the same in every step, as if each were the first.",
        "Long after the start, should there be anything left to correct?",
        [("beta1**t", "beta1"), ("beta2**t", "beta2")],
    ),
    "multiplied-by-t": (
        "The share is multiplied by the number of the step, rather than raised to it.",
        "Long after the start, should there be anything left to correct?",
        [("beta1**t", "beta1 * t"), ("beta2**t", "beta2 * t")],
    ),
    "corrected-averages-stored": (
        "The corrected averages are handed on, and get corrected again and again.",
        "The correction serves this step only: which averages does the formula go on with?",
        [('"m": m, "r": r', '"m": m_hat, "r": r_hat')],
    ),
    "epsilon-on-step": (
        "Epsilon is added to the quotient, rather than to what it is divided by.",
        "Which division is epsilon there to protect?",
        [(STEP, "w - lr * (m_hat / np.sqrt(r_hat) + eps)")],
    ),
    "adam-epsilon-inside-root": (
        "Epsilon is added under the root, where it weighs far more for small gradients.",
        "Read where the root ends in the formula of the docstring.",
        [("(np.sqrt(r_hat) + eps)", "np.sqrt(r_hat + eps)")],
    ),
    "epsilon-before-correction": (
        "Epsilon is added to the root before that is corrected, which makes it larger in the first steps.",
        "In the formula, is it the corrected root that epsilon joins, or the other one?",
        [("(np.sqrt(r_hat) + eps)", "((np.sqrt(r) + eps) / np.sqrt(1 - beta2**t))")],
    ),
    "adam-epsilon-omitted": (
        "Epsilon is missing: a weight that has seen no gradient yet divides zero by zero.",
        "What happens to a weight whose gradient has been zero so far?",
        [(" + eps)", ")")],
    ),
    "adam-epsilon-hard-coded": (
        "Epsilon is always the same, whatever is passed in.",
        "Does every parameter of the function appear in its body?",
        [("+ eps)", "+ 1e-8)")],
    ),
    "adam-no-root": (
        "The step is divided by the average of squares itself, without taking its root.",
        "Scale the loss by a constant: how should the length of Adam's step change?",
        [("np.sqrt(r_hat)", "r_hat")],
    ),
    "moments-swapped": (
        "The two shares are swapped: the gradients get the long memory, the squares the short one.",
        "Which of the two averages is meant to remember longer?",
        [(T, f"{T}\n    beta1, beta2 = beta2, beta1")],
    ),
    "adam-global-norm": (
        "All weights share one average of squares, rather than each having its own.",
        "Should the steep direction of a ravine and the flat one be divided by the same number?",
        [("* grad**2", "* np.mean(grad**2)")],
    ),
    "gradient-not-averaged": (
        "The step uses this step's gradient, rather than the average: RMSProp with a correction.",
        "What has become of the first average after it was computed?",
        [("lr * m_hat", "lr * grad")],
    ),
    "not-rescaled": (
        "The step is not divided by the root: momentum with a correction.",
        "What has become of the second average after it was computed?",
        [(STEP, "w - lr * m_hat")],
    ),
    "one-minus-missing": (
        "The new square enters in full, so that what is kept is no average.",
        "With a constant gradient, where should the average of its squares settle?",
        [("(1 - beta2) * grad**2", "grad**2")],
    ),
    "adam-ascent": (
        "The step goes uphill.",
        "In which direction does the average of the gradients point?",
        [("w - lr", "w + lr")],
    ),
    "rate-inside-average": (
        "The learning rate is averaged into the first moment, which then keeps the rates of earlier steps.",
        "When the rate changes, does the formula apply the new one to the whole average or to its newest part only?",
        [("(1 - beta1) * grad\n", "(1 - beta1) * lr * grad\n"), ("lr * m_hat", "m_hat")],
    ),
    "adam-betas-hard-coded": (
        "The shares are always the same, whatever is passed in.",
        "Does every parameter of the function appear in its body?",
        [(T, f"{T}\n    beta1, beta2 = 0.9, 0.999")],
    ),
    "adam-updates-in-place": (
        "The step is made in the array w itself, which the caller still owns.",
        "Does your update make a new array, or does it write into one that you were given?",
        [
            (
                "return w - lr * m_hat / (np.sqrt(r_hat) + eps),",
                "w -= lr * m_hat / (np.sqrt(r_hat) + eps)\n    return w,",
            )
        ],
    ),
    "adam-old-state-overwritten": (
        "Averages and count are written into the dict that was passed in.",
        "Somebody may still hold the old state, to step from it again: does it still say the same?",
        [("return", 'state["t"], state["m"], state["r"] = t, m, r\n    return'), ('{"t": t, "m": m, "r": r}', "state")],
    ),
    "adam-in-type-of-w": (
        "The result is stored in the number type of w, which cuts fractions off when w holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [(f"return {STEP},", f"return ({STEP}).astype(w.dtype),")],
    ),
    "adam-parentheses-missing": (
        "Epsilon is added to the new weights, rather than to the root: parentheses are missing.",
        "Which division is epsilon there to protect?",
        [("w - lr * m_hat / (np.sqrt(r_hat) + eps)", "w - lr * m_hat / np.sqrt(r_hat) + eps")],
    ),
    "adam-epsilon-on-scaled-step": (
        "Epsilon is added to the quotient times the rate, rather than to what it is divided by.",
        "Which division is epsilon there to protect?",
        [("w - lr * m_hat / (np.sqrt(r_hat) + eps)", "w - (lr * m_hat / np.sqrt(r_hat) + eps)")],
    ),
    "gradient-enters-in-full": (
        "The new gradient enters in full, so that what is kept is no average.",
        "With a constant gradient, where should the average of the gradients settle?",
        [("(1 - beta1) * grad\n", "grad\n")],
    ),
    "one-share-in-both-corrections": (
        "Both averages are corrected with the share of the first one.",
        "Each average has a memory of its own: which share says how far it has come from zero?",
        [(R_HAT, "r_hat = r / (1 - beta1**t)")],
    ),
    "adam-weights-from-the-state": (
        "After the first step, the weights come from the state, and those that are passed in do not count.",
        "Somebody may have changed the weights since the last step: from which ones should this step set out?",
        [
            ('t = state.get("t", 0) + 1', 't = state.get("t", 0) + 1\n    w = state.get("w", w)'),
            (
                'return w - lr * m_hat / (np.sqrt(r_hat) + eps), {"t": t, "m": m, "r": r}',
                'w = w - lr * m_hat / (np.sqrt(r_hat) + eps)\n    return w, {"t": t, "m": m, "r": r, "w": w}',
            ),
        ],
    ),
    "adam-updates-floats-in-place": (
        "Weights that are float64 already are changed in place: converting them makes no copy.",
        "Does a conversion make a new array where nothing has to be converted?",
        [
            (
                "return w - lr * m_hat / (np.sqrt(r_hat) + eps),",
                "w = np.asarray(w, dtype=float)\n    w -= lr * m_hat / (np.sqrt(r_hat) + eps)\n    return w,",
            )
        ],
    ),
    "adam-averages-changed-in-place": (
        "The averages in the old state are changed in place.",
        "Somebody may still hold the old state, to step from it again: does it still say the same?",
        [
            (
                'm = beta1 * state.get("m", 0.0) + (1 - beta1) * grad\n',
                'm = state.get("m", np.zeros(w.shape))\n    m *= beta1\n    m += (1 - beta1) * grad\n',
            ),
            (
                'r = beta2 * state.get("r", 0.0) + (1 - beta2) * grad**2',
                'r = state.get("r", np.zeros(w.shape))\n    r *= beta2\n    r += (1 - beta2) * grad**2',
            ),
        ],
    ),
}
