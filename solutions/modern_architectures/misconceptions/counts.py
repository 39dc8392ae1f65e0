"""Wrong counts: what is wrong, a hint, and the change.

Hints point at the idea, without code or numbers. A change is (old, new) in the source of the reference's function.
"""

from autograder.suite.misconceptions import Table

BOTTLENECK: Table = {
    "kernel-not-squared": (
        "The side of the 3x3 kernel is counted once, where it should be its area.",
        "How many pixels does the kernel cover at once?",
        [("9 * width", "3 * width")],
    ),
    "3x3-at-full-depth": (
        "The 3x3 convolution is counted at the depth of the block's input, as if nothing had made it thin.",
        "What do the 1x1 convolutions change about the maps that the 3x3 convolution reads and makes?",
        [("9 * width * width", "9 * channels * channels")],
    ),
    "3x3-scales-each-channel": (
        "The 3x3 convolution is counted as if each of its kernels read one channel.",
        "How deep is a kernel of an ordinary convolution?",
        [("9 * width * width", "9 * width")],
    ),
    "way-back-forgotten": (
        "The second 1x1 convolution, which brings the depth back, is not counted.",
        "How deep are the maps behind the 3x3 convolution, and how deep must they be to be added to the skip?",
        [(" + widening", "")],
    ),
    "biases-counted": (
        "A bias is counted for each map that the convolutions make.",
        "What does the docstring say about biases, and what follows each convolution that makes them superfluous?",
        [("+ widening", "+ widening + 2 * width + channels")],
    ),
    "batch-normalisation-counted": (
        "Scale and shift of the batch normalisations are counted.",
        "Which layers of the block does the docstring count?",
        [("+ widening", "+ widening + 2 * (2 * width + channels)")],
    ),
    "width-a-quarter": (
        "The block is taken to be a quarter as wide inside, whatever width was asked for.",
        "That is so in the published networks; who chooses the width here?",
        [("thinning = channels", "width = channels // 4\n    thinning = channels")],
    ),
    "bottleneck-as-float": (
        "The count is a float.",
        "Of which type is the answer? A single float in a sum makes a float of it.",
        [("9 * width * width", "9.0 * width * width")],
    ),
}

WIDE: Table = {
    "k-linear": (
        "The weights grow with k, and not with its square: only one side of each convolution is made wider.",
        "If a layer makes more channels, what does the next one read?",
        [("9 * depth * depth", "9 * channels * depth")],
    ),
    "block-reads-narrow-maps": (
        "The first convolution is taken to read maps of the usual depth.",
        "What does the docstring say about the depth of what the block reads?",
        [("2 * 9 * depth * depth", "9 * channels * depth + 9 * depth * depth")],
    ),
    "k-ignored": (
        "The block is counted as wide as in the usual network.",
        "What is k there for?",
        [("k * channels", "channels")],
    ),
    "k-added": (
        "The widening factor is added to the channels.",
        "Does a factor say how many channels more there are, or how many times as many?",
        [("k * channels", "k + channels")],
    ),
    "one-convolution-counted": (
        "Only one of the two convolutions is counted.",
        "How many convolutions does the basic block have?",
        [("2 * 9", "9")],
    ),
    "kernel-not-squared-in-wide-block": (
        "The side of the 3x3 kernels is counted once, where it should be their area.",
        "How many pixels does a kernel cover at once?",
        [("2 * 9", "2 * 3")],
    ),
    "biases-counted-in-wide-block": (
        "A bias is counted for each map that the convolutions make.",
        "What does the docstring say about biases?",
        [("9 * depth * depth", "9 * depth * depth + 2 * depth")],
    ),
    "wide-block-as-float": (
        "The count is a float.",
        "Of which type is the answer? Some ways to take a power return another type than they got.",
        [("9 * depth", "9.0 * depth")],
    ),
}

RESNEXT: Table = {
    "groups-ignored": (
        "The 3x3 convolution is counted as if every group read the maps of all paths.",
        "Which of the inner maps can a kernel of the first path see?",
        [("9 * width * width * cardinality", "9 * inner * inner")],
    ),
    "groups-of-one-path": (
        "The 3x3 convolution is counted for one path only.",
        "Each group is thin, but how many of them are there?",
        [("9 * width * width * cardinality", "9 * width * width")],
    ),
    "one-path-counted": (
        "Only a single path is counted.",
        "How many bottlenecks stand side by side?",
        [("inner = width * cardinality", "inner = width"), ("9 * width * width * cardinality", "9 * width * width")],
    ),
    "1x1-of-one-path": (
        "The 1x1 convolutions are counted for one path only.",
        "Does every path read the input by weights of its own?",
        [("inner = width * cardinality", "inner = width")],
    ),
    "kernel-not-squared-in-resnext": (
        "The side of the 3x3 kernels is counted once, where it should be their area.",
        "How many pixels does a kernel cover at once?",
        [("9 * width", "3 * width")],
    ),
    "biases-counted-in-resnext": (
        "A bias is counted for each map that the convolutions make.",
        "What does the docstring say about biases?",
        [("+ widening", "+ widening + 2 * inner + channels")],
    ),
    "cardinality-of-the-paper": (
        "The block is counted with the number of paths of the published one, whatever cardinality was asked for.",
        "That is how many there are in the paper's figure; who chooses the number of paths here?",
        [("inner = width", "cardinality = 32\n    inner = width")],
    ),
    "resnext-as-float": (
        "The count is a float, because of a division that leaves the whole numbers.",
        "Of which type is the answer to a division that always comes out even?",
        [("9 * width * width * cardinality", "9 * inner * inner / cardinality")],
    ),
}

FIRE: Table = {
    "squeeze-omitted": (
        "The squeezing convolution is not counted.",
        "Where do the squeezed maps come from?",
        [("squeezing + expanding1", "expanding1")],
    ),
    "expands-count-full-depth": (
        "The expanding convolutions are counted as if they read the input of the module.",
        "What is the squeeze good for? Which maps do the expanding convolutions read?",
        [("squeeze * expand1", "in_channels * expand1"), ("squeeze * expand3", "in_channels * expand3")],
    ),
    "expands-in-a-row": (
        "The 3x3 convolution is counted as if it read the maps of the expanding 1x1 convolution.",
        "Do the two expanding convolutions stand one behind the other, or side by side?",
        [("9 * squeeze * expand3", "9 * expand1 * expand3")],
    ),
    "biases-missing": (
        "The biases are left out.",
        "What does the docstring say about biases? It is not the same for all of these blocks.",
        [
            ("in_channels * squeeze + squeeze", "in_channels * squeeze"),
            ("squeeze * expand1 + expand1", "squeeze * expand1"),
            ("squeeze * expand3 + expand3", "squeeze * expand3"),
        ],
    ),
    "biases-of-the-squeeze-missing": (
        "The biases of the squeezing convolution are left out.",
        "Which of the three convolutions have biases?",
        [("in_channels * squeeze + squeeze", "in_channels * squeeze")],
    ),
    "kernel-not-squared-in-fire": (
        "The side of the 3x3 kernels is counted once, where it should be their area.",
        "How many pixels does a kernel cover at once?",
        [("9 * squeeze", "3 * squeeze")],
    ),
    "expands-exchanged": (
        "The numbers of maps of the two expanding convolutions are taken for each other.",
        "Which of the two convolutions makes how many maps, and whose kernels have more weights?",
        [
            ("squeeze * expand1 + expand1", "squeeze * expand3 + expand3"),
            ("9 * squeeze * expand3 + expand3", "9 * squeeze * expand1 + expand1"),
        ],
    ),
    "fire-as-float": (
        "The count is a float.",
        "Of which type is the answer? A single float in a sum makes a float of it.",
        [("9 * squeeze", "9.0 * squeeze")],
    ),
}

DENSE: Table = {
    "growth-wrong": (
        "The growth is counted once, however many layers there are.",
        "What does every single layer add to the stack?",
        [("growth * layers", "growth")],
    ),
    "input-left-out": (
        "The block's input is not counted.",
        "Does the input stay in the stack up to the end?",
        [("in_channels + growth", "growth")],
    ),
    "last-layer-left-out": (
        "The output of the last layer is not counted.",
        "The last layer does not read its own output; is that part of what leaves the block?",
        [("growth * layers", "growth * (layers - 1)")],
    ),
    "input-stacked-by-each-layer": (
        "The input is counted once for each layer.",
        "Every layer reads the input; how often does it stand in the stack?",
        [("in_channels + growth * layers", "(in_channels + growth) * layers")],
    ),
    "stack-added-again": (
        "Each layer is taken to add the whole growth of all layers before it once more.",
        "How many channels does a layer make, however many it reads?",
        [("growth * layers", "growth * layers * (layers + 1) // 2")],
    ),
    "depth-as-float": (
        "The depth is a float, although channels are counted in whole numbers.",
        "Of which type is the answer?",
        [("in_channels + growth", "in_channels + 1.0 * growth")],
    ),
}
