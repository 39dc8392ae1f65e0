"""Wrong residual blocks: what is wrong, a hint, and the change.

Hints point at the idea, without code or numbers. A change is (old, new) in the source of the reference's function.
"""

from autograder.suite.misconceptions import Table

RESIDUAL_FORWARD: Table = {
    "relu-before-add": (
        "The last ReLU acts on the branch alone, before the shortcut is added.",
        "Look at where H = F + x is formed, and whether the last ReLU belongs to F or to H.",
        [(' + params["b2"] + shortcut', ' + params["b2"]'), ("np.maximum(z2, 0)", "np.maximum(z2, 0) + shortcut")],
    ),
    "relu-on-branch-and-sum": (
        "The branch goes through a ReLU of its own before the shortcut is added.",
        "Could the branch still lower an activation, if a ReLU stood right behind it?",
        [('a1 @ params["W2"] + params["b2"] +', 'np.maximum(a1 @ params["W2"] + params["b2"], 0) +')],
    ),
    "no-final-relu": (
        "The sum of branch and shortcut is returned without the last ReLU.",
        "What sign can an activation have, and what sign has your output?",
        [("out = np.maximum(z2, 0)", "out = z2")],
    ),
    "no-inner-relu": (
        "The first layer of the branch has no ReLU.",
        "What can two linear layers in a row do that a single one cannot?",
        [("a1 = np.maximum(z1, 0)", "a1 = z1")],
    ),
    "no-shortcut": (
        "The shortcut is missing: this is a plain stack of two layers.",
        "What should the block return when its branch computes zero?",
        [(' + params["b2"] + shortcut', ' + params["b2"]')],
    ),
    "skip-from-previous-layer": (
        "The shortcut starts inside the branch, at layer l-1, rather than at l-2.",
        "Follow the shortcut's arrow back to where it leaves the main line: how many layers does it jump over?",
        [('x if params["Ws"] is None else x @ params["Ws"]', 'a1 if params["Ws"] is None else a1 @ params["Ws"]')],
    ),
    "always-projects": (
        "The shortcut is always multiplied by Ws, even where there is none.",
        "What does the docstring say Ws is when the shortcut is the identity?",
        [('x if params["Ws"] is None else x @ params["Ws"]', 'x @ params["Ws"]')],
    ),
    "never-projects": (
        "The shortcut adds x itself, even where a projection is given.",
        "How can x be added to the branch when the two differ in width?",
        [('x if params["Ws"] is None else x @ params["Ws"]', "x")],
    ),
    "projects-only-where-shapes-differ": (
        "The shapes decide about the projection, rather than the parameters.",
        "Two layers of the same width may have a projection between them all the same: who decides?",
        [('x if params["Ws"] is None', 'x if x.shape[1] == params["b2"].size')],
    ),
    "paths-averaged-forward": (
        "Branch and shortcut are averaged, where they should be added.",
        "With a branch of zeros, is the block still the identity for positive activations?",
        [('a1 @ params["W2"] + params["b2"] + shortcut', '(a1 @ params["W2"] + params["b2"] + shortcut) / 2')],
    ),
    "no-first-bias": (
        "The bias of the first layer is missing.",
        "Count the parameters that your output depends on.",
        [(' + params["b1"]', "")],
    ),
    "no-second-bias": (
        "The bias of the second layer is missing.",
        "Count the parameters that your output depends on.",
        [(' + params["b2"] + shortcut', " + shortcut")],
    ),
    "no-identity-shortcut": (
        "Where there is no projection, nothing is added: the identity shortcut is missing.",
        "What is the shortcut of a block that has no Ws: nothing, or something that costs nothing?",
        [('x if params["Ws"] is None', '0 if params["Ws"] is None')],
    ),
    "cache-of-a-linear-layer": (
        "The cache keeps the first layer's values from before its ReLU as its activation.",
        "Which of the two does the name a stand for in this course?",
        [('"a1": a1', '"a1": z1')],
    ),
    "single-rows-flattened": (
        "Axes of length one are dropped from the output.",
        "Which shape does the docstring promise for a batch of one row?",
        [("out = np.maximum(z2, 0)", "out = np.squeeze(np.maximum(z2, 0))")],
    ),
    "cache-without-shortcut": (
        "The cache keeps the branch as z2, without the shortcut.",
        "Which quantity does the last ReLU see? The backward pass takes its mask from that one.",
        [('"z2": z2', '"z2": z2 - shortcut')],
    ),
    "cache-after-relu": (
        "The cache keeps activations where the values before the ReLU belong.",
        "Which of the two does the name z stand for in this course?",
        [('"z1": z1', '"z1": a1'), ('"z2": z2', '"z2": out')],
    ),
    "first-layer-cached-after-relu": (
        "The cache keeps the first layer's activation as z1, where the values before the ReLU belong.",
        "Does your ReLU make a new array, or does it write into the one that you keep?",
        [('"z1": z1', '"z1": a1')],
    ),
    "sum-cached-after-relu": (
        "The cache keeps the output of the block as z2, where the values before the last ReLU belong.",
        "Does your ReLU make a new array, or does it write into the one that you keep?",
        [('"z2": z2', '"z2": out')],
    ),
    "result-in-type-of-x": (
        "The result is stored in the number type of x, which cuts fractions off when x holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("out = np.maximum(z2, 0)", "out = np.maximum(z2, 0).astype(x.dtype)")],
    ),
    "sum-in-type-of-shortcut": (
        "The sum is stored in the number type of the shortcut, which cuts fractions off where that is an x of integers.",
        "What happens to a fraction that is written into an array of integers?",
        [('params["b2"] + shortcut', 'params["b2"] + shortcut\n    z2 = z2.astype(shortcut.dtype)')],
    ),
    "sum-in-place-on-shortcut": (
        "The branch is added into the shortcut, which is x itself where there is no projection.",
        "Does your sum make a new array, or does it write into one that the caller still owns?",
        [
            (
                'z2 = a1 @ params["W2"] + params["b2"] + shortcut',
                'shortcut += a1 @ params["W2"] + params["b2"]\n    z2 = shortcut',
            ),
        ],
    ),
    "relu-in-place-on-x": (
        "The values of x are changed on the way.",
        "Does your ReLU, or your sum, write into an array that the caller still owns?",
        [("cache = {", "x[x < 0] = 0\n    cache = {")],
    ),
}

RESIDUAL_BACKWARD: Table = {
    "missing-skip-gradient": (
        "The gradient takes the branch only; the path through the shortcut is missing from dx.",
        "In how many places does x enter the block? Each of them hands a gradient back.",
        [("dx = branch + skip", "dx = branch")],
    ),
    "missing-branch-gradient": (
        "The gradient takes the shortcut only; the path through the branch is missing from dx.",
        "In how many places does x enter the block? Each of them hands a gradient back.",
        [("dx = branch + skip", "dx = skip")],
    ),
    "skip-unmasked-by-final-relu": (
        "The shortcut passes the upstream gradient on as if it went round the last ReLU.",
        "Where is the shortcut added: before or behind the last ReLU? Walk back from the output.",
        [("skip, dWs = dz2, None", "skip, dWs = dout, None"), ('dz2 @ params["Ws"].T', 'dout @ params["Ws"].T')],
    ),
    "skip-path-unmasked-throughout": (
        "The whole path of the shortcut goes round the last ReLU: what comes back to x, and the gradient of Ws.",
        "The sum is formed before the last ReLU. What has passed that ReLU on the way back: dout, or its masked form?",
        [
            ("skip, dWs = dz2, None", "skip, dWs = dout, None"),
            ('dz2 @ params["Ws"].T, x.T @ dz2', 'dout @ params["Ws"].T, x.T @ dout'),
        ],
    ),
    "projection-gradient-unmasked": (
        "The gradient of Ws is taken from the upstream gradient as it is, as if there were no last ReLU.",
        "Ws and W2 add to the same sum: do their gradients start from different deltas?",
        [("x.T @ dz2", "x.T @ dout")],
    ),
    "adds-one-not-upstream": (
        "The shortcut adds the constant one to dx, rather than the gradient that comes from above.",
        "The derivative of x with respect to x is one: what does the chain rule multiply it by?",
        [("dx = branch + skip", "dx = branch + 1")],
    ),
    "paths-averaged": (
        "The gradients of the two paths are averaged, where they should be added.",
        "When a quantity influences the loss along two paths, how does calculus combine the two?",
        [("dx = branch + skip", "dx = (branch + skip) / 2")],
    ),
    "mask-from-wrong-tensor": (
        "The inner ReLU's mask is taken from the gradient, rather than from the forward pass.",
        "Which quantity decided, on the way forward, whether a unit was on?",
        [("dz1 = da1 * (z1 > 0)", "dz1 = da1 * (da1 > 0)")],
    ),
    "final-mask-from-upstream": (
        "The last ReLU's mask is taken from the upstream gradient, rather than from the forward pass.",
        "Which quantity decided, on the way forward, whether a unit was on?",
        [("dz2 = dout * (z2 > 0)", "dz2 = dout * (dout > 0)")],
    ),
    "final-mask-from-the-branch": (
        "The last ReLU's mask is taken from the branch, without the shortcut.",
        "Which quantity did the last ReLU see on the way forward: F, or H = F + x?",
        [("dout * (z2 > 0)", 'dout * (a1 @ params["W2"] + params["b2"] > 0)')],
    ),
    "slope-one-at-zero": (
        "The slope of the ReLU is taken to be one where its input is exactly zero.",
        "Which slope does the docstring give the ReLU at zero?",
        [("(z2 > 0)", "(z2 >= 0)"), ("(z1 > 0)", "(z1 >= 0)")],
    ),
    "no-inner-mask": (
        "The gradient passes the ReLU inside the branch as if it were always open.",
        "Which units of the first layer had no influence on the output?",
        [("dz1 = da1 * (z1 > 0)", "dz1 = da1")],
    ),
    "no-final-mask": (
        "The gradient passes the last ReLU as if it were always open.",
        "Which entries of the output stay zero when the layer below changes a little?",
        [("dz2 = dout * (z2 > 0)", "dz2 = dout")],
    ),
    "minus-sign-from-slide": (
        "The weights' gradients carry the minus sign of the slide.",
        "Is the minus sign part of the gradient, or of the step that descends along it? See the conventions.",
        [("x.T @ dz1", "-x.T @ dz1"), ("a1.T @ dz2", "-a1.T @ dz2"), ("x.T @ dz2", "-x.T @ dz2")],
    ),
    "identity-skip-updated": (
        "The identity shortcut is given a gradient, as if it had weights.",
        "What is there to learn in a shortcut that is fixed?",
        [("skip, dWs = dz2, None", "skip, dWs = dz2, x.T @ dz2")],
    ),
    "gradient-stops-at-identity": (
        "Where the shortcut is the identity, dx takes the branch only.",
        "An identity has nothing to learn: does that keep a gradient from passing through?",
        [("skip, dWs = dz2, None", "skip, dWs = 0, None")],
    ),
    "gradient-stops-at-projection": (
        "Where the shortcut is a projection, dx takes the branch only.",
        "The projection multiplied x on the way forward: what comes back through it?",
        [('dz2 @ params["Ws"].T, x.T @ dz2', "0, x.T @ dz2")],
    ),
    "gradient-in-type-of-upstream": (
        "The gradient is stored in the number type of dout, which cuts fractions off when dout holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("dx = branch + skip", "dx = (branch + skip).astype(dout.dtype)")],
    ),
    "gradient-in-type-of-x": (
        "The gradient is stored in the number type of x, which cuts fractions off when x holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("dx = branch + skip", "dx = (branch + skip).astype(x.dtype)")],
    ),
    "gradient-of-single-rows-flattened": (
        "Axes of length one are dropped from dx.",
        "Which shape does the docstring promise for a batch of one row?",
        [("return dx,", "return np.squeeze(dx),")],
    ),
    "projection-not-updated": (
        "The projection is given no gradient, as if it were fixed.",
        "A projection has weights: which gradient do they get?",
        [('dz2 @ params["Ws"].T, x.T @ dz2', 'dz2 @ params["Ws"].T, None')],
    ),
    "projection-skipped-on-the-way-back": (
        "The gradient goes round the projection on its way back to x.",
        "The shortcut multiplied x by a matrix: what does its gradient go through?",
        [('dz2 @ params["Ws"].T, x.T @ dz2', "dz2, x.T @ dz2")],
    ),
    "weights-transposed": (
        "The weights' gradients come out transposed.",
        "Compare the shape of each gradient with that of the parameter it belongs to.",
        [("x.T @ dz1", "dz1.T @ x"), ("a1.T @ dz2", "dz2.T @ a1"), ("x.T @ dz2", "dz2.T @ x")],
    ),
    "transpose-forgotten": (
        "The gradient goes back through the weights themselves, rather than through their transpose.",
        "A layer maps its inputs to its outputs: which matrix leads the other way?",
        [('params["W2"].T', 'params["W2"]'), ('params["W1"].T', 'params["W1"]'), ('params["Ws"].T', 'params["Ws"]')],
    ),
    "mean-over-batch": (
        "The parameters' gradients are divided by the batch size once more.",
        "Who takes the mean over the batch: the loss or the layer?",
        [
            ("return dx,", "dW1, db1, dW2, db2 = (g / len(x) for g in (dW1, db1, dW2, db2))\n    return dx,"),
            ("x.T @ dz2\n", "x.T @ dz2 / len(x)\n"),
        ],
    ),
    "bias-summed-over-units": (
        "The biases' gradients are summed over the units, rather than over the batch.",
        "A bias belongs to one unit and to every row: which of the two axes has to go?",
        [("dz1.sum(axis=0)", "dz1.sum(axis=1)"), ("dz2.sum(axis=0)", "dz2.sum(axis=1)")],
    ),
    "weight-gradient-before-relu": (
        "The gradient of the second weights uses the first layer's values from before its ReLU.",
        "What did the second layer multiply its weights by on the way forward?",
        [("a1.T @ dz2", "z1.T @ dz2")],
    ),
    "dx-masked-by-input": (
        "dx is masked by the sign of x, as if this block had a ReLU on its input.",
        "Which operation of this block acts on x first, and has it a kink?",
        [("dx = branch + skip", "dx = (branch + skip) * (x > 0)")],
    ),
    "upstream-masked-in-place": (
        "The upstream gradient that was passed in is changed on the way.",
        "Does your mask write into an array that the caller still owns?",
        [("dz2 = dout * (z2 > 0)", "dout[z2 <= 0] = 0\n    dz2 = dout")],
    ),
}
