"""How accurate networks are on ImageNet and what one image costs them, as plain numbers that a picture is drawn from.

Accuracy is top-1 on the 50,000 validation images of ImageNet, in percent, of one network and one crop in the middle,
as whoever published trained weights documents it:

- torchvision: its first weights (IMAGENET1K_V1) of each model, from its table of classification weights.
- Caffe: the readmes of bvlc_alexnet and bvlc_googlenet. torchvision's networks of these names are others: AlexNet in
  one column has 56.522, and GoogLeNet with BN has 69.778.
- Caffe, Network in Network: the description that its first author published with its weights.
- Keras: its table of applications.

They were trained by different people, for different times, with different augmentation: a point or two says nothing.

Costs are those of `counting.count` for one image of the size that the network is made for (`zoo.NETWORKS`); a test
counts them again.
"""

from dataclasses import dataclass

TORCHVISION = "https://docs.pytorch.org/vision/stable/models.html"
KERAS = "https://keras.io/api/applications"
CAFFE = "https://github.com/BVLC/caffe/tree/master/models"
NIN = "https://gist.github.com/mavenlin/d802a5849de39225bcc6"

CHAIN = "one layer after the other"
BRANCHES = "branches, stacked"
SUMS = "sums with a shortcut"
BOTH = "branches and a shortcut"
DENSE = "all earlier maps, stacked"


@dataclass(frozen=True)
class Measured:
    """A network's accuracy and its cost for one image."""

    name: str  # in `zoo.NETWORKS`
    kind: str  # what its blocks are made of
    top1: float  # percent
    source: str  # of the accuracy
    params: int
    macs: int
    activations: int  # numbers that convolutions and fully connected layers give

    @property
    def activation_megabytes(self) -> float:
        """Memory of the activations in float32, in MB of a million bytes."""
        return 4 * self.activations / 1e6


MEASURED = (
    Measured("AlexNet", CHAIN, 57.1, CAFFE, 60_965_224, 724_406_816, 659_272),
    Measured("VGG-16", CHAIN, 71.592, TORCHVISION, 138_357_544, 15_470_264_320, 13_556_712),
    Measured("VGG-19", CHAIN, 72.376, TORCHVISION, 143_667_240, 19_632_062_464, 14_861_288),
    Measured("Network in Network", CHAIN, 59.36, NIN, 7_595_176, 1_100_188_800, 1_704_096),
    Measured("SqueezeNet 1.0", BRANCHES, 58.092, TORCHVISION, 1_248_424, 818_924_576, 4_346_248),
    Measured("GoogLeNet", BRANCHES, 68.7, CAFFE, 6_998_552, 1_582_671_872, 3_227_160),
    Measured("ResNet-18", SUMS, 69.758, TORCHVISION, 11_689_512, 1_814_073_344, 2_484_712),
    Measured("ResNet-34", SUMS, 73.314, TORCHVISION, 21_797_672, 3_663_761_408, 3_739_112),
    Measured("ResNet-50", SUMS, 76.13, TORCHVISION, 25_557_032, 4_089_184_256, 11_114_984),
    Measured("ResNet-101", SUMS, 77.374, TORCHVISION, 44_549_160, 7_801_405_440, 16_232_936),
    Measured("ResNet-152", SUMS, 78.312, TORCHVISION, 60_192_808, 11_513_626_624, 22_555_112),
    Measured("Wide ResNet-50-2", SUMS, 78.468, TORCHVISION, 68_883_240, 11_398_021_120, 14_401_512),
    Measured("ResNeXt-50 32x4d", BOTH, 77.618, TORCHVISION, 25_028_904, 4_230_479_872, 14_401_512),
    Measured("Inception-ResNet-v2", BOTH, 80.3, KERAS, 55_843_464, 13_155_794_016, 25_059_976),
    Measured("DenseNet-121", DENSE, 74.434, TORCHVISION, 7_978_856, 2_834_161_664, 6_900_200),
)
