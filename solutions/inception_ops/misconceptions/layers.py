"""Wrong counts for single layers: what is wrong, a hint, and the change.

Hints point at the idea, without code or numbers. A change is (old, new) in the source of the reference's function.
"""

from autograder.suite.misconceptions import Table

CONV_OUTPUT_SIZE: Table = {
    "ceil-instead-of-floor": (
        "A last step that does not fit is counted all the same: the division is rounded up.",
        "What would the kernel cover at its last position, if a part of it stood beyond the end?",
        [("(size + 2 * padding - kernel_size) // stride", "-(-(size + 2 * padding - kernel_size) // stride)")],
    ),
    "padding-once": (
        "The padding is counted at one end only.",
        "How many ends does an axis have?",
        [("2 * padding", "padding")],
    ),
    "first-position-forgotten": (
        "The steps are counted, and the position before the first step is not.",
        "How many posts does a fence have that has one board?",
        [("// stride + 1", "// stride")],
    ),
    "stride-ignored": (
        "The step is taken to be one.",
        "Which places does the kernel visit when it moves on by more than one?",
        [("// stride + 1", "+ 1")],
    ),
    "position-added-before-the-division": (
        "The first position is added to what is divided by the step, and not to the number of steps.",
        "How many places does a kernel take that is as long as the axis, when the step is large?",
        [("- kernel_size) // stride + 1", "- kernel_size + 1) // stride")],
    ),
    "only-the-kernel-divided": (
        "Only the kernel's size is divided by the step: a division comes before a difference.",
        "What is it that the steps have to cover, and what do brackets do?",
        [("(size + 2 * padding - kernel_size) //", "size + 2 * padding - kernel_size //")],
    ),
    "padding-divided-apart": (
        "The axis and its padding are divided by the step one by one, so that what is left over of both never adds up.",
        "Does the kernel know where the padding ends and the axis begins?",
        [("(size + 2 * padding - kernel_size) // stride", "(size - kernel_size) // stride + 2 * padding // stride")],
    ),
    "kernel-ignored": (
        "The kernel's own size is left out.",
        "Put the kernel at the very end of the axis: where is its first entry?",
        [("padding - kernel_size)", "padding - 1)")],
    ),
    "fraction-kept": (
        "The division is not rounded, so that the answer may be a fraction.",
        "Can a kernel stand at half a position? And of which type should the answer be?",
        [("// stride", "/ stride")],
    ),
    "size-as-float": (
        "The answer is a float or an array, although it is a number of places.",
        "Of which type is the answer? Some functions that round down return another one.",
        [("// stride + 1", "// stride + 1.0")],
    ),
    "padded-to-keep-the-size": (
        "Padding is added so that the stride alone decides, whatever padding was asked for.",
        "Who chooses the padding: you, or the one who calls the function?",
        [("(size + 2 * padding - kernel_size) // stride + 1", "-(-size // stride)")],
    ),
}

CONV_MACS: Table = {
    "input-channels-omitted": (
        "A kernel is taken to be as flat as it is drawn: the channels of the input are left out.",
        "How deep is the patch of input that a kernel of the first layer of a colour image looks at?",
        [("in_channels // groups * ", "")],
    ),
    "output-channels-omitted": (
        "Only one output channel is counted.",
        "How many kernels does the layer have, and what does each of them produce?",
        [("out_width * out_channels * ", "out_width * ")],
    ),
    "kernel-not-squared": (
        "The side of a square kernel is counted once, where it should be its area.",
        "How many entries of the input does a kernel cover at once?",
        [("else (kernel_size, kernel_size)", "else (kernel_size, 1)")],
    ),
    "kernel-taken-as-square": (
        "A kernel that is no square is counted as if it were one.",
        "Which of the two numbers of the kernel does your count depend on?",
        [("* kernel_height * kernel_width", "* kernel_height * kernel_height")],
    ),
    "kernel-as-high-as-wide": (
        "A kernel that is no square is counted as if it were as high as it is wide.",
        "Which of the two numbers of the kernel does your count depend on?",
        [("* kernel_height * kernel_width", "* kernel_width * kernel_width")],
    ),
    "kernel-sides-added": (
        "The two sides of a kernel are added, where they should be multiplied.",
        "How many entries of the input does a kernel cover at once?",
        [("* kernel_height * kernel_width", "* (kernel_height + kernel_width)")],
    ),
    "counts-flops": (
        "Multiplications and additions are counted apart: these are FLOPs, twice as many as MACs.",
        "Read in the conventions what counts as one operation in this course.",
        [("* macs_per_number", "* macs_per_number * 2")],
    ),
    "first-addition-not-counted": (
        "Multiplications and additions are counted apart, and a dot product has one addition less than multiplications.",
        "Read in the conventions what counts as one operation in this course.",
        [("* macs_per_number", "* (2 * macs_per_number - 1)")],
    ),
    "additions-counted-alone": (
        "Only the additions of a dot product are counted, and these are one less than its multiplications.",
        "Read in the conventions what counts as one operation in this course.",
        [("* macs_per_number", "* (macs_per_number - 1)")],
    ),
    "one-operation-for-each-bias": (
        "Each bias is counted as one operation.",
        "Read in the conventions what is done about biases when operations are counted.",
        [("* macs_per_number", "* macs_per_number + out_channels")],
    ),
    "bias-counted-as-ops": (
        "Adding the bias is counted as an operation.",
        "Read in the conventions what is done about biases when operations are counted.",
        [("* macs_per_number", "* (macs_per_number + 1)")],
    ),
    "groups-ignored": (
        "Groups are ignored: every output channel is taken to read all input channels.",
        "Which channels of the input can an output channel of the first group see?",
        [("in_channels // groups", "in_channels")],
    ),
    "groups-cut-twice": (
        "Groups divide the work twice, by the input channels and by the output channels.",
        "The groups have fewer output channels each, but how many groups are there to compute?",
        [("* out_channels * macs", "* (out_channels // groups) * macs")],
    ),
    "1x1-scales-each-channel": (
        "A 1x1 kernel is taken to scale every channel on its own, without a sum over the channels.",
        "What is left of a dot product over a patch when the patch is a single pixel: one number, or one per channel?",
        [("in_channels // groups *", "(1 if kernel_size == 1 else in_channels // groups) *")],
    ),
    "macs-of-one-position": (
        "The kernels are counted at one position, as if the image were no larger.",
        "How often is each kernel applied to one image?",
        [("out_height * out_width * out_channels", "out_channels")],
    ),
    "height-taken-for-width": (
        "The output is counted as if it were a square.",
        "Is a photograph as high as it is wide?",
        [("out_height * out_width", "out_height * out_height")],
    ),
    "width-taken-for-height": (
        "The output is counted as if it were as high as it is wide.",
        "Is a photograph as high as it is wide?",
        [("out_height * out_width", "out_width * out_width")],
    ),
    "macs-as-float": (
        "The count is a float or an array, although it is a whole number.",
        "Of which type should the answer be, and which step of yours makes another one of it?",
        [("in_channels // groups", "in_channels / groups")],
    ),
}

CONV_PARAMS: Table = {
    "bias-forgotten": (
        "The biases are left out, even where the layer has them.",
        "What does each output channel add to its dot products?",
        [("weights + out_channels if bias else weights", "weights")],
    ),
    "bias-always": (
        "The biases are counted, even where the layer has none.",
        "What is the flag for the bias there for?",
        [("weights + out_channels if bias else weights", "weights + out_channels")],
    ),
    "bias-flag-inverted": (
        "The biases are counted where the layer has none, and left out where it has them.",
        "What does it say of a layer when its flag for the bias is true?",
        [("if bias else", "if not bias else")],
    ),
    "one-bias-for-the-layer": (
        "The layer is given a single bias, where each output channel has its own.",
        "Do all output channels have to start from the same level?",
        [("weights + out_channels if", "weights + 1 if")],
    ),
    "bias-for-each-input": (
        "A bias is counted for each channel of the input.",
        "At which end of the layer is the bias added?",
        [("weights + out_channels if", "weights + in_channels if")],
    ),
    "bias-for-each-plane-of-a-kernel": (
        "A bias is counted for every pair of an input and an output channel.",
        "After the sum over the input channels, how many numbers are there to which a bias can be added?",
        [("weights + out_channels if", "weights + out_channels * (in_channels // groups) if")],
    ),
    "biases-cut-by-groups": (
        "The number of biases is divided by the groups.",
        "How many output channels do all groups have together?",
        [("weights + out_channels if", "weights + out_channels // groups if")],
    ),
    "input-channels-omitted-in-params": (
        "A kernel is taken to be as flat as it is drawn: the channels of the input are left out.",
        "How deep is a kernel of the first layer of a colour image?",
        [("out_channels * (in_channels // groups) *", "out_channels *")],
    ),
    "kernel-not-squared-in-params": (
        "The side of a square kernel is counted once, where it should be its area.",
        "How many weights does a square kernel have for each channel that it reads?",
        [("else (kernel_size, kernel_size)", "else (kernel_size, 1)")],
    ),
    "kernel-taken-as-square-in-params": (
        "A kernel that is no square is counted as if it were one.",
        "Which of the two numbers of the kernel does your count depend on?",
        [("* kernel_height * kernel_width", "* kernel_height * kernel_height")],
    ),
    "kernel-as-high-as-wide-in-params": (
        "A kernel that is no square is counted as if it were as high as it is wide.",
        "Which of the two numbers of the kernel does your count depend on?",
        [("* kernel_height * kernel_width", "* kernel_width * kernel_width")],
    ),
    "kernel-sides-added-in-params": (
        "The two sides of a kernel are added, where they should be multiplied.",
        "How many weights does a kernel have for each channel that it reads?",
        [("* kernel_height * kernel_width", "* (kernel_height + kernel_width)")],
    ),
    "groups-ignored-in-params": (
        "Groups are ignored: every kernel is taken to be as deep as the whole input.",
        "Which channels of the input can a kernel of the first group see?",
        [("(in_channels // groups)", "in_channels")],
    ),
    "groups-cut-params-twice": (
        "Groups divide the weights twice, by the input channels and by the output channels.",
        "The groups have fewer kernels each, but how many groups have kernels?",
        [("weights = out_channels *", "weights = out_channels // groups *")],
    ),
    "params-as-float": (
        "The count is a float or an array, although it is a whole number.",
        "Of which type should the answer be, and which step of yours makes another one of it?",
        [("(in_channels // groups)", "(in_channels / groups)")],
    ),
}
