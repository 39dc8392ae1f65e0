"""A torch network as a table, part by part: the shape of what each part returns, its parameters and its MACs."""

from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from starter_code.networks.counting import count
from starter_code.summary import Layer, print_summary


def summary(network: nn.Module, image_shape: tuple[int, int, int], level: int = 2) -> None:
    """Send one image through the network in evaluation mode, and print a table of its parts. The network stays as it was.

    image_shape: (C, H, W)
    level: how far parts are opened: at level 2 "stages.3" is one line, at level 3 each of its own parts is

    What does not run in evaluation, such as an auxiliary head, is not listed. On torch's device "meta" nothing is computed.
    """
    print_summary(parts_of(network, image_shape, level))


def parts_of(network: nn.Module, image_shape: tuple[int, int, int], level: int = 2) -> list[Layer]:
    """What `summary` prints: name and kind, output shape, parameters and MACs of each part, in the order in which they run."""
    shapes: dict[str, tuple[int, ...]] = {}

    def hook(name: str) -> Callable[[nn.Module, Any, torch.Tensor], None]:
        def noted(_: nn.Module, __: Any, out: torch.Tensor) -> None:
            shapes[name] = tuple(out.shape[1:])

        return noted

    parts = dict(_opened(network, level))
    hooks = [part.register_forward_hook(hook(name)) for name, part in parts.items()]
    try:
        layers = count(network, image_shape, _not_asked, _not_asked).layers
    finally:
        for handle in hooks:
            handle.remove()
    weighted = dict(network.named_modules())
    listed = []
    for name, shape in shapes.items():
        inside = [layer for layer in layers if layer.name == name or layer.name.startswith(f"{name}.")]
        macs = sum(_macs(weighted[layer.name], layer.out_shape) for layer in inside)
        params = sum(numbers.numel() for numbers in parts[name].parameters())
        listed.append((f"{name} ({type(parts[name]).__name__})", shape, params, macs))
    return listed


def _opened(whole: nn.Module, level: int, path: str = "") -> Iterator[tuple[str, nn.Module]]:
    """The parts that have a line each, with their paths: those at this level, and those above it that hold no others."""
    for name, part in whole.named_children():
        here = f"{path}{name}"
        if isinstance(part, nn.ModuleList | nn.ModuleDict):  # nobody calls it, so that it returns nothing
            yield from _opened(part, max(level - 1, 1), f"{here}.")
        elif level == 1 or not any(part.children()):
            yield here, part
        else:
            yield from _opened(part, level - 1, f"{here}.")


def _not_asked(*_: Any) -> int:
    """In place of formulas for parameters and MACs, which are read off the layers here."""
    return 0


def _macs(layer: nn.Module, out_shape: tuple[int, ...]) -> int:
    """Each weight of a layer is used once at each position of its output."""
    positions = torch.Size(out_shape[1:]).numel()
    return int(layer.get_parameter("weight").numel() * positions)
