"""Wrong steps of momentum and of Nesterov's momentum; same tables as in `descent`."""

from autograder.suite.misconceptions import Table

AVERAGE = 'beta * state.get("v", 0.0) + (1 - beta) * grad'

MOMENTUM: Table = {
    "heavy-ball-for-average": (
        "The gradient is added to the velocity in full, as for a heavy ball, rather than averaged into it.",
        "With a constant gradient, where should the velocity settle: at the gradient or at a multiple of it?",
        [("(1 - beta) * grad", "grad")],
    ),
    "heavy-ball-with-the-rate-inside": (
        "The velocity is a step, to which the gradient adds in full and times the rate: the heavy ball, another convention than this one.",
        "Is the velocity of this formula an average of gradients, or a step that has the rate and its sign in it already?",
        [(AVERAGE, 'beta * state.get("v", 0.0) - lr * grad'), ("w - lr * v", "w + v")],
    ),
    "betas-swapped": (
        "The shares are swapped: the old velocity gets the small one and the new gradient the large one.",
        "With beta near one, is the velocity meant to have a long memory or a short one?",
        [(AVERAGE, '(1 - beta) * state.get("v", 0.0) + beta * grad')],
    ),
    "stale-velocity": (
        "The weights move with the velocity from before this step's gradient.",
        "Which of the two lines of the formula comes first, and which velocity does the second one mean?",
        [("w - lr * v", 'w - lr * state.get("v", 0.0)')],
    ),
    "velocity-not-stored": (
        "The new velocity is not handed on, so that every step begins without one.",
        "What does the next call get to know about this one?",
        [('{"v": v}', "state")],
    ),
    "velocity-starts-at-gradient": (
        "The velocity starts at the first gradient, rather than at zero.",
        "What is the velocity of a ball before it is let go?",
        [('state.get("v", 0.0)', 'state.get("v", grad)')],
    ),
    "lr-twice": (
        "The learning rate enters twice: once in the velocity, and once more in the step.",
        "Halve the rate: should a step become half as long, or a quarter?",
        [("(1 - beta) * grad", "(1 - beta) * lr * grad")],
    ),
    "rate-inside-velocity": (
        "The learning rate is averaged into the velocity, which then keeps the rates of earlier steps.",
        "When the rate changes, does the formula apply the new one to the whole velocity or to its newest part only?",
        [("(1 - beta) * grad", "(1 - beta) * lr * grad"), ("w - lr * v", "w - v")],
    ),
    "ascent": (
        "The weights move along the velocity, uphill.",
        "The velocity is an average of gradients: where do gradients point?",
        [("w - lr * v", "w + lr * v")],
    ),
    "momentum-bias-corrected": (
        "The velocity is corrected for its start at zero, which belongs to another rule of this notebook.",
        "Does anything in this formula depend on the number of the step?",
        [
            ("return", 't = state.get("t", 0) + 1\n    return'),
            ("lr * v, ", "lr * v / (1 - beta**t), "),
            ('{"v": v}', '{"v": v, "t": t}'),
        ],
    ),
    "momentum-beta-hard-coded": (
        "The share of the old velocity is always the same, whatever is passed in.",
        "Does every parameter of the function appear in its body?",
        [(AVERAGE, '0.9 * state.get("v", 0.0) + 0.1 * grad')],
    ),
    "updates-in-place": (
        "The step is made in the array w itself, which the caller still owns.",
        "Does your update make a new array, or does it write into one that you were given?",
        [("return w - lr * v,", "w -= lr * v\n    return w,")],
    ),
    "gradient-scaled-in-place": (
        "The gradient that was passed in is scaled on the way.",
        "Does your product make a new array, or does it write into one that the caller still owns?",
        [("v = ", "grad *= 1 - beta\n    v = "), ("(1 - beta) * grad", "grad")],
    ),
    "old-state-overwritten": (
        "The new velocity is written into the dict that was passed in.",
        "Somebody may still hold the old state, to step from it again: does it still say the same?",
        [("return", 'state["v"] = v\n    return'), ('{"v": v}', "state")],
    ),
    "momentum-in-type-of-w": (
        "The result is stored in the number type of w, which cuts fractions off when w holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("return w - lr * v,", "return (w - lr * v).astype(w.dtype),")],
    ),
    "weights-from-the-state": (
        "After the first step, the weights come from the state, and those that are passed in do not count.",
        "Somebody may have changed the weights since the last step: from which ones should this step set out?",
        [
            ("v = ", 'w = state.get("w", w)\n    v = '),
            ('return w - lr * v, {"v": v}', 'w = w - lr * v\n    return w, {"v": v, "w": w}'),
        ],
    ),
    "updates-floats-in-place": (
        "Weights that are float64 already are changed in place: converting them makes no copy.",
        "Does a conversion make a new array where nothing has to be converted?",
        [("return w - lr * v,", "w = np.asarray(w, dtype=float)\n    w -= lr * v\n    return w,")],
    ),
    "gradient-scaled-in-place-in-floats": (
        "A gradient that is float64 already is scaled in place: converting it makes no copy.",
        "Does a conversion make a new array where nothing has to be converted?",
        [
            ("v = ", "grad = np.asarray(grad, dtype=float)\n    grad *= 1 - beta\n    v = "),
            ("(1 - beta) * grad", "grad"),
        ],
    ),
    "velocity-changed-in-place": (
        "The velocity in the old state is changed in place.",
        "Somebody may still hold the old state, to step from it again: does it still say the same?",
        [
            (
                'v = beta * state.get("v", 0.0) + (1 - beta) * grad',
                'v = state.get("v", np.zeros(w.shape))\n    v *= beta\n    v += (1 - beta) * grad',
            )
        ],
    ),
}

NESTEROV: Table = {
    "gradient-at-current-point": (
        "The gradient is taken where the weights are, rather than where the velocity is about to carry them.",
        "What is the one thing in which Nesterov's momentum differs from a heavy ball?",
        [("grad_fn(w + beta * v)", "grad_fn(w)")],
    ),
    "look-ahead-wrong-sign": (
        "The gradient is taken behind the weights, where they came from.",
        "In this form the velocity is a step, with its sign: which way does it carry the weights?",
        [("grad_fn(w + beta * v)", "grad_fn(w - beta * v)")],
    ),
    "look-ahead-without-beta": (
        "The look-ahead goes the whole old velocity, rather than the share of it that is kept.",
        "How far would the old velocity carry the weights in this step, if the gradient were zero?",
        [("grad_fn(w + beta * v)", "grad_fn(w + v)")],
    ),
    "stays-at-look-ahead": (
        "The new velocity is added to the look-ahead point, so that the old velocity counts twice.",
        "From which point does the step set out: from the weights, or from where they only looked?",
        [
            ('v = state.get("v", 0.0)\n', 'v = state.get("v", 0.0)\n    w = w + beta * v\n'),
            ("grad_fn(w + beta * v)", "grad_fn(w)"),
        ],
    ),
    "torch-form": (
        "The weights are kept at the look-ahead point, as PyTorch keeps them: a sister form, with other numbers.",
        "Two forms describe the same ball seen from two points: at which of them does the docstring ask for the gradient?",
        [
            ("v = beta * v - lr * grad_fn(w + beta * v)", "g = grad_fn(w)\n    v = beta * v - lr * g"),
            ("w + v,", "w + beta * v - lr * g,"),
        ],
    ),
    "torch-form-with-the-rate-outside": (
        "The weights are kept at the look-ahead point and the rate stands outside of the velocity, as in PyTorch: a sister form.",
        "Two forms describe the same ball seen from two points: at which of them does the docstring ask for the gradient?",
        [
            ("v = beta * v - lr * grad_fn(w + beta * v)", "g = grad_fn(w)\n    v = beta * v + g"),
            ("w + v,", "w - lr * (g + beta * v),"),
        ],
    ),
    "nesterov-velocity-averaged": (
        "The gradient is averaged into the velocity, as in the exercise before.",
        "Compare the two formulas: which factor stands before the gradient in this one?",
        [("- lr * grad_fn", "- (1 - beta) * lr * grad_fn")],
    ),
    "nesterov-as-an-average": (
        "The velocity is the average of the exercise before, with the rate outside, and the look-ahead goes along it.",
        "Compare the two formulas: what is v in the one, and what in the other?",
        [
            ("v = beta * v - lr * grad_fn(w + beta * v)", "v = beta * v + (1 - beta) * grad_fn(w - lr * beta * v)"),
            ("w + v,", "w - lr * v,"),
        ],
    ),
    "nesterov-ascent": (
        "The gradient is added to the velocity, which then points uphill.",
        "In this form the velocity is a step: in which direction should a gradient push it?",
        [("- lr * grad_fn", "+ lr * grad_fn")],
    ),
    "velocity-subtracted": (
        "The velocity is subtracted from the weights, although it has its sign already.",
        "In this form the velocity is a step: what do you do with a step?",
        [("return w + v,", "return w - v,")],
    ),
    "nesterov-stale-velocity": (
        "The weights move with the velocity from before this step's gradient.",
        "Which of the two lines of the formula comes first, and which velocity does the second one mean?",
        [("return w + v,", 'return w + state.get("v", 0.0),')],
    ),
    "nesterov-velocity-not-stored": (
        "The new velocity is not handed on, so that every step begins without one.",
        "What does the next call get to know about this one?",
        [('{"v": v}', "state")],
    ),
    "rate-outside-velocity": (
        "The learning rate is applied to the whole velocity, the steps of earlier rates included.",
        "When the rate changes, does the formula change the part of the velocity that is there already?",
        [("beta * v - lr * grad_fn(w + beta * v)", "beta * v - grad_fn(w + lr * beta * v)"), ("w + v,", "w + lr * v,")],
    ),
    "nesterov-beta-hard-coded": (
        "The share of the old velocity is always the same, whatever is passed in.",
        "Does every parameter of the function appear in its body?",
        [("beta * v - lr * grad_fn(w + beta * v)", "0.9 * v - lr * grad_fn(w + 0.9 * v)")],
    ),
    "asks-twice": (
        "The gradient is asked for more than once in a step.",
        "A gradient is the costly part of a step: at how many points does the formula need one?",
        [("    v = beta", "    grad_fn(w)\n    v = beta")],
    ),
    "nesterov-updates-in-place": (
        "The step is made in the array w itself, which the caller still owns.",
        "Does your update make a new array, or does it write into one that you were given?",
        [("return w + v,", "w += v\n    return w,")],
    ),
    "nesterov-old-state-overwritten": (
        "The new velocity is written into the dict that was passed in.",
        "Somebody may still hold the old state, to step from it again: does it still say the same?",
        [("return", 'state["v"] = v\n    return'), ('{"v": v}', "state")],
    ),
    "nesterov-in-type-of-w": (
        "The result is stored in the number type of w, which cuts fractions off when w holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("return w + v,", "return (w + v).astype(w.dtype),")],
    ),
    "nesterov-weights-from-the-state": (
        "After the first step, the weights come from the state, and those that are passed in do not count.",
        "Somebody may have changed the weights since the last step: from which ones should this step set out?",
        [
            ('v = state.get("v", 0.0)\n', 'w, v = state.get("w", w), state.get("v", 0.0)\n'),
            ('{"v": v}', '{"v": v, "w": w + v}'),
        ],
    ),
    "velocity-from-positions": (
        "The velocity is worked out from where the weights were, and takes in what the caller has changed since.",
        "Somebody may shrink the weights between two steps: is that a motion of the ball's own?",
        [('v = state.get("v", 0.0)', 'v = w - state.get("w", w)'), ('{"v": v}', '{"w": w}')],
    ),
    "nesterov-updates-floats-in-place": (
        "Weights that are float64 already are changed in place: converting them makes no copy.",
        "Does a conversion make a new array where nothing has to be converted?",
        [("return w + v,", "w = np.asarray(w, dtype=float)\n    w += v\n    return w,")],
    ),
    "nesterov-velocity-changed-in-place": (
        "The velocity in the old state is changed in place.",
        "Somebody may still hold the old state, to step from it again: does it still say the same?",
        [
            ('state.get("v", 0.0)', 'state.get("v", np.zeros(w.shape))'),
            ("v = beta * v - lr * grad_fn(w + beta * v)", "v *= beta\n    v -= lr * grad_fn(w + v)"),
        ],
    ),
}
