"""VGG: 3x3 convolutions only, many of them, and a pooling that halves the maps after each stage.

Two 3x3 convolutions see as much as one 5x5, three as much as one 7x7, with fewer weights and more ReLUs. Of the
138,357,544 parameters of VGG-16, 123,642,856 are in its three fully connected layers.

Source: Simonyan and Zisserman 2014, arXiv:1409.1556, table 1 (columns A, B, D, E) and table 2.
"""

from starter_code.googlenet_table import Row, conv, flat, image, pool
from starter_code.networks.chains import ChainNetwork

WIDTHS = (64, 128, 256, 512, 512)
COUNTS: dict[int, tuple[int, ...]] = {  # convolutions in each of the five stages
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}


def vgg_table(depth: int) -> list[Row]:
    """The table of VGG with so many layers that have weights: 11, 13, 16 or 19. Raises ValueError for another depth."""
    if depth not in COUNTS:
        raise ValueError(f"there is no VGG-{depth} in the paper; its depths are {', '.join(map(str, COUNTS))}")
    size, rows = 224, [image(224, 3)]
    for stage, (count, width) in enumerate(zip(COUNTS[depth], WIDTHS, strict=True), 1):
        rows += [conv(f"conv{stage}_{number}", 3, 1, size, width) for number in range(1, count + 1)]
        size //= 2
        rows.append(pool("max_pool", f"pool{stage}", 2, 2, size, width))
    for name in ("fc6", "fc7"):
        rows += [flat("fc", name, 4096), flat("dropout", name.replace("fc", "dropout"), 4096, rate=0.5)]
    return [*rows, flat("fc", "fc8", 1000), flat("softmax", "softmax", 1000)]


def vgg(depth: int = 16, num_classes: int = 1000, in_channels: int = 3, image_size: int | None = None) -> ChainNetwork:
    """Make VGG for images of 224x224 in colour.

    depth: 11, 13, 16 or 19 layers with weights
    in_channels: 1 for grey images
    image_size: another height and width, from 32 on
    """
    return ChainNetwork(vgg_table(depth), num_classes, in_channels, image_size)
