"""Mechanical mutants of the reference that are right answers too, each with the reason: no test can catch them, and none should.

`autograder quality` names mutants that no test catches. It also says when one of these is caught, or is none any more.
"""

EQUIVALENT = {
    "batchnorm_forward: unbiased = var * n / (n - 1) if n > 1 else var"
    " -> unbiased = var * n / (n - 1) if n != 1 else var": "A batch has at least one row, so n is never below one.",
    "gradient_norms: dz = da * (z > 0) -> dz = da * (z >= 0)": "Every z is a sum of normal draws and 0.1, which is never exactly zero.",
}

# Signature mutants (a star stands for any text) that are wrong only where the docstring promises nothing.
OUTSIDE = {
    "batchnorm_forward: wrong where gamma holds integers": "The docstring promises integers as x; all other arrays are float64.",
    "batchnorm_forward: wrong where beta holds integers": "The docstring promises integers as x; all other arrays are float64.",
    "batchnorm_forward: what is free is lost where training is False": "The docstring says that at inference nothing is sent back.",
    "batchnorm_forward: wrong where momentum is negative": "The docstring asks for a momentum from 0 to 1.",
    "batchnorm_forward: wrong where eps is negative": "The docstring asks for an eps of 0 or more.",
}
