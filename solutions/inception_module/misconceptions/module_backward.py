"""Wrong backward passes of Inception modules; same tables as in `layers`."""

from autograder.suite.misconceptions import Table

NINTH = (
    "ninth = np.eye(x.shape[1])[:, :, None, None] * np.full((3, 3), 1 / 9)\n    "  # an average pool as a convolution
)

INCEPTION_BACKWARD: Table = {
    "dx-from-one-branch": (
        "Only the 1x1 branch passes its gradient back to x.",
        "How many branches read x? Each of them hands a gradient back.",
        [("dx = dx_1x1 + dx_3x3 + dx_5x5 + dx_pool", "dx = dx_1x1")],
    ),
    "pool-passes-nothing-back": (
        "The pool branch is missing from dx, as if a pool without weights had no gradient.",
        "Does a layer that has nothing to learn keep a gradient from passing through?",
        [(" + dx_5x5 + dx_pool", " + dx_5x5")],
    ),
    "dx-averaged-over-branches": (
        "The gradients of the four branches are averaged, where they should be added.",
        "When a quantity influences the loss along several paths, how does calculus combine them?",
        [("dx_1x1 + dx_3x3 + dx_5x5 + dx_pool", "(dx_1x1 + dx_3x3 + dx_5x5 + dx_pool) / 4")],
    ),
    "dx-stacked-not-added": (
        "The gradients of the four branches are stacked, where they should be added.",
        "Forward, the maps of the branches stand behind each other; but how many times does x exist?",
        [("dx_1x1 + dx_3x3 + dx_5x5 + dx_pool", "np.concatenate([dx_1x1, dx_3x3, dx_5x5, dx_pool], axis=1)")],
    ),
    "gradient-split-in-another-order": (
        "The upstream gradient is handed out with the pool branch first.",
        "In which order were the branches stacked?",
        [
            ('("b_1x1", "b_3x3", "b_5x5", "b_pool_proj")', '("b_pool_proj", "b_1x1", "b_3x3", "b_5x5")'),
            ("part_1x1, part_3x3, part_5x5, part_pool =", "part_pool, part_1x1, part_3x3, part_5x5 ="),
        ],
    ),
    "3x3-and-5x5-parts-swapped": (
        "The 3x3 and the 5x5 branch get each other's part of the upstream gradient.",
        "In which order were the branches stacked?",
        [
            ('("b_1x1", "b_3x3", "b_5x5", "b_pool_proj")', '("b_1x1", "b_5x5", "b_3x3", "b_pool_proj")'),
            ("part_1x1, part_3x3, part_5x5, part_pool =", "part_1x1, part_5x5, part_3x3, part_pool ="),
        ],
    ),
    "gradient-split-evenly": (
        "The upstream gradient is cut into four parts of equal depth.",
        "Have all branches the same number of channels?",
        [("np.split(dout, ends[:-1], axis=1)", "np.array_split(dout, 4, axis=1)")],
    ),
    "relu-mask-missing": (
        "The gradient passes the last ReLUs of all branches as if they were always open.",
        "Which entries of the output stay zero when the layer below changes a little?",
        [
            (' * (cache["z_1x1"] > 0)', ""),
            (' * (cache["z_3x3"] > 0)', ""),
            (' * (cache["z_5x5"] > 0)', ""),
            (' * (cache["z_pool_proj"] > 0)', ""),
        ],
    ),
    "projection-mask-missing": (
        "The gradient passes the ReLU behind the pool projection as if it were always open.",
        "After how many of the six convolutions stands a ReLU? Each of them has a mask on the way back.",
        [(' * (cache["z_pool_proj"] > 0)', "")],
    ),
    "reduce-mask-missing": (
        "The gradient passes the ReLUs behind the reductions as if they were always open.",
        "Which entries of the reduced maps had no influence on the kernel behind them?",
        [(' * (cache["z_3x3_reduce"] > 0)', ""), (' * (cache["z_5x5_reduce"] > 0)', "")],
    ),
    "mask-of-3x3-reduction-missing": (
        "The gradient passes the ReLU behind the reduction of the 3x3 branch as if it were always open.",
        "Which entries of the reduced maps had no influence on the kernel behind them?",
        [(' * (cache["z_3x3_reduce"] > 0)', "")],
    ),
    "mask-of-5x5-reduction-missing": (
        "The gradient passes the ReLU behind the reduction of the 5x5 branch as if it were always open.",
        "Which entries of the reduced maps had no influence on the kernel behind them?",
        [(' * (cache["z_5x5_reduce"] > 0)', "")],
    ),
    "slope-of-one-at-zero": (
        "The masks are open where a value before a ReLU is exactly zero.",
        "Which slope of relu does the docstring give at zero?",
        [
            ('(cache["z_1x1"] > 0)', '(cache["z_1x1"] >= 0)'),
            ('(cache["z_3x3"] > 0)', '(cache["z_3x3"] >= 0)'),
            ('(cache["z_3x3_reduce"] > 0)', '(cache["z_3x3_reduce"] >= 0)'),
            ('(cache["z_5x5"] > 0)', '(cache["z_5x5"] >= 0)'),
            ('(cache["z_5x5_reduce"] > 0)', '(cache["z_5x5_reduce"] >= 0)'),
            ('(cache["z_pool_proj"] > 0)', '(cache["z_pool_proj"] >= 0)'),
        ],
    ),
    "mask-from-the-gradient": (
        "The last masks are taken from the upstream gradient, rather than from the forward pass.",
        "Which quantity decided, on the way forward, whether an entry was on?",
        [
            ('(cache["z_1x1"] > 0)', "(part_1x1 > 0)"),
            ('(cache["z_3x3"] > 0)', "(part_3x3 > 0)"),
            ('(cache["z_5x5"] > 0)', "(part_5x5 > 0)"),
            ('(cache["z_pool_proj"] > 0)', "(part_pool > 0)"),
        ],
    ),
    "pool-gradient-spread-evenly": (
        "The pool shares its gradient among all pixels of the window, as an average pool does.",
        "Which pixel of the window decided what the pool returned?",
        [
            (
                "dx_pool = max_pool_backward(dpooled, x)",
                NINTH + "dx_pool = conv2d_backward(dpooled, x, ninth)[0]",
            ),
        ],
    ),
    "pool-gradient-stays-in-place": (
        "The gradient goes round the max pool: each pixel gets what was asked of its own window.",
        "Which pixel of the window decided what the pool returned, and was it always the one in the middle?",
        [("dx_pool = max_pool_backward(dpooled, x)", "dx_pool = dpooled")],
    ),
    "pool-gradient-from-pooled-maps": (
        "The max pool's way back looks for the largest entries in the pooled maps, not in x.",
        "Among which numbers did the pool choose on the way forward?",
        [("max_pool_backward(dpooled, x)", "max_pool_backward(dpooled, pooled)")],
    ),
    "projection-joined-with-x": (
        "The gradient of the projection's weights uses x, where the layer read the pooled maps.",
        "What did the projection multiply its weights by on the way forward?",
        [
            ('dz_pool_proj, pooled, params["W_pool_proj"]', 'dz_pool_proj, x, params["W_pool_proj"]'),
        ],
    ),
    "large-kernels-joined-before-relu": (
        "The gradients of the large kernels use the reduced maps from before their ReLU.",
        "What did the large kernels multiply their weights by on the way forward?",
        [('cache["a_3x3_reduce"]', 'cache["z_3x3_reduce"]'), ('cache["a_5x5_reduce"]', 'cache["z_5x5_reduce"]')],
    ),
    "first-layers-joined-with-relu-of-x": (
        "The gradients of the layers that read x use relu(x).",
        "What did these layers multiply their weights by on the way forward: was there a ReLU before them?",
        [
            ("conv2d_backward(dz_1x1, x,", "conv2d_backward(dz_1x1, relu(x),"),
            ("dz_3x3_reduce, x,", "dz_3x3_reduce, relu(x),"),
            ("dz_5x5_reduce, x,", "dz_5x5_reduce, relu(x),"),
        ],
    ),
    "reductions-passed-over": (
        "The gradients of the 3x3 and the 5x5 branch stop at their reductions, and do not reach x.",
        "The reductions read x as the 1x1 branch does: what comes back through them?",
        [("dx_1x1 + dx_3x3 + dx_5x5 + dx_pool", "dx_1x1 + dx_pool")],
    ),
    "module-gradients-averaged-over-batch": (
        "The parameters' gradients are divided by the batch size once more.",
        "Who takes the mean over the batch: the loss or the layer?",
        [("return dx, grads", "return dx, {key: grad / len(x) for key, grad in grads.items()}")],
    ),
    "dx-and-module-gradients-averaged-over-batch": (
        "All gradients are divided by the batch size once more, dx too.",
        "Who takes the mean over the batch: the loss or the layer?",
        [("return dx, grads", "return dx / len(x), {key: grad / len(x) for key, grad in grads.items()}")],
    ),
    "biases-averaged-over-pixels": (
        "The biases' gradients are means over the pixels, where they should be sums.",
        "One number was added at every pixel: how do the gradients of these places combine?",
        [
            (
                "return dx, grads",
                "return dx, {key: grad / x[0, 0].size if grad.ndim == 1 else grad for key, grad in grads.items()}",
            ),
        ],
    ),
    "minus-sign-from-the-update": (
        "The parameters' gradients carry the minus sign of gradient descent.",
        "Is the minus sign part of the gradient, or of the step that descends along it?",
        [("return dx, grads", "return dx, {key: -grad for key, grad in grads.items()}")],
    ),
    "dx-masked-by-input": (
        "dx is masked by the sign of x, as if the module began with a ReLU.",
        "Which operations of this module act on x first, and which of them has a kink at zero?",
        [("return dx, grads", "return dx * (x > 0), grads")],
    ),
    "dx-of-single-images-flattened": (
        "Axes of length one are dropped from dx.",
        "Which shape does the docstring promise for a batch of one image?",
        [("return dx, grads", "return np.squeeze(dx), grads")],
    ),
    "module-gradient-in-type-of-upstream": (
        "The gradient is stored in the number type of dout, which cuts fractions off when dout holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("return dx, grads", "return dx.astype(dout.dtype), grads")],
    ),
    "dx-in-type-of-x": (
        "dx is stored in the number type of x, which cuts fractions off when x holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("return dx, grads", "return dx.astype(x.dtype), grads")],
    ),
    "gradients-of-biases-missing": (
        "Gradients of biases are missing.",
        "How many parameters has each of the six layers? Compare the keys of grads with those of params.",
        [("return dx, grads", 'return dx, {key: grad for key, grad in grads.items() if key[0] == "W"}')],
    ),
    "dx-returned-alone": (
        "Only dx is returned, without the gradients of the parameters.",
        "How many values does the docstring promise?",
        [("return dx, grads", "return dx")],
    ),
    "gradient-stored-in-cache": (
        "Gradients are written into the cache that was passed in, or into the parameters in it.",
        "Who else may still hold the dict that you write into?",
        [("return dx, grads", 'cache["dx"] = dx\n    return dx, grads')],
    ),
    "upstream-masked-in-place": (
        "The upstream gradient that was passed in is changed on the way.",
        "The parts of a split array may be windows into it: does your mask write into them?",
        [("return dx, grads", 'part_1x1[cache["z_1x1"] <= 0] = 0\n    return dx, grads')],
    ),
}
