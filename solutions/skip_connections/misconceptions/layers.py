"""Wrong initialisations, normalisations and measurements; same tables as in `blocks`."""

from autograder.suite.misconceptions import Table

HE_INIT: Table = {
    "xavier-not-he": (
        "The variance is Xavier's: the ReLU behind the layer is not made up for.",
        "What share of a symmetric signal does a ReLU let through, and who makes up for the rest?",
        [("np.sqrt(2 / fan_in)", "np.sqrt(1 / fan_in)")],
    ),
    "variance-as-standard-deviation": (
        "The variance is used as the standard deviation.",
        "Does the generator ask for the spread of a normal distribution or for its square?",
        [("np.sqrt(2 / fan_in)", "2 / fan_in")],
    ),
    "fixed-scale": (
        "The spread of the weights is fixed, whatever the number of inputs.",
        "A unit with a hundred times as many inputs adds up a hundred times as many terms: should its weights be as large?",
        [("np.sqrt(2 / fan_in)", "0.01")],
    ),
    "fan-out-not-fan-in": (
        "The variance depends on the number of outputs, rather than on that of inputs.",
        "One unit of this layer adds up how many terms?",
        [("np.sqrt(2 / fan_in)", "np.sqrt(2 / fan_out)")],
    ),
    "glorot-average": (
        "The variance takes the mean of inputs and outputs, as Glorot's rule does.",
        "There are several published rules: which one does the docstring name, and what does it count?",
        [("np.sqrt(2 / fan_in)", "np.sqrt(2 / (fan_in + fan_out))")],
    ),
    "uniform-not-normal": (
        "The weights are uniform, where they should be normal.",
        "Variance is one property of a distribution: which distribution does the docstring ask for?",
        [
            (
                "rng.normal(0, std, size=(fan_in, fan_out))",
                "rng.uniform(-np.sqrt(3) * std, np.sqrt(3) * std, size=(fan_in, fan_out))",
            ),
        ],
    ),
    "generator-of-its-own": (
        "The weights come from a generator made inside the function, rather than from rng.",
        "Two calls with different generators: why do they give the same weights?",
        [("return rng.normal", "return np.random.default_rng(0).normal")],
    ),
    "shape-swapped": (
        "The weights have the shape (outputs, inputs).",
        "Rows of x are examples, and x stands on the left of W in this course: which axis of W meets the inputs?",
        [("size=(fan_in, fan_out)", "size=(fan_out, fan_in)")],
    ),
}

BATCHNORM_FORWARD: Table = {
    "variance-not-std": (
        "The batch is divided by its variance, rather than by its standard deviation.",
        "In which unit does the output come when x is measured in metres?",
        [("std = np.sqrt(var + eps)", "std = var + eps")],
    ),
    "epsilon-outside-root": (
        "Epsilon is added to the standard deviation, rather than to the variance.",
        "Read where the root ends in the formula of the docstring.",
        [("np.sqrt(var + eps)", "np.sqrt(var) + eps")],
    ),
    "epsilon-omitted": (
        "Epsilon is missing: a feature that does not vary divides by zero.",
        "What is the variance of a batch of one row?",
        [("np.sqrt(var + eps)", "np.sqrt(var)")],
    ),
    "normalised-with-unbiased-variance": (
        "The batch is normalised with its unbiased variance.",
        "Two variances appear in the docstring: which of them is for the batch, and which for later?",
        [("np.sqrt(var + eps)", "np.sqrt((unbiased if training else var) + eps)")],
    ),
    "biased-running-stats": (
        "The running variance takes the biased variance of the batch.",
        "Two variances appear in the docstring: which of them estimates that of data not yet seen?",
        [("unbiased = var * n / (n - 1) if n > 1 else var", "unbiased = var")],
    ),
    "batch-stats-at-inference": (
        "At inference the batch's own statistics normalise it.",
        "Should the answer for one example depend on which others are asked about along with it?",
        [('mean, var = running["mean"], running["var"]', "mean, var = x.mean(axis=0), x.var(axis=0)")],
    ),
    "always-in-training": (
        "The flag for training is ignored: inference normalises with the batch and moves the running statistics.",
        "What is the flag for, and what may change when a finished network is only used?",
        [("if training:", "if training or True:")],
    ),
    "running-updated-at-inference": (
        "The running statistics move at inference too.",
        "What may change when a finished network is only used?",
        [
            ("if training:", "if training or True:"),
            ("n = x.shape[0]", "n, old = x.shape[0], running"),
            ("std = np.sqrt", 'mean, var = (mean, var) if training else (old["mean"], old["var"])\n    std = np.sqrt'),
        ],
    ),
    "running-statistics-in-training": (
        "In training the running statistics normalise, rather than those of the batch.",
        "Which statistics does the gradient have to know about in training?",
        [("std = np.sqrt", 'mean, var = running["mean"], running["var"]\n    std = np.sqrt')],
    ),
    "first-batch-taken-whole": (
        "Where the running mean is still zero, the running statistics take the batch's own.",
        "Which share of the old value does the formula keep, in the first step too?",
        [("n = x.shape[0]", 'n = x.shape[0]\n        momentum = momentum if running["mean"].any() else 0.0')],
    ),
    "momentum-swapped": (
        "Momentum is the share of the batch, where it should be the share of the old running value.",
        "With a large momentum, should the running statistics move much or little?",
        [
            (
                'momentum * running["mean"] + (1 - momentum) * mean',
                '(1 - momentum) * running["mean"] + momentum * mean',
            ),
            ('momentum * running["var"] + (1 - momentum)', '(1 - momentum) * running["var"] + momentum'),
        ],
    ),
    "running-deviation-not-variance": (
        "The running variance collects standard deviations.",
        "Which of the two does the formula for inference take the root of?",
        [("(1 - momentum) * unbiased", "(1 - momentum) * np.sqrt(unbiased)")],
    ),
    "rows-normalised-not-features": (
        "Each row is normalised over its features, as in layer normalisation.",
        "Which numbers does batch normalisation put together: those of one example or those of one feature?",
        [("x.mean(axis=0), x.var(axis=0)", "x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)")],
    ),
    "no-scale-and-shift": (
        "The normalised batch is returned without gamma and beta.",
        "How can the network undo the normalisation where it does harm?",
        [("out = gamma * x_hat + beta", "out = x_hat")],
    ),
    "scale-and-shift-exchanged": (
        "The normalised batch is multiplied by beta and shifted by gamma.",
        "Which of the two is the scale, and which the shift?",
        [("out = gamma * x_hat + beta", "out = beta * x_hat + gamma")],
    ),
    "no-shift": (
        "The shift beta is missing.",
        "Count the parameters that your output depends on.",
        [("out = gamma * x_hat + beta", "out = gamma * x_hat")],
    ),
    "variance-of-one-row": (
        "The unbiased variance of a batch of one row divides by zero.",
        "What is left to divide by when N is one, and what does the docstring say about it?",
        [("var * n / (n - 1) if n > 1 else var", "var * n / np.float64(n - 1)")],
    ),
    "normalised-in-type-of-x": (
        "The result is stored in the number type of x, which cuts fractions off when x holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("out = gamma * x_hat + beta", "out = (gamma * x_hat + beta).astype(x.dtype)")],
    ),
    "variance-in-the-cache": (
        "The cache keeps a variance in the place of the standard deviation.",
        "What was the batch divided by? The backward pass needs the very same.",
        [('"std": std', '"std": var + eps')],
    ),
    "deviation-without-epsilon-in-the-cache": (
        "The cache keeps the standard deviation without epsilon.",
        "What was the batch divided by? The backward pass needs the very same.",
        [('"std": std', '"std": np.sqrt(var)')],
    ),
    "running-modified-in-place": (
        "The running statistics that were passed in are changed.",
        "Who else may still hold the dict that you write into?",
        [("running = {", "running |= {")],
    ),
}

BATCHNORM_BACKWARD: Table = {
    "mean-gradient-missing": (
        "dx leaves out what flows back through the mean of the batch.",
        "When a single entry of x grows, what else moves besides that entry?",
        [("dx_hat - through_mean - through_var", "dx_hat - through_var")],
    ),
    "variance-gradient-missing": (
        "dx leaves out what flows back through the variance of the batch.",
        "When a single entry of x grows, what else moves besides that entry and the mean?",
        [("dx_hat - through_mean - through_var", "dx_hat - through_mean")],
    ),
    "statistics-taken-as-constants": (
        "dx treats mean and variance of the batch as constants.",
        "Draw the graph from x to the output: how many arrows leave x?",
        [("dx_hat - through_mean - through_var", "dx_hat")],
    ),
    "gamma-missing-in-dx": (
        "dx leaves out the scale gamma.",
        "Walk back from the output: what is the first thing that the gradient passes?",
        [("dx_hat = dout * gamma", "dx_hat = dout")],
    ),
    "statistics-summed-not-averaged": (
        "What flows back through mean and variance is summed over the batch, without dividing by its size.",
        "The mean of a batch moves by how much when one of its entries moves?",
        [("dx_hat.mean(axis=0)", "dx_hat.sum(axis=0)"), ("(dx_hat * x_hat).mean", "(dx_hat * x_hat).sum")],
    ),
    "division-by-deviation-missing": (
        "dx is not divided by the standard deviation.",
        "How much does the normalised value move when x moves, in a feature that is widely spread?",
        [("(dx_hat - through_mean - through_var) / std", "dx_hat - through_mean - through_var")],
    ),
    "upstream-scaled-in-place": (
        "The upstream gradient that was passed in is multiplied by gamma on the way.",
        "Does your product make a new array, or does it write into one that the caller still owns?",
        [("dx_hat = dout * gamma", "dout *= gamma\n    dx_hat = dout")],
    ),
    "upstream-scaled-before-it-is-used": (
        "The upstream gradient is multiplied by gamma before the gradients of gamma and beta are taken from it.",
        "Is what arrives at gamma and beta the gradient at the output, or the one at the normalised batch?",
        [("dgamma = (dout", "dout = dout * gamma\n    dgamma = (dout"), ("dx_hat = dout * gamma", "dx_hat = dout")],
    ),
    "upstream-overwritten-before-it-is-used": (
        "The upstream gradient is overwritten with its product with gamma before the gradients of gamma and beta are taken.",
        "Does your product make a new array? What arrives at gamma and beta is the gradient at the output.",
        [("dgamma = (dout", "dout *= gamma\n    dgamma = (dout"), ("dx_hat = dout * gamma", "dx_hat = dout")],
    ),
    "scale-in-its-own-gradient": (
        "The gradient of gamma has the factor gamma in it.",
        "The output is linear in gamma: does its derivative with respect to gamma depend on gamma?",
        [("(dout * x_hat).sum", "(dout * gamma * x_hat).sum")],
    ),
    "no-gradient-for-a-scale-of-zero": (
        "Where gamma is zero, its gradient is set to zero.",
        "A scale that starts at zero should be able to learn: does its gradient depend on its own value?",
        [("dgamma = (dout * x_hat).sum(axis=0)", "dgamma = np.where(gamma == 0, 0, (dout * x_hat).sum(axis=0))")],
    ),
    "parameter-gradients-exchanged": (
        "The gradients of gamma and beta come in each other's place.",
        "In which order does the docstring list what is returned?",
        [("return dx, dgamma, dbeta", "return dx, dbeta, dgamma")],
    ),
    "parameter-gradients-averaged": (
        "The gradients of gamma and beta are averaged over the batch, where they should be summed.",
        "Who takes the mean over the batch: the loss or the layer?",
        [("(dout * x_hat).sum", "(dout * x_hat).mean"), ("dbeta = dout.sum", "dbeta = dout.mean")],
    ),
}

GRADIENT_NORMS: Table = {
    "skip-in-forward-pass-only": (
        "The skip is added on the way forward and forgotten on the way back.",
        "Each block's input reaches its output twice: how many gradients come back?",
        [("weights[block].T + (dz if skip else 0)", "weights[block].T")],
    ),
    "skip-behind-relu": (
        "The skip is added behind the ReLU, rather than before it.",
        "Which quantity does the ReLU of the docstring see: with the block's input in it, or without?",
        [("a = np.maximum(z, 0)", "a = np.maximum(z - (a if skip else 0), 0) + (a if skip else 0)")],
    ),
    "skip-gradient-unmasked": (
        "On the way back, the skip passes the gradient on as if it went round the ReLU.",
        "Where is the skip added: before or behind the ReLU? Walk back from the output.",
        [("(dz if skip else 0)", "(da if skip else 0)")],
    ),
    "skip-ignored": (
        "Both stacks are plain: the flag for the skip changes nothing.",
        "Where in the formula of the docstring do the two stacks differ?",
        [("0.1 + (a if skip else 0)", "0.1"), ("weights[block].T + (dz if skip else 0)", "weights[block].T")],
    ),
    "relu-always-open": (
        "The gradient passes the ReLUs as if they were always open.",
        "Which units of a block had no influence on the next one?",
        [("dz = da * (z > 0)", "dz = da")],
    ),
    "last-block-first": (
        "The norms stand in the order in which the backward pass meets the blocks.",
        "Which block does entry zero belong to?",
        [("norms[block] =", "norms[depth - 1 - block] =")],
    ),
    "squared-norm": (
        "The squares are summed, but the root is not taken.",
        "How does a norm change when every entry doubles?",
        [("np.linalg.norm(a.T @ dz)", "np.linalg.norm(a.T @ dz) ** 2")],
    ),
    "norm-of-delta": (
        "The norms are those of the deltas, rather than of the weights' gradients.",
        "Which gradient would the optimiser use to move W?",
        [("np.linalg.norm(a.T @ dz)", "np.linalg.norm(dz)")],
    ),
    "spectral-norm": (
        "The largest singular value is returned, rather than the root of the sum of squares.",
        "A matrix has several norms: which one does the docstring ask for?",
        [("np.linalg.norm(a.T @ dz)", "np.linalg.norm(a.T @ dz, 2)")],
    ),
    "loss-summed-over-batch": (
        "The loss is summed over the batch, where it should be the mean.",
        "Read the formula of L once more: what becomes of the batch size?",
        [("/ batch\n", "\n")],
    ),
    "output-in-place-of-input": (
        "The weights' gradient joins the delta with the block's output, rather than with its input.",
        "What did the weights multiply on the way forward?",
        [("np.linalg.norm(a.T @ dz)", "np.linalg.norm(np.maximum(z, 0).T @ dz)")],
    ),
    "upstream-drawn-first": (
        "The numbers are drawn in another order: r comes before x.",
        "In which order does the docstring draw its numbers, and why does that matter for the comparison of two answers?",
        [
            ("a = rng.normal(size=(batch, width))\n", "da = rng.normal(size=(batch, width)) / batch\n"),
            (
                "    da = rng.normal(size=(batch, width)) / batch\n    w",
                "    a = rng.normal(size=(batch, width))\n    w",
            ),
        ],
    ),
    "weights-drawn-first": (
        "The numbers are drawn in another order: the weights come before x and r.",
        "In which order does the docstring draw its numbers, and why does that matter for the comparison of two answers?",
        [
            (
                "a = rng.normal(size=(batch, width))\n",
                "weights = rng.normal(0, 0.3 / np.sqrt(width), size=(depth, width, width))\n    a = rng.normal(size=(batch, width))\n",
            ),
            (
                "weights = [\n        rng.normal(0, 0.3 / np.sqrt(width), size=(width, width)) for _ in range(depth)\n    ]\n    saved",
                "saved",
            ),
        ],
    ),
    "spread-without-width": (
        "The weights are drawn with the standard deviation 0.3, without the root of the width.",
        "Which spread does the docstring ask for, and what would another one do to this measurement?",
        [("0.3 / np.sqrt(width)", "0.3")],
    ),
    "larger-weights": (
        "The weights are drawn with He's spread, under which a plain stack behaves differently.",
        "Which spread does the docstring ask for, and what would another one do to this measurement?",
        [("0.3 / np.sqrt(width)", "np.sqrt(2 / width)")],
    ),
    "single-norm-as-number": (
        "The norm of a single block comes as a number, not as an array.",
        "Which shape does the docstring promise when the depth is one?",
        [("return norms", "return np.squeeze(norms)")],
    ),
    "bias-forgotten": (
        "The constant that every block adds is missing.",
        "Compare your z with the docstring's, term by term.",
        [("a @ W + 0.1 + ", "a @ W + ")],
    ),
}
