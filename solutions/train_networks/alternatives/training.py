"""Right optimizers, training steps and frozen networks written in other ways."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

from autograder.suite.misconceptions import Alternative


class AdamInPlace(torch.optim.Optimizer):
    """Buffers that are changed in place, as torch writes it; t is a tensor; no gradients are recorded anywhere."""

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
    ) -> None:
        """Name the options as the contract does."""
        super().__init__(params, {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps, "note": "mine"})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Take one step in place."""
        result = None
        if closure:
            with torch.enable_grad():
                result = closure()
        for group in self.param_groups:
            one, two = group["beta1"], group["beta2"]
            for weight in filter(lambda weight: weight.grad is not None, group["params"]):
                kept = self.state[weight]
                if not kept:
                    kept["step"] = torch.zeros(())
                    kept["exp_avg"], kept["exp_avg_sq"] = torch.zeros_like(weight), torch.zeros_like(weight)
                kept["step"] += 1
                kept["exp_avg"].lerp_(weight.grad, 1 - one)
                kept["exp_avg_sq"].mul_(two).addcmul_(weight.grad, weight.grad, value=1 - two)
                count = float(kept["step"])
                bottom = (kept["exp_avg_sq"] / (1 - two**count)).sqrt_().add_(group["eps"])
                weight.addcdiv_(kept["exp_avg"], bottom, value=-group["lr"] / (1 - one**count))
        return result


class AdamWithRunningPowers(torch.optim.Optimizer):
    """Powers of the shares are carried along; corrections are moved into the rate, and epsilon with them."""

    def __init__(
        self, params: Iterable[Any], lr: float = 1e-3, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8
    ) -> None:
        """Check the rate."""
        if lr < 0:
            raise ValueError("a rate is not negative")
        super().__init__(params, defaults={"eps": eps, "beta2": beta2, "beta1": beta1, "lr": lr})

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Replace the data."""
        result = closure() if closure is not None else None
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is not None:
                    first, second, power1, power2 = self.state[weight].get("all", (0.0, 0.0, 1.0, 1.0))
                    grad = weight.grad.detach()
                    first = first + (1 - group["beta1"]) * (grad - first)
                    second = second + (1 - group["beta2"]) * (grad * grad - second)
                    power1, power2 = power1 * group["beta1"], power2 * group["beta2"]
                    self.state[weight]["all"] = (first, second, power1, power2)
                    root = (1 - power2) ** 0.5
                    rate = group["lr"] * root / (1 - power1)
                    weight.data = weight.data - rate * first / (second**0.5 + group["eps"] * root)
        return result


class HeavyBall(torch.optim.Optimizer):
    """A heavy ball whose push is scaled at the end; a buffer that is changed in place."""

    def __init__(self, params: Iterable[Any], lr: float = 0.1, beta: float = 0.9) -> None:
        """Keep the options."""
        super().__init__(params, {"lr": lr, "beta": beta})

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Roll."""
        result = None
        if closure is not None:
            with torch.enable_grad():
                result = closure()
        for group in self.param_groups:
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                ball = self.state[weight].setdefault("ball", torch.zeros_like(weight))
                ball.mul_(group["beta"]).add_(weight.grad)
                weight.sub_(ball, alpha=group["lr"] * (1 - group["beta"]))
        return result


class DownhillVelocity(torch.optim.Optimizer):
    """A velocity with the other sign, by lerp."""

    def __init__(self, params: Iterable[Any], lr: float = 0.1, beta: float = 0.9) -> None:
        """Keep the options."""
        defaults = {"beta": beta, "lr": lr}
        torch.optim.Optimizer.__init__(self, params, defaults)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Go along the velocity."""
        result = None if closure is None else closure()
        weights = [(weight, group) for group in self.param_groups for weight in group["params"]]
        for weight, group in weights:
            if weight.grad is not None:
                down = self.state[weight].get("down", torch.zeros_like(weight.grad))
                self.state[weight]["down"] = torch.lerp(-weight.grad, down, group["beta"])
                weight.data.add_(group["lr"] * self.state[weight]["down"])
        return result


def step_by_log_softmax(
    model: nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
    optimizer: torch.optim.Optimizer,
    aux_weight: float = 0.3,
) -> float:
    """Clears first; a cross-entropy of its own; all losses in one list."""
    optimizer.zero_grad(set_to_none=False)
    model.train(mode=True)
    answer = model(images)
    everything = [answer] if isinstance(answer, torch.Tensor) else [answer[0], *answer[1]]
    losses = [-scores.log_softmax(1)[range(len(labels)), labels].mean() for scores in everything]
    total = losses[0] + aux_weight * sum(losses[1:])
    total.backward()
    optimizer.step()
    return float(total.detach())


def step_by_graph(
    model: nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
    optimizer: torch.optim.Optimizer,
    aux_weight: float = 0.3,
) -> float:
    """Asks for gradients without backward(), through a closure, and goes backward twice."""
    model.train()
    criterion = nn.CrossEntropyLoss()
    output = model(images)
    pair = isinstance(output, (tuple, list))
    loss = criterion(output[0] if pair else output, labels)
    model.zero_grad()
    loss.backward(retain_graph=pair)
    for head in output[1] if pair else ():
        extra = aux_weight * criterion(head, labels)
        extra.backward(retain_graph=True)
        loss = loss.detach() + extra.detach()
    optimizer.step()
    return loss.detach().numpy().tolist()  # type: ignore[no-any-return]


class FixedNorm(nn.Module):
    """What a BN computes with its running statistics, as one scale and one shift that nobody learns."""

    def __init__(self, norm: nn.BatchNorm2d) -> None:
        """Take the four arrays of a BN."""
        super().__init__()
        mean, variance = norm.get_buffer("running_mean"), norm.get_buffer("running_var")
        scale = norm.weight.detach() / torch.sqrt(variance + norm.eps)
        self.register_buffer("scale", scale[:, None, None].clone())
        self.register_buffer("shift", (norm.bias.detach() - mean * scale)[:, None, None].clone())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scale and shift."""
        return x * self.get_buffer("scale") + self.get_buffer("shift")


def transfer_with_fixed_norms(model: nn.Module, num_classes: int) -> nn.Module:
    """A changed copy in which other layers stand in the place of BN."""
    model = copy.deepcopy(model)
    for layer in list(model.modules()):
        for name, child in layer.named_children():
            if isinstance(child, nn.BatchNorm2d):
                setattr(layer, name, FixedNorm(child.double()))
    model = model.double().requires_grad_(False)  # noqa: FBT003
    old: Any = model.fc
    model.fc = nn.Linear(in_features=old.weight.shape[1], out_features=num_classes)
    return model


def transfer_with_deaf_layers(model: nn.Module, num_classes: int) -> nn.Module:
    """BN layers that do not hear `train`; a head with biases of zero."""
    for parameter in model.parameters():
        parameter.requires_grad = False
    model.eval()
    for layer in model.modules():
        if isinstance(layer, nn.modules.batchnorm._BatchNorm):  # noqa: SLF001
            layer.train = lambda mode=True, layer=layer: layer  # type: ignore[method-assign,misc]  # noqa: ARG005
    old: Any = model.fc
    head = nn.Linear(old.in_features, num_classes, bias=True)
    nn.init.kaiming_normal_(head.weight)
    nn.init.zeros_(head.bias)
    model.add_module("fc", head)
    return model


ALTERNATIVES = [
    Alternative("adam", "in place", {"Adam": AdamInPlace}),
    Alternative("adam", "running powers; corrections in the rate", {"Adam": AdamWithRunningPowers}),
    Alternative("momentum", "a heavy ball, scaled", {"Momentum": HeavyBall}),
    Alternative("momentum", "a velocity that points downhill", {"Momentum": DownhillVelocity}),
    Alternative("train_step", "a cross-entropy of its own", {"train_step": step_by_log_softmax}),
    Alternative("train_step", "one backward pass for each loss", {"train_step": step_by_graph}),
    Alternative("freeze_for_transfer", "fixed layers for BN", {"freeze_for_transfer": transfer_with_fixed_norms}),
    Alternative(
        "freeze_for_transfer", "layers that stay as they are", {"freeze_for_transfer": transfer_with_deaf_layers}
    ),
]
