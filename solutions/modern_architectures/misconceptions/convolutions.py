"""Wrong fire modules and grouped convolutions; same tables as in `counts`."""

from autograder.suite.misconceptions import Table

FIRE: Table = {
    "expand-reads-input": (
        "The expanding convolutions read the input of the module, and not the squeezed maps.",
        "What is the squeeze good for, if nobody reads what it makes?",
        [
            ('conv2d_forward(squeezed, params["W_expand1"]', 'conv2d_forward(x, params["W_expand1"]'),
            ('conv2d_forward(squeezed, params["W_expand3"]', 'conv2d_forward(x, params["W_expand3"]'),
        ],
    ),
    "squeeze-not-rectified": (
        "There is no ReLU behind the squeeze.",
        "Behind how many of the three convolutions does a ReLU stand?",
        [
            (
                'relu(conv2d_forward(x, params["W_squeeze"], params["b_squeeze"]))',
                'conv2d_forward(x, params["W_squeeze"], params["b_squeeze"])',
            )
        ],
    ),
    "expands-not-rectified": (
        "There is no ReLU behind the expanding convolutions.",
        "Behind how many of the three convolutions does a ReLU stand?",
        [
            (
                'relu(conv2d_forward(squeezed, params["W_expand1"], params["b_expand1"]))',
                'conv2d_forward(squeezed, params["W_expand1"], params["b_expand1"])',
            ),
            (
                'relu(conv2d_forward(squeezed, params["W_expand3"], params["b_expand3"]))',
                'conv2d_forward(squeezed, params["W_expand3"], params["b_expand3"])',
            ),
        ],
    ),
    "relu-missing": (
        "There is no ReLU at all.",
        "What are two convolutions in a row without anything in between?",
        [
            (
                'relu(conv2d_forward(x, params["W_squeeze"], params["b_squeeze"]))',
                'conv2d_forward(x, params["W_squeeze"], params["b_squeeze"])',
            ),
            (
                'relu(conv2d_forward(squeezed, params["W_expand1"], params["b_expand1"]))',
                'conv2d_forward(squeezed, params["W_expand1"], params["b_expand1"])',
            ),
            (
                'relu(conv2d_forward(squeezed, params["W_expand3"], params["b_expand3"]))',
                'conv2d_forward(squeezed, params["W_expand3"], params["b_expand3"])',
            ),
        ],
    ),
    "3x3-reads-the-1x1": (
        "The 3x3 convolution reads the maps of the expanding 1x1 convolution.",
        "Do the two expanding convolutions stand one behind the other, or side by side?",
        [('conv2d_forward(squeezed, params["W_expand3"]', 'conv2d_forward(maps_1, params["W_expand3"]')],
    ),
    "3x3-in-front": (
        "The maps of the 3x3 convolution stand in front of those of the 1x1 convolution.",
        "In which order does the docstring stack the two?",
        [("[maps_1, maps_3]", "[maps_3, maps_1]")],
    ),
    "expands-added": (
        "The maps of the two expanding convolutions are added.",
        "How many maps should come out, if each convolution makes its own?",
        [("np.concatenate([maps_1, maps_3], axis=1)", "maps_1 + maps_3")],
    ),
    "squeeze-without-bias": (
        "The bias of the squeeze is left out.",
        "Which of the parameters have you not used?",
        [('params["b_squeeze"]', 'np.zeros(len(params["b_squeeze"]))')],
    ),
    "expands-without-bias": (
        "The biases of the expanding convolutions are left out.",
        "Which of the parameters have you not used?",
        [
            ('params["b_expand1"]', 'np.zeros(len(params["b_expand1"]))'),
            ('params["b_expand3"]', 'np.zeros(len(params["b_expand3"]))'),
        ],
    ),
    "x-rectified": (
        "What the module reads goes through a ReLU first.",
        "The input may be of any sign. Where do the three ReLUs stand?",
        [("conv2d_forward(x,", "conv2d_forward(relu(x),")],
    ),
    "parameters-in-order-of-their-keys": (
        "The parameters are taken in the order in which they come, whatever they are called.",
        "What does the docstring say about the order of the keys?",
        [
            (
                "    squeezed = relu",
                (
                    '    names = ("W_squeeze", "b_squeeze", "W_expand1", "b_expand1", "W_expand3", "b_expand3")\n'
                    "    params = dict(zip(names, params.values(), strict=True))\n    squeezed = relu"
                ),
            )
        ],
    ),
    "x-rectified-in-place": (
        "Negative entries of x are set to zero on the way.",
        "Who else may still need the array that you write into?",
        [
            ("return np", "out = np"),
            ("[maps_1, maps_3], axis=1)", "[maps_1, maps_3], axis=1)\n    x[x < 0] = 0\n    return out"),
        ],
    ),
}

GROUPED: Table = {
    "groups-ignored-in-convolution": (
        "Every kernel is laid over the channels of all groups.",
        "Which channels of the input may an output channel of the first group see?",
        [
            ("len(weight) // groups", "len(weight)"),
            ("np.split(x, groups, axis=1)", "[x]"),
            ("np.split(weight, groups)", "[np.tile(weight, (1, groups, 1, 1))]"),
        ],
    ),
    "channels-dealt-out": (
        "The channels of the input are dealt out to the groups in turn, like cards.",
        "Do the channels of one group lie side by side?",
        [("np.split(x, groups, axis=1)", "[x[:, g::groups] for g in range(groups)]")],
    ),
    "kernels-dealt-out": (
        "The kernels are dealt out to the groups in turn, like cards.",
        "Which of the kernels make the first part of the output?",
        [("np.split(weight, groups)", "[weight[g::groups] for g in range(groups)]")],
    ),
    "channels-shuffled": (
        "The outputs of the groups are shuffled into each other.",
        "Other networks do that on purpose. Which channels of the output belong to the first group here?",
        [
            ("return np.concatenate(", "return np.stack("),
            ("in parts], axis=1\n    )", "in parts], axis=2\n    ).reshape(len(x), len(weight), *x.shape[2:])"),
        ],
    ),
    "all-groups-read-the-first": (
        "All groups read the first part of the input.",
        "Does your part of the input move on with the group?",
        [("np.split(x, groups, axis=1)", "np.split(x, groups, axis=1)[:1] * groups")],
    ),
    "kernels-of-the-first-group": (
        "All groups use the kernels of the first one.",
        "Does every group have kernels of its own?",
        [("np.split(weight, groups)", "np.split(weight, groups)[:1] * groups")],
    ),
    "groups-in-reverse": (
        "The first part of the output reads the last part of the input.",
        "Which part of the input does the first part of the output belong to?",
        [("np.split(x, groups, axis=1)", "np.split(x, groups, axis=1)[::-1]")],
    ),
    "outputs-in-reverse": (
        "Each group is right, and the outputs of the groups are stacked from the last one to the first.",
        "Which group makes the first part of the output?",
        [("for part, kernels in parts]", "for part, kernels in list(parts)[::-1]]")],
    ),
    "groups-added-up": (
        "The outputs of the groups are added to each other.",
        "How many output channels are there, if each group makes its own?",
        [("np.concatenate(", "sum("), ("in parts], axis=1", "in parts]")],
    ),
    "kernels-turned-round": (
        "The kernels are turned upside down, as a convolution of signals would do.",
        "Networks mean something simpler by a convolution: is any of the two factors turned there?",
        [("conv2d_forward(part, kernels,", "conv2d_forward(part, kernels[:, :, ::-1, ::-1],")],
    ),
    "valid-padding": (
        "The output is smaller than the input: there is no padding.",
        "What should become of height and width, and what stands outside of the image?",
        [
            (
                "in parts], axis=1\n    )",
                "in parts], axis=1\n    )[:, :, (e := weight.shape[2] // 2) : x.shape[2] - e, e : x.shape[3] - e]",
            )
        ],
    ),
    "output-in-type-of-x": (
        "The output takes the number type of x, which cuts off the fractions where x holds integers.",
        "What happens to a fraction that is written into an array of integers?",
        [("in parts], axis=1\n    )", "in parts], axis=1\n    ).astype(x.dtype)")],
    ),
    "kernels-turned-in-place": (
        "The kernels that were passed in are turned upside down on the way.",
        "Who else may still need the kernels that you write into?",
        [
            ("return np", "out = np"),
            (
                "in parts], axis=1\n    )",
                "in parts], axis=1\n    )\n    weight[...] = weight[:, :, ::-1, ::-1].copy()\n    return out",
            ),
        ],
    ),
}
