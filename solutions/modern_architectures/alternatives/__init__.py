"""Right answers to `modern_architectures` written in other ways: the hidden suite has to give each of them full marks."""

from . import blocks, counts, joins

ALTERNATIVES = [*counts.ALTERNATIVES, *blocks.ALTERNATIVES, *joins.ALTERNATIVES]
