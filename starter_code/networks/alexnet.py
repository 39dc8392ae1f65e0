"""AlexNet, in its two forms.

The network of the paper is cut in two halves, one for each of two GPUs: its second, fourth and fifth convolution have
two groups. Its 60,965,224 parameters are what the paper calls 60 million. The other form has one column, without groups
and with fewer maps (64, 192, 384, 256, 256): 61,100,840. It is the one that torchvision calls AlexNet, after a later
paper of the first author.

The paper says 224x224, but its first layer has 55x55 outputs for images of 227x227 only. Its local response
normalisation has no parameters and is left out.

Sources: Krizhevsky et al. 2012, figure 2; Krizhevsky 2014, arXiv:1404.5997, for the one column.
"""

from starter_code.googlenet_table import ALEXNET, Row, conv, flat, image, pool
from starter_code.networks.chains import ChainNetwork

ONE_COLUMN: list[Row] = [
    image(224, 3),
    conv("conv1", 11, 4, 55, 64),
    pool("max_pool", "pool1", 3, 2, 27, 64),
    conv("conv2", 5, 1, 27, 192),
    pool("max_pool", "pool2", 3, 2, 13, 192),
    conv("conv3", 3, 1, 13, 384),
    conv("conv4", 3, 1, 13, 256),
    conv("conv5", 3, 1, 13, 256),
    pool("max_pool", "pool5", 3, 2, 6, 256),
    flat("dropout", "dropout5", 9216, rate=0.5),
    flat("fc", "fc6", 4096),
    flat("dropout", "dropout6", 4096, rate=0.5),
    flat("fc", "fc7", 4096),
    flat("fc", "fc8", 1000),
    flat("softmax", "softmax", 1000),
]


def alexnet(
    num_classes: int = 1000, in_channels: int = 3, image_size: int | None = None, *, one_column: bool = False
) -> ChainNetwork:
    """Make AlexNet for images of 227x227 in colour, or of 224x224 where it has one column.

    in_channels: 1 for grey images
    image_size: another height and width, from 67 on, or from 63 on with one column
    one_column: the later form, without groups
    """
    return ChainNetwork(ONE_COLUMN if one_column else ALEXNET, num_classes, in_channels, image_size)
