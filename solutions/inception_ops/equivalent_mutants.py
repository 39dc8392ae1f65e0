"""Wrong answers that the hidden suite need not catch, each with the reason."""

ONE = "The docstring asks for sizes, channels, kernels and groups of at least 1."
UNCOUNTED = "The docstring says that all numbers of a table are at least 1, but for the rates of dropout: 0 or more."

# Signature mutants that answer otherwise only where the contract says nothing.
OUTSIDE = {
    "conv_output_size: wrong where size is 0": ONE,
    "conv_*: wrong where kernel_size is 0": ONE,
    "conv_*: wrong where *_channels is 0": ONE,
    "reduction_saving: wrong where * is 0": ONE,
    "naive_inception_cost: wrong where branches[*] is 0": ONE,
    "reduced_inception_cost: wrong where branches[*] is 0": ONE,
    "googlenet_census: wrong where table[each]['out_channels'] is 0": UNCOUNTED,
    "googlenet_census: wrong where table[each]['kernel_size'] is 0": UNCOUNTED,
    "googlenet_census: wrong where table[each]['stride'] is 0": UNCOUNTED,
    "googlenet_census: wrong where table[each]['branches'][*] is 0": UNCOUNTED,
    "googlenet_census: wrong where table[each]['rate'] is negative": UNCOUNTED,
    "googlenet_census: wrong where table has one entry": "The docstring says that a table has a layer with weights, beside its input.",
}
