"""All networks in one table: how each is built, for which images, its number of parameters and where that is published.

Tests, pictures and experiments go through `NETWORKS`. The four blocks that students write come as a `Blocks`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from torch import nn

from starter_code.googlenet import googlenet
from starter_code.networks.alexnet import alexnet
from starter_code.networks.densenet import densenet, small_densenet
from starter_code.networks.fractalnet import fractalnet
from starter_code.networks.inception_resnet import inception_resnet
from starter_code.networks.lenet import lenet5
from starter_code.networks.network_in_network import network_in_network, small_network_in_network
from starter_code.networks.preactivation import preactivation_resnet, small_preactivation_resnet
from starter_code.networks.resnext import resnext50
from starter_code.networks.squeezenet import squeezenet
from starter_code.networks.stochastic_depth import stochastic_depth_resnet
from starter_code.networks.vgg import vgg
from starter_code.networks.wide_resnet import wide_resnet, wide_resnet50
from starter_code.networks.zfnet import zfnet
from starter_code.residual_networks import resnet, small_resnet

IMAGENET = (3, 224, 224)
SMALL = (3, 32, 32)
CAFFE = "the weights in Caffe's zoo, a file of"
TORCHVISION = "torchvision's documentation"
PYTORCHCV = "pytorchcv, which asserts the count of each of its networks"


@dataclass(frozen=True)
class Blocks:
    """The blocks that students write in `train_networks`."""

    residual: Callable[..., nn.Module]  # (in_channels, out_channels, stride)
    bottleneck: Callable[..., nn.Module]  # (in_channels, channels, stride)
    inception: Callable[..., nn.Module]  # (in_channels, c1, c3_reduce, c3, c5_reduce, c5, pool_proj)
    head: Callable[..., nn.Module]  # (in_channels, num_classes, hidden, width)


@dataclass(frozen=True)
class Published:
    """A network whose number of parameters is published."""

    family: str  # whose idea it is, such as "ResNet"
    build: Callable[[Blocks], nn.Module]
    source: str  # the paper
    image_shape: tuple[int, int, int]  # of the images that it is made for
    params: int  # all that is learned
    counted_by: str  # who publishes this number
    printed: str = ""  # what the paper prints, where that is this number rounded
    remark: str = ""  # where numbers differ, and why


def _on(make: Callable[..., nn.Module], *sizes: int) -> Callable[[Blocks], nn.Module]:
    """What needs no block of the students'."""
    return lambda _: make(*sizes)


def _residual(depth: int, params: int, printed: str = "", remark: str = "") -> Published:
    """A ResNet of the paper for ImageNet, of either block."""

    def build(blocks: Blocks) -> nn.Module:
        return resnet(depth, blocks.residual if depth < 50 else blocks.bottleneck)  # noqa: PLR2004

    return Published(
        "ResNet", build, "He et al. 2015, arXiv:1512.03385", IMAGENET, params, TORCHVISION, printed, remark
    )


def _small_residual(depth: int, params: int, printed: str) -> Published:
    """A ResNet of the paper for CIFAR-10."""
    return Published(
        "ResNet",
        lambda blocks: small_resnet(depth, blocks.residual, in_channels=3),
        "He et al. 2015, arXiv:1512.03385, table 6",
        SMALL,
        params,
        PYTORCHCV,
        printed,
        "the paper's shortcuts have no parameters; two projections with BN add 2,752 here",
    )


def _fractal(columns: int, params: int, printed: str) -> Published:
    """A FractalNet of the table of ultra-deep networks, for CIFAR-100."""
    return Published(
        "FractalNet",
        _on(partial(fractalnet, columns, (16, 32, 64, 128, 128), 100)),
        "Larsson et al. 2016, arXiv:1605.07648",
        SMALL,
        params,
        "the paper, rounded; this number follows from its rule",
        printed,
    )


def _preactivated(depth: int, params: int) -> Published:
    """A pre-activation ResNet for ImageNet."""
    return Published(
        "pre-activation ResNet",
        _on(preactivation_resnet, depth),
        "He et al. 2016, arXiv:1603.05027",
        IMAGENET,
        params,
        PYTORCHCV,
    )


def _dense(depth: int, growth: int, params: int, counted_by: str, printed: str, *, bottleneck: bool) -> Published:
    """A DenseNet for CIFAR-10."""
    make = partial(small_densenet, depth, growth, bottleneck=bottleneck)
    return Published(
        "DenseNet", _on(make), "Huang et al. 2016, arXiv:1608.06993, table 2", SMALL, params, counted_by, printed
    )


NETWORKS: dict[str, Published] = {
    "LeNet-5": Published(
        "LeNet",
        _on(lenet5),
        "LeCun et al. 1998, section II-B",
        (1, 32, 32),
        60_000,
        "the paper",
        remark="61,706 as it is built today: lenet5(original=False)",
    ),
    "AlexNet": Published(
        "AlexNet",
        _on(alexnet),
        "Krizhevsky et al. 2012, figure 2",
        (3, 227, 227),
        60_965_224,
        f"{CAFFE} 244 MB",
        remark='"60 million" in the paper; 61,100,840 in one column, as in torchvision',
    ),
    "AlexNet, one column": Published(
        "AlexNet",
        _on(partial(alexnet, one_column=True)),
        "Krizhevsky 2014, arXiv:1404.5997",
        IMAGENET,
        61_100_840,
        TORCHVISION,
    ),
    "ZFNet": Published(
        "ZFNet", _on(zfnet), "Zeiler and Fergus 2013, arXiv:1311.2901, figure 3", IMAGENET, 62_357_608, PYTORCHCV
    ),
    "VGG-16": Published(
        "VGG", _on(vgg, 16), "Simonyan and Zisserman 2014, arXiv:1409.1556", IMAGENET, 138_357_544, TORCHVISION, "138M"
    ),
    "VGG-19": Published(
        "VGG", _on(vgg, 19), "Simonyan and Zisserman 2014, arXiv:1409.1556", IMAGENET, 143_667_240, TORCHVISION, "144M"
    ),
    "Network in Network": Published(
        "Network in Network",
        _on(network_in_network),
        "Lin et al. 2013, arXiv:1312.4400",
        IMAGENET,
        7_595_176,
        f"{CAFFE} 29 MB",
        remark="its authors' network for ImageNet, which is not in the paper",
    ),
    "Network in Network, small": Published(
        "Network in Network",
        _on(small_network_in_network),
        "Lin et al. 2013, arXiv:1312.4400, section 4",
        SMALL,
        966_986,
        PYTORCHCV,
    ),
    "GoogLeNet": Published(
        "Inception",
        lambda blocks: googlenet(blocks.inception),
        "Szegedy et al. 2014, arXiv:1409.4842, table 1",
        IMAGENET,
        6_998_552,
        "the paper's table, counted row by row as in `inception_ops`",
        remark="6,624,904 in torchvision, which has BN, and 3x3 convolutions in place of 5x5",
    ),
    "GoogLeNet with heads": Published(
        "Inception",
        lambda blocks: googlenet(blocks.inception, blocks.head),
        "Szegedy et al. 2014, arXiv:1409.4842, section 5",
        IMAGENET,
        13_378_280,
        f"{CAFFE} 54 MB",
    ),
    "Inception-ResNet-v2": Published(
        "Inception",
        _on(inception_resnet),
        "Szegedy et al. 2016, arXiv:1602.07261",
        (3, 299, 299),
        55_843_464,
        PYTORCHCV,
        remark="55,813,192 in Keras, whose BN learns no scale; 1,537 more for each class more than 1000",
    ),
    "ResNet-18": _residual(18, 11_689_512),
    "ResNet-34": _residual(34, 21_797_672),
    "ResNet-50": _residual(50, 25_557_032, remark="the stride is in the 3x3 convolution, the paper's in the first 1x1"),
    "ResNet-101": _residual(101, 44_549_160),
    "ResNet-152": _residual(152, 60_192_808),
    "ResNet-20, small": _small_residual(20, 272_474, "0.27M"),
    "ResNet-110, small": _small_residual(110, 1_730_714, "1.7M"),
    "ResNet-1202, small": _small_residual(1202, 19_424_026, "19.4M"),
    "Pre-activation ResNet-18": _preactivated(18, 11_687_848),
    "Pre-activation ResNet-50": _preactivated(50, 25_549_480),
    "Pre-activation ResNet-164, small": Published(
        "pre-activation ResNet",
        _on(small_preactivation_resnet, 164),
        "He et al. 2016, arXiv:1603.05027, table 4",
        SMALL,
        1_703_258,
        PYTORCHCV,
        "1.7M",
    ),
    "Wide ResNet-28-10, small": Published(
        "Wide ResNet",
        _on(wide_resnet),
        "Zagoruyko and Komodakis 2016, arXiv:1605.07146",
        SMALL,
        36_479_194,
        PYTORCHCV,
        "36.5M",
    ),
    "Wide ResNet-50-2": Published(
        "Wide ResNet",
        _on(wide_resnet50),
        "Zagoruyko and Komodakis 2016, arXiv:1605.07146",
        IMAGENET,
        68_883_240,
        TORCHVISION,
        "68.9M",
    ),
    "ResNeXt-50 32x4d": Published(
        "ResNeXt",
        _on(resnext50),
        "Xie et al. 2016, arXiv:1611.05431, table 1",
        IMAGENET,
        25_028_904,
        TORCHVISION,
        "25.0M",
    ),
    "Stochastic depth 110, small": Published(
        "stochastic depth",
        lambda blocks: stochastic_depth_resnet(blocks.residual),
        "Huang et al. 2016, arXiv:1603.09382",
        SMALL,
        1_730_714,
        f"{PYTORCHCV}, for ResNet-110",
        "1.7M",
    ),
    "FractalNet-20, small": _fractal(3, 2_125_204, "2.1M"),
    "FractalNet-40, small": _fractal(4, 4_778_820, "4.8M"),
    "FractalNet-160, small": _fractal(6, 21_095_076, "21.1M"),
    "DenseNet-121": Published(
        "DenseNet", _on(densenet, 121), "Huang et al. 2016, arXiv:1608.06993, table 1", IMAGENET, 7_978_856, TORCHVISION
    ),
    "DenseNet-40-12, small": _dense(
        40, 12, 1_019_722, "the paper, rounded; this number follows from its rule", "1.0M", bottleneck=False
    ),
    "DenseNet-BC-100-12, small": _dense(100, 12, 769_162, PYTORCHCV, "0.8M", bottleneck=True),
    "DenseNet-BC-250-24, small": _dense(250, 24, 15_324_406, PYTORCHCV, "15.3M", bottleneck=True),
    "SqueezeNet 1.0": Published(
        "SqueezeNet",
        _on(squeezenet),
        "Iandola et al. 2016, arXiv:1602.07360, table 1",
        IMAGENET,
        1_248_424,
        "the paper",
        "1.25M",
    ),
}
