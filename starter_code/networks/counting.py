"""What a network costs, counted while one image goes through it: parameters, MACs, and the memory of its activations.

The formulas are those that students write in `inception_ops` (`conv_macs` and `conv_params`), and are passed in. A
fully connected layer is a convolution whose kernel covers everything; seen so, its input is one position with all
numbers for channels.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

BYTES = 4  # of a number in float32


@dataclass(frozen=True)
class Layer:
    """One convolution or fully connected layer, run once."""

    name: str  # its path in the network, such as "stages.3.conv1"
    params: int
    macs: int
    out_shape: tuple[int, ...]  # of one image: (C, H, W), or (units,)
    activations: int  # numbers that it gives


@dataclass(frozen=True)
class Cost:
    """What a network costs for one image."""

    layers: tuple[Layer, ...]  # in the order in which they were run
    params: int  # all that is learned, BN too, whether it was run or not
    macs: int  # of convolutions and fully connected layers
    activations: int  # numbers that these layers give: what training keeps for the backward pass, at least

    @property
    def activation_bytes(self) -> int:
        """Memory of the activations in float32."""
        return BYTES * self.activations


def count(
    network: nn.Module,
    image_shape: tuple[int, int, int],
    conv_macs: Callable[..., int],
    conv_params: Callable[..., int],
) -> Cost:
    """Run one image through the network in evaluation mode, and count. The network is left as it was.

    image_shape: (C, H, W)
    conv_macs: conv_macs(out_size, in_channels, out_channels, kernel_size, groups)
    conv_params: conv_params(in_channels, out_channels, kernel_size, groups, bias)

    Activations are counted as in Radosavovic et al. 2020 (arXiv:2003.13678): outputs of the layers that have MACs. What
    does not run in evaluation, such as an auxiliary head, has parameters and no MACs. A network on torch's device
    "meta" is counted without any computing.
    """
    layers: list[Layer] = []

    def hook(name: str) -> Callable[[nn.Module, tuple, torch.Tensor], None]:
        def noted(layer: nn.Module, _: tuple, out: torch.Tensor) -> None:
            layers.append(_counted(name, layer, tuple(out.shape[1:]), conv_macs, conv_params))

        return noted

    weighted = [(name, part) for name, part in network.named_modules() if isinstance(part, nn.Conv2d | nn.Linear)]
    hooks = [part.register_forward_hook(hook(name)) for name, part in weighted]
    modes = [(part, part.training) for part in network.modules()]
    network.eval()
    try:
        with torch.no_grad():
            network(torch.zeros(1, *image_shape, device=next(network.parameters()).device))
    finally:
        for handle in hooks:
            handle.remove()
        for part, training in modes:
            part.training = training
    return Cost(
        layers=tuple(layers),
        params=sum(numbers.numel() for numbers in network.parameters()),
        macs=sum(layer.macs for layer in layers),
        activations=sum(layer.activations for layer in layers),
    )


def count_without_computing(
    make: Callable[[], nn.Module],
    image_shape: tuple[int, int, int],
    conv_macs: Callable[..., int],
    conv_params: Callable[..., int],
) -> Cost:
    """Count a network that is made for this only, by make(): neither its weights nor its maps take memory or time."""
    with torch.device("meta"):
        return count(make(), image_shape, conv_macs, conv_params)


def _counted(
    name: str,
    layer: nn.Module,
    out_shape: tuple[int, ...],
    conv_macs: Callable[..., int],
    conv_params: Callable[..., int],
) -> Layer:
    if isinstance(layer, nn.Conv2d):
        groups, (height, width) = layer.groups, layer.kernel_size
        sizes = (layer.in_channels, layer.out_channels, (height, width), groups)
        out_size = out_shape[1:]
    elif isinstance(layer, nn.Linear):
        sizes, out_size = (layer.in_features, layer.out_features, (1, 1), 1), (1, 1)
    else:
        raise TypeError(f"{name} is neither a convolution nor a fully connected layer")
    activations = sizes[1] * out_size[0] * out_size[1]
    params = conv_params(*sizes, layer.bias is not None)
    return Layer(name, params, conv_macs(out_size, *sizes), out_shape, activations)
