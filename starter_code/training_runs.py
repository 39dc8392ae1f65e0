"""What the grading machine does with your parts: a network of them, an optimizer, a fixed order of batches, one step after the other.

The rehearsal in the notebook does the same, with fewer steps. After every step a run hands over all of its numbers, so that the grader,
which begins with the same numbers and sees the same batches, can take each step again.
"""

import io
import math
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from starter_code.googlenet import googlenet, small_googlenet
from starter_code.module_probes import KINDS, throw_dice_from
from starter_code.residual_networks import resnet, small_resnet

Step = Callable[[nn.Module, torch.Tensor, torch.Tensor, torch.optim.Optimizer], float]
Layer = tuple[str, list[tuple[str, list[int]]]]  # where it is in the network; kind and shape of each of its tensors
STATISTICS = {"running mean", "running variance"}  # what a step leaves in a layer without learning it
SMALL_RESNETS = {  # depth, width, classes
    "residual": (20, 8, 10),
    "depth": (32, 8, 10),
    "trunk": (14, 16, 5),
    "resnet56": (56, 8, 10),
}
RESNETS = {"resnet18": (18, 10), "resnet50": (50, 10), "large_trunk": (18, 5)}  # depth, classes
WITH_OWN_OPTIMIZER = {"residual", "inception", "resnet18", "resnet50", "googlenet"}
ENLARGED = 112  # height and width to which GoogLeNet's images are enlarged: half of the paper's
SCORED = 500  # images at a time
SIZE = 8  # of the images that a network sees before its first step; it takes others as well


@dataclass(frozen=True)
class Plan:
    """How long and how fast: the learning rate grows over the first steps, then falls along half a cosine wave to a tenth."""

    steps: int
    rate: float
    batch: int = 64
    warm_up: int = 10
    least: float = 0.1

    @property
    def rates(self) -> list[float]:
        """The learning rate of each step."""
        waves = [0.5 + 0.5 * math.cos(math.pi * step / self.steps) for step in range(self.steps)]
        return [
            self.rate * min(1.0, (step + 1) / self.warm_up) * (self.least + (1 - self.least) * wave)
            for step, wave in enumerate(waves)
        ]


# Small networks, which a processor trains in seconds; then whole ones, which a GPU does.
PLANS = {
    "residual": Plan(steps=90, rate=1.0),
    "inception": Plan(steps=176, rate=5e-3),
    "depth": Plan(steps=130, rate=0.1),
    "trunk": Plan(steps=80, rate=0.1),
    "transfer": Plan(steps=160, rate=0.5),
    "resnet18": Plan(steps=300, rate=1.0, batch=128),
    "resnet50": Plan(steps=200, rate=1.0, batch=128),
    "googlenet": Plan(steps=400, rate=1e-3, batch=128),
    "resnet56": Plan(steps=200, rate=0.1, batch=128),
    "large_trunk": Plan(steps=200, rate=0.1, batch=128),
    "large_transfer": Plan(steps=200, rate=0.5, batch=128),
}


def batches(seed: int, count: int, batch: int, steps: int) -> np.ndarray:
    """Which images each step sees: (steps, batch). Every epoch shuffles all of `count` images anew and leaves out the rest."""
    numbers = np.random.default_rng(seed)
    whole = count // batch
    epochs = [numbers.permutation(count)[: whole * batch].reshape(whole, batch) for _ in range(-(-steps // whole))]
    return np.concatenate(epochs)[:steps]


def network_of(name: str, channels: int, block_or_module: Any, head: Any = None) -> nn.Module:
    """The network of a run, of classes that students write. No dropout: a step must be one that can be repeated.

    residual, depth, trunk: ResNet-20, ResNet-32 and a wide ResNet-14 for five classes, of small residual blocks; inception: the small
    GoogLeNet; resnet18, resnet50, resnet56, googlenet: the networks of the papers, on small images; large_trunk: ResNet-18 for five classes
    """
    if name in SMALL_RESNETS:
        depth, width, classes = SMALL_RESNETS[name]
        return small_resnet(depth, block_or_module, num_classes=classes, in_channels=channels, width=width)
    if name in RESNETS:
        depth, classes = RESNETS[name]
        return resnet(depth, block_or_module, num_classes=classes, in_channels=channels, small_images=True)
    if name == "inception":
        return small_googlenet(block_or_module, head, in_channels=channels, dropout=False)
    return googlenet(block_or_module, head, num_classes=10, in_channels=channels, size=ENLARGED, dropout=False)


def parts(name: str, channels: int, device: str, *own: Any) -> tuple[nn.Module, torch.optim.Optimizer, Step]:
    """The network, the optimizer and the step of a run; `own` is what students have written for it.

    The network is on the device, and has seen images, before an optimizer is made of its parameters: what that remembers from the
    start is then there, too, and layers that wait for a first image have their sizes.

    own: (block or module, train_step), with SGD of torch's; with an optimizer of the student's between the two; with a head after a module
    """
    *classes, step = own
    optimizer = classes.pop() if name in WITH_OWN_OPTIMIZER else partial(torch.optim.SGD, momentum=0.9, lr=0.1)
    network = _ready(network_of(name, channels, *classes), channels, device)
    return network, optimizer(network.parameters()), step


def _ready(network: nn.Module, channels: int, device: str) -> nn.Module:
    """A network on its device that has seen images once."""
    network.to(device)
    with torch.no_grad():
        network(torch.zeros(2, channels, SIZE, SIZE, device=device))
    return network


def _holding(model: nn.Module) -> Iterator[tuple[str, nn.Module, list[tuple[str, str]]]]:
    """Every layer that holds numbers: where it is, itself, and the names of its tensors, each with its kind."""
    for path, layer in model.named_modules():
        names = next((names for kind, names in KINDS if isinstance(layer, kind)), {})
        held = [(name, what) for name, what in names.items() if getattr(layer, name, None) is not None]
        if held:
            yield path, layer, held


class Run:
    """A network in training."""

    def __init__(  # noqa: D107
        self,
        plan: Plan,
        parts_of_it: tuple[nn.Module, Any, Step],
        images: np.ndarray,
        labels: np.ndarray,
        seed: int,
        device: str,
    ) -> None:
        self.model, self.optimizer, self.step = parts_of_it
        self.device, self.seed, self.plan = device, seed, plan
        self.images = torch.from_numpy(images).to(device)
        self.labels = torch.from_numpy(labels).to(device)
        self.rows = batches(seed, len(images), self.plan.batch, self.plan.steps)
        self.rates = self.plan.rates
        self.done = 0
        self.losses: list[float] = []  # what each step said
        self.table: torch.Tensor | None = None
        self.hand_over(self.model)

    def hand_over(self, model: nn.Module) -> None:
        """From now on, hand over the numbers of this part of the network."""
        self.held = list(_holding(model))

    @property
    def tensors(self) -> list[torch.Tensor]:
        """All tensors that are handed over, as they are now: a layer may put another one in the place of its own."""
        return [getattr(layer, name) for _, layer, held in self.held for name, _ in held]

    def layers(self) -> list[Layer]:
        """Every layer of which numbers are handed over, in the order in which torch lists them."""
        return [
            (path, [(what, list(getattr(layer, name).shape)) for name, what in held]) for path, layer, held in self.held
        ]

    def load(self, numbers: np.ndarray | torch.Tensor) -> None:
        """Take all numbers from a row, in the order of `layers`."""
        tensors = self.tensors
        parts = torch.as_tensor(numbers).to(self.device).split([tensor.numel() for tensor in tensors])
        with torch.no_grad():
            for tensor, part in zip(tensors, parts, strict=True):
                tensor.copy_(part.view(tensor.shape))

    def row(self, out: torch.Tensor | None = None) -> torch.Tensor:
        """All numbers in a row, in the order of `layers`: float32, on the device; `out`: where to put them."""
        return torch.cat([tensor.detach().reshape(-1).to(torch.float32) for tensor in self.tensors], out=out)

    def take_step(self) -> None:
        """Take the next step."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rates[self.done]
        rows = self.rows[self.done]
        throw_dice_from(self.seed + self.done)
        self.losses.append(float(self.step(self.model, self.images[rows], self.labels[rows], self.optimizer)))
        self.done += 1

    def advance(self, count: int) -> np.ndarray:
        """Take so many steps. All numbers after each step: (count, how many there are), float32."""
        if self.table is None or len(self.table) < count:  # made once: fresh memory costs more time than what is in it
            self.table = torch.zeros(count, sum(tensor.numel() for tensor in self.tensors))
        for place in range(count):
            self.take_step()
            if self.device == "cpu":
                self.row(out=self.table[place])
            else:
                self.table[place].copy_(self.row())  # the one copy to the host
        table: np.ndarray = self.table[:count].numpy()
        return table

    def scores(self, images: np.ndarray) -> np.ndarray:
        """What the network answers in evaluation mode: (N, classes)."""
        self.model.eval()
        with torch.no_grad():
            parts = [self.model(part.to(self.device)).cpu() for part in torch.from_numpy(images).split(SCORED)]
        answer: np.ndarray = torch.cat(parts).numpy()
        return answer

    def save(self) -> bytes:
        """All that a fresh process needs to go on."""
        file = io.BytesIO()
        torch.save((self.done, self.model.state_dict(), self.optimizer.state_dict()), file)
        return file.getvalue()

    def restore(self, saved: bytes) -> None:
        """Go on from what `save` has returned in a process before this one, which was the same student's."""
        self.done, numbers, memory = torch.load(io.BytesIO(saved), weights_only=False, map_location=self.device)
        self.model.load_state_dict(numbers)
        self.optimizer.load_state_dict(memory)

    def transfer(
        self, freeze: Any, head: list[np.ndarray], plan: tuple[Any, ...], images: np.ndarray, labels: np.ndarray
    ) -> "Run":
        """Freeze the network, put these numbers into its new last layer, and train what is left for other classes."""
        model = freeze(self.model, len(head[1])).to(self.device, torch.float32)
        with torch.no_grad():
            for tensor, numbers in zip(model.fc.parameters(), head, strict=True):
                tensor.copy_(torch.from_numpy(numbers))
        learning = [weight for weight in model.parameters() if weight.requires_grad]
        optimizer = torch.optim.SGD(learning, momentum=0.9)
        run = Run(Plan(*plan), (model, optimizer, self.step), images, labels, self.seed, self.device)
        run.hand_over(model.fc)  # the rest stays as it is
        return run


def compute_exactly() -> None:
    """Let a GPU compute in whole float32, and the same numbers each time: a step that cannot be taken again cannot be graded.

    A layer that has no such way, as adaptive pooling has none backwards, only warns: steps are compared with room for rounding.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False


def begin(
    name: str, plan: tuple[Any, ...], images: np.ndarray, labels: np.ndarray, seed: int, device: str, *own: Any
) -> Run:
    """Make the network of a run of what students have written (`parts`), ready for its first step; `plan` has the fields of a Plan."""
    if device == "cuda":
        compute_exactly()
    throw_dice_from(seed)
    with _made_on(device):
        return Run(Plan(*plan), parts(name, images.shape[1], device, *own), images, labels, seed, device)


def training(run: Run, what: str, *arguments: Any) -> Any:
    """Ask a run: "layers", "load", "advance", "scores", "save", "restore" or "transfer"."""
    with _made_on(run.device):
        return getattr(run, what)(*arguments)


def _made_on(device: str) -> AbstractContextManager[Any]:
    """Within, `torch.zeros(3)` is on the device: code that was written without a GPU at hand need not say so."""
    return nullcontext() if device == "cpu" else torch.device(device)
