"""The visible checks of `inception_ops`; the locked cell after each exercise calls one of them.

The worked examples are small enough to be followed with pencil and paper, or are the lectures' own.
"""

import copy
from collections.abc import Callable

from starter_code.checks.checking import asked, describe, done, expect_close, expect_int, expect_keys, off, ok
from starter_code.checks.examples import Told, given
from starter_code.googlenet_table import GOOGLENET, conv, flat, image, inception, pool

Function = Callable[..., object]
MODULE_INPUT = (4, 2, 3)

# A network of one module, small enough to be counted by hand.
SMALL = [
    image(8, 3),
    conv("conv", 3, 1, 8, 4),
    pool("max_pool", "pool", 2, 2, 4, 4),
    inception("module", 4, 8, 2, 1, 3, 1, 2, 1),
    pool("avg_pool", "average", 4, 1, 1, 8),
    flat("fc", "classifier", 2),
]
ROWS_OF_SMALL = """\
an image of 8 x 8 x 3; a 3x3 convolution to 8 x 8 x 4; a max pooling to 4 x 4 x 4; an inception module
(1x1: 2, 3x3_reduce: 1, 3x3: 3, 5x5_reduce: 1, 5x5: 2, pool_proj: 1) to 4 x 4 x 8; an average pooling
to 1 x 1 x 8; fc to 2. It is SMALL of starter_code/checks/inception_ops.py"""


def check_conv_output_size(conv_output_size: Function) -> None:
    """A row of seven entries, kernels and steps by hand, and GoogLeNet's first layer."""
    name = "conv_output_size"
    examples = [
        (given(size=7, kernel_size=3), 5, "the kernel starts at 0, 1, 2, 3, 4"),
        (given(size=7, kernel_size=3, stride=2), 3, "the kernel starts at 0, 2, 4"),
        (
            given(size=8, kernel_size=3, stride=2),
            3,
            "the kernel starts at 0, 2, 4; from 6 on there is no room for all of it",
        ),
        (given(size=7, kernel_size=3, stride=2, padding=1), 4, "with a zero at each end there are nine entries"),
        (given(size=224, kernel_size=7, stride=2, padding=3), 112, "GoogLeNet's first layer"),
    ]
    for example, wanted, because in examples:
        numbers = ", ".join(map(str, example.inputs.values()))
        expect_int(f"{name}({numbers})", asked(name, conv_output_size, example), wanted, example, because)
    done(name, "steps of more than two, and kernels as long as the axis.")


def check_conv_macs(conv_macs: Function) -> None:
    """A small output by hand, a kernel that is no square, and the layer of lecture N41."""
    name = "conv_macs"
    example = given(out_size=(2, 3), in_channels=4, out_channels=5, kernel_size=3)
    small, because = asked(name, conv_macs, example), "30 numbers in the output, 36 numbers under each kernel"
    expect_int("conv_macs((2, 3), 4, 5, 3)", small, 1080, example, because)
    example = given(out_size=(2, 3), in_channels=4, out_channels=5, kernel_size=(1, 3))
    oblong, because = asked(name, conv_macs, example), "30 numbers in the output, 12 under each kernel"
    expect_int("conv_macs((2, 3), 4, 5, (1, 3))", oblong, 360, example, because)
    example = given(out_size=(2, 3), in_channels=4, out_channels=6, kernel_size=3, groups=2)
    grouped, because = asked(name, conv_macs, example), "36 numbers in the output, 18 under each kernel"
    expect_int("conv_macs((2, 3), 4, 6, 3, groups=2)", grouped, 648, example, because)
    example = given(out_size=(14, 14), in_channels=480, out_channels=48, kernel_size=5)
    lecture = asked(name, conv_macs, example)
    expect_int("conv_macs((14, 14), 480, 48, 5)", lecture, 112_896_000, example, "the lecture's 112.9M")
    done(name, "1x1 kernels, and more than two groups.")


def check_conv_params(conv_params: Function) -> None:
    """GoogLeNet's first layer with and without biases, and a layer in two groups."""
    name = "conv_params"
    example = given(in_channels=3, out_channels=64, kernel_size=7)
    first, because = asked(name, conv_params, example), "64 kernels of 147 weights, 64 biases"
    expect_int("conv_params(3, 64, 7)", first, 9472, example, because)
    example = given(in_channels=3, out_channels=64, kernel_size=7, groups=1, bias=False)
    bare = asked(name, conv_params, example)
    expect_int("conv_params(3, 64, 7, bias=False)", bare, 9408, example, "64 kernels of 147 weights")
    example = given(in_channels=4, out_channels=6, kernel_size=3, groups=2)
    grouped = asked(name, conv_params, example)
    expect_int("conv_params(4, 6, 3, groups=2)", grouped, 114, example, "6 kernels of 18 weights, 6 biases")
    done(name, "kernels that are no squares.")


def check_reduction_saving(reduction_saving: Function) -> None:
    """The lecture's reduction from 480 to 16 channels."""
    name = "reduction_saving"
    example = given(in_shape=(480, 14, 14), out_channels=48, kernel_size=5, reduce_channels=16)
    lecture = asked(name, reduction_saving, example)
    because = "112,896,000 MACs directly; 1,505,280 and 3,763,200 with the reduction"
    expect_close("reduction_saving((480, 14, 14), 48, 5, 16)", lecture, 150 / 7, example, because)
    done(name, "reductions that do not pay, and kernels that are no squares.")


def check_naive_inception_cost(naive_inception_cost: Function) -> None:
    """A module small enough to count by hand."""
    name = "naive_inception_cost"
    example = given(in_shape=MODULE_INPUT, branches={"1x1": 2, "3x3": 3, "5x5": 1})
    cost = expect_keys(name, asked(name, naive_inception_cost, example), ("macs", "out_channels"))
    expect_int('"macs"', cost["macs"], 1296, example, "6 positions, 4 channels: 24 times (2 + 3 * 9 + 25)")
    because = "2, 3 and 1 from the convolutions, and what the pooling hands on"
    expect_int('"out_channels"', cost["out_channels"], 10, example, because)
    done(name, "the lecture's module. The cell below counts it.")


def check_reduced_inception_cost(reduced_inception_cost: Function) -> None:
    """A module small enough to count by hand."""
    name = "reduced_inception_cost"
    branches = {"1x1": 2, "3x3_reduce": 1, "3x3": 3, "5x5_reduce": 1, "5x5": 2, "pool_proj": 1}
    example = given(in_shape=MODULE_INPUT, branches=branches)
    cost = expect_keys(name, asked(name, reduced_inception_cost, example), ("macs", "params", "out_channels"))
    expect_int('"macs"', cost["macs"], 582, example, "6 positions, 97 weights: 8, 4, 27, 4, 50 and 4")
    expect_int('"params"', cost["params"], 107, example, "97 weights and 10 biases")
    expect_int('"out_channels"', cost["out_channels"], 8, example, "the four ends of the branches")
    done(name, "the lecture's module. The cell below counts it.")


def check_googlenet_census(googlenet_census: Function) -> None:
    """A network of one module by hand, then the three numbers that lecture N41 tells of GoogLeNet."""
    name = "googlenet_census"
    wanted = {
        "inception_modules": (1, "the fourth row"),
        "weight_layers": (4, "a convolution, two in the module, the classifier"),
        "layers_with_pooling": (6, "two poolings more"),
        "conv_and_fc_layers": (8, "a convolution, six in the module, the classifier"),
        "params": (237, "112, 107 and 18"),
        "macs": (8480, "6,912, then 1,552, then 16"),
    }
    example = given(table=Told(copy.deepcopy(SMALL), ROWS_OF_SMALL))
    census = expect_keys(name, asked(name, googlenet_census, example), tuple(wanted))
    for key, (number, because) in wanted.items():
        expect_int(f'"{key}"', census[key], number, example, because)
    example = given(table=Told(copy.deepcopy(GOOGLENET), "GOOGLENET of starter_code/googlenet_table.py"))
    census = expect_keys(f"{name}(GOOGLENET)", asked(name, googlenet_census, example), tuple(wanted))
    told = {"inception_modules": 9, "weight_layers": 22, "layers_with_pooling": 27}
    for key, number in told.items():
        if census[key] != number:
            sentence = f'"{key}" of GoogLeNet is not what the lecture says: is every kind of row treated as documented?'
            off(sentence, example, f"{number}", describe(census[key]))
    ok("GoogLeNet has 9 modules, 22 layers with weights, 27 with pooling: lecture N41 says so, too")
    done(name, "groups, maps that are not averaged before a fully connected layer, GoogLeNet's other three numbers.")
