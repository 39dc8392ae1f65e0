"""Named wrong answers to `inception_ops`: diagnosis tells students which one theirs behaves like.

Each is the reference with the smallest readable change to one function, as listed in the modules beside this one.
"""

from autograder.suite.misconceptions import named

from . import layers, modules, networks

POSITIONS = 'notebook, "Where a kernel fits"'
MACS = 'notebook, "The price of one convolution"; lecture N41'
PARAMS = 'notebook, "What a layer learns"'
SAVING = 'notebook, "Thin first, then convolve"; lecture N41'
NAIVE = 'notebook, "The naive module"; lecture L14; Szegedy et al. 2014, arXiv:1409.4842, figure 2(a)'
REDUCED = 'notebook, "The module with reductions"; lecture L14; Szegedy et al. 2014, arXiv:1409.4842, figure 2(b)'
CENSUS = 'notebook, "The whole network"; lecture N41; Szegedy et al. 2014, arXiv:1409.4842, table 1'


MISCONCEPTIONS = [
    *named("conv_output_size", POSITIONS, layers.CONV_OUTPUT_SIZE),
    *named("conv_macs", MACS, layers.CONV_MACS),
    *named("conv_params", PARAMS, layers.CONV_PARAMS),
    *named("reduction_saving", SAVING, modules.REDUCTION_SAVING),
    *named("naive_inception_cost", NAIVE, modules.NAIVE_INCEPTION_COST),
    *named("reduced_inception_cost", REDUCED, modules.REDUCED_INCEPTION_COST),
    *named("googlenet_census", CENSUS, networks.GOOGLENET_CENSUS),
]
