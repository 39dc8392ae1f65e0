"""Wrong global average pools; same tables as in `layers`."""

from autograder.suite.misconceptions import Table

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
    "averaged-over-channels-and-rows": (
        "The mean is taken over channels and rows, and keeps an entry for every column.",
        "Which axes of (N, C, H, W) make up one map?",
        [("x.mean(axis=(2, 3))", "x.mean(axis=(1, 2))")],
    ),
    "averaged-over-images-and-channels": (
        "The mean is taken over images and channels, and keeps an entry for every pixel.",
        "Which axes of (N, C, H, W) make up one map?",
        [("x.mean(axis=(2, 3))", "x.mean(axis=(0, 1))")],
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
