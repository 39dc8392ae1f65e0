"""The answers to `train_networks`: the build turns them into cells and stubs, the hidden suite compares with them.

Everything from a signature to the end of its docstring is what students read; the lines between two SOLUTION markers
are what they write. Each answer needs torch and nothing else, so that it can stand alone in a notebook cell.
"""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn

# Hidden tests ask the classes and functions below through these; the notebook's setup cell imports them too.
from starter_code.module_probes import run_module  # noqa: F401
from starter_code.training_probes import run_optimizer, run_train_step, run_transfer  # noqa: F401
from starter_code.training_runs import begin, training  # noqa: F401


class ResidualBlock(nn.Module):
    """A residual block with two 3x3 convolutions, as in ResNet-18 and ResNet-34.

        F   = BN(conv(relu(BN(conv(x)))))    3x3, 3x3; the first one has the stride
        out = relu(F + shortcut(x))          the sum is formed before the last ReLU

    shortcut: x itself where that has the shape of F, that is where stride is 1 and
        in_channels is out_channels. In every other case a projection: BN(1x1
        convolution with the stride). An identity has no layer to learn.

    Both 3x3 convolutions have padding 1. No convolution has a bias: the shift of the BN
    after it takes its place. Each BN is a layer of its own, with torch's usual
    settings.

    Build it from `nn.Conv2d` and `nn.BatchNorm2d`. Their names, their order and how you
    nest them are your choice; where they are attributes of the module (lists of layers:
    `nn.ModuleList`), torch finds their parameters.

    Source: He et al. 2015, arXiv:1512.03385, figure 5 left and option B; lectures N42
    and L14.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        """Make the layers.

        in_channels, out_channels: depth of the maps that come in and go out
        stride: 1, or 2 to halve height and width
        """
        ### BEGIN SOLUTION
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, out_channels, 3, stride=stride, padding=1, bias=False
        )
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            projection = nn.Conv2d(
                in_channels, out_channels, 1, stride=stride, bias=False
            )
            self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(out_channels))
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the block.

        x: (N, in_channels, H, W), of any sign
        returns (N, out_channels, ceil(H / stride), ceil(W / stride)), none of it
            negative
        """
        ### BEGIN SOLUTION
        hidden = torch.relu(self.norm1(self.conv1(x)))
        branch = self.norm2(self.conv2(hidden))
        return torch.relu(branch + self.shortcut(x))
        ### END SOLUTION


class BottleneckBlock(nn.Module):
    """A residual block with a bottleneck, as in ResNet-50, ResNet-101 and ResNet-152.

        h   = relu(BN(1x1 convolution of x))     in_channels -> channels
        h   = relu(BN(3x3 convolution of h))     channels -> channels, padding 1;
                                                 the stride is here
        F   = BN(1x1 convolution of h)           channels -> 4 channels
        out = relu(F + shortcut(x))

    shortcut: x itself where that has the shape of F, that is where stride is 1 and
        in_channels is 4 channels. In every other case a projection: BN(1x1 convolution
        with the stride).

    No convolution has a bias, and each BN is a layer of its own. Build it from
    `nn.Conv2d` and `nn.BatchNorm2d`; names, order and nesting are your choice.

    Source: He et al. 2015, arXiv:1512.03385, figure 5 right. The paper has the stride
    in the first 1x1 convolution, which never looks at three quarters of its input; the
    3x3 is where it is put today, and where we put it.
    """

    def __init__(self, in_channels: int, channels: int, stride: int = 1) -> None:
        """Make the layers.

        in_channels: depth of the maps that come in
        channels: depth inside; 4 x channels is the depth of what goes out
        stride: 1, or 2 to halve height and width
        """
        ### BEGIN SOLUTION
        super().__init__()
        wide = 4 * channels
        self.conv1 = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(
            channels, channels, 3, stride=stride, padding=1, bias=False
        )
        self.norm2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, wide, 1, bias=False)
        self.norm3 = nn.BatchNorm2d(wide)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != wide:
            projection = nn.Conv2d(in_channels, wide, 1, stride=stride, bias=False)
            self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(wide))
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the block.

        x: (N, in_channels, H, W), of any sign
        returns (N, 4 channels, ceil(H / stride), ceil(W / stride)), none of it negative
        """
        ### BEGIN SOLUTION
        hidden = torch.relu(self.norm1(self.conv1(x)))
        hidden = torch.relu(self.norm2(self.conv2(hidden)))
        branch = self.norm3(self.conv3(hidden))
        return torch.relu(branch + self.shortcut(x))
        ### END SOLUTION


class InceptionModule(nn.Module):
    """An Inception module with reductions.

    Four branches side by side, stacked along the channels.

        1x1 branch:    1x1 convolution to c1
        3x3 branch:    1x1 convolution to c3_reduce, 3x3 convolution to c3
        5x5 branch:    1x1 convolution to c5_reduce, 5x5 convolution to c5
        pool branch:   3x3 max pooling of stride 1, 1x1 convolution to pool_proj
        out = the four results, in this order, along the channel axis

    A ReLU follows every convolution, the reductions too. Every convolution has a bias
    and keeps height and width, and so does the pooling. There is no BN: it was found
    five months later.

    Build it from `nn.Conv2d`. Names, order and nesting are your choice; where the
    layers are attributes of the module (lists of layers: `nn.ModuleList`), torch finds
    their parameters.

    Source: Szegedy et al. 2014, arXiv:1409.4842, figure 2b; lectures N41 and L14.
    """

    def __init__(
        self,
        in_channels: int,
        c1: int,
        c3_reduce: int,
        c3: int,
        c5_reduce: int,
        c5: int,
        pool_proj: int,
    ) -> None:
        """Make the layers.

        in_channels: depth of the maps that come in
        c1, c3, c5, pool_proj: depth of what each branch gives
        c3_reduce, c5_reduce: depth inside of two branches, after their reduction
        """
        ### BEGIN SOLUTION
        super().__init__()
        self.one = nn.Conv2d(in_channels, c1, 1)
        self.three_reduce = nn.Conv2d(in_channels, c3_reduce, 1)
        self.three = nn.Conv2d(c3_reduce, c3, 3, padding=1)
        self.five_reduce = nn.Conv2d(in_channels, c5_reduce, 1)
        self.five = nn.Conv2d(c5_reduce, c5, 5, padding=2)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.project = nn.Conv2d(in_channels, pool_proj, 1)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the module.

        x: (N, in_channels, H, W), of any sign
        returns (N, c1 + c3 + c5 + pool_proj, H, W)
        """
        ### BEGIN SOLUTION
        one = self.one(x)
        three = self.three(torch.relu(self.three_reduce(x)))
        five = self.five(torch.relu(self.five_reduce(x)))
        pooled = self.project(self.pool(x))
        return torch.relu(torch.cat([one, three, five, pooled], dim=1))
        ### END SOLUTION


class AuxiliaryHead(nn.Module):
    """An auxiliary classifier on a map in the middle of a network.

    Logits for training, cut off afterwards.

        pooled = adaptive average pooling of x to 4x4   whatever its height and width
        h      = relu(1x1 convolution of pooled)        to `hidden` channels, with bias
        h      = relu(linear layer on h, flattened)     16 hidden -> `width`
        h      = dropout of h with probability 0.7      in training only, drawn by
                                                        torch as in `nn.Dropout`
        logits = linear layer on h                      width -> num_classes;
                                                        no softmax, the loss has it

    The paper pools 5x5 with stride 3, which takes its 14x14 maps to 4x4. Adaptive
    pooling takes every map there, so that the same head fits on small images: 14x14 and
    6x6 as well as 2x2 (where pixels are repeated).

    Build it from `nn.Conv2d` and `nn.Linear`. Names, order and nesting are your choice.
    Flatten as torch does: channel by channel, each row by row.

    Source: Szegedy et al. 2014, arXiv:1409.4842, section 5; lectures N41 and N42.
    """

    def __init__(
        self, in_channels: int, num_classes: int, hidden: int = 128, width: int = 1024
    ) -> None:
        """Make the layers.

        in_channels: depth of the map
        num_classes: number of logits
        hidden: depth after the 1x1 convolution
        width: units of the first linear layer
        """
        ### BEGIN SOLUTION
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(4)
        self.conv = nn.Conv2d(in_channels, hidden, 1)
        self.fc1 = nn.Linear(16 * hidden, width)
        self.dropout = nn.Dropout(0.7)
        self.fc2 = nn.Linear(width, num_classes)
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the head.

        x: (N, in_channels, H, W)
        returns (N, num_classes) logits
        """
        ### BEGIN SOLUTION
        pooled = torch.relu(self.conv(self.pool(x)))
        units = torch.relu(self.fc1(pooled.flatten(1)))
        logits: torch.Tensor = self.fc2(self.dropout(units))
        return logits
        ### END SOLUTION


class Adam(torch.optim.Optimizer):
    """Adam as in assignment `optimizers`, for the parameters of a torch module.

        t <- t + 1                           of this parameter; 0 before its first step
        m <- beta1 m + (1 - beta1) grad      m and r are 0 before the first step
        r <- beta2 r + (1 - beta2) grad^2
        w <- w - lr (m / (1 - beta1^t)) / (sqrt(r / (1 - beta2^t)) + eps)

    Parameters come as torch's own optimizers take them: an iterable, or a list of
    groups, dicts like {"params": [...], "lr": 0.01, "beta1": 0.8}. What a group does
    not say, it takes from the arguments. Each step reads the options from
    `self.param_groups`, since a schedule changes them on the way. No option is
    negative; each may be 0.

    Keep t, m and r of a parameter w in `self.state[w]`: then `state_dict()` holds them,
    and training can go on from a file. `zero_grad`, `state_dict` and `load_state_dict`
    are inherited. The update is yours to write: in checks and tests the optimizers that
    come with torch take no step.

    Source: lecture N45; Kingma & Ba 2014, arXiv:1412.6980.
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
    ) -> None:
        """Take the parameters and the options that their groups do not give."""
        ### BEGIN SOLUTION
        super().__init__(params, {"lr": lr, "beta1": beta1, "beta2": beta2, "eps": eps})
        ### END SOLUTION

    def step(self, closure: Callable | None = None) -> Any:
        """Take one step.

        Change every parameter in place, from the gradient in its .grad.

        closure: where given, it is called first, once, with gradients enabled; it
            computes the loss and all gradients

        A parameter whose .grad is None is left alone: neither it nor its t, m and r
        change. No .grad is changed.

        Returns what closure returned, or None.
        """
        ### BEGIN SOLUTION
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            lr, beta1, beta2, eps = (
                group[name] for name in ("lr", "beta1", "beta2", "eps")
            )
            for w in group["params"]:
                if w.grad is None:
                    continue
                state = self.state[w]
                t = state.get("t", 0) + 1
                m = beta1 * state.get("m", 0.0) + (1 - beta1) * w.grad
                r = beta2 * state.get("r", 0.0) + (1 - beta2) * w.grad**2
                state.update(t=t, m=m, r=r)
                m_hat = m / (1 - beta1**t)
                r_hat = r / (1 - beta2**t)
                with torch.no_grad():
                    w.sub_(lr * m_hat / (r_hat.sqrt() + eps))
        return loss
        ### END SOLUTION


class Momentum(torch.optim.Optimizer):
    """Momentum as in assignment `optimizers`.

    The velocity is an exponential average of the gradients.

        v <- beta v + (1 - beta) grad     v is 0 before the first step of this parameter
        w <- w - lr v                     with the new v

    Groups, `self.state[w]` and the inherited methods are as in Adam; the options of a
    group are lr and beta, and neither is negative. torch's SGD has no factor (1 -
    beta), so that its learning rate means something else.

    Source: lectures N43 and L14.
    """

    def __init__(self, params: Iterable, lr: float = 0.1, beta: float = 0.9) -> None:
        """Take the parameters and the options that their groups do not give."""
        ### BEGIN SOLUTION
        super().__init__(params, {"lr": lr, "beta": beta})
        ### END SOLUTION

    def step(self, closure: Callable | None = None) -> Any:
        """Take one step.

        Change every parameter in place, from the gradient in its .grad.

        closure: where given, it is called first, once, with gradients enabled; it
            computes the loss and all gradients

        A parameter whose .grad is None is left alone, and so is its v. No .grad is
        changed.

        Returns what closure returned, or None.
        """
        ### BEGIN SOLUTION
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            lr, beta = group["lr"], group["beta"]
            for w in group["params"]:
                if w.grad is None:
                    continue
                v = beta * self.state[w].get("v", 0.0) + (1 - beta) * w.grad
                self.state[w]["v"] = v
                with torch.no_grad():
                    w.sub_(lr * v)
        return loss
        ### END SOLUTION


def train_step(
    model: nn.Module,
    images: torch.Tensor,
    labels: torch.Tensor,
    optimizer: torch.optim.Optimizer,
    aux_weight: float = 0.3,
) -> float:
    """Train a network on one batch, with its auxiliary heads if it has any.

        loss = L(logits) + aux_weight * sum over the heads of L(logits of the head)
        L    = the cross-entropy of softmax(logits), a mean over the batch

    model: in training mode, model(images) is logits (N, K), or a pair (logits, list of
        the heads' logits, each (N, K)) with any number of heads. In evaluation mode it
        is logits only. It may arrive in either mode.
    images: (N, C, H, W)
    labels: (N,) integers from 0 to K - 1
    optimizer: holds the parameters of the model; gradients of an earlier batch may
        still be in them
    aux_weight: what the loss of each head counts, 0 or more

    The model is in training mode afterwards, and the optimizer has taken one step on
    the gradients of this batch alone.

    Returns the loss before that step, as a Python float.

    Source: Szegedy et al. 2014, arXiv:1409.4842, section 5; lecture N41.
    """
    ### BEGIN SOLUTION
    model.train()
    output = model(images)
    logits, heads = output if isinstance(output, tuple) else (output, [])
    loss = nn.functional.cross_entropy(logits, labels)
    for head in heads:
        loss = loss + aux_weight * nn.functional.cross_entropy(head, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION


def freeze_for_transfer(model: nn.Module, num_classes: int) -> nn.Module:
    """Prepare a trained network for new classes.

    Its trunk stays as it is, and a new head learns.

    model: a network whose last layer is `model.fc`, an `nn.Linear`; everything before
        it is the trunk. It may arrive in either mode. It has `nn.BatchNorm2d` layers
        and no auxiliary heads.
    num_classes: number of the new classes; it may be the old number, and the head is a
        new one all the same

    - No parameter of the trunk asks for a gradient (`requires_grad`).
    - The trunk's BN layers normalise with their running statistics and leave them as
        they are, *also in training mode*: model.train() is called later, many times,
        and takes every layer with it that nothing holds back.
    - `model.fc` is a new `nn.Linear` with bias, freshly drawn, of as many inputs as the
        old one; its parameters do ask for gradients.

    Returns the model, changed in place or a changed copy.

    Source: lecture N41 (transfer learning).
    """
    ### BEGIN SOLUTION

    def hold(norm: nn.Module, _: object) -> None:
        norm.eval()

    for parameter in model.parameters():
        parameter.requires_grad = False
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.register_forward_pre_hook(hold)
    old: Any = model.fc
    model.fc = nn.Linear(old.in_features, num_classes)
    return model
    ### END SOLUTION
