"""The visible checks of `inception_ops`; the locked cell after each exercise calls one of them.

The worked examples are small enough to be followed with pencil and paper, or are the lectures' own.
"""

from collections.abc import Callable

from starter_code.checks.checking import call, done, expect_close, expect_int, expect_keys, fail, ok
from starter_code.googlenet_table import GOOGLENET, conv, flat, image, inception, pool

Function = Callable[..., object]
MODULE_INPUT = (4, 2, 3)
WITHOUT_BIAS = False


def check_conv_output_size(conv_output_size: Function) -> None:
    """A row of seven entries, kernels and steps by hand, and GoogLeNet's first layer."""
    name = "conv_output_size"
    examples = {
        (7, 3): (5, "the kernel starts at 0, 1, 2, 3, 4"),
        (7, 3, 2): (3, "the kernel starts at 0, 2, 4"),
        (8, 3, 2): (3, "the kernel starts at 0, 2, 4; from 6 on there is no room for all of it"),
        (7, 3, 2, 1): (4, "with a zero at each end there are nine entries"),
        (224, 7, 2, 3): (112, "GoogLeNet's first layer"),
    }
    for arguments, (wanted, because) in examples.items():
        asked = ", ".join(map(str, arguments))
        expect_int(f"{name}({asked})", call(name, conv_output_size, *arguments), wanted, because)
    done(name, "steps of more than two, and kernels as long as the axis.")


def check_conv_macs(conv_macs: Function) -> None:
    """A small output by hand, a kernel that is no square, and the layer of lecture N41."""
    name = "conv_macs"
    small = call(name, conv_macs, (2, 3), 4, 5, 3)
    expect_int("conv_macs((2, 3), 4, 5, 3)", small, 1080, "30 numbers in the output, 36 numbers under each kernel")
    oblong = call(name, conv_macs, (2, 3), 4, 5, (1, 3))
    expect_int("conv_macs((2, 3), 4, 5, (1, 3))", oblong, 360, "30 numbers in the output, 12 under each kernel")
    grouped = call(name, conv_macs, (2, 3), 4, 6, 3, 2)
    expect_int("conv_macs((2, 3), 4, 6, 3, groups=2)", grouped, 648, "36 numbers in the output, 18 under each kernel")
    lecture = call(name, conv_macs, (14, 14), 480, 48, 5)
    expect_int("conv_macs((14, 14), 480, 48, 5)", lecture, 112_896_000, "the lecture's 112.9M")
    done(name, "1x1 kernels, and more than two groups.")


def check_conv_params(conv_params: Function) -> None:
    """GoogLeNet's first layer with and without biases, and a layer in two groups."""
    name = "conv_params"
    expect_int("conv_params(3, 64, 7)", call(name, conv_params, 3, 64, 7), 9472, "64 kernels of 147 weights, 64 biases")
    bare = call(name, conv_params, 3, 64, 7, 1, WITHOUT_BIAS)
    expect_int("conv_params(3, 64, 7, bias=False)", bare, 9408, "64 kernels of 147 weights")
    grouped = call(name, conv_params, 4, 6, 3, 2)
    expect_int("conv_params(4, 6, 3, groups=2)", grouped, 114, "6 kernels of 18 weights, 6 biases")
    done(name, "kernels that are no squares.")


def check_reduction_saving(reduction_saving: Function) -> None:
    """The lecture's reduction from 480 to 16 channels."""
    name = "reduction_saving"
    lecture = call(name, reduction_saving, (480, 14, 14), 48, 5, 16)
    because = "112,896,000 MACs directly; 1,505,280 and 3,763,200 with the reduction"
    expect_close("reduction_saving((480, 14, 14), 48, 5, 16)", lecture, 150 / 7, because)
    done(name, "reductions that do not pay, and kernels that are no squares.")


def check_naive_inception_cost(naive_inception_cost: Function) -> None:
    """A module small enough to count by hand."""
    name = "naive_inception_cost"
    answer = call(name, naive_inception_cost, MODULE_INPUT, {"1x1": 2, "3x3": 3, "5x5": 1})
    cost = expect_keys(name, answer, ("macs", "out_channels"))
    expect_int('"macs"', cost["macs"], 1296, "6 positions, 4 channels: 24 times (2 + 3 * 9 + 25)")
    expect_int(
        '"out_channels"', cost["out_channels"], 10, "2, 3 and 1 from the convolutions, and what the pooling hands on"
    )
    done(name, "the lecture's module. The cell below counts it.")


def check_reduced_inception_cost(reduced_inception_cost: Function) -> None:
    """A module small enough to count by hand."""
    name = "reduced_inception_cost"
    branches = {"1x1": 2, "3x3_reduce": 1, "3x3": 3, "5x5_reduce": 1, "5x5": 2, "pool_proj": 1}
    cost = expect_keys(
        name, call(name, reduced_inception_cost, MODULE_INPUT, branches), ("macs", "params", "out_channels")
    )
    expect_int('"macs"', cost["macs"], 582, "6 positions, 97 weights: 8, 4, 27, 4, 50 and 4")
    expect_int('"params"', cost["params"], 107, "97 weights and 10 biases")
    expect_int('"out_channels"', cost["out_channels"], 8, "the four ends of the branches")
    done(name, "the lecture's module. The cell below counts it.")


def check_googlenet_census(googlenet_census: Function) -> None:
    """A network of one module by hand, then the three numbers that lecture N41 tells of GoogLeNet."""
    name = "googlenet_census"
    table = [
        image(8, 3),
        conv("conv", 3, 1, 8, 4),
        pool("max_pool", "pool", 2, 2, 4, 4),
        inception("module", 4, 8, 2, 1, 3, 1, 2, 1),
        pool("avg_pool", "average", 4, 1, 1, 8),
        flat("fc", "classifier", 2),
    ]
    wanted = {
        "inception_modules": (1, "the fourth row"),
        "weight_layers": (4, "a convolution, two in the module, the classifier"),
        "layers_with_pooling": (6, "two poolings more"),
        "conv_and_fc_layers": (8, "a convolution, six in the module, the classifier"),
        "params": (237, "112, 107 and 18"),
        "macs": (8480, "6,912, then 1,552, then 16"),
    }
    census = expect_keys(name, call(name, googlenet_census, table), tuple(wanted))
    for key, (number, because) in wanted.items():
        expect_int(f'"{key}"', census[key], number, because)
    census = expect_keys(f"{name}(GOOGLENET)", call(name, googlenet_census, GOOGLENET), tuple(wanted))
    told = {"inception_modules": 9, "weight_layers": 22, "layers_with_pooling": 27}
    for key, number in told.items():
        if census[key] != number:
            fail(
                f'"{key}" of GoogLeNet should be {number}, as the lecture says: is every kind of row treated as documented?'
            )
    ok("GoogLeNet has 9 modules, 22 layers with weights, 27 with pooling: lecture N41 says so, too")
    done(name, "groups, maps that are not averaged before a fully connected layer, GoogLeNet's other three numbers.")
