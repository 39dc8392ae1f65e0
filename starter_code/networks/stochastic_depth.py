"""Stochastic depth: in training, each residual block is left out at random, and what comes in goes on unchanged.

Block l of L survives a step of training with probability p_l = 1 - l / L (1 - p_L): the later, the less often. In
evaluation all blocks are there. The paper's network for small images has 110 layers and p_L = 0.5, and the parameters
of ResNet-110: 1,730,714 with projection shortcuts; the paper's 1.7M counts shortcuts without parameters.

Source: Huang et al. 2016, arXiv:1603.09382, section 3, equations 2, 4 and 5.
"""

import torch
from torch import nn

from starter_code.networks.layers import Block
from starter_code.residual_networks import ResidualNetwork, small_resnet


class StochasticDepth(nn.Module):
    """A block whose output has the shape of its input, kept with probability `survival` in each step of training.

        training:    block(x) with probability p, x otherwise; one draw for the whole batch
        evaluation:  p block(x) + (1 - p) x, the mean over the draws

    The block is taken as it is, whatever it is made of, so that a residual block need not give away its branch F.

    - Where nothing follows the sum, block(x) = x + F, and evaluation gives x + p F: the paper's rule.
    - Where a ReLU follows, block(x) = relu(x + F). What comes in went through a ReLU itself, so that x = relu(x) is
      what the paper's rule gives for a block that is left out. In evaluation the paper takes relu(x + p F), and this
      is the exact mean p relu(x + F) + (1 - p) x. They differ only where x + F < 0, and there the mean is larger.
    """

    def __init__(self, block: nn.Module, survival: float) -> None:
        """Wrap a block that survives with this probability."""
        super().__init__()
        self.block, self.survival = block, survival

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, C, H, W), which is not negative where the block ends with a ReLU -> the same shape."""
        if self.training:
            kept: torch.Tensor = self.block(x) if float(torch.rand(())) < self.survival else x
            return kept
        mean: torch.Tensor = self.survival * self.block(x) + (1 - self.survival) * x
        return mean


def survival(place: int, blocks: int, last: float = 0.5) -> float:
    """The probability p_l with which block l = `place` (from 1) of L = `blocks` survives; the last has p_L = `last`."""
    return 1 - place / blocks * (1 - last)


def stochastic_depth_resnet(
    block: Block,
    depth: int = 110,
    last_survival: float = 0.5,
    num_classes: int = 10,
    in_channels: int = 3,
    width: int = 16,
) -> ResidualNetwork:
    """Make a ResNet with stochastic depth for small images.

    block: block(in_channels, channels, stride), a residual block which gives `channels`
    depth: 6n + 2 for n blocks in each of three stages
    last_survival: probability with which the last block survives
    in_channels: 1 for grey images
    width: depth of the maps in the first stage; it doubles twice

    The two blocks that halve the maps have no identity to fall back on, and always survive. (The paper's shortcuts
    have no parameters, so that it can leave out these branches too.) All blocks are counted for l and L.
    """
    place, blocks = 0, (depth - 2) // 2

    def wrapped(comes_in: int, channels: int, stride: int) -> nn.Module:
        nonlocal place
        place += 1
        made = block(comes_in, channels, stride)
        if stride > 1 or comes_in != channels:
            return made
        return StochasticDepth(made, survival(place, blocks, last_survival))

    return small_resnet(depth, wrapped, num_classes, in_channels, width)
