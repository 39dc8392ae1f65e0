"""Right answers to `skip_connections` written in other ways: the hidden suite has to give each of them full marks."""

from . import blocks, caches, layers

ALTERNATIVES = [*blocks.ALTERNATIVES, *layers.ALTERNATIVES, *caches.ALTERNATIVES]
