"""Wrong counts for whole networks; same tables as in `layers`."""

from autograder.suite.misconceptions import Table

GOOGLENET_CENSUS: Table = {
    "module-counted-as-one-layer": (
        "An Inception module is counted as a single layer.",
        "Follow one pixel's numbers through a module: how many layers with weights do they pass, one after the other?",
        [("weight_layers += 2", "weight_layers += 1")],
    ),
    "module-counted-as-six-layers": (
        "Every convolution of a module is counted on the longest path, although they lie side by side.",
        "How many of a module's convolutions can one path run through?",
        [("weight_layers += 2", "weight_layers += 6")],
    ),
    "max-pools-only-26": (
        "Only the maximum poolings are counted along with the weight layers; the average pooling is left out.",
        "Which kinds of pooling does the table have, and which of them does the docstring count?",
        [('in ("max_pool", "avg_pool")', 'in ("max_pool",)')],
    ),
    "poolings-in-modules-counted": (
        "The pooling inside each module is counted as a step more.",
        "Does the path through a module's pooling become longer than the path through its convolutions?",
        [("modules += 1", "modules += 1\n            pools += 1")],
    ),
    "every-row-counted": (
        "All rows count as layers, those for dropout and softmax too.",
        "Which kinds of row does the docstring name, and which other kinds does the table have?",
        [('elif row["kind"] in ("max_pool", "avg_pool")', "else")],
    ),
    "module-counted-once-among-convolutions": (
        "A module counts as one among the convolutions.",
        "How many convolutions does a module have, those side by side each on its own?",
        [("conv_and_fc += 6", "conv_and_fc += 1")],
    ),
    "branches-of-a-module-counted": (
        "A module counts as many convolutions as it has branches.",
        "Which branches have more than one convolution?",
        [("conv_and_fc += 6", "conv_and_fc += 4")],
    ),
    "auxiliary-heads-counted": (
        "The auxiliary heads are counted as a part of the network.",
        "Which parts of the network work at inference, and which serve the training only?",
        [
            (
                "    return {\n",
                (
                    "    for place, row in enumerate(table):\n"
                    '        if row["kind"] == "head":\n'
                    '            side = googlenet_census([table[place - 1], *row["layers"]])\n'
                    '            conv_and_fc += side["conv_and_fc_layers"]\n'
                    '            params += side["params"]\n'
                    '            macs += side["macs"]\n'
                    "    return {\n"
                ),
            )
        ],
    ),
    "one-head-passed-over": (
        "The row before is looked for behind one auxiliary head at most.",
        "What enters a row in front of which two heads stand?",
        [
            ('before, *rows = [row for row in table if row["kind"] != "head"]', "before, *rows = table"),
            ("for row in rows:", "for place, row in enumerate(rows, 1):"),
            (
                'size, channels = before["out_size"], before["out_channels"]',
                (
                    'if row["kind"] == "head":\n'
                    "            continue\n"
                    "        before = table[place - 1]\n"
                    '        before = table[place - 2] if before["kind"] == "head" else before\n'
                    '        size, channels = before["out_size"], before["out_channels"]'
                ),
            ),
        ],
    ),
    "input-size-with-stride": (
        "A convolution is counted at every position of its input, although it moves in larger steps.",
        "For how many positions does a convolution with a stride compute something?",
        [('row["out_size"],', "size,")],
    ),
    "flattened-without-positions": (
        "A fully connected layer is taken to read one number from each channel, whatever the size of the map.",
        "How many numbers enter a fully connected layer when nothing has averaged the map before it?",
        [
            ('conv_params(channels, row["out_channels"], size)', 'conv_params(channels, row["out_channels"], 1)'),
            (
                'conv_macs((1, 1), channels, row["out_channels"], size)',
                'conv_macs((1, 1), channels, row["out_channels"], 1)',
            ),
        ],
    ),
    "groups-of-the-table-ignored": (
        "The groups of the convolutions in the table are ignored.",
        "Which further keys does the row of a convolution have?",
        [
            ('row["kernel_size"], row["groups"]\n', 'row["kernel_size"]\n'),
            ('                row["groups"],\n', ""),
        ],
    ),
    "fc-not-counted": (
        "Fully connected layers are not counted at all.",
        "Does a fully connected layer have weights?",
        [('row["kind"] == "fc":', 'row["kind"] == "fc" and False:')],
    ),
    "census-without-biases": (
        "The biases of convolutions and fully connected layers outside of the modules are left out.",
        "Which flag of your earlier function decides about the biases, and what does this docstring ask for?",
        [
            (
                'row["groups"]\n            )\n            macs',
                'row["groups"], bias=False\n            )\n            macs',
            ),
            (
                'row["out_channels"], size)\n            macs',
                'row["out_channels"], size, bias=False)\n            macs',
            ),
        ],
    ),
    "published-numbers-returned": (
        "The published counts are returned, whatever network is asked about.",
        "What should the answer be for a network of two layers?",
        [
            (
                "    return {\n",
                "    modules, weight_layers, pools, conv_and_fc, params, macs = 9, 22, 5, 58, 6998552, 1582671872\n    return {\n",
            )
        ],
    ),
    "heads-taken-out-of-the-table": (
        "The auxiliary heads are removed from the table that was passed in.",
        "Who else may still need the table that you take rows out of?",
        [
            (
                'before, *rows = [row for row in table if row["kind"] != "head"]',
                'table[:] = [row for row in table if row["kind"] != "head"]\n    before, *rows = table',
            )
        ],
    ),
    "census-in-floats": (
        "A count is a float or an array, although it is a whole number.",
        "Of which type should the answer be, and which step of yours makes another one of it?",
        [("params, macs = 0, 0, 0, 0, 0, 0", "params, macs = 0, 0, 0, 0, 0.0, 0.0")],
    ),
}
