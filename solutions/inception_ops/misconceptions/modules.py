"""Wrong costs of reductions and of Inception modules; same tables as in `layers`."""

from autograder.suite.misconceptions import Table

REDUCTION_SAVING: Table = {
    "ratio-inverted": (
        "The ratio is upside down: the reduced way over the direct one.",
        "A saving of two says that one of the two ways costs twice the other: which?",
        [("direct / (thinning + convolving)", "(thinning + convolving) / direct")],
    ),
    "reduction-for-free": (
        "The 1x1 convolution itself is not counted.",
        "Which layers does the image pass on the reduced way?",
        [("(thinning + convolving)", "convolving")],
    ),
    "only-the-reduction-counted": (
        "Of the reduced way only the 1x1 convolution is counted.",
        "Which layers does the image pass on the reduced way?",
        [("(thinning + convolving)", "thinning")],
    ),
    "second-layer-reads-full-depth": (
        "The second convolution is taken to read the input at its full depth.",
        "What stands between the input and the second convolution, and how deep is what it hands on?",
        [("reduce_channels, out_channels, kernel_size)", "channels, out_channels, kernel_size)")],
    ),
    "large-kernel-reduces": (
        "The reduction is counted with the large kernel.",
        "Which kernel makes the input thinner?",
        [("reduce_channels, 1)", "reduce_channels, kernel_size)")],
    ),
    "saving-as-share": (
        "The answer is the share of the work that is saved, rather than how many times less work there is.",
        "Which number stands for twice as cheap: in the docstring, and in your answer?",
        [("direct / (thinning + convolving)", "1 - (thinning + convolving) / direct")],
    ),
    "saving-as-difference": (
        "The answer is how many MACs are saved, rather than a ratio.",
        "Could your answer be the same for a small and a large image?",
        [("direct / (thinning + convolving)", "float(direct - (thinning + convolving))")],
    ),
    "saving-rounded": (
        "The ratio is rounded to a whole number.",
        "Of which type is the answer?",
        [("direct / (thinning", "direct // (thinning")],
    ),
    "oblong-kernel-taken-as-square": (
        "A kernel that is no square is taken for a square.",
        "Your earlier function takes both forms of a kernel: which of them does it get from you?",
        [
            (
                "channels, height, width = in_shape\n",
                (
                    "channels, height, width = in_shape\n"
                    "    kernel_size = kernel_size[0] if isinstance(kernel_size, tuple) else kernel_size\n"
                ),
            )
        ],
    ),
    "oblong-kernel-as-high-as-wide": (
        "A kernel that is no square is taken to be as high as it is wide.",
        "Your earlier function takes both forms of a kernel: which of them does it get from you?",
        [
            (
                "channels, height, width = in_shape\n",
                (
                    "channels, height, width = in_shape\n"
                    "    kernel_size = kernel_size[1] if isinstance(kernel_size, tuple) else kernel_size\n"
                ),
            )
        ],
    ),
    "never-below-one": (
        "A reduction is taken to pay always: the ratio never falls below one.",
        "What happens to the work when the layer in between is not thin?",
        [("direct / (thinning + convolving)", "max(direct / (thinning + convolving), 1.0)")],
    ),
    "ratio-of-parameters": (
        "The ratio is that of the parameters, biases included, rather than that of the MACs.",
        "What does the ratio compare: how much is learned, or how much is computed?",
        [
            ("direct = conv_macs((height, width), ", "direct = conv_params("),
            ("thinning = conv_macs((height, width), ", "thinning = conv_params("),
            ("convolving = conv_macs((height, width), ", "convolving = conv_params("),
        ],
    ),
}

NAIVE_INCEPTION_COST: Table = {
    "pool-depth-forgotten": (
        "The output of the pooling is missing from the stack.",
        "How many channels go into the pooling, how many come out, and where do they go?",
        [('+ branches["5x5"] + channels', '+ branches["5x5"]')],
    ),
    "maps-added-not-stacked": (
        "The outputs are added up like in a residual block, so that only the deepest one shows.",
        "Could maps of different depth be added number by number? What does the module do with them?",
        [
            (
                'branches["1x1"] + branches["3x3"] + branches["5x5"] + channels',
                'max(branches["1x1"], branches["3x3"], branches["5x5"], channels)',
            )
        ],
    ),
    "pool-averaged-to-one-channel": (
        "The pooling is taken to leave a single channel.",
        "Does a pooling look along the channels, or along height and width?",
        [('+ branches["5x5"] + channels', '+ branches["5x5"] + 1')],
    ),
    "pooling-counted-as-macs": (
        "The pooling is counted as if it multiplied.",
        "What does a maximum pooling do with the numbers under its window, and has it any weights?",
        [("macs = 0\n", "macs = 9 * channels * height * width\n")],
    ),
    "module-in-flops": (
        "Multiplications and additions are counted apart: these are FLOPs, twice as many as MACs.",
        "Read in the conventions what counts as one operation in this course.",
        [('"macs": macs', '"macs": 2 * macs')],
    ),
    "branches-in-a-row": (
        "Each branch is taken to read what the one before it produced.",
        "Which input do the branches of the module have?",
        [
            ("channels, height, width = in_shape", "channels, height, width = in_shape\n    depth = channels"),
            (
                "+= conv_macs((height, width), channels, branches[name], kernel_size)",
                "+= conv_macs((height, width), depth, branches[name], kernel_size)\n        depth = branches[name]",
            ),
        ],
    ),
    "kernels-all-1x1": (
        "All branches are counted with a kernel of one pixel.",
        "What do the names of the branches say about their kernels?",
        [("branches[name], kernel_size)", "branches[name], 1)")],
    ),
    "keys-taken-in-order": (
        "The branches are told apart by their order, rather than by their names.",
        "What happens to your count when the same module is written down in another order?",
        [
            ('in (("1x1", 1), ("3x3", 3), ("5x5", 5))', "in zip(branches, (1, 3, 5))"),
        ],
    ),
    "branches-taken-out": (
        "Branches are taken out of the dict that was passed in.",
        "Who else may still hold the dict that you take something out of?",
        [('+ branches["5x5"] + channels', '+ branches.pop("5x5") + channels')],
    ),
    "summed-in-floats": (
        "A count is a float or an array, although it is a whole number.",
        "Of which type should the answer be, and which step of yours makes another one of it?",
        [("macs = 0\n", "macs = 0.0\n")],
    ),
}

REDUCED_INCEPTION_COST: Table = {
    "slide-total-358m": (
        "The 3x3 convolution is counted twice in the MACs, as in the slide's total.",
        "Write down the six terms one below the other, and look for one that your sum holds more than once.",
        [
            (
                "    out_channels =",
                '    macs += conv_macs((height, width), branches["3x3_reduce"], branches["3x3"], 3)\n    out_channels =',
            )
        ],
    ),
    "3x3-reads-full-depth": (
        "The 3x3 convolution is taken to read the input at its full depth.",
        "What is the layer before the 3x3 convolution there for?",
        [('("3x3", branches["3x3_reduce"], 3)', '("3x3", channels, 3)')],
    ),
    "5x5-reads-full-depth": (
        "The 5x5 convolution is taken to read the input at its full depth.",
        "What is the layer before the 5x5 convolution there for?",
        [('("5x5", branches["5x5_reduce"], 5)', '("5x5", channels, 5)')],
    ),
    "reductions-without-effect": (
        "The reductions are counted, and the convolutions behind them are taken to read the full depth all the same.",
        "What do the reductions hand on?",
        [
            ('("3x3", branches["3x3_reduce"], 3)', '("3x3", channels, 3)'),
            ('("5x5", branches["5x5_reduce"], 5)', '("5x5", channels, 5)'),
        ],
    ),
    "reductions-left-out": (
        "There are no reductions: the 3x3 and the 5x5 convolution read the input, as in the naive module.",
        "How many convolutions does the module have, and how many did you count?",
        [
            ('        ("3x3_reduce", channels, 1),\n', ""),
            ('        ("5x5_reduce", channels, 1),\n', ""),
            ('("3x3", branches["3x3_reduce"], 3)', '("3x3", channels, 3)'),
            ('("5x5", branches["5x5_reduce"], 5)', '("5x5", channels, 5)'),
        ],
    ),
    "reductions-for-free": (
        "The two reductions themselves are not counted.",
        "Which layers does an image pass on its way through each branch?",
        [('        ("3x3_reduce", channels, 1),\n', ""), ('        ("5x5_reduce", channels, 1),\n', "")],
    ),
    "pool-projection-missing": (
        "The projection behind the pooling is missing: the pooling hands on its full depth, as in the naive module.",
        "What does the last branch do after its pooling, and why was that added to the naive module?",
        [('        ("pool_proj", channels, 1),\n', ""), ('+ branches["pool_proj"]', "+ channels")],
    ),
    "pooling-branch-left-out": (
        "The branch with the pooling is left out altogether: its projection is neither counted nor stacked.",
        "How many arrows of the figure end in the stack, and what does each of them pass?",
        [('        ("pool_proj", channels, 1),\n', ""), (' + branches["pool_proj"]', "")],
    ),
    "projection-not-stacked": (
        "The projection behind the pooling is counted, and missing from the stack.",
        "How many arrows of the figure end in the stack?",
        [(' + branches["pool_proj"]', "")],
    ),
    "input-stacked-too": (
        "The input, or a pooling of full depth, is stacked along with the four ends of the branches.",
        "Which boxes of the figure have an arrow into the stack?",
        [('+ branches["pool_proj"]', '+ branches["pool_proj"] + channels')],
    ),
    "module-pooling-counted-as-macs": (
        "The pooling is counted as if it multiplied.",
        "What does a maximum pooling do with the numbers under its window, and has it any weights?",
        [("macs, params = 0, 0", "macs, params = 9 * channels * height * width, 0")],
    ),
    "reduced-module-in-flops": (
        "Multiplications and additions are counted apart: these are FLOPs, twice as many as MACs.",
        "Read in the conventions what counts as one operation in this course.",
        [('"macs": macs', '"macs": 2 * macs')],
    ),
    "module-biases-counted-as-ops": (
        "Adding the biases is counted as an operation.",
        "Read in the conventions what is done about biases when operations are counted.",
        [('"macs": macs', '"macs": macs + height * width * sum(branches.values())')],
    ),
    "reductions-exchanged": (
        "The 3x3 convolution is taken to read what the reduction before the 5x5 made, and the other way round.",
        "Which reduction stands in the same branch as which convolution?",
        [
            ('("3x3", branches["3x3_reduce"], 3)', '("3x3", branches["5x5_reduce"], 3)'),
            ('("5x5", branches["5x5_reduce"], 5)', '("5x5", branches["3x3_reduce"], 5)'),
        ],
    ),
    "biases-at-the-ends-only": (
        "Only the four ends of the branches are given biases, and the two reductions none.",
        "Is a reduction a convolution like the others?",
        [('"params": params', '"params": params - branches["3x3_reduce"] - branches["5x5_reduce"]')],
    ),
    "projection-for-free": (
        "The projection behind the pooling is not counted.",
        "How many convolutions does the module have, and how many did you count?",
        [('        ("pool_proj", channels, 1),\n', "")],
    ),
    "pool-depth-kept": (
        "The stack is given the full depth of the pooling, as in the naive module.",
        "What comes last in the branch with the pooling?",
        [('+ branches["pool_proj"]', "+ channels")],
    ),
    "branches-summed-not-stacked": (
        "The outputs are added up like in a residual block, so that only the deepest one shows.",
        "Could maps of different depth be added number by number? What does the module do with them?",
        [
            (
                'branches["1x1"] + branches["3x3"] + branches["5x5"] + branches["pool_proj"]',
                'max(branches["1x1"], branches["3x3"], branches["5x5"], branches["pool_proj"])',
            )
        ],
    ),
    "reductions-stacked-too": (
        "The reductions are stacked along with the outputs of the branches.",
        "Who reads what a reduction produces?",
        [('branches["1x1"] + branches["3x3"] + branches["5x5"] + branches["pool_proj"]', "sum(branches.values())")],
    ),
    "module-without-biases": (
        "The biases are left out of the parameters.",
        "Which flag of your earlier function decides about the biases, and what does this docstring ask for?",
        [("branches[name], kernel_size)\n    out", "branches[name], kernel_size, bias=False)\n    out")],
    ),
    "projection-reads-the-stack": (
        "The projection is taken to read the outputs of the other branches, rather than the pooled input.",
        "Follow the arrow into the projection back to where it starts.",
        [('("pool_proj", channels, 1)', '("pool_proj", branches["1x1"] + branches["3x3"] + branches["5x5"], 1)')],
    ),
    "branches-taken-in-order": (
        "The branches are told apart by their order, rather than by their names.",
        "What happens to your count when the same module is written down in another order?",
        [
            (
                "channels, height, width = in_shape\n",
                (
                    "channels, height, width = in_shape\n"
                    '    names = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj")\n'
                    "    branches = dict(zip(names, branches.values()))\n"
                ),
            )
        ],
    ),
    "module-taken-apart": (
        "Branches are taken out of the dict that was passed in.",
        "Who else may still hold the dict that you take something out of?",
        [('+ branches["pool_proj"]', '+ branches.pop("pool_proj")')],
    ),
    "module-summed-in-floats": (
        "A count is a float or an array, although it is a whole number.",
        "Of which type should the answer be, and which step of yours makes another one of it?",
        [("macs, params = 0, 0", "macs, params = 0.0, 0.0")],
    ),
}
