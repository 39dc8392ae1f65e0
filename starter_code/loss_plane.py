"""The loss of a network on a plane through its weights, which two random directions span; the notebook on full networks draws it.

After Li, Xu, Taylor, Studer, Goldstein, *Visualizing the loss landscape of neural nets* (2018, arXiv:1712.09913).
"""

from copy import deepcopy

import numpy as np
import torch
from torch import nn


def loss_plane(
    network: nn.Module, images: torch.Tensor, labels: torch.Tensor, steps: np.ndarray, seed: int
) -> np.ndarray:
    """Compute the mean cross-entropy at weights + a d + b e, for all a and b in `steps`; d and e are random directions.

    Each filter of a direction is as long as the filter of the network in its place (a filter: what makes one map, or one
    logit). A step of 1 then means the same in every network, whatever the scale of its weights. Biases and the parameters
    of BN stay. BN normalises with the batch, as in training. The network that was handed in is not changed.

    steps: (P,)

    Returns (P, P): a along the columns, b along the rows.
    """
    moved = deepcopy(network).train()
    draw = torch.Generator().manual_seed(seed)
    weights = [weight for weight in moved.parameters() if weight.ndim > 1]
    start = [weight.detach().clone() for weight in weights]
    across, up = ([_direction(weight, draw) for weight in start] for _ in range(2))
    losses = np.empty((len(steps), len(steps)))
    with torch.no_grad():
        for row, b in enumerate(steps):
            for column, a in enumerate(steps):
                for weight, at, d, e in zip(weights, start, across, up, strict=True):
                    weight.copy_(at + float(a) * d + float(b) * e)
                losses[row, column] = float(nn.functional.cross_entropy(moved(images), labels))
    return losses


def _direction(weight: torch.Tensor, draw: torch.Generator) -> torch.Tensor:
    """A random direction whose filters are as long as those of the weight."""
    direction = torch.randn(weight.shape, generator=draw, dtype=weight.dtype)
    size = (-1, *(1,) * (weight.ndim - 1))
    ratios: torch.Tensor = weight.flatten(1).norm(dim=1) / direction.flatten(1).norm(dim=1)
    scaled: torch.Tensor = direction * ratios.reshape(size)
    return scaled
