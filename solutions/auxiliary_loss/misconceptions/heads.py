"""Wrong auxiliary heads; same tables as in `losses`."""

from autograder.suite.misconceptions import Table

WINDOW = "x[:, :, 3 * i : 3 * i + 5, 3 * j : 3 * j + 5]"
ONCE = "share = dpooled[:, :, i : i + 1, j : j + 1] / 25"
SHARES = "logits /= logits.sum(axis=1, keepdims=True)\n    cache = {"
SPREAD = "dx[:, :, 3 * i : 3 * i + 5, 3 * j : 3 * j + 5] += share"

HEAD_FORWARD: Table = {
    "pool-stride-5": (
        "The windows of the pool stand side by side: the stride is the window's own size.",
        "A window and a stride are two numbers: do neighbouring windows of this pool share anything?",
        [
            ("(H - 5) // 3 + 1, (W - 5) // 3 + 1", "(H - 5) // 5 + 1, (W - 5) // 5 + 1"),
            (WINDOW, "x[:, :, 5 * i : 5 * i + 5, 5 * j : 5 * j + 5]"),
        ],
    ),
    "window-and-stride-swapped": (
        "Window and stride of the pool are swapped, so that it skips rows and columns.",
        "Which of the two numbers says how much of the map one output sees?",
        [
            ("(H - 5) // 3 + 1, (W - 5) // 3 + 1", "(H - 3) // 5 + 1, (W - 3) // 5 + 1"),
            (WINDOW, "x[:, :, 5 * i : 5 * i + 3, 5 * j : 5 * j + 3]"),
        ],
    ),
    "pool-sum-not-mean": (
        "The windows are summed, where they should be averaged.",
        "What should the pool return for a map that is one everywhere?",
        [("window.mean(axis=(2, 3))", "window.sum(axis=(2, 3))")],
    ),
    "max-pool-not-average": (
        "The pool takes the largest entry of each window.",
        "GoogLeNet has pools of two kinds: which kind do its heads begin with?",
        [("window.mean(axis=(2, 3))", "window.max(axis=(2, 3))")],
    ),
    "pool-over-channels": (
        "The pool averages over the channels too, so that all of them become alike.",
        "Which layer of the head mixes channels, and which one mixes places?",
        [("window.mean(axis=(2, 3))", "window.mean(axis=(1, 2, 3))[:, None]")],
    ),
    "last-window-missing": (
        "The last row and the last column of windows are never pooled.",
        "How many windows fit into a map that is just as large as one of them?",
        [("range(rows)", "range(rows - 1)"), ("range(columns)", "range(columns - 1)")],
    ),
    "rows-and-columns-swapped": (
        "The pooled map has its rows and columns swapped.",
        "Of the two last axes, which one does each of your loops run along?",
        [
            ("np.zeros((N, C, rows, columns))", "np.zeros((N, C, columns, rows))"),
            ("pooled[:, :, i, j] = window", "pooled[:, :, j, i] = window"),
        ],
    ),
    "conv-relu-missing": (
        "There is no ReLU behind the convolution.",
        "What can two linear layers in a row do that a single one cannot?",
        [("flat = np.maximum(zc, 0).reshape", "flat = zc.reshape")],
    ),
    "fc-relu-missing": (
        "There is no ReLU behind the first fully connected layer.",
        "What can two linear layers in a row do that a single one cannot?",
        [("a1 = np.maximum(z1, 0)", "a1 = z1")],
    ),
    "relu-on-logits": (
        "A ReLU acts on the logits.",
        "May a logit be negative, and what does the softmax behind it make of equal ones?",
        [('logits = a1 @ params["W2"] + params["b2"]', 'logits = np.maximum(a1 @ params["W2"] + params["b2"], 0)')],
    ),
    "softmax-in-the-head": (
        "The head returns probabilities, where it should return logits.",
        "Which function of this notebook has the softmax in it already?",
        [("cache = {", f"logits = np.exp(logits - logits.max(axis=1, keepdims=True))\n    {SHARES}")],
    ),
    "unsafe-softmax-in-the-head": (
        "The head returns probabilities, where it should return logits, and overflows when these are large.",
        "Which function of this notebook has the softmax in it already?",
        [("cache = {", f"logits = np.exp(logits)\n    {SHARES}")],
    ),
    "relu-before-pool": (
        "The activation goes through a ReLU before it is pooled.",
        "What is the first thing that the head does to its input, and is there a ReLU before it?",
        [("window.mean", "np.maximum(window, 0).mean")],
    ),
    "conv-bias-missing": (
        "The bias of the convolution is missing.",
        "Count the parameters that your logits depend on.",
        [(' + params["bc"][:, None, None]', "")],
    ),
    "fc-bias-missing": (
        "The bias of the first fully connected layer is missing.",
        "Count the parameters that your logits depend on.",
        [(' + params["b1"]', "")],
    ),
    "last-bias-missing": (
        "The bias of the last layer is missing.",
        "Count the parameters that your logits depend on.",
        [(' + params["b2"]', "")],
    ),
    "flatten-order": (
        "The map is flattened with the channel changing fastest, rather than the column.",
        "In C-order, which axis has its entries next to each other: the first or the last?",
        [("np.maximum(zc, 0).reshape", "np.maximum(zc, 0).transpose(0, 2, 3, 1).reshape")],
    ),
    "flattened-in-fortran-order": (
        "The map is flattened in Fortran order: the channel changes fastest, then the row.",
        "In C-order, which axis has its entries next to each other: the first or the last?",
        [('reshape(N, len(params["W1"]))', 'reshape(N, len(params["W1"]), order="F")')],
    ),
    "flattened-column-by-column": (
        "The map is flattened with the row changing fastest, rather than the column.",
        "In C-order, which axis has its entries next to each other: the first or the last?",
        [("np.maximum(zc, 0).reshape", "np.maximum(zc, 0).transpose(0, 1, 3, 2).reshape")],
    ),
    "flattened-across-the-batch": (
        "Flattening mixes the examples of a batch.",
        "Whose numbers should stand in one row of the flattened array?",
        [("np.maximum(zc, 0).reshape", "np.maximum(zc, 0).transpose(1, 2, 3, 0).reshape")],
    ),
    "cache-of-the-input": (
        "The cache keeps the input of the head where the pooled map belongs.",
        "What did the convolution multiply its weights by?",
        [('"pooled": pooled', '"pooled": x')],
    ),
    "cache-of-a-convolution-behind-its-relu": (
        "The cache keeps the convolution behind its ReLU, where the values before it belong.",
        "Which of the two does the name z stand for in this course?",
        [('"zc": zc', '"zc": np.maximum(zc, 0)')],
    ),
    "cache-of-activations": (
        "The cache keeps the fully connected layer behind its ReLU, where the values before it belong.",
        "Which of the two does the name z stand for in this course?",
        [('"z1": z1', '"z1": a1')],
    ),
    "cache-of-flat-before-relu": (
        "The cache keeps the flattened map from before its ReLU.",
        "What did the first fully connected layer multiply its weights by?",
        [('"flat": flat', '"flat": zc.reshape(N, -1)')],
    ),
    "pool-in-type-of-x": (
        "The pooled map is stored in the number type of x, which cuts fractions off when x holds integers.",
        "What happens to a mean that is written into an array of integers?",
        [("np.zeros((N, C, rows, columns))", "np.zeros((N, C, rows, columns), dtype=x.dtype)")],
    ),
    "single-images-flattened": (
        "Axes of length one are dropped from the logits.",
        "Which shape does the docstring promise for a batch of one image?",
        [("return logits, cache", "return np.squeeze(logits), cache")],
    ),
    "bias-reshaped-in-the-parameters": (
        "The convolution's bias is given another shape inside the parameters that were passed in.",
        "Who else uses these parameters after your function has returned?",
        [
            ("zc = np.einsum", 'params["bc"] = params["bc"].reshape(-1, 1, 1)\n    zc = np.einsum'),
            ('params["bc"][:, None, None]', 'params["bc"]'),
        ],
    ),
}

HEAD_BACKWARD: Table = {
    "pool-stride-5-backward": (
        "The gradient goes back to windows that stand side by side: the stride is the window's own size.",
        "Which places of x did each pooled number look at on the way forward?",
        [(SPREAD, "dx[:, :, 5 * i : 5 * i + 5, 5 * j : 5 * j + 5] += share")],
    ),
    "pool-gradient-undivided": (
        "Each place of a window receives the whole gradient of the mean.",
        "By how much does a mean move when one of its entries moves?",
        [(ONCE, "share = dpooled[:, :, i : i + 1, j : j + 1]")],
    ),
    "pool-gradient-divided-by-stride": (
        "The gradient of the mean is divided by the wrong number of entries.",
        "How many entries is each mean taken over?",
        [(ONCE, "share = dpooled[:, :, i : i + 1, j : j + 1] / 9")],
    ),
    "overlap-overwritten": (
        "Where two windows overlap, the gradient of the later one replaces that of the earlier one.",
        "An entry of x that two windows have seen acts along two paths: what becomes of their gradients?",
        [("+= share", "= share")],
    ),
    "overlap-averaged": (
        "Where windows overlap, their gradients are averaged, where they should be added.",
        "When a quantity influences the loss along two paths, how does calculus combine the two?",
        [
            ("dx = np.zeros(x.shape)", "dx, times = np.zeros(x.shape), np.zeros(x.shape)"),
            (SPREAD, SPREAD + "\n            times[:, :, 3 * i : 3 * i + 5, 3 * j : 3 * j + 5] += 1"),
            ("return dx,", "return dx / np.maximum(times, 1),"),
        ],
    ),
    "pool-gradient-to-the-centre": (
        "The gradient of a window goes to the place in its centre alone.",
        "Which entries of the window does its mean depend on?",
        [(SPREAD, "dx[:, :, 3 * i + 2 : 3 * i + 3, 3 * j + 2 : 3 * j + 3] += 25 * share")],
    ),
    "pool-gradient-to-the-maximum": (
        "The gradient of a window goes to its largest entry, as in a max pool.",
        "Which entries of the window does its mean depend on?",
        [
            (ONCE, f"seen = {WINDOW}\n            {ONCE} * 25 * (seen == seen.max(axis=(2, 3), keepdims=True))"),
        ],
    ),
    "unflatten-order": (
        "The gradient is folded back with the channel changing fastest, rather than the column.",
        "In which order was the map flattened on the way forward? Undo that one.",
        [
            (
                ".reshape(zc.shape) * (zc > 0)",
                ".reshape(len(zc), *zc.shape[2:], zc.shape[1]).transpose(0, 3, 1, 2) * (zc > 0)",
            )
        ],
    ),
    "unflattened-in-fortran-order": (
        "The gradient is folded back in Fortran order: the channel changes fastest, then the row.",
        "In which order was the map flattened on the way forward? Undo that one.",
        [
            (
                ".reshape(zc.shape) * (zc > 0)",
                ".reshape(len(zc), *zc.shape[:0:-1]).transpose(0, 3, 2, 1) * (zc > 0)",
            )
        ],
    ),
    "unflattened-column-by-column": (
        "The gradient is folded back with the row changing fastest, rather than the column.",
        "In which order was the map flattened on the way forward? Undo that one.",
        [
            (
                ".reshape(zc.shape) * (zc > 0)",
                ".reshape(*zc.shape[:2], zc.shape[3], zc.shape[2]).swapaxes(2, 3) * (zc > 0)",
            )
        ],
    ),
    "no-fc-mask": (
        "The gradient passes the ReLU of the fully connected layer as if it were always open.",
        "Which units had no influence on the logits?",
        [('(dlogits @ params["W2"].T) * (z1 > 0)', 'dlogits @ params["W2"].T')],
    ),
    "no-conv-mask": (
        "The gradient passes the ReLU of the convolution as if it were always open.",
        "Which entries of the map had no influence on the logits?",
        [(".reshape(zc.shape) * (zc > 0)", ".reshape(zc.shape)")],
    ),
    "slope-of-one-at-zero": (
        "Units whose value before the ReLU is exactly zero pass their gradient on.",
        "Which slope does the docstring give a ReLU at zero?",
        [("(z1 > 0)", "(z1 >= 0)"), ("(zc > 0)", "(zc >= 0)")],
    ),
    "mask-from-gradient": (
        "A ReLU's mask is taken from the gradient, rather than from the forward pass.",
        "Which quantity decided, on the way forward, whether a unit was on?",
        [("* (z1 > 0)", '* (dlogits @ params["W2"].T > 0)')],
    ),
    "fc-weights-before-relu": (
        "The gradient of the last weights uses the values from before their layer's ReLU.",
        "What did the last layer multiply its weights by on the way forward?",
        [("a1.T @ dlogits", "z1.T @ dlogits")],
    ),
    "conv-output-before-relu": (
        "The gradient of the first fully connected weights uses the map from before its ReLU.",
        "What did this layer multiply its weights by on the way forward?",
        [("flat.T @ dz1", "zc.reshape(len(zc), -1).T @ dz1")],
    ),
    "conv-weights-transposed": (
        "The gradient of the convolution's weights comes out transposed.",
        "Compare the shape of each gradient with that of the parameter it belongs to.",
        [("return dx,", "dWc = dWc.T\n    return dx,")],
    ),
    "fc-weights-transposed": (
        "The gradients of the fully connected weights come out transposed.",
        "Compare the shape of each gradient with that of the parameter it belongs to.",
        [("return dx,", "dW1, dW2 = dW1.T, dW2.T\n    return dx,")],
    ),
    "one-place-for-the-map": (
        "The convolution's gradients are averaged over the places of the map, where they should be summed.",
        "The same weights are used at every place: how do the gradients of all these uses combine?",
        [("return dx,", "dWc, dbc = (g / zc[0, 0].size for g in (dWc, dbc))\n    return dx,")],
    ),
    "maps-reshaped-not-moved": (
        "The delta is reshaped into rows of channels, which tears places apart: a reshape does not move the channels to the end.",
        "Take one row of your reshaped delta: do its numbers belong to one place?",
        [
            (
                'np.einsum("npij,ncij->pc", dzc, pooled), dzc.sum(axis=(0, 2, 3))',
                "dzc.reshape(-1, zc.shape[1]).T @ pooled.reshape(-1, x.shape[1]), dzc.reshape(-1, zc.shape[1]).sum(axis=0)",
            ),
            (
                'np.einsum("pc,npij->ncij", params["Wc"], dzc)',
                '(dzc.reshape(-1, zc.shape[1]) @ params["Wc"]).reshape(pooled.shape)',
            ),
        ],
    ),
    "conv-bias-reshaped-not-moved": (
        "The convolution's delta is reshaped into rows of channels for its bias, which tears places apart.",
        "Take one column of your reshaped delta: do its numbers belong to one channel?",
        [("dzc.sum(axis=(0, 2, 3))", "dzc.reshape(-1, zc.shape[1]).sum(axis=0)")],
    ),
    "conv-bias-summed-over-batch-only": (
        "The convolution's bias is summed over the batch alone, not over the places of the map.",
        "How many places of the map does one bias act on, and what shape has it?",
        [("dzc.sum(axis=(0, 2, 3))", "dzc.sum(axis=0)")],
    ),
    "mean-over-batch": (
        "The parameters' gradients are divided by the batch size once more.",
        "Who takes the mean over the batch: the loss or the layer?",
        [
            (
                "return dx,",
                "dWc, dbc, dW1, db1, dW2, db2 = (g / len(x) for g in (dWc, dbc, dW1, db1, dW2, db2))\n    return dx,",
            )
        ],
    ),
    "everything-averaged-over-the-batch": (
        "All gradients are divided by the batch size once more, dx as well as those of the parameters.",
        "Who takes the mean over the batch: the loss or the layer?",
        [("x, pooled", "dlogits = dlogits / len(dlogits)\n    x, pooled")],
    ),
    "weight-in-the-head": (
        "The weight of the auxiliary loss is applied inside the head.",
        "Who knows how much a head counts: the head, or the loss that puts the heads together?",
        [("x, pooled", "dlogits = 0.3 * dlogits\n    x, pooled")],
    ),
    "head-gradient-in-type-of-x": (
        "The gradient is stored in the number type of x, which has no room for fractions when x holds integers.",
        "What happens to a fraction that is added into an array of integers?",
        [("np.zeros(x.shape)", "np.zeros_like(x)")],
    ),
    "gradient-cropped-to-the-windows": (
        "dx has only the rows and columns that windows reach.",
        "Which shape has the gradient of an array, and what belongs where the array has no influence?",
        [("return dx,", "dx = dx[:, :, : 3 * pooled.shape[2] + 2, : 3 * pooled.shape[3] + 2]\n    return dx,")],
    ),
    "gradient-of-single-images-flattened": (
        "Axes of length one are dropped from dx.",
        "Which shape does the docstring promise for a batch of one image?",
        [("return dx,", "return np.squeeze(dx),")],
    ),
    "cache-turned-into-masks": (
        "An array of the cache is overwritten by its own mask.",
        "Does any line of yours write into an array that the caller still owns?",
        [("dW2, db2 = a1.T", "z1[z1 <= 0] = 0\n    z1[z1 > 0] = 1\n    dW2, db2 = a1.T")],
    ),
}
