"""Right answers to `inception_ops` written in other ways: the hidden suite has to give each of them full marks."""

from solutions.inception_ops import right_layers, right_modules

ALTERNATIVES = [*right_layers.ALTERNATIVES, *right_modules.ALTERNATIVES]
