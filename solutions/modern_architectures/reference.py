"""The answers to `modern_architectures`: the build turns them into cells and stubs, the hidden suite compares with them.

Everything from a signature to the end of its docstring is what students read; the lines between the two SOLUTION
markers are what they write. No function calls another one of this file, so that a slip is charged once.
"""

from collections.abc import Callable

import numpy as np

from starter_code.convolution import conv2d_forward, relu


def bottleneck_params(channels: int, width: int) -> int:
    """Learned numbers of a bottleneck block.

    A 3x3 convolution between two 1x1 convolutions that make it thin.

        channels - 1x1 -> width - 3x3 -> width - 1x1 -> channels

    The skip is the identity and has nothing to learn. The convolutions have no biases,
    and batch normalisation is not counted.

    channels: depth of what the block reads and returns, at least 1
    width: depth inside of the block, at least 1

    Returns an exact int. A numpy integer will do; a float such as 3.0 will not.
    Numbers may be so large that arrays of these shapes would not fit into memory.

    Source: lecture L14; He et al. 2015, arXiv:1512.03385, figure 5: 256 channels and a
    width of 64 make 69,632.
    """
    ### BEGIN SOLUTION
    thinning = channels * width
    convolving = 9 * width * width
    widening = width * channels
    return thinning + convolving + widening
    ### END SOLUTION


def wide_block_params(channels: int, k: int) -> int:
    """Learned numbers of the basic block of a wide residual network.

    Two 3x3 convolutions, k times as wide as usual.

        k channels - 3x3 -> k channels - 3x3 -> k channels

    What the block reads is k times as deep as well. The skip is the identity and has
    nothing to learn. The convolutions have no biases, and batch normalisation is not
    counted.

    channels: depth of the block in the usual network (k = 1), at least 1
    k: the widening factor, at least 1

    Returns an exact int. A numpy integer will do; a float such as 3.0 will not.
    Numbers may be so large that arrays of these shapes would not fit into memory.

    Source: lecture L14; Zagoruyko and Komodakis 2016, arXiv:1605.07146.
    """
    ### BEGIN SOLUTION
    depth = k * channels
    return 2 * 9 * depth * depth
    ### END SOLUTION


def resnext_block_params(channels: int, width: int, cardinality: int) -> int:
    """Learned numbers of a ResNeXt block.

    It has `cardinality` thin bottlenecks side by side, as one grouped convolution.

        channels - 1x1 -> width * cardinality
                 - 3x3, in `cardinality` groups -> width * cardinality
                 - 1x1 -> channels

    Each group of the 3x3 convolution reads `width` channels and makes `width` channels.
    The skip is the identity and has nothing to learn. The convolutions have no biases,
    and batch normalisation is not counted.

    channels: depth of what the block reads and returns, at least 1
    width: depth of one path inside of the block, at least 1
    cardinality: number of paths, at least 1

    Returns an exact int. A numpy integer will do; a float such as 3.0 will not.
    Numbers may be so large that arrays of these shapes would not fit into memory.

    Source: lecture L14; Xie et al. 2016, arXiv:1611.05431, figure 3: 256 channels and
    32 paths of width 4 make 70,144.
    """
    ### BEGIN SOLUTION
    inner = width * cardinality
    thinning = channels * inner
    convolving = 9 * width * width * cardinality
    widening = inner * channels
    return thinning + convolving + widening
    ### END SOLUTION


def fire_params(in_channels: int, squeeze: int, expand1: int, expand3: int) -> int:
    """Learned numbers of SqueezeNet's fire module.

    A 1x1 convolution, then a 1x1 and a 3x3 convolution side by side.

        in_channels - 1x1 -> squeeze - 1x1 -> expand1
                             squeeze - 3x3 -> expand3

    Both expanding convolutions read the squeezed maps. All three convolutions have
    biases, and these are counted.

    in_channels: depth of what the module reads, at least 1
    squeeze: depth of the squeezed maps, at least 1
    expand1: maps that the expanding 1x1 convolution makes, at least 1
    expand3: maps that the expanding 3x3 convolution makes, at least 1

    Returns an exact int. A numpy integer will do; a float such as 3.0 will not.
    Numbers may be so large that arrays of these shapes would not fit into memory.

    Source: lecture L14; Iandola et al. 2016, arXiv:1602.07360: fire2 is (96, 16, 64,
    64) and has 11,920.
    """
    ### BEGIN SOLUTION
    squeezing = in_channels * squeeze + squeeze
    expanding1 = squeeze * expand1 + expand1
    expanding3 = 9 * squeeze * expand3 + expand3
    return squeezing + expanding1 + expanding3
    ### END SOLUTION


def dense_block_channels(in_channels: int, growth: int, layers: int) -> int:
    """Depth of what leaves a dense block.

    Its input and the outputs of all its layers, stacked along the channels.

    Every layer adds the same number of channels, the growth rate.

    in_channels: depth of what the block reads, at least 1
    growth: channels that each layer makes, at least 1
    layers: number of layers, 0 or more

    Returns an exact int. A numpy integer will do; a float such as 3.0 will not.
    Numbers may be so large that arrays of these shapes would not fit into memory.

    Source: lecture L14; Huang et al. 2016, arXiv:1608.06993: 64 channels and 6 layers
    of growth 32 make 256.
    """
    ### BEGIN SOLUTION
    return in_channels + growth * layers
    ### END SOLUTION


def stochastic_depth_forward(
    x: np.ndarray,
    branch: Callable,
    survival: float,
    training: bool,
    rng: np.random.Generator,
) -> np.ndarray:
    """A residual block that is there in some training steps only.

    Its branch survives with a given probability.

        in training:   x + branch(x)               with probability `survival`
                       x                           else
        at inference:  x + survival * branch(x)

    In training, one coin is tossed in each call, and all images of the batch share it:
    the branch is there for all of them or for none. The skip is always there, and a
    branch that survives is not scaled. At inference there is no coin; the branch is
    always there, scaled by how often it was there in training.

    x: (N, C, H, W)
    branch: a function (N, C, H, W) -> (N, C, H, W). Call it with x, no more than once.
        Whether you call it where it is dropped is up to you.
    survival: the probability with which the branch survives, above 0 and at most 1;
        with 1 it always does
    training: True in training, False at inference
    rng: a numpy Generator, the only source of randomness. How you draw the coin from it
        is up to you. The same state gives the same coin again, and calls in a row with
        one rng toss one coin after the other. A call at inference leaves rng as it is.

    Returns out: (N, C, H, W).

    x is not modified. It may be float64 (the rule of this course), float32 or integer.

    Source: lecture L14; Huang et al. 2016, arXiv:1603.09382 (without the ReLU after the
    sum).
    """
    ### BEGIN SOLUTION
    if training:
        survives = rng.random() < survival
        out: np.ndarray = x + branch(x) if survives else x
    else:
        out = x + survival * branch(x)
    return out
    ### END SOLUTION


def expected_depth(blocks: int, final_survival: float) -> float:
    """How many residual blocks a network of stochastic depth has, on average.

    The average is over training steps, in which some of its blocks are not there.

    Survival decays linearly with depth: the network's input always survives, and block
    l of L = `blocks` survives with

        p_l = 1 - l / L * (1 - final_survival),    l = 1 ... L

    The number that is asked for is p_1 + ... + p_L.

    blocks: number of blocks, at least 1
    final_survival: the probability with which the last block survives, from 0 to 1

    Returns a float.

    Source: lecture L14; Huang et al. 2016, arXiv:1603.09382: 54 blocks and 0.5 make
    40.25.
    """
    ### BEGIN SOLUTION
    depth = 0.0
    for block in range(1, blocks + 1):
        depth += 1 - block / blocks * (1 - final_survival)
    return depth
    ### END SOLUTION


def dense_block_forward(x: np.ndarray, layers: list) -> np.ndarray:
    """Forward pass of a dense block.

    Every layer reads the block's input and the outputs of all layers before it.

        y_l = layers[l] applied to the stack  [x, y_0, ..., y_{l-1}],    l = 0, 1, ...
        out = the stack  [x, y_0, ..., y_last]

    All stacks are along the channels, in this order.

    x: (N, C, H, W)
    layers: a list of functions. Each gets the stack so far, (N, channels so far, H, W),
        and returns maps (N, growth, H, W); the growth may differ from layer to layer.
        Call each of them once, in the order of the list. The list may be empty: then
        out is x.

    Returns out: (N, C + the growth of all layers, H, W).

    Neither x nor the list is modified. x may be float64 (the rule of this course),
    float32 or integer, and the layers take stacks of any of these.

    Source: lecture L14; Huang et al. 2016, arXiv:1608.06993.
    """
    ### BEGIN SOLUTION
    stack = x
    for layer in layers:
        stack = np.concatenate([stack, layer(stack)], axis=1)
    return stack
    ### END SOLUTION


def fire_forward(x: np.ndarray, params: dict) -> np.ndarray:
    """Forward pass of SqueezeNet's fire module.

    Squeeze the channels, then expand them with two sizes of kernels.

        squeezed = relu(conv 1x1 of x)
        maps_1   = relu(conv 1x1 of squeezed)
        maps_3   = relu(conv 3x3 of squeezed)
        out      = maps_1 and maps_3, stacked along the channels in this order

    Every convolution has stride 1 and zero padding that keeps height and width. The
    given `conv2d_forward` (any odd k, 1 among them) and `relu` are all that is needed.

    x: (N, C, H, W), of any sign
    params: {"W_squeeze": (S, C, 1, 1), "b_squeeze": (S,), "W_expand1": (E1, S, 1, 1),
        "b_expand1": (E1,), "W_expand3": (E3, S, 3, 3), "b_expand3": (E3,)}. The order
        of the keys means nothing.

    Returns out: (N, E1 + E3, H, W).

    No input is modified. x may be float64 (the rule of this course), float32 or
    integer; the parameters are float64.

    Source: lecture L14; Iandola et al. 2016, arXiv:1602.07360.
    """
    ### BEGIN SOLUTION
    squeezed = relu(conv2d_forward(x, params["W_squeeze"], params["b_squeeze"]))
    maps_1 = relu(conv2d_forward(squeezed, params["W_expand1"], params["b_expand1"]))
    maps_3 = relu(conv2d_forward(squeezed, params["W_expand3"], params["b_expand3"]))
    return np.concatenate([maps_1, maps_3], axis=1)
    ### END SOLUTION


def grouped_conv_forward(x: np.ndarray, weight: np.ndarray, groups: int) -> np.ndarray:
    """A grouped convolution, the heart of ResNeXt.

    The channels are cut into groups, and each group minds its own.

    The C_in channels of x are cut into `groups` equal parts, in their order, and so are
    the C_out channels of the output. Part g of the output is the convolution of part g
    of the input, with part g of the kernels, and of nothing else. groups = 1 is the
    ordinary convolution.

    Stride 1, no bias, and zero padding that keeps height and width. You may call the
    given `conv2d_forward`.

    x: (N, C_in, H, W)
    weight: (C_out, C_in / groups, k, k), k odd; k = 1 is allowed. Kernel o makes output
        channel o.
    groups: the number of groups, at least 1; it divides C_in and C_out

    Returns out: (N, C_out, H, W).

    No input is modified. x may be float64 (the rule of this course), float32 or
    integer; weight is float64.

    Source: lecture L14; Xie et al. 2016, arXiv:1611.05431.
    """
    ### BEGIN SOLUTION
    no_bias = np.zeros(len(weight) // groups)
    parts = zip(np.split(x, groups, axis=1), np.split(weight, groups), strict=True)
    return np.concatenate(
        [conv2d_forward(part, kernels, no_bias) for part, kernels in parts], axis=1
    )
    ### END SOLUTION


def fractal_join(branches: list, alive: list) -> np.ndarray:
    """The join of a fractal network with drop-path.

    The mean of those branches that are alive in this training step.

        out = (sum of the branches that are alive) / (how many are alive)

    branches: one or more arrays, all of one shape (N, C, H, W)
    alive: a list of bools, one for each branch, of which at least one is True

    Returns out: (N, C, H, W).

    Neither list is modified, nor an array in it. The arrays may be float64 (the rule of
    this course), float32 or integer.

    Source: lecture L14; Larsson et al. 2016, arXiv:1605.07648.
    """
    ### BEGIN SOLUTION
    kept = [branch for branch, lives in zip(branches, alive, strict=True) if lives]
    out: np.ndarray = np.mean(kept, axis=0)
    return out
    ### END SOLUTION


def fractal_depth(columns: int) -> int:
    """Convolutions on the longest path through a fractal block.

    A block of one column is a single convolution. A block of one column more has two of
    the former blocks, one after the other, and a single convolution beside them.

    columns: number of columns, at least 1

    Returns an exact int. A numpy integer will do; a float such as 3.0 will not.

    Source: lecture L14; Larsson et al. 2016, arXiv:1605.07648: the paper's blocks of 4
    columns have 8.
    """
    ### BEGIN SOLUTION
    depth = 1
    for _ in range(columns - 1):
        depth = 2 * depth
    return depth
    ### END SOLUTION


def inception_residual_forward(
    x: np.ndarray, branches: list, projection: tuple, scale: float
) -> np.ndarray:
    """Forward pass of an Inception module with a skip around it.

    As in Inception-ResNet: many branches, one sum.

        maps      = the outputs of all branches, stacked along the channels
                    in the order of the list
        projected = 1x1 convolution of maps, without a ReLU
        out       = relu(x + scale * projected)

    The 1x1 convolution brings the stack back to the depth of x:

        projected[n, o, i, j] = bias[o] + sum over c of  weight[o, c] maps[n, c, i, j]

    x: (N, C, H, W), of any sign
    branches: a list of one or more functions. Each gets x and returns maps (N, C_i, H,
        W) of a depth of its own; call each once.
    projection: (weight, bias) of the 1x1 convolution: (C, C_1 + C_2 + ...) and (C,)
    scale: a number, 0 or more; small ones such as 0.1 keep the training of very wide
        modules stable

    Returns out: (N, C, H, W).

    No input is modified. x may be float64 (the rule of this course), float32 or
    integer; weight and bias are float64.

    Source: lecture L14 (Inception-v4: ResNet + Inception); Szegedy et al. 2016,
    arXiv:1602.07261.
    """
    ### BEGIN SOLUTION
    weight, bias = projection
    maps = np.concatenate([branch(x) for branch in branches], axis=1)
    projected = np.einsum("oc,nchw->nohw", weight, maps) + bias[:, None, None]
    return relu(x + scale * projected)
    ### END SOLUTION


def ensemble_predict(probabilities: list | np.ndarray) -> np.ndarray:
    """What an ensemble of networks predicts.

    The mean of its members' probabilities, for each image and each class.

        out[n, k] = 1 / M  sum over m of  probabilities[m][n, k]

    probabilities: of M >= 1 members: a list of M arrays (N, K), or one array (M, N, K).
        Row n holds a member's probabilities of the K classes for image n, which add up
        to 1; some may be 0.

    Returns out: (N, K).

    The probabilities are not modified. They may be float64 (the rule of this course) or
    float32.

    Source: lecture L14 (ensembles of networks on ImageNet).
    """
    ### BEGIN SOLUTION
    out: np.ndarray = np.mean(probabilities, axis=0)
    return out
    ### END SOLUTION
