"""The answers to `inception_ops`: the build turns them into cells and stubs, the hidden suite compares with them.

Everything from a signature to the end of its docstring is what students read; the lines between the two SOLUTION
markers are what they write. A function may call those above it, as students may call theirs.
"""


def conv_output_size(
    size: int, kernel_size: int, stride: int = 1, padding: int = 0
) -> int:
    """How many positions a kernel takes along one axis.

    That is the height or the width of what a convolution returns.

    Padding adds `padding` zeros at both ends of the axis. The kernel starts at the
    first entry and moves on by `stride` as long as all of it fits. What is left over at
    the end, when the last step does not fit, is not used.

    size: entries along the axis, at least 1
    kernel_size: entries that the kernel covers along the same axis, at least 1; size +
        2 padding is at least as large
    stride: the step, at least 1
    padding: zeros at each end, at least 0

    Returns an exact int. A numpy integer will do; a float such as 3.0 will not.

    Source: lectures N41 and L14 use it throughout, for instance 224 -> 112 in
    GoogLeNet's first layer.
    """
    ### BEGIN SOLUTION
    return (size + 2 * padding - kernel_size) // stride + 1
    ### END SOLUTION


def conv_macs(
    out_size: tuple[int, int],
    in_channels: int,
    out_channels: int,
    kernel_size: int | tuple[int, int],
    groups: int = 1,
) -> int:
    """Multiply-accumulates (MACs) of one convolution on one image.

    The lectures call them "ops".

    Each number of the output is one dot product of a kernel with the patch of input
    under it. A dot product of n numbers counts as n MACs: a multiplication and the
    addition that goes with it are one MAC together. Biases are not counted. Kernels are
    applied once for every position of the *output*, so that stride and padding act
    through out_size alone.

    out_size: (H, W) of the output
    in_channels: depth of the input, at least 1
    out_channels: depth of the output, one kernel each, at least 1
    kernel_size: an int k for a k x k kernel, or a tuple (kh, kw), of numbers from 1 on
    groups: the channels of input and output are cut into this many equal parts, and
        each part of the output reads only its own part of the input. It divides both
        numbers of channels. 1 is the ordinary convolution.

    Returns an exact int. A numpy integer will do; a float such as 3.0 will not.

    Source: lecture N41 (112.9M against 5.3M), L14 (854M).
    """
    ### BEGIN SOLUTION
    out_height, out_width = out_size
    kernel_height, kernel_width = (
        kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    )
    macs_per_number = in_channels // groups * kernel_height * kernel_width
    return out_height * out_width * out_channels * macs_per_number
    ### END SOLUTION


def conv_params(
    in_channels: int,
    out_channels: int,
    kernel_size: int | tuple[int, int],
    groups: int = 1,
    bias: bool = True,
) -> int:
    """Learned numbers of one convolution.

    The weights of its kernels and, with `bias`, one bias for each output channel.

    The same kernels serve every position of the image, so its size does not matter.

    in_channels, out_channels, kernel_size, groups: as in `conv_macs`
    bias: whether the layer has biases

    Returns an exact int. A numpy integer will do; a float such as 3.0 will not.

    Source: lectures N41 and L14 compare networks by it.
    """
    ### BEGIN SOLUTION
    kernel_height, kernel_width = (
        kernel_size if isinstance(kernel_size, tuple) else (kernel_size, kernel_size)
    )
    weights = out_channels * (in_channels // groups) * kernel_height * kernel_width
    return weights + out_channels if bias else weights
    ### END SOLUTION


def reduction_saving(
    in_shape: tuple[int, int, int],
    out_channels: int,
    kernel_size: int | tuple[int, int],
    reduce_channels: int,
) -> float:
    """How many times fewer MACs a convolution costs with a reduction.

    The reduction is a 1x1 convolution that makes its input thinner first.

        direct:  in_shape -> kernel_size convolution -> out_channels
        reduced: in_shape -> 1x1 convolution -> reduce_channels
                          -> kernel_size convolution -> out_channels

    All convolutions have stride 1 and same padding: height and width stay as they are.
    Biases are not counted.

    in_shape: (C, H, W) of the input
    out_channels: depth of the output, the same both ways, at least 1
    kernel_size: an int k for a k x k kernel, or a tuple (kh, kw), of numbers from 1 on
    reduce_channels: depth behind the 1x1 convolution, at least 1

    Returns MACs of direct / MACs of reduced, a float: 3.0 says that the reduction saves
    two thirds of the work, a number below 1 that it makes the work more.

    Source: lecture N41 (a 5x5 convolution on 14 x 14 x 480).
    """
    ### BEGIN SOLUTION
    channels, height, width = in_shape
    direct = conv_macs((height, width), channels, out_channels, kernel_size)
    thinning = conv_macs((height, width), channels, reduce_channels, 1)
    convolving = conv_macs((height, width), reduce_channels, out_channels, kernel_size)
    return direct / (thinning + convolving)
    ### END SOLUTION


def naive_inception_cost(in_shape: tuple[int, int, int], branches: dict) -> dict:
    """What an Inception module in its naive form costs.

    Three convolutions and a pooling side by side, then stacked.

    Each branch reads the whole input; height and width stay as they are (stride 1, same
    padding). The 3x3 max pooling has no weights and counts no MACs; it treats every
    channel on its own, so its output is as deep as its input. The four outputs are
    stacked along the channels.

    in_shape: (C, H, W) of the input
    branches: {"1x1", "3x3", "5x5"}: the output channels of each convolution, at least
        1. The order of the keys means nothing.

    Returns {"macs", "out_channels"}, exact ints: the MACs of all branches (biases not
    counted), and the depth of the stack. Numpy integers will do; floats such as 3.0
    will not. More keys are allowed. No input is modified.

    Source: lecture N41; L14 (854M); Szegedy and others, arXiv:1409.4842, figure 2(a).
    """
    ### BEGIN SOLUTION
    channels, height, width = in_shape
    macs = 0
    for name, kernel_size in (("1x1", 1), ("3x3", 3), ("5x5", 5)):
        macs += conv_macs((height, width), channels, branches[name], kernel_size)
    out_channels = branches["1x1"] + branches["3x3"] + branches["5x5"] + channels
    return {"macs": macs, "out_channels": out_channels}
    ### END SOLUTION


def reduced_inception_cost(in_shape: tuple[int, int, int], branches: dict) -> dict:
    """What an Inception module with reductions costs.

    Six convolutions in four branches, then stacked.

        input -> 1x1 ----------------------------> 1x1 channels
        input -> 1x1 -> 3x3_reduce channels -> 3x3 -> 3x3 channels
        input -> 1x1 -> 5x5_reduce channels -> 5x5 -> 5x5 channels
        input -> 3x3 max pool -> 1x1 ------------> pool_proj channels

    Height and width stay as they are everywhere (stride 1, same padding). Pooling has
    no weights and counts no MACs.

    in_shape: (C, H, W) of the input
    branches: {"1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj"}: the output
        channels of each of the six convolutions, at least 1. The order of the keys
        means nothing.

    Returns {"macs", "params", "out_channels"}, exact ints: MACs of all six (biases not
    counted), parameters of all six (biases counted), and the depth of the stack.
    Numpy integers will do; floats such as 3.0 will not. More keys are allowed. No input
    is modified.

    Source: lecture N41; L14 ("358M"); Szegedy and others, arXiv:1409.4842, figure 2(b).
    """
    ### BEGIN SOLUTION
    channels, height, width = in_shape
    layers = [
        ("1x1", channels, 1),
        ("3x3_reduce", channels, 1),
        ("3x3", branches["3x3_reduce"], 3),
        ("5x5_reduce", channels, 1),
        ("5x5", branches["5x5_reduce"], 5),
        ("pool_proj", channels, 1),
    ]
    macs, params = 0, 0
    for name, in_channels, kernel_size in layers:
        macs += conv_macs((height, width), in_channels, branches[name], kernel_size)
        params += conv_params(in_channels, branches[name], kernel_size)
    out_channels = (
        branches["1x1"] + branches["3x3"] + branches["5x5"] + branches["pool_proj"]
    )
    return {"macs": macs, "params": params, "out_channels": out_channels}
    ### END SOLUTION


def googlenet_census(table: list) -> dict:
    """Count what a network is made of, from its table.

    The table is GoogLeNet's or any other in the same format.

    table: rows from input to output, as `starter_code.googlenet_table` documents them;
        the kernel_size of a row is an int.
        What enters a row is what left the row before it. The first row is always the
        input. A row of kind "head" is an auxiliary head: not part of the network at
        inference, so it counts nowhere, and the row after it continues where the row
        before it left off. "fc" is a fully connected layer on *all* numbers that enter
        it, channels times positions. A table has one layer with weights at least, and
        may end with any row. All its numbers are at least 1, but for the rates of
        dropout: 0 or more.

    Returns, all exact ints:
    {"inception_modules": rows of kind "inception",
     "weight_layers": layers with weights on the longest path from input to output; an
         Inception module is two of them long,
     "layers_with_pooling": the same, with each "max_pool" and "avg_pool" row counted
         too. (The pooling inside a module lies on a path of the same length as its
         convolutions, and makes no path longer.)
     "conv_and_fc_layers": all convolutions and fully connected layers, those side by
         side in a module each on its own,
     "params": the parameters of all these layers, one bias for each output channel
         included,
     "macs": multiply-accumulates on one image; pooling, dropout and softmax count none}

    Numpy integers will do; floats such as 3.0 will not. More keys are allowed. The
    table is not modified.

    Source: lecture N41 (9 modules, 22 layers, 27 with pooling); Szegedy and others,
    arXiv:1409.4842, table 1.
    """
    ### BEGIN SOLUTION
    modules, weight_layers, pools, conv_and_fc, params, macs = 0, 0, 0, 0, 0, 0
    before, *rows = [row for row in table if row["kind"] != "head"]
    for row in rows:
        size, channels = before["out_size"], before["out_channels"]
        if row["kind"] == "conv":
            weight_layers += 1
            conv_and_fc += 1
            params += conv_params(
                channels, row["out_channels"], row["kernel_size"], row["groups"]
            )
            macs += conv_macs(
                row["out_size"],
                channels,
                row["out_channels"],
                row["kernel_size"],
                row["groups"],
            )
        elif row["kind"] == "fc":
            # A convolution whose kernel covers all that enters: it has one position.
            weight_layers += 1
            conv_and_fc += 1
            params += conv_params(channels, row["out_channels"], size)
            macs += conv_macs((1, 1), channels, row["out_channels"], size)
        elif row["kind"] == "inception":
            modules += 1
            weight_layers += 2
            conv_and_fc += 6
            cost = reduced_inception_cost((channels, *size), row["branches"])
            params += cost["params"]
            macs += cost["macs"]
        elif row["kind"] in ("max_pool", "avg_pool"):
            pools += 1
        before = row
    return {
        "inception_modules": modules,
        "weight_layers": weight_layers,
        "layers_with_pooling": weight_layers + pools,
        "conv_and_fc_layers": conv_and_fc,
        "params": params,
        "macs": macs,
    }
    ### END SOLUTION
