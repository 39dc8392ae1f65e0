"""Signature mutants that are wrong outside of the contract only, each pattern with the reason.

`autograder quality` names signature mutants that no test catches. It also says when one of these is caught.
"""

FLOATS = "The docstring says that this argument is float64."

OUTSIDE = {
    "pointwise_conv_forward: wrong where weight holds integers": FLOATS,
    "pointwise_conv_forward: wrong where weight is float32": FLOATS,
    "pointwise_conv_forward: wrong where bias holds integers": FLOATS,
    "pointwise_conv_forward: wrong where bias is float32": FLOATS,
    "pointwise_conv_backward: wrong where x holds integers": FLOATS,
    "pointwise_conv_backward: wrong where x is float32": FLOATS,
    "pointwise_conv_backward: wrong where weight holds integers": FLOATS,
    "pointwise_conv_backward: wrong where weight is float32": FLOATS,
    "pointwise_conv_backward: result[2] in the type of an integer input": (
        "Of an integer dout, the sums are integers anyway; the docstring says that the other arguments are float64."
    ),
    "split_channels: *wrong where channels is empty": "The docstring asks for one or more numbers.",
    "inception_forward: result[1]['pooled'] in the type of an integer input": (
        "The largest of some integers is one of them: the numbers are the same, and the docstring allows the type."
    ),
}
