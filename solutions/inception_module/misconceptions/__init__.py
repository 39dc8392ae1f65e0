"""Named wrong answers to `inception_module`: diagnosis tells students which one theirs behaves like.

Each is the reference with the smallest readable change to one function, as listed in the modules beside this one.
"""

from autograder.suite.misconceptions import named

from . import channels, layers, module_backward, module_forward, pools

PIXELS = 'notebook, "One layer for every pixel"; lecture L14; Lin et al. 2013, arXiv:1312.4400'
MEANS = 'notebook, "One map, one number"; lecture L14; Lin et al. 2013, arXiv:1312.4400'
CHANNELS = 'notebook, "Side by side: stacking and taking apart"; lecture N41'
MODULE = 'notebook, "The module, forward"; lecture N41; Szegedy et al. 2014, arXiv:1409.4842'
PATHS = 'notebook, "The module, backward: four paths"; lecture N41; Szegedy et al. 2014, arXiv:1409.4842'


MISCONCEPTIONS = [
    *named("pointwise_conv_forward", PIXELS, layers.POINTWISE_FORWARD),
    *named("pointwise_conv_backward", PIXELS, layers.POINTWISE_BACKWARD),
    *named("global_average_pool", MEANS, pools.POOL_FORWARD, "global_average_pool_forward"),
    *named("global_average_pool", MEANS, pools.POOL_BACKWARD, "global_average_pool_backward"),
    *named("channels", CHANNELS, channels.CONCAT, "concat_channels"),
    *named("channels", CHANNELS, channels.SPLIT, "split_channels"),
    *named("inception_forward", MODULE, module_forward.INCEPTION_FORWARD),
    *named("inception_backward", PATHS, module_backward.INCEPTION_BACKWARD),
]
