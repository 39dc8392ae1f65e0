"""Asks a module what it computes, and returns plain arrays. Visible checks and hidden tests call it on classes of students.

Two right modules may differ in the names, the order and the nesting of their layers. So a layer is filled by its kind and its
shape alone: all layers of one kind and shape get the same numbers. What no such layer asks for is not used.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import nn

Fill = Sequence[tuple[str, np.ndarray]]  # (kind of tensor, its numbers): see KINDS
Pass = tuple[bool, np.ndarray]  # whether in training mode; the input

# The tensors of a layer, and what each is called here.
KINDS: tuple[tuple[type[nn.Module], dict[str, str]], ...] = (
    (nn.Conv2d, {"weight": "convolution", "bias": "convolution bias"}),
    (nn.Linear, {"weight": "linear", "bias": "linear bias"}),
    (
        nn.BatchNorm2d,
        {"weight": "scale", "bias": "shift", "running_mean": "running mean", "running_var": "running variance"},
    ),
)


@contextmanager
def in_float64() -> Iterator[None]:
    """Within, torch makes its tensors and layers in float64: those that nothing registers, too."""
    kept = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(kept)


def throw_dice_from(seed: int) -> None:
    """Let first weights, and whatever else is random, be the same again; `torch.manual_seed` takes a millisecond to think of GPUs."""
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(seed)


def tensors(module: nn.Module) -> Iterator[tuple[str, torch.Tensor]]:
    """Go through parameters and running statistics of all layers in a module: (kind, tensor), each tensor once."""
    seen: set[int] = set()
    for layer in module.modules():
        names = next((names for kind, names in KINDS if isinstance(layer, kind)), {})
        for name, what in names.items():
            tensor = getattr(layer, name, None)
            if tensor is not None and id(tensor) not in seen:
                seen.add(id(tensor))
                yield what, tensor


def fill(module: nn.Module, numbers: Fill) -> None:
    """Give every layer the numbers of its kind and shape; zeros, where there are none."""
    known = {(kind, tuple(array.shape)): array for kind, array in numbers}
    with torch.no_grad():
        for kind, tensor in tensors(module):
            array = known.get((kind, tuple(tensor.shape)))
            tensor.copy_(torch.zeros_like(tensor) if array is None else torch.from_numpy(array))


def run_module(
    module_class: Any,
    arguments: Sequence[int],
    numbers: Fill,
    passes: Sequence[Pass],
    upstream: np.ndarray | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Build a module, fill it, run it on some inputs, one after the other, and go back through the last of them.

    module_class: called with `arguments`
    numbers: what the layers hold, all in float64
    passes: for each, whether it is in training mode, and the input
    upstream: the gradient of the loss at the last output; without one, nothing goes back
    seed: of torch's random numbers, for dropout

    Returns {"outputs": one array per pass, "dx": gradient at the last input or None, "gradients": see below,
    "parameters": how many numbers are learned}.
    """
    throw_dice_from(seed)
    with in_float64():
        return _run_module(module_class(*arguments).double(), numbers, passes, upstream)


def _run_module(
    module: nn.Module, numbers: Fill, passes: Sequence[Pass], upstream: np.ndarray | None
) -> dict[str, Any]:
    fill(module, numbers)
    outputs: list[Any] = []
    last: Any = None
    out: Any = None
    for training, x in passes:
        module.train(training)
        last = torch.from_numpy(x.copy()).requires_grad_()
        out = module(last)
        outputs.append(plain(out))
    if upstream is not None and _fits(out, upstream.shape):
        out.backward(torch.from_numpy(upstream))
    return {
        "outputs": outputs,
        "dx": None if last is None else plain(last.grad),
        "gradients": gradients(module),
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
    }


def gradients(module: nn.Module) -> list[tuple[str, np.ndarray | None]]:
    """List the gradients of all parameters, sorted; a parameter is called by its kind and shape, such as "scale (4,)"."""
    kinds = {id(tensor): kind for kind, tensor in tensors(module)}
    found = [
        (label(kinds.get(id(parameter), "other"), parameter.shape), plain(parameter.grad))
        for parameter in module.parameters()
    ]
    return sorted(found, key=lambda each: (each[0], 0.0 if each[1] is None else float(each[1].sum())))


def label(kind: str, shape: Sequence[int]) -> str:
    """Name a parameter by its kind and shape."""
    return f"{kind} {tuple(shape)}"


def plain(value: Any) -> Any:
    """Copy a tensor to an array; anything else stays what it is."""
    return value.detach().numpy().copy() if isinstance(value, torch.Tensor) else value


def _fits(out: Any, shape: tuple[int, ...]) -> bool:
    """Tell whether a gradient of this shape can go back from `out`."""
    return isinstance(out, torch.Tensor) and out.requires_grad and tuple(out.shape) == shape
