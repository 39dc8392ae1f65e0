"""What the grading machine does with your parts: a network of them, an optimizer, a fixed order of batches, one step after the other.

The rehearsal in the notebook does the same, with fewer steps. After every step a run hands over all of its numbers, so that whoever
keeps the labels of the test images can compute any step again.
"""

import io
import math
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from starter_code.googlenet import small_googlenet
from starter_code.module_probes import KINDS
from starter_code.residual_networks import small_resnet

Step = Callable[[nn.Module, torch.Tensor, torch.Tensor, torch.optim.Optimizer], float]
Layer = tuple[str, list[tuple[str, list[int]]]]  # where it is in the network; kind and shape of each of its tensors
STATISTICS = {"running mean", "running variance"}


@dataclass(frozen=True)
class Plan:
    """How long and how fast: the learning rate grows over the first steps, then falls along half a cosine wave to a tenth."""

    steps: int
    rate: float
    batch: int = 64
    warm_up: int = 10
    least: float = 0.1
    memory: bool = (
        False  # whether a step can only be computed again with the averages of squares that the optimizer remembers
    )

    @property
    def rates(self) -> list[float]:
        """The learning rate of each step."""
        waves = [0.5 + 0.5 * math.cos(math.pi * step / self.steps) for step in range(self.steps)]
        return [
            self.rate * min(1.0, (step + 1) / self.warm_up) * (self.least + (1 - self.least) * wave)
            for step, wave in enumerate(waves)
        ]


PLANS = {
    "residual": Plan(steps=90, rate=1.0),
    "inception": Plan(steps=176, rate=5e-3, memory=True),
    "depth": Plan(steps=130, rate=0.1),
    "trunk": Plan(steps=80, rate=0.1),
    "transfer": Plan(steps=160, rate=0.5),
}


def batches(seed: int, count: int, batch: int, steps: int) -> np.ndarray:
    """Which images each step sees: (steps, batch). Every epoch shuffles all of `count` images anew and leaves out the rest."""
    numbers = np.random.default_rng(seed)
    whole = count // batch
    epochs = [numbers.permutation(count)[: whole * batch].reshape(whole, batch) for _ in range(-(-steps // whole))]
    return np.concatenate(epochs)[:steps]


def parts(name: str, channels: int, device: str, *own: Any) -> tuple[nn.Module, torch.optim.Optimizer, Step]:
    """The network, the optimizer and the step of a run; `own` is what students have written for it.

    The network is on the device before an optimizer is made of its parameters: what that remembers from the start is then there, too.

    residual: ResNet-20 of (ResidualBlock, Momentum, train_step); inception: small GoogLeNet of (InceptionModule, AuxiliaryHead,
    Adam, train_step); depth: ResNet-32 of (ResidualBlock, train_step); trunk: wide ResNet-14 for five classes, of the same
    """
    if name == "inception":
        module, head, optimizer, step = own
        network: nn.Module = small_googlenet(module, head, in_channels=channels).to(device)
        return network, optimizer(network.parameters()), step
    if name == "residual":
        block, optimizer, step = own
        network = small_resnet(20, block, in_channels=channels, width=8).to(device)
        return network, optimizer(network.parameters()), step
    block, step = own
    if name == "depth":
        network = small_resnet(32, block, in_channels=channels, width=8)
    else:
        network = small_resnet(14, block, num_classes=5, in_channels=channels, width=16)
    network.to(device)
    return network, torch.optim.SGD(network.parameters(), momentum=0.9), step


def layers(model: nn.Module) -> list[Layer]:
    """Every layer that holds numbers, in the order in which torch lists them."""
    return [(path, [(what, list(tensor.shape)) for what, tensor in held]) for path, held in _holding(model)]


def _holding(model: nn.Module) -> Iterator[tuple[str, list[tuple[str, torch.Tensor]]]]:
    for path, layer in model.named_modules():
        names = next((names for kind, names in KINDS if isinstance(layer, kind)), {})
        held = [(what, getattr(layer, name)) for name, what in names.items() if getattr(layer, name, None) is not None]
        if held:
            yield path, held


class Run:
    """A network in training."""

    def __init__(  # noqa: D107
        self,
        name: str,
        parts_of_it: tuple[nn.Module, Any, Step],
        images: np.ndarray,
        labels: np.ndarray,
        seed: int,
        device: str,
    ) -> None:
        self.model, self.optimizer, self.step = parts_of_it
        self.device, self.seed, self.plan = device, seed, PLANS[name]
        self.images = torch.from_numpy(images).to(device)
        self.labels = torch.from_numpy(labels).to(device)
        self.rows = batches(seed, len(images), self.plan.batch, self.plan.steps)
        self.rates = self.plan.rates
        self.done = 0
        self.tables: list[np.ndarray] = []
        held = [pair for _, layer in _holding(self.model) for pair in layer]
        self.learned = [tensor for what, tensor in held if what not in STATISTICS]
        self.statistics = [tensor for what, tensor in held if what in STATISTICS]

    def layers(self) -> list[Layer]:
        """See `layers`."""
        return layers(self.model)

    def load(self, learned: np.ndarray, statistics: np.ndarray) -> None:
        """Take all numbers from two rows, in the order of `layers`."""
        for tensors, row in ((self.learned, learned), (self.statistics, statistics)):
            sizes = [tensor.numel() for tensor in tensors]
            with torch.no_grad():
                for tensor, part in zip(tensors, torch.from_numpy(row).split(sizes), strict=True):
                    tensor.copy_(part.view(tensor.shape))

    def advance(self, count: int) -> dict[str, Any]:
        """Take so many steps. The loss that each step returned, and tables of all numbers after each step, one row for each.

        memory: tables of what the optimizer remembers of each parameter in tensors of its shape, where the plan asks for it
        """
        losses = []
        for place in range(count):
            for group in self.optimizer.param_groups:
                group["lr"] = self.rates[self.done]
            rows = self.rows[self.done]
            throw_dice_from(self.seed + self.done)
            losses.append(float(self.step(self.model, self.images[rows], self.labels[rows], self.optimizer)))
            remembered = self._memory() if self.plan.memory else []
            for number, tensors in enumerate([self.learned, self.statistics, *remembered]):
                self._write(number, place, count, tensors)
            self.done += 1
        learned, statistics, *memory = (table[:count] for table in self.tables)
        return {"losses": losses, "learned": learned, "statistics": statistics, "memory": memory}

    def _write(self, number: int, place: int, count: int, tensors: list[torch.Tensor]) -> None:
        """Put numbers into a row of a table; tables are made once, since fresh memory costs more time than what is in it."""
        size = sum(tensor.numel() for tensor in tensors)
        if number == len(self.tables):
            self.tables.append(np.zeros((count, size), np.float32))
        if len(self.tables[number]) < count:
            self.tables[number] = np.concatenate([self.tables[number], np.zeros((count, size), np.float32)])
        if tensors:
            flat = [tensor.detach().reshape(-1).cpu() for tensor in tensors]
            torch.cat(flat, out=torch.from_numpy(self.tables[number][place]))

    def _memory(self) -> list[list[torch.Tensor]]:
        """What the optimizer remembers of each parameter in tensors of its shape, and could be an average of squares."""
        of_each = [
            [tensor for tensor in _tensors(self.optimizer.state.get(weight, {})) if tensor.shape == weight.shape]
            for weight in self.learned
        ]
        count = max(map(len, of_each), default=0)
        filled = [
            [*found, *[torch.zeros_like(weight)] * (count - len(found))]
            for weight, found in zip(self.learned, of_each, strict=True)
        ]
        columns = [[tensors[place] for tensors in filled] for place in range(count)]
        return [column for column in columns if max(column, key=torch.numel).min() >= 0]

    def scores(self, images: np.ndarray) -> Any:
        """What the network answers in evaluation mode."""
        self.model.eval()
        with torch.no_grad():
            return self.model(torch.from_numpy(images).to(self.device))

    def training_scores(self, images: np.ndarray) -> torch.Tensor:
        """What the network and its heads answer in training mode, one beside the other, with the first masks of dropout."""
        self.model.train()
        throw_dice_from(self.seed)
        with torch.no_grad():
            answer: Any = self.model(torch.from_numpy(images).to(self.device))
        logits, heads = answer if isinstance(answer, tuple) else (answer, [])
        return torch.cat([logits, *heads], dim=1)

    def save(self) -> bytes:
        """All that a fresh process needs to go on."""
        file = io.BytesIO()
        torch.save((self.done, self.model.state_dict(), self.optimizer.state_dict()), file)
        return file.getvalue()

    def restore(self, saved: bytes) -> None:
        """Go on from what `save` has returned."""
        self.done, numbers, memory = torch.load(io.BytesIO(saved), weights_only=True, map_location=self.device)
        self.model.load_state_dict(numbers)
        self.optimizer.load_state_dict(memory)

    def transfer(self, freeze: Any, head: list[np.ndarray], images: np.ndarray, labels: np.ndarray) -> "Run":
        """Freeze the network, put these numbers into its new last layer, and train what is left for other classes."""
        model = freeze(self.model, len(head[1])).to(self.device, torch.float32)
        with torch.no_grad():
            for tensor, numbers in zip(model.fc.parameters(), head, strict=True):
                tensor.copy_(torch.from_numpy(numbers))
        learning = [weight for weight in model.parameters() if weight.requires_grad]
        optimizer = torch.optim.SGD(learning, momentum=0.9)
        run = Run("transfer", (model, optimizer, self.step), images, labels, self.seed, self.device)
        run.learned, run.statistics = list(model.fc.parameters()), []  # the rest stays as it is
        return run


def throw_dice_from(seed: int) -> None:
    """Let first weights and the masks of dropout be the same again; `torch.manual_seed` would take a millisecond to think of GPUs."""
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(seed)


def compute_exactly() -> None:
    """Let a GPU compute in whole float32, and the same numbers each time: a step that cannot be computed again cannot be graded.

    A layer that has no such way, as adaptive pooling has none backwards, only warns: steps are compared with room for rounding.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    """The tensors in a nest of dicts, lists and tuples."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (dict, list, tuple)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _tensors(part)


def begin(name: str, images: np.ndarray, labels: np.ndarray, seed: int, device: str, *own: Any) -> Run:
    """Make the network of a run of what students have written (`parts`), ready for its first step."""
    if device == "cuda":
        compute_exactly()
    throw_dice_from(seed)
    with _made_on(device):
        return Run(name, parts(name, images.shape[1], device, *own), images, labels, seed, device)


def training(run: Run, what: str, *arguments: Any) -> Any:
    """Ask a run: "layers", "load", "advance", "scores", "training_scores", "save", "restore" or "transfer"."""
    with _made_on(run.device):
        return getattr(run, what)(*arguments)


def _made_on(device: str) -> AbstractContextManager[Any]:
    """Within, `torch.zeros(3)` is on the device: code that was written without a GPU at hand need not say so."""
    return nullcontext() if device == "cpu" else torch.device(device)
