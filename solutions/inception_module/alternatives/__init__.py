"""Right answers to `inception_module` written in other ways: the hidden suite has to give each of them full marks."""

from . import layers, modules

ALTERNATIVES = [*layers.ALTERNATIVES, *modules.ALTERNATIVES]
