"""Wrong descents, stability limits and schedules: what is wrong, a hint, and the change.

Hints point at the idea, without code or numbers. A change is (old, new) in the source of the reference's function.
"""

from autograder.suite.misconceptions import Table

GRADIENT_DESCENT: Table = {
    "gradient-ascent": (
        "The step goes along the gradient, uphill.",
        "In which direction does the gradient point: where the loss grows or where it falls?",
        [("path[k] - lr", "path[k] + lr")],
    ),
    "gradient-of-the-start": (
        "Every step uses the gradient of the starting point.",
        "After the first step you stand somewhere else: is the slope still the same there?",
        [("grad_fn(path[k])", "grad_fn(path[0])")],
    ),
    "step-of-fixed-length": (
        "The gradient is divided by its length, so that every step is equally long.",
        "Near the minimum the gradient becomes small: what does that do to the step in the formula?",
        [
            ("path[k + 1] =", "g = grad_fn(path[k])\n        path[k + 1] ="),
            ("lr * grad_fn(path[k])", "lr * g / np.linalg.norm(g)"),
        ],
    ),
    "start-not-recorded": (
        "The path begins after the first step; the starting point is missing.",
        "How many points has a path of so many steps, if you count where you set out?",
        [("return path", "return path[1:]")],
    ),
    "last-point-missing": (
        "The path ends before the last step; the point that it leads to is missing.",
        "How many points has a path of so many steps, if you count where you arrive?",
        [("return path", "return path[:-1]")],
    ),
    "end-only": (
        "Only the last point is returned, rather than the path.",
        "Which shape does the docstring promise?",
        [("return path", "return path[-1]")],
    ),
    "one-array-for-all-points": (
        "All points of the path are one array, which ends up holding the last one.",
        "When you store an array and then change it, what happens to what you stored?",
        [("return path", "return np.repeat(path[-1:], steps + 1, axis=0)")],
    ),
    "start-updated-in-place": (
        "The steps are made in the array w0 itself, which the caller still owns.",
        "Does your step make a new array, or does it write into one that you were given?",
        [
            ("path[0] = w0", "w = np.asarray(w0, dtype=float)\n    path[0] = w"),
            ("path[k + 1] = path[k] - lr * grad_fn(path[k])", "w -= lr * grad_fn(w)\n        path[k + 1] = w"),
        ],
    ),
    "path-in-type-of-start": (
        "The path is stored in the number type of w0, which cuts fractions off when w0 holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("np.empty((steps + 1, len(w0)))", "np.empty((steps + 1, len(w0)), dtype=w0.dtype)")],
    ),
    "path-of-one-weight-flattened": (
        "Axes of length one are dropped from the path.",
        "Which shape does the docstring promise for a single weight?",
        [("return path", "return np.squeeze(path)")],
    ),
    "asks-at-the-end-too": (
        "The gradient is asked for more often than there are steps.",
        "A gradient is the costly part of training: how many does a path of so many steps need?",
        [("return path", "grad_fn(path[-1])\n    return path")],
    ),
}

MAX_STABLE_LR: Table = {
    "two-over-lambda-min": (
        "The limit is taken from the flattest direction, rather than from the steepest.",
        "Raise the rate slowly: along which eigenvector does the path begin to jump from wall to wall?",
        [("eigvalsh(hessian).max()", "eigvalsh(hessian).min()")],
    ),
    "one-over-lambda-max": (
        "The limit is where a step lands in the minimum, rather than where steps stop shrinking.",
        "With a factor of zero you have arrived; how negative may the factor become and still shrink the distance?",
        [("2 / steepest", "1 / steepest")],
    ),
    "largest-diagonal-entry": (
        "The largest entry of the diagonal is taken for the largest eigenvalue.",
        "Turn the bowl: do its steepest direction and the axes of your coordinates still agree?",
        [("np.linalg.eigvalsh(hessian)", "np.diag(hessian)")],
    ),
    "sum-of-curvatures": (
        "All curvatures together set the limit, rather than the largest one alone.",
        "Parts of w along different eigenvectors do not mix: which of them is the first to grow?",
        [("eigvalsh(hessian).max()", "eigvalsh(hessian).sum()")],
    ),
    "length-of-curvatures": (
        "The norm of all entries of the matrix is taken for the largest eigenvalue.",
        "A matrix has several norms: which of them says how much it stretches a vector at most?",
        [("np.linalg.eigvalsh(hessian).max()", "np.linalg.norm(hessian)")],
    ),
    "mean-curvature": (
        "The average curvature sets the limit, rather than the largest one.",
        "Does a path still converge when it converges on average over its directions?",
        [("eigvalsh(hessian).max()", "eigvalsh(hessian).mean()")],
    ),
}

STEP_DECAY: Table = {
    "decays-smoothly": (
        "The rate falls a little at every step, rather than in stairs.",
        "What should the rate do between two stairs?",
        [("step // every", "step / every")],
    ),
    "stair-one-step-early": (
        "Each stair begins one step too early.",
        "Steps are counted from zero: which is the first step of the second stair?",
        [("step // every", "(step + 1) // every")],
    ),
    "stair-one-step-late": (
        "Each stair begins one step too late.",
        "Steps are counted from zero: which is the first step of the second stair?",
        [("step // every", "max(step - 1, 0) // every")],
    ),
    "stairs-counted-from-one": (
        "Stairs begin one step too late, and the first step comes before the first stair.",
        "Steps are counted from zero: which rate does your formula give for the first of them?",
        [("step // every", "(step - 1) // every")],
    ),
    "falls-only-once": (
        "There is a single stair: after the first fall the rate stays where it is.",
        "What becomes of the rate on the third stair?",
        [("step // every", "min(step // every, 1)")],
    ),
    "stairs-multiply-the-factor": (
        "The factor is multiplied by the number of the stair, rather than raised to it.",
        "The rate is multiplied again at each stair: which operation repeats a multiplication?",
        [("factor ** (step // every)", "factor * (step // every)")],
    ),
    "rate-grows": (
        "The rate is divided by the factor at each stair, and grows.",
        "Should a schedule end with larger steps than it began with?",
        [("lr0 * factor ** ", "lr0 / factor ** ")],
    ),
    "step-factor-hard-coded": (
        "The factor is always a tenth, whatever is passed in.",
        "Does every parameter of the function appear in its body?",
        [("lr0 * factor **", "lr0 * 0.1 **")],
    ),
}

PLATEAU_DECAY: Table = {
    "off-by-one-patience": (
        "The rate falls one epoch too late.",
        "When patience has run out, has the epoch that used it up been counted already?",
        [("waited == patience", "waited == patience + 1")],
    ),
    "never-resets": (
        "After the rate has fallen the count goes on, and the rate falls again at every further epoch.",
        "How much patience does the new, smaller rate get before it falls as well?",
        [
            ("waited == patience", "waited >= patience"),
            ("lr, waited = lr * factor, 0", "lr = lr * factor"),
        ],
    ),
    "compares-with-last-not-best": (
        "Progress is judged against the loss of the epoch before, rather than against the best so far.",
        "A loss that zigzags on one level falls at every other epoch: is that progress?",
        [("        if waited", "        best = loss\n        if waited")],
    ),
    "equal-loss-is-progress": (
        "A loss that equals the best counts as progress.",
        "What does a plateau look like when the loss does not move at all?",
        [("loss < best", "loss <= best")],
    ),
    "best-by-a-margin": (
        "A loss counts as progress only where it is lower than the best by some margin.",
        "By how much does a loss have to be lower than every one before it, says the docstring?",
        [("loss < best", "loss < best * (1 - 1e-4)")],
    ),
    "losses-rounded": (
        "Losses are rounded before they are compared, so that some that are lower than the best do not count as progress.",
        "By how much does a loss have to be lower than every one before it, says the docstring?",
        [("for loss in losses", "for loss in np.round(losses, 3)")],
    ),
    "progress-does-not-reset": (
        "Epochs without progress are counted over the whole run, rather than in a row.",
        "What does a new best say about the epochs that were counted before it?",
        [("best, waited = loss, 0", "best = loss")],
    ),
    "best-forgotten-at-decay": (
        "The best loss is forgotten when the rate falls.",
        "Is a loss that is worse than an earlier one progress, only because the rate has changed since?",
        [("lr, waited = lr * factor, 0", "lr, waited, best = lr * factor, 0, np.inf")],
    ),
    "rate-one-epoch-late": (
        "Each entry is the rate before its loss was seen.",
        "Which losses are known when the rate for the next epoch is chosen?",
        [
            ("for loss in losses:\n", "for loss in losses:\n        rates.append(lr)\n"),
            ("        rates.append(lr)\n    return", "    return"),
        ],
    ),
    "first-loss-is-no-progress": (
        "The first epoch is counted as one without progress.",
        "Which loss came before the first one?",
        [("lr0, np.inf, 0", "lr0, losses[0] if losses else 0, 0")],
    ),
    "plateau-falls-only-once": (
        "The rate falls at the first plateau and never again.",
        "What should happen at the next plateau?",
        [("lr, waited = lr * factor, 0", "lr, waited = lr0 * factor, 0")],
    ),
    "patience-hard-coded": (
        "The patience is always the same, whatever is passed in.",
        "Does every parameter of the function appear in its body?",
        [("waited == patience", "waited == 5")],
    ),
    "plateau-factor-hard-coded": (
        "The factor is always a tenth, whatever is passed in.",
        "Does every parameter of the function appear in its body?",
        [("lr * factor", "lr * 0.1")],
    ),
}
