"""Two published networks as tables: GoogLeNet, row by row as its paper prints it, and AlexNet for comparison.

A table is a list of rows from the input to the output. Every row is a dict with "kind" and "name"; all kinds but the
head also have "out_size", the height and width of what leaves the row, and "out_channels", its depth. What enters a row
is what left the row before it (heads are no part of that chain).

| kind | further keys | what it is |
|---|---|---|
| "input" | | the image; always the first row |
| "conv" | "kernel_size", "stride", "groups" | one convolution |
| "max_pool", "avg_pool" | "kernel_size", "stride" | pooling; no weights |
| "inception" | "branches" | one Inception module with reductions: {"1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj"} |
| "fc" | | a fully connected layer on everything that the row before hands over, all positions and all channels |
| "dropout" | "rate" | no weights |
| "softmax" | | no weights |
| "head" | "layers" | an auxiliary head: a side branch with rows of its own |

A head starts from the row above it. It serves training only: at inference it is cut off, and counts leave it out.

The paper prints the two convolutions before the second pooling as one row of depth 2; here each has its own row. It
prints the input and the heads in its text.

Sources: Szegedy and others, Going deeper with convolutions, arXiv:1409.4842, table 1 and section 5; Krizhevsky and
others 2012 for AlexNet (its two halves, on two processors, are what "groups": 2 says).
"""

BRANCHES = ("1x1", "3x3_reduce", "3x3", "5x5_reduce", "5x5", "pool_proj")
Row = dict
Size = int | tuple[int, int]  # an int n stands for (n, n)


def image(size: Size, channels: int) -> Row:
    """The first row of a table: an image of this height and width, with so many channels."""
    return _row("input", "image", size, channels)


def conv(name: str, kernel_size: int, stride: int, size: Size, channels: int, groups: int = 1) -> Row:
    """A convolution; size and channels are those of its output, here and below."""
    return _row("conv", name, size, channels, kernel_size=kernel_size, stride=stride, groups=groups)


def pool(kind: str, name: str, kernel_size: int, stride: int, size: Size, channels: int) -> Row:
    """A pooling of kind "max_pool" or "avg_pool"."""
    return _row(kind, name, size, channels, kernel_size=kernel_size, stride=stride)


def inception(name: str, size: Size, channels: int, *numbers: int) -> Row:
    """An Inception module; the six numbers are those of BRANCHES, in that order."""
    return _row("inception", name, size, channels, branches=dict(zip(BRANCHES, numbers, strict=True)))


def flat(kind: str, name: str, channels: int, **more: float) -> Row:
    """A row of kind "fc", "dropout" or "softmax" whose output has a single position."""
    return _row(kind, name, 1, channels, **more)


def head(name: str, size: Size, channels: int, hidden: int, width: int, classes: int) -> Row:
    """An auxiliary head on a map of so many channels, which its average pooling shrinks to the size given."""
    layers = [
        pool("avg_pool", f"{name}, pool", 5, 3, size, channels),
        conv(f"{name}, conv", 1, 1, size, hidden),
        flat("fc", f"{name}, fc", width),
        flat("dropout", f"{name}, dropout", width, rate=0.7),
        flat("fc", f"{name}, classifier", classes),
        flat("softmax", f"{name}, softmax", classes),
    ]
    return {"kind": "head", "name": name, "layers": layers}


def _row(kind: str, name: str, size: Size, channels: int, **more: object) -> Row:
    height, width = size if isinstance(size, tuple) else (size, size)
    return {"kind": kind, "name": name, **more, "out_size": (height, width), "out_channels": channels}


GOOGLENET: list[Row] = [
    image(224, 3),
    conv("conv1", 7, 2, 112, 64),
    pool("max_pool", "pool1", 3, 2, 56, 64),
    conv("conv2, reduce", 1, 1, 56, 64),
    conv("conv2", 3, 1, 56, 192),
    pool("max_pool", "pool2", 3, 2, 28, 192),
    #                           1x1  3x3r  3x3  5x5r  5x5  pool
    inception("3a", 28, 256, 64, 96, 128, 16, 32, 32),
    inception("3b", 28, 480, 128, 128, 192, 32, 96, 64),
    pool("max_pool", "pool3", 3, 2, 14, 480),
    inception("4a", 14, 512, 192, 96, 208, 16, 48, 64),
    head("head at 4a", 4, 512, 128, 1024, 1000),
    inception("4b", 14, 512, 160, 112, 224, 24, 64, 64),
    inception("4c", 14, 512, 128, 128, 256, 24, 64, 64),
    inception("4d", 14, 528, 112, 144, 288, 32, 64, 64),
    head("head at 4d", 4, 528, 128, 1024, 1000),
    inception("4e", 14, 832, 256, 160, 320, 32, 128, 128),
    pool("max_pool", "pool4", 3, 2, 7, 832),
    inception("5a", 7, 832, 256, 160, 320, 32, 128, 128),
    inception("5b", 7, 1024, 384, 192, 384, 48, 128, 128),
    pool("avg_pool", "average pool", 7, 1, 1, 1024),
    flat("dropout", "dropout", 1024, rate=0.4),
    flat("fc", "linear", 1000),
    flat("softmax", "softmax", 1000),
]

# What the paper's last two columns print for these rows, in thousands of parameters and millions of operations. The
# figures of "conv2" cover "conv2, reduce" as well.
PUBLISHED = {
    "conv1": (2.7, 34),
    "conv2": (112, 360),
    "3a": (159, 128),
    "3b": (380, 304),
    "4a": (364, 73),
    "4b": (437, 88),
    "4c": (463, 100),
    "4d": (580, 119),
    "4e": (840, 170),
    "5a": (1072, 54),
    "5b": (1388, 71),
    "linear": (1000, 1),
}

ALEXNET: list[Row] = [
    image(227, 3),
    conv("conv1", 11, 4, 55, 96),
    pool("max_pool", "pool1", 3, 2, 27, 96),
    conv("conv2", 5, 1, 27, 256, groups=2),
    pool("max_pool", "pool2", 3, 2, 13, 256),
    conv("conv3", 3, 1, 13, 384),
    conv("conv4", 3, 1, 13, 384, groups=2),
    conv("conv5", 3, 1, 13, 256, groups=2),
    pool("max_pool", "pool5", 3, 2, 6, 256),
    flat("fc", "fc6", 4096),
    flat("dropout", "dropout6", 4096, rate=0.5),
    flat("fc", "fc7", 4096),
    flat("dropout", "dropout7", 4096, rate=0.5),
    flat("fc", "fc8", 1000),
    flat("softmax", "softmax", 1000),
]
