"""Signature mutants that are wrong only outside of the contract, each with the reason; a star stands for any text.

`autograder quality` names mutants that no test catches. It also says when one of these is caught, or is none any more.
"""

OUTSIDE = {
    "softmax_cross_entropy: wrong where logits has huge numbers": "The docstring promises logits of up to 1e4.",
    "softmax_cross_entropy: wrong where labels has a negative number": "The docstring asks for labels from 0 to K-1.",
    "softmax_cross_entropy: signs in labels do not count": "The docstring asks for labels from 0 to K-1.",
    "*: wrong where weight is negative": "The docstring asks for a weight of 0 or more.",
}
