"""Right answers to `train_networks` written in other ways: the hidden suite has to give each of them full marks."""

from solutions.train_networks import right_blocks, right_modules, right_training

ALTERNATIVES = [*right_blocks.ALTERNATIVES, *right_modules.ALTERNATIVES, *right_training.ALTERNATIVES]
