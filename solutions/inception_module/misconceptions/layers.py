"""Wrong 1x1 convolutions: what is wrong, a hint, and the change.

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
    "bias-along-the-height": (
        "The bias is added along the height of the image, rather than along the channels.",
        "Where numpy adds two arrays of different dimensions, which axes does it match first?",
        [("mixed + bias[:, None, None]", "mixed + bias[:, None]")],
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
    "pixels-reshaped-with-their-bias": (
        "The image is reshaped into rows, the bias is added there, and the rows are reshaped back: no row belonged to one pixel.",
        "Take one row of your reshaped array: do its numbers belong to one pixel?",
        [
            ('mixed = np.einsum("oc,nchw->nohw", weight, x)', "mixed = x.reshape(-1, x.shape[1]) @ weight.T + bias"),
            ("mixed + bias[:, None, None]", "mixed.reshape(len(x), len(weight), *x.shape[2:])"),
        ],
    ),
    "channels-not-moved-back": (
        "Rows of pixels are reshaped back into images without moving their channels back.",
        "On which axis do the channels stand behind your matrix product, and on which should they stand in the output?",
        [
            (
                'np.einsum("oc,nchw->nohw", weight, x)',
                "(np.moveaxis(x, 1, -1) @ weight.T).reshape(len(x), len(weight), *x.shape[2:])",
            ),
        ],
    ),
    "channels-and-bias-not-moved-back": (
        "Rows of pixels, bias and all, are reshaped back into images without moving their channels back.",
        "On which axis do the channels stand behind your matrix product, and on which should they stand in the output?",
        [
            ('mixed = np.einsum("oc,nchw->nohw", weight, x)', "mixed = np.moveaxis(x, 1, -1) @ weight.T + bias"),
            ("mixed + bias[:, None, None]", "mixed.reshape(len(x), len(weight), *x.shape[2:])"),
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
    "bias-summed-over-pixels-only": (
        "The gradient of the bias is summed over the pixels only, and keeps an entry for every image.",
        "To how many images was one entry of the bias added? Compare the shapes of bias and gradient.",
        [("dout.sum(axis=(0, 2, 3))", "dout.sum(axis=(2, 3))")],
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
        ],
    ),
    "all-gradients-reshaped-not-moved": (
        "The gradient is reshaped into rows of channels for all three results, the bias among them, which tears pixels apart.",
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
    "dx-not-moved-back": (
        "The rows of dx are reshaped into images without moving their channels back.",
        "On which axis do the channels stand behind your matrix product, and on which do they stand in x?",
        [
            (
                'np.einsum("oc,nohw->nchw", weight, dout)',
                "(np.moveaxis(dout, 1, -1) @ weight).reshape(x.shape)",
            ),
        ],
    ),
    "dweight-returned-first": (
        "The gradient of the weights comes before dx.",
        "In which order does the docstring promise the three gradients?",
        [("return dx, dweight, dbias", "return dweight, dx, dbias")],
    ),
    "dx-returned-last": (
        "The gradients of the parameters come first, and dx comes last.",
        "In which order does the docstring promise the three gradients?",
        [("return dx, dweight, dbias", "return dweight, dbias, dx")],
    ),
    "weights-averaged-over-the-batch": (
        "The parameters' gradients are divided by the batch size once more.",
        "Who takes the mean over the batch: the loss or the layer?",
        [("return dx, dweight, dbias", "return dx, dweight / len(x), dbias / len(x)")],
    ),
    "all-gradients-averaged-over-the-batch": (
        "All three gradients are divided by the batch size once more, dx too.",
        "Who takes the mean over the batch: the loss or the layer?",
        [("return dx, dweight, dbias", "return dx / len(x), dweight / len(x), dbias / len(x)")],
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
