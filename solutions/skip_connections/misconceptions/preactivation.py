"""Wrong pre-activation blocks; same tables as in `blocks`."""

from autograder.suite.misconceptions import Table

PREACTIVATION_FORWARD: Table = {
    "relu-after-add": (
        "A ReLU follows the sum, as in the original block.",
        "What was moved into the branch so that nothing stands in the way of the identity path?",
        [('out = x + a1 @ params["W2"] + params["b2"]', 'out = np.maximum(x + a1 @ params["W2"] + params["b2"], 0)')],
    ),
    "skip-from-activated-input": (
        "The shortcut carries relu(x), where it should carry x.",
        "Where does the shortcut leave the main line: before or behind the first ReLU?",
        [("out = x + a1", "out = a0 + a1")],
    ),
    "input-not-activated": (
        "The branch starts without its first ReLU.",
        "Pre-activation means that something happens before the first weights: what?",
        [("a0 = np.maximum(x, 0)", "a0 = x")],
    ),
    "second-relu-missing": (
        "The branch has no ReLU between its two layers.",
        "What can two linear layers in a row do that a single one cannot?",
        [("a1 = np.maximum(z1, 0)", "a1 = z1")],
    ),
    "raw-input-in-the-cache": (
        "The cache keeps x in the place of relu(x).",
        "What did the first layer multiply its weights by? The backward pass needs the very same.",
        [('"a0": a0', '"a0": x')],
    ),
    "first-layer-exchanged-in-the-cache": (
        "The cache keeps the first layer's values before and after its ReLU in each other's place.",
        "Which of the two do the names z and a stand for in this course?",
        [('"z1": z1, "a1": a1', '"z1": a1, "a1": z1')],
    ),
    "sum-in-place-on-x": (
        "The branch is added into x itself, which the caller still owns.",
        "Does your sum make a new array, or does it write into one that you were given?",
        [('out = x + a1 @ params["W2"] + params["b2"]', 'x += a1 @ params["W2"] + params["b2"]\n    out = x')],
    ),
    "preactivation-in-type-of-x": (
        "The result is stored in the number type of x, which cuts fractions off when x holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [('x + a1 @ params["W2"] + params["b2"]', '(x + a1 @ params["W2"] + params["b2"]).astype(x.dtype)')],
    ),
    "preactivation-of-single-rows-flattened": (
        "Axes of length one are dropped from the output.",
        "Which shape does the docstring promise for a batch of one row?",
        [("return out, cache", "return np.squeeze(out), cache")],
    ),
    "branch-without-first-bias": (
        "The bias of the first layer is missing.",
        "Count the parameters that your output depends on.",
        [(' + params["b1"]', "")],
    ),
    "branch-without-second-bias": (
        "The bias of the second layer is missing.",
        "Count the parameters that your output depends on.",
        [(' + params["b2"]', "")],
    ),
    "preactivation-without-skip": (
        "The shortcut is missing: this is a plain stack of two layers.",
        "What should the block return when its branch computes zero?",
        [("out = x + a1", "out = a1")],
    ),
}

PREACTIVATION_BACKWARD: Table = {
    "shortcut-gradient-masked": (
        "The gradient of the shortcut is masked by the sign of x, along with that of the branch.",
        "Which of the two paths goes through the ReLU on the input?",
        [("dx = dout + branch", "dx = dout * (x > 0) + branch")],
    ),
    "branch-unmasked-by-input": (
        "The branch's gradient passes the ReLU on the input as if it were always open.",
        "Which entries of x never reached the branch?",
        [(' @ params["W1"].T) * (x > 0)', ' @ params["W1"].T)')],
    ),
    "branch-unmasked-inside": (
        "The branch's gradient passes its second ReLU as if it were always open.",
        "Which units of the first layer had no influence on the output?",
        [(' @ params["W2"].T) * (z1 > 0)', ' @ params["W2"].T)')],
    ),
    "shortcut-gradient-missing": (
        "The path through the shortcut is missing from dx.",
        "In how many places does x enter the block? Each of them hands a gradient back.",
        [("dx = dout + branch", "dx = branch")],
    ),
    "shortcut-adds-one": (
        "The shortcut adds the constant one to dx, rather than the gradient that comes from above.",
        "The derivative of x with respect to x is one: what does the chain rule multiply it by?",
        [("dx = dout + branch", "dx = 1 + branch")],
    ),
    "parameter-gradients-divided-by-batch": (
        "The parameters' gradients are divided by the batch size once more.",
        "Who takes the mean over the batch: the loss or the layer?",
        [("return dx,", "dW1, db1, dW2, db2 = (g / len(x) for g in (dW1, db1, dW2, db2))\n    return dx,")],
    ),
    "minus-sign-in-weight-gradients": (
        "The weights' gradients carry the minus sign of the slide.",
        "Is the minus sign part of the gradient, or of the step that descends along it? See the conventions.",
        [("a0.T @ dz1", "-a0.T @ dz1"), ("a1.T @ dout", "-a1.T @ dout")],
    ),
    "branch-open-at-zero": (
        "The slope of the ReLU is taken to be one where its input is exactly zero.",
        "Which slope does the docstring give the ReLU at zero?",
        [("(z1 > 0)", "(z1 >= 0)"), ("(x > 0)", "(x >= 0)")],
    ),
    "weight-gradient-from-raw-input": (
        "The gradient of the first weights uses x, where the layer saw relu(x).",
        "What did the first layer multiply its weights by on the way forward?",
        [("a0.T @ dz1", "x.T @ dz1")],
    ),
    "masked-by-a-relu-that-is-gone": (
        "The upstream gradient is masked by the sign of the output, as if a ReLU followed the sum.",
        "What happens to the sum in this block before it is returned?",
        [("dz1 = (dout", 'dout = dout * (x + a1 @ params["W2"] + params["b2"] > 0)\n    dz1 = (dout')],
    ),
    "sum-in-place-on-upstream": (
        "The branch's gradient is added into dout itself, which the caller still owns.",
        "Does your sum make a new array, or does it write into one that you were given?",
        [("return dx,", "dout += branch\n    return dout,")],
    ),
    "second-weights-before-relu": (
        "The gradient of the second weights uses the first layer's values from before its ReLU.",
        "What did the second layer multiply its weights by on the way forward?",
        [("a1.T @ dout", "z1.T @ dout")],
    ),
}
