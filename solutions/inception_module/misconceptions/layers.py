"""Wrong 1x1 convolutions and global average pools: what is wrong, a hint, and the change.

Hints point at the idea, without code or numbers. A change is (old, new) in the source of the reference's function.
"""

from autograder.suite.misconceptions import Table

POINTWISE_FORWARD: Table = {
    "weight-transposed": (
        "The weights are used transposed, as if they had one row per input channel.",
        "Read the shape of the weight in the docstring: which of its two axes meets the channels of x?",
        [('"oc,nchw->nohw"', '"co,nchw->nohw"')],
    ),
    "bias-missing": (
        "The bias is not added.",
        "Count the arguments that your output depends on.",
        [("mixed + bias[:, None, None]", "mixed")],
    ),
    "bias-along-the-width": (
        "The bias is added along the width of the image, rather than along the channels.",
        "Where numpy adds two arrays of different dimensions, which axes does it match first?",
        [("mixed + bias[:, None, None]", "mixed + bias")],
    ),
    "channels-last-output": (
        "The output has its channels on the last axis.",
        "In which order do the axes of an image stand in this course?",
        [("mixed + bias[:, None, None]", "(mixed + bias[:, None, None]).transpose(0, 2, 3, 1)")],
    ),
    "pixels-reshaped-not-moved": (
        "The image is reshaped into rows of channels, which tears pixels apart: a reshape does not move the channels to the end.",
        "Take one row of your reshaped array: do its numbers belong to one pixel?",
        [
            (
                'np.einsum("oc,nchw->nohw", weight, x)',
                "(x.reshape(-1, x.shape[1]) @ weight.T).reshape(len(x), len(weight), *x.shape[2:])",
            ),
        ],
    ),
    "activation-added": (
        "A ReLU follows the layer, which the contract does not ask for.",
        "Could this function ever return a negative number, and should it?",
        [("mixed + bias[:, None, None]", "relu(mixed + bias[:, None, None])")],
    ),
    "single-outputs-flattened": (
        "Axes of length one are dropped from the output.",
        "Which shape does the docstring promise for a batch of one image?",
        [("mixed + bias[:, None, None]", "np.squeeze(mixed + bias[:, None, None])")],
    ),
    "output-in-type-of-x": (
        "The result is stored in the number type of x, which cuts fractions off when x holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("mixed + bias[:, None, None]", "(mixed + bias[:, None, None]).astype(x.dtype)")],
    ),
    "x-reshaped-in-place": (
        "The array that was passed in comes out of the function with another shape.",
        "Does your reshape make a new array, or does it change one that the caller still owns?",
        [("return out", "x.resize(len(x), x.shape[1], x.shape[2] * x.shape[3])\n    return out")],
    ),
}

POINTWISE_BACKWARD: Table = {
    "bias-summed-over-batch-only": (
        "The gradient of the bias is summed over the images only, and keeps an entry for every pixel.",
        "To how many pixels was one entry of the bias added? Compare the shapes of bias and gradient.",
        [("dout.sum(axis=(0, 2, 3))", "dout.sum(axis=0)")],
    ),
    "bias-averaged": (
        "The gradient of the bias is averaged over pixels and images, where it should be summed.",
        "One number was added in many places: how do the gradients of these places combine?",
        [("dout.sum(axis=(0, 2, 3))", "dout.mean(axis=(0, 2, 3))")],
    ),
    "gradient-of-weights-transposed": (
        "The gradient of the weights comes out transposed.",
        "Compare the shape of each gradient with that of the parameter it belongs to.",
        [("nohw,nchw->oc", "nohw,nchw->co")],
    ),
    "back-through-the-weights-untransposed": (
        "The gradient goes back through the weights as on the way forward, rather than through their transpose.",
        "A layer maps input channels to output channels: which way does its gradient go?",
        [('"oc,nohw->nchw"', '"co,nohw->nchw"')],
    ),
    "gradient-reshaped-not-moved": (
        "The gradient is reshaped into rows of channels, which tears pixels apart: a reshape does not move the channels to the end.",
        "Take one row of your reshaped gradient: do its numbers belong to one pixel?",
        [
            ('np.einsum("oc,nohw->nchw", weight, dout)', "(dout.reshape(-1, len(weight)) @ weight).reshape(x.shape)"),
            (
                'np.einsum("nohw,nchw->oc", dout, x)',
                "dout.reshape(-1, len(weight)).T @ x.reshape(-1, x.shape[1])",
            ),
            ("dout.sum(axis=(0, 2, 3))", "dout.reshape(-1, len(weight)).sum(axis=0)"),
        ],
    ),
    "weights-averaged-over-the-batch": (
        "The parameters' gradients are divided by the batch size once more.",
        "Who takes the mean over the batch: the loss or the layer?",
        [("return dx, dweight, dbias", "return dx, dweight / len(x), dbias / len(x)")],
    ),
    "weights-averaged-over-the-pixels": (
        "The parameters' gradients are means over the pixels, where they should be sums.",
        "Each pixel used the same weights: how do the gradients of many uses of one number combine?",
        [
            (
                "return dx, dweight, dbias",
                "pixels = x.shape[2] * x.shape[3]\n    return dx, dweight / pixels, dbias / pixels",
            ),
        ],
    ),
    "minus-sign-in-gradient": (
        "The parameters' gradients carry the minus sign of gradient descent.",
        "Is the minus sign part of the gradient, or of the step that descends along it?",
        [("return dx, dweight, dbias", "return dx, -dweight, -dbias")],
    ),
    "single-gradients-flattened": (
        "Axes of length one are dropped from dx.",
        "Which shape does the docstring promise for a batch of one image?",
        [("return dx,", "return np.squeeze(dx),")],
    ),
    "dx-in-type-of-upstream": (
        "The gradient is stored in the number type of dout, which cuts fractions off when dout holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("return dx,", "return dx.astype(dout.dtype),")],
    ),
    "upstream-reshaped-in-place": (
        "The upstream gradient that was passed in comes out of the function with another shape.",
        "Does your reshape make a new array, or does it change one that the caller still owns?",
        [("return dx,", "dout.resize(*dout.shape[:2], dout.shape[2] * dout.shape[3])\n    return dx,")],
    ),
}

POOL_FORWARD: Table = {
    "pool-sum-not-mean": (
        "The pixels of a map are summed, not averaged.",
        "What should the pool return for a map whose pixels are all alike?",
        [("x.mean(axis=(2, 3))", "x.sum(axis=(2, 3))")],
    ),
    "largest-not-mean": (
        "Each map is represented by its largest pixel, as a max pool does, not by the mean.",
        "What does the word in the middle of the layer's name stand for?",
        [("x.mean(axis=(2, 3))", "x.max(axis=(2, 3))")],
    ),
    "maps-reshaped-not-moved": (
        "The images are reshaped into rows of channels, which tears maps apart: a reshape does not move the channels to the end.",
        "Take one column of your reshaped array: do its numbers belong to one map?",
        [("x.mean(axis=(2, 3))", "x.reshape(len(x), -1, x.shape[1]).mean(axis=1)")],
    ),
    "averaged-over-channels": (
        "The mean is taken over the channels, not over the pixels of each map.",
        "Which axes of (N, C, H, W) make up one map?",
        [("x.mean(axis=(2, 3))", "x.mean(axis=1)")],
    ),
    "averaged-over-rows-only": (
        "The mean is taken over one of the two directions of a map.",
        "How many numbers should be left of each map?",
        [("x.mean(axis=(2, 3))", "x.mean(axis=2)")],
    ),
    "averaged-over-batch-too": (
        "The mean runs over all images of the batch together.",
        "Should the answer for one image depend on which others are asked about along with it?",
        [("x.mean(axis=(2, 3))", "np.ones((len(x), 1)) * x.mean(axis=(0, 2, 3))")],
    ),
    "divided-by-height-squared": (
        "The sum is divided by the square of the height, which is the number of pixels of square maps only.",
        "How many pixels has a map that is wider than high?",
        [("x.mean(axis=(2, 3))", "x.sum(axis=(2, 3)) / x.shape[2] ** 2")],
    ),
    "flattened-not-pooled": (
        "The maps are flattened into one long row, as before a fully connected layer, and nothing is averaged.",
        "How many numbers should be left of each map?",
        [("x.mean(axis=(2, 3))", "x.reshape(len(x), -1)")],
    ),
    "pooled-axes-kept": (
        "The pooled axes are kept, with length one.",
        "How many axes does the docstring promise?",
        [("x.mean(axis=(2, 3))", "x.mean(axis=(2, 3), keepdims=True)")],
    ),
    "single-means-flattened": (
        "Axes of length one are dropped from the means.",
        "Which shape does the docstring promise for a batch of one image?",
        [("x.mean(axis=(2, 3))", "np.squeeze(x.mean(axis=(2, 3)))")],
    ),
    "mean-in-type-of-x": (
        "The mean is stored in the number type of x, which cuts fractions off when x holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("x.mean(axis=(2, 3))", "x.mean(axis=(2, 3)).astype(x.dtype)")],
    ),
    "maps-flattened-in-place": (
        "The array that was passed in comes out of the function with another shape.",
        "Does your reshape make a new array, or does it change one that the caller still owns?",
        [
            (
                "out: np.ndarray = x.mean(axis=(2, 3))",
                "x.resize(*x.shape[:2], x.shape[2] * x.shape[3])\n    out = x.mean(axis=2)",
            )
        ],
    ),
    "x-divided-in-place": (
        "The pixels of x are divided in place before they are summed.",
        "Does your division make a new array, or does it write into one that the caller still owns?",
        [("out: np.ndarray = x.mean(axis=(2, 3))", "x /= x.shape[2] * x.shape[3]\n    out = x.sum(axis=(2, 3))")],
    ),
}

POOL_BACKWARD: Table = {
    "undivided-gradient": (
        "Every pixel gets the whole gradient of its mean, undivided.",
        "How much does a mean move when a single one of its pixels moves?",
        [("share = dout / (height * width)", "share = dout")],
    ),
    "divided-by-height-squared-on-the-way-back": (
        "The gradient is divided by the square of the height, which is the number of pixels of square maps only.",
        "How many pixels has a map that is wider than high?",
        [("dout / (height * width)", "dout / height**2")],
    ),
    "divided-by-the-batch": (
        "The gradient is divided by the batch size as well.",
        "Who takes the mean over the batch: the loss or the layer?",
        [("dout / (height * width)", "dout / (height * width) / len(dout)")],
    ),
    "gradient-to-one-pixel": (
        "One pixel of each map gets the whole gradient, as in a max pool.",
        "Which pixels had a part in the mean?",
        [
            (
                "return np.ones(x_shape) * share[:, :, None, None]",
                "dx = np.zeros(x_shape)\n    dx[:, :, 0, 0] = dout\n    return dx",
            ),
        ],
    ),
    "gradient-left-small": (
        "The gradient keeps the shape of the pooled maps and is not spread over the pixels.",
        "Which shape has the gradient of x?",
        [("np.ones(x_shape) * share[:, :, None, None]", "share[:, :, None, None]")],
    ),
    "single-maps-flattened": (
        "Axes of length one are dropped from dx.",
        "Which shape does the docstring promise for a batch of one image?",
        [("np.ones(x_shape) * share[:, :, None, None]", "np.squeeze(np.ones(x_shape) * share[:, :, None, None])")],
    ),
    "share-in-type-of-upstream": (
        "The shares are stored in the number type of dout, which cuts fractions off when dout holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("share = dout / (height * width)", "share = (dout / (height * width)).astype(dout.dtype)")],
    ),
    "axes-added-in-place": (
        "The upstream gradient that was passed in comes out of the function with another shape.",
        "Does your reshape make a new array, or does it change one that the caller still owns?",
        [("return np.ones(x_shape) * share", "dout.resize(*dout.shape, 1, 1)\n    return np.ones(x_shape) * share")],
    ),
    "upstream-divided-in-place": (
        "The upstream gradient that was passed in is divided in place.",
        "Does your division make a new array, or does it write into one that the caller still owns?",
        [("share = dout / (height * width)", "dout /= height * width\n    share = dout")],
    ),
}
