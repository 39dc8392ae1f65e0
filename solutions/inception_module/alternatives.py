"""Right answers to `inception_module` written in other ways: the hidden suite has to give each of them full marks."""

from solutions.inception_module import right_layers, right_modules

ALTERNATIVES = [*right_layers.ALTERNATIVES, *right_modules.ALTERNATIVES]
