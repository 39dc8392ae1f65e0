"""Right answers to `train_networks` written in other ways: the hidden suite has to give each of them full marks."""

from . import blocks, modules, training

ALTERNATIVES = [*blocks.ALTERNATIVES, *modules.ALTERNATIVES, *training.ALTERNATIVES]
