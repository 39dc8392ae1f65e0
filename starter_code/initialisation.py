"""He's start for whole networks; what assembles networks in the starter code calls it."""

from torch import nn


def initialise(network: nn.Module) -> None:
    """Draw all weights of convolutions and linear layers anew: normal, variance 2 / fan-in, biases 0 (He et al. 2015).

    A layer that waits for its first input to know its size keeps what torch draws for it then.
    """
    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)) and not nn.parameter.is_lazy(layer.weight):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
