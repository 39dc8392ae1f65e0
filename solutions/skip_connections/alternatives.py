"""Right answers to `skip_connections` written in other ways: the hidden suite has to give each of them full marks."""

from solutions.skip_connections import right_blocks, right_caches, right_layers

ALTERNATIVES = [*right_blocks.ALTERNATIVES, *right_layers.ALTERNATIVES, *right_caches.ALTERNATIVES]
