"""Asks optimizers, training steps and frozen networks what they do, and returns plain arrays.

Visible checks and hidden tests call these on what students wrote. Like `module_probes`, they look at what comes out and never at
names.
"""

import io
import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import nn

from starter_code.module_probes import Fill, fill, in_float64, plain, throw_dice_from

Gradients = Sequence[np.ndarray | None]  # one for each parameter; None where it has none
FUNCTIONS = ("_single_tensor_", "_multi_tensor_", "_fused_")  # how torch names the functions that its optimizers call
PUSH = 0.5  # the momentum with which a training step is tried


@contextmanager
def without_ready_made_optimizers() -> Iterator[list[str]]:
    """Within, the optimizers that come with torch take no step; the list grows with each that is asked for one."""
    kept = [(place, name, getattr(place, name)) for place, name in _ready_made()]
    asked: list[str] = []

    def take_no_step(*_: object, **__: object) -> None:
        asked.append("step")

    try:
        for place, name, _ in kept:
            setattr(place, name, take_no_step)
        yield asked
    finally:
        for place, name, step in kept:
            setattr(place, name, step)


@cache
def _ready_made() -> list[tuple[Any, str]]:
    """List where torch keeps its update rules: the step of each class, and the functions behind them."""
    found = [(kind, "step") for kind in vars(torch.optim).values() if _is_ready_made(kind)]
    for module in [each for name, each in sys.modules.items() if name.startswith(f"{torch.optim.__name__}.")]:
        found += [(module, name) for name in vars(module) if name.startswith(FUNCTIONS)]
    return found


def _is_ready_made(kind: Any) -> bool:
    known = isinstance(kind, type) and issubclass(kind, torch.optim.Optimizer) and kind is not torch.optim.Optimizer
    return known and "step" in vars(kind)


def run_optimizer(
    optimizer_class: Any,
    starts: Sequence[np.ndarray],
    steps: Sequence[Gradients],
    options: Mapping[str, float] | None = None,
    groups: Sequence[Mapping[str, float]] | None = None,
    schedule: Sequence[Mapping[str, float]] | None = None,
    reload_before: int | None = None,
    closure_values: Sequence[float] | None = None,
) -> dict[str, Any]:
    """Let an optimizer take some steps on given gradients.

    starts: the parameters at the beginning
    steps: for each step, a gradient for each parameter, or None
    options: arguments of the optimizer; of a new one after reloading, too
    groups: where given, each parameter is a group of its own with these options
    schedule: for each step, options that are set in all groups before it
    reload_before: the step before which all is written to a file, and read by a new optimizer of new parameters
    closure_values: where given, every step gets a closure that sets the gradients and returns the value; a second call in
        the same step gives other ones

    Returns {"weights": all parameters in a row, after each step, "gradients": the same for what is in .grad, 0 where there is
    none, "returned": what each step returned, "ready-made": whether an optimizer that comes with torch was asked for a step}.
    """
    weights = [torch.tensor(start, requires_grad=True) for start in starts]
    with without_ready_made_optimizers() as asked, in_float64():
        optimizer = optimizer_class(_grouped(weights, groups), **(options or {}))
        after: dict[str, list[Any]] = {"weights": [], "gradients": [], "returned": []}
        for number, step in enumerate(steps):
            if number == reload_before:
                weights = [weight.detach().clone().requires_grad_() for weight in weights]
                optimizer = _reloaded(optimizer, optimizer_class(_grouped(weights, groups), **(options or {})))
            for group in optimizer.param_groups:
                group.update({} if schedule is None else schedule[number])
            after["returned"].append(
                _step(optimizer, weights, step, closure_values[number] if closure_values else None)
            )
            after["weights"].append(_in_a_row(weights))
            after["gradients"].append(
                _in_a_row([weight * 0 if weight.grad is None else weight.grad for weight in weights])
            )
    rows = {name: np.stack(after.pop(name)) for name in ("weights", "gradients")}
    return rows | after | {"ready-made": bool(asked)}


def _in_a_row(arrays: Sequence[torch.Tensor]) -> np.ndarray:
    """Put all numbers in one row."""
    return np.concatenate([np.ravel(plain(array)) for array in arrays])


def _grouped(weights: list[torch.Tensor], groups: Sequence[Mapping[str, float]] | None) -> list[Any]:
    if groups is None:
        return list(weights)
    return [{"params": [weight], **group} for weight, group in zip(weights, groups, strict=True)]


def _reloaded(optimizer: Any, fresh: Any) -> Any:
    """Give a fresh optimizer what another one writes to a file."""
    file = io.BytesIO()
    torch.save(optimizer.state_dict(), file)
    file.seek(0)
    fresh.load_state_dict(torch.load(file, weights_only=True))
    return fresh


def _step(optimizer: Any, weights: list[torch.Tensor], step: Gradients, value: float | None) -> Any:
    def give(times: int = 1) -> None:
        for weight, gradient in zip(weights, step, strict=True):
            weight.grad = None if gradient is None else torch.tensor(times * gradient)

    if value is None:
        give()
        return plain(optimizer.step())

    calls = itertools.count(1)

    def closure() -> torch.Tensor:
        call = next(calls)
        give(call)  # a loss that is asked for again is that of other weights
        # Reads as a loss does: it can be asked for gradients, unless they are switched off.
        loss = torch.tensor(value + call - 1, dtype=torch.float64, requires_grad=True)
        return loss * (1.0 if torch.is_grad_enabled() else 0.0)

    for weight in weights:
        weight.grad = None
    return plain(optimizer.step(closure))


class ToyClassifier(nn.Module):
    """A linear layer and BN on images, a last layer `fc`, and any number of heads: small enough to be followed by hand.

    BN lies within a block within a stage, as in a network of many layers.
    """

    def __init__(self, pixels: int, units: int, classes: int, heads: int = 0) -> None:
        """Make the layers."""
        super().__init__()
        self.first = nn.Conv2d(1, units, pixels)  # as large as the image: a linear layer on it
        self.stage = nn.Sequential(nn.Sequential(nn.BatchNorm2d(units)))
        self.fc = nn.Linear(units, classes)
        self.heads = nn.ModuleList([nn.Linear(units, classes) for _ in range(heads)])

    def forward(self, images: torch.Tensor) -> Any:
        """Compute logits; in training mode with heads, a pair of them and the list of the heads' logits."""
        units = torch.tanh(self.stage(self.first(images))).flatten(1)
        if self.training and len(self.heads):
            return self.fc(units), [head(units) for head in self.heads]
        return self.fc(units)


class ToyNetwork(ToyClassifier):
    """A `ToyClassifier` whose trunk goes on with a linear layer and a BN: it has two BN, one in a stage and one in none."""

    def __init__(self, pixels: int, units: int, classes: int) -> None:
        """Make the layers."""
        super().__init__(pixels, units, classes)
        self.linear = nn.Linear(units, units)
        self.norm = nn.BatchNorm2d(units)

    def forward(self, images: torch.Tensor) -> Any:
        """Compute logits."""
        units = torch.tanh(self.stage(self.first(images))).flatten(1)
        units = torch.tanh(self.norm(self.linear(units)[:, :, None, None]))
        return self.fc(units.flatten(1))


def run_train_step(
    train_step: Any,
    sizes: Sequence[int],
    numbers: Fill,
    batches: Sequence[tuple[np.ndarray, np.ndarray]],
    lr: float,
    options: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """Let a training step train a `ToyClassifier` of these sizes with torch's SGD with momentum, one step on each batch.

    The model arrives in evaluation mode, with gradients of one in all of its parameters, as if left by something earlier.
    `numbers` hold the weights by kind and shape; heads are shifted against each other so that no two are alike.

    Returns {"losses": what each step returned, "weights": all parameters in a row, after each step,
    "logits": those of the last images in evaluation mode, "training": whether the model is in training mode after each step}.
    """
    with in_float64():
        return _run_train_step(train_step, sizes, numbers, batches, lr, options or {})


def _run_train_step(
    train_step: Any,
    sizes: Sequence[int],
    numbers: Fill,
    batches: Sequence[tuple[np.ndarray, np.ndarray]],
    lr: float,
    options: Mapping[str, float],
) -> dict[str, Any]:
    model = ToyClassifier(*sizes)
    fill(model, numbers)
    with torch.no_grad():
        for place, head in enumerate(model.heads, start=1):
            head.get_parameter("weight").mul_(1 + place)
    for parameter in model.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=PUSH)
    model.eval()
    done: dict[str, list[Any]] = {"losses": [], "weights": [], "training": []}
    for images, labels in batches:
        batch = torch.from_numpy(images.copy()), torch.from_numpy(labels.copy())
        done["losses"].append(plain(train_step(model, *batch, optimizer, **options)))
        done["weights"].append(_in_a_row(list(model.parameters())))
        done["training"].append(bool(model.training))
    model.eval()
    return done | {"weights": np.stack(done["weights"]), "logits": plain(model(batch[0]))}


def run_transfer(
    freeze: Any,
    sizes: Sequence[int],
    num_classes: int,
    numbers: Fill,
    batches: Sequence[tuple[np.ndarray, np.ndarray]],
    seed: int = 0,
    arrives_in_training: bool = True,
) -> dict[str, Any]:
    """Let a `ToyNetwork` of these sizes be frozen, then train what is left of it on some batches, in training mode.

    arrives_in_training: the mode of the network that is to be frozen

    Where logits are looked at, the new head holds the numbers of its shape, so that they tell about the trunk alone.

    Returns {"learned": the shapes of all parameters that ask for gradients, sorted, "head": weights and bias of the new last
    layer as they come, "logits": those of the first images before training, "in training mode": the same images, while
    training, "afterwards": as "logits", after training}.
    """
    throw_dice_from(seed)
    with in_float64():
        model = ToyNetwork(*sizes)
        fill(model, numbers)
        return _run_transfer(freeze(model.train(arrives_in_training), num_classes).double(), numbers, batches)


def _run_transfer(frozen: Any, numbers: Fill, batches: Sequence[tuple[np.ndarray, np.ndarray]]) -> dict[str, Any]:
    fc = frozen.fc
    drawn = [plain(fc.weight), plain(fc.bias)]
    images = torch.from_numpy(batches[0][0].copy())

    def logits(*, training: bool) -> Any:
        frozen.train(training)
        fill(fc, numbers)
        return plain(frozen(images))

    learned = [parameter for parameter in frozen.parameters() if parameter.requires_grad]
    before, meanwhile = logits(training=False), logits(training=True)
    _train(frozen, learned, batches)
    return {
        "learned": sorted(str(tuple(parameter.shape)) for parameter in learned),
        "head": drawn,
        "logits": before,
        "in training mode": meanwhile,
        "afterwards": logits(training=False),
    }


def _train(model: nn.Module, learned: list[Any], batches: Sequence[tuple[np.ndarray, np.ndarray]]) -> None:
    """Train parameters by plain gradient descent, one step on each batch; the mode is set anew before each."""
    for images, labels in batches:
        model.eval()
        model.train()
        error = nn.functional.cross_entropy(model(torch.from_numpy(images.copy())), torch.from_numpy(labels.copy()))
        if error.requires_grad:  # else there is nothing left to learn
            error.backward()
        for parameter in learned:
            if parameter.grad is not None:
                parameter.data -= 0.5 * parameter.grad
                parameter.grad = None
