"""ZFNet: AlexNet with a first layer that sees more, found by looking at what the maps of AlexNet respond to.

The first convolution is 7x7 with stride 2 instead of 11x11 with stride 4, the second has stride 2, and no convolution
has groups. The paper prints no count; the network of its figure 3 has 62,357,608 parameters. Its contrast
normalisation has none and is left out.

Source: Zeiler and Fergus 2013, arXiv:1311.2901, figure 3.
"""

from starter_code.googlenet_table import Row, conv, flat, image, pool
from starter_code.networks.chains import ChainNetwork

ZFNET: list[Row] = [
    image(224, 3),
    conv("conv1", 7, 2, 110, 96),
    pool("max_pool", "pool1", 3, 2, 55, 96),
    conv("conv2", 5, 2, 26, 256),
    pool("max_pool", "pool2", 3, 2, 13, 256),
    conv("conv3", 3, 1, 13, 384),
    conv("conv4", 3, 1, 13, 384),
    conv("conv5", 3, 1, 13, 256),
    pool("max_pool", "pool5", 3, 2, 6, 256),
    flat("fc", "fc6", 4096),
    flat("dropout", "dropout6", 4096, rate=0.5),
    flat("fc", "fc7", 4096),
    flat("dropout", "dropout7", 4096, rate=0.5),
    flat("fc", "fc8", 1000),
    flat("softmax", "softmax", 1000),
]


def zfnet(num_classes: int = 1000, in_channels: int = 3, image_size: int | None = None) -> ChainNetwork:
    """Make ZFNet for images of 224x224 in colour.

    in_channels: 1 for grey images
    image_size: another height and width, from 53 on
    """
    return ChainNetwork(ZFNET, num_classes, in_channels, image_size)
