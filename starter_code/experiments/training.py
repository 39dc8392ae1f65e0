"""How networks of the experiments are trained and measured: the same for all, but for the optimizer and the step."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import nn

from starter_code.experiments.setting import Images, Setting
from starter_code.module_probes import throw_dice_from
from starter_code.training_runs import SCORED, Plan, batches


def step_without_heads(network: nn.Module, images: torch.Tensor, labels: torch.Tensor, optimizer: Any) -> float:
    """Train a network that has no auxiliary heads on one batch; a parameter that took no part is left alone."""
    learned = [numbers for group in optimizer.param_groups for numbers in group["params"]]
    error = nn.functional.cross_entropy(network.train()(images), labels)
    for numbers, gradient in zip(learned, torch.autograd.grad(error, learned, allow_unused=True), strict=True):
        numbers.grad = gradient
    optimizer.step()
    return float(error.detach())


@dataclass(frozen=True)
class Training:
    """What trains: an optimizer, made by optimizer(parameters), and step(network, images, labels, optimizer)."""

    optimizer: Callable[..., Any]
    step: Callable[..., float]


SGD = Training(partial(torch.optim.SGD, lr=0.1, momentum=0.9), step_without_heads)


def train(
    network: nn.Module, training: Training, images: Images, setting: Setting, seed: int, decay: float = 0
) -> None:
    """Train what asks for gradients. The rate grows over ten steps, then falls along half a cosine wave to a tenth.

    decay: of the weights: so many times each weight is added to its gradient
    """
    optimizer = training.optimizer([numbers for numbers in network.parameters() if numbers.requires_grad])
    optimizer.register_step_pre_hook(partial(_add_decay, decay))
    first = [group["lr"] for group in optimizer.param_groups]
    plan = Plan(setting.steps, 1.0, min(setting.batch, len(images.train_x)))
    order = torch.from_numpy(batches(seed, len(images.train_x), plan.batch, plan.steps)).to(images.train_x.device)
    for rows, factor in zip(order, plan.rates, strict=True):
        for group, rate in zip(optimizer.param_groups, first, strict=True):
            group["lr"] = factor * rate
        training.step(network, images.train_x[rows], images.train_y[rows], optimizer)


def trained(
    make: Callable[[], nn.Module], training: Training, images: Images, setting: Setting, seed: int, decay: float = 0
) -> nn.Module:
    """Make a network with the weights of this seed, and train it."""
    throw_dice_from(seed)
    network = make().to(images.train_x.device)
    train(network, training, images, setting, seed, decay)
    return network


def tried(
    make: Callable[..., nn.Module],
    training: Training,
    setting: Setting,
    seed: int,
    *,
    decay: float = 0,
    on_training_images: bool = False,
) -> tuple[int, float]:
    """Train what make(in_channels=...) gives on the images of a seed.

    Returns how many numbers are learned, and the share of the test images, or of the training images, that are wrong.
    """
    images = setting.draw(seed)
    network = trained(partial(make, in_channels=images.channels), training, images, setting, seed, decay)
    measured = (images.train_x, images.train_y) if on_training_images else (images.test_x, images.test_y)
    return learned_numbers(network), share_wrong(network, *measured)


def _add_decay(decay: float, optimizer: Any, *_: object) -> None:
    for group in optimizer.param_groups:
        for numbers in group["params"]:
            if decay and numbers.grad is not None:
                numbers.grad = numbers.grad + decay * numbers.detach()


def logits_of(network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """What a network answers in evaluation mode: (N, K)."""
    network.eval()
    with torch.no_grad():
        return torch.cat([network(part) for part in images.split(SCORED)])


def share_wrong(network: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    """The share of images that a network gets wrong."""
    return float((logits_of(network, images).argmax(dim=1) != labels).double().mean())


def probabilities_of(network: nn.Module, images: torch.Tensor) -> np.ndarray:
    """The probabilities that a network gives to the classes: (N, K), float64."""
    rows: np.ndarray = logits_of(network, images).double().softmax(dim=1).cpu().numpy()
    return rows


def learned_numbers(network: nn.Module) -> int:
    """How many numbers of a network ask for gradients."""
    return sum(numbers.numel() for numbers in network.parameters() if numbers.requires_grad)
